"""A consumer of u that treats its views as argv[1] says; what it saw goes to seen.json."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import halocline
import numpy as np


def in_a_variable(session: halocline.Session) -> dict[str, list[float]]:
    """Use one name at each date: the view of the last date lives until the next is there."""
    firsts, lasts = [], []
    for step in session.steps():
        u = step["u"]
        assert u is not None
        firsts.append(float(u[0, 1, 1]))
        lasts.append(float(u[0, -2, -2]))
    assert u is not None
    return {"firsts": firsts, "lasts": lasts, "kept": u[0, 1:-1, 1:-1].ravel().tolist()}


def all_of_them(session: halocline.Session) -> dict[str, list[float]]:
    """Keep the view of every date."""
    views = []
    for step in session.steps():
        views.append(step["u"])
    return {"firsts": [float(view[0, 1, 1]) for view in views if view is not None]}


def until_refused(session: halocline.Session) -> dict[str, list[float] | list[str]]:
    """Keep every view until that is refused; then let go of them and ask again."""
    views: list[np.ndarray] = []
    firsts, errors = [], []
    for step in session.steps():
        try:
            view = step["u"]
        except halocline.OrderError as error:
            errors.append(str(error))
            # Nothing has come over the views of the two dates before.
            firsts += [float(view[0, 1, 1]) for view in views]
            views.clear()
            view = None
        if view is None:
            view = step["u"]
        assert view is not None
        views.append(view)
        del view
    return {"firsts": firsts + [float(view[0, 1, 1]) for view in views], "errors": errors}


def main() -> None:
    """Run to the end, then look at what was kept after finish."""
    modes = {"in_a_variable": in_a_variable, "all_of_them": all_of_them, "until_refused": until_refused}
    with halocline.Session("consumer") as session:
        session.define_box("g", 0, 0, 5, 4)
        session.end_definition()
        seen = modes[sys.argv[1]](session)
    Path("seen.json").write_text(json.dumps(seen))


if __name__ == "__main__":
    main()
