"""A consumer that drives its session itself: views outlive their step, and the GIL is free while it waits."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import halocline
import numpy as np


class Counter(threading.Thread):
    """Counts as long as it is let: only with the GIL."""

    def __init__(self) -> None:
        """Start at 0."""
        super().__init__(daemon=True)
        self.count = 0

    def run(self) -> None:
        """Count a hundred times a second."""
        while True:
            self.count += 1
            time.sleep(0.01)


def main() -> None:
    """Keep the views of the last two steps, also after finish."""
    counter = Counter()
    counter.start()
    session = halocline.Session("consumer")
    session.define_box("g", 0, 0, 5, 4)
    session.end_definition()
    assert session.mask("u").shape == (1, 4, 5), "own cells, no halo"
    assert (session.mask("u") == 1).all(), "the ocean owns every cell"
    views: list[np.ndarray] = []
    values = []
    counts = []
    addresses = []
    for step in session.steps():
        # The block of two dates before is wanted for this one.
        del views[:-1]
        before = counter.count
        view = step["u"]
        assert view is not None
        counts.append(counter.count - before)
        again = step["u"]
        assert again is not None
        assert again.ctypes.data == view.ctypes.data
        addresses.append(view.ctypes.data)
        views.append(view[0, ::2])
        values.append(views[-1].tolist())
        last = step
    del view, again
    try:
        last["u"]
    except halocline.OrderError as error:
        late = str(error)
    session.finish()
    try:
        session.send("u", np.zeros((1, 4, 5)), 0)
    except halocline.OrderError as error:
        after_finish = str(error)
    del session, step, last
    result = {
        "values": values,
        "views": [view.tolist() for view in views],
        "counts": counts,
        "addresses": addresses,
        "late": late,
        "after_finish": after_finish,
    }
    Path("consumer.json").write_text(json.dumps(result))


if __name__ == "__main__":
    main()
