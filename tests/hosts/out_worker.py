"""A worker that writes its outputs into the arrays that the step gives it; f, g and h of grid g.

As a function for `halocline serve`, and as a loop of its own: `out_worker.py MODE` with mode `loop` or `keeps`.
Where the arrays lay goes to places.RANK.json: whether in memory that ranks share.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import halocline
import numpy as np
from hosts.mapped_memory import inode_at
from hosts.python_ocean import values

LEVELS = {"f": 2, "g": 1, "h": 1}

places: dict[str, list[bool]] = {}
kept: list[Any] = []


def cells(step: halocline.Step) -> np.ndarray:
    """Give (j, i) of this rank's own cells on the whole grid."""
    box = step.own_box("g")
    assert box is not None
    i, j, ni, nj = box
    return np.stack(np.meshgrid(np.arange(j, j + nj), np.arange(i, i + ni), indexing="ij"))


def write(step: halocline.Step, name: str) -> np.ndarray | None:
    """Write a field's values of this date into the array to send; None where nothing is due."""
    out = step.out(name)
    assert (out is None) == (name not in step.outputs)
    if out is None:
        return None
    again = step.out(name)
    assert again is not None
    assert again.ctypes.data == out.ctypes.data
    places.setdefault(name, []).append(inode_at(out.ctypes.data, out.nbytes) is not None)
    Path(f"places.{step.rank}.json").write_text(json.dumps(places))
    out[...] = values(name, cells(step), range(LEVELS[name]), step.date)
    return out


@halocline.worker
def returns_out(step: halocline.Step, u: Any) -> dict[str, Any]:
    """Return the arrays themselves; g is an ordinary array."""
    g = values("g", cells(step), range(1), step.date)
    outputs = {"f": write(step, "f"), "g": g, "h": write(step, "h")}
    return {name: array for name, array in outputs.items() if array is not None}


@halocline.worker
def returns_tensors(step: halocline.Step, u: Any) -> dict[str, Any]:
    """Return tensors that view the arrays."""
    import torch

    return {name: torch.from_numpy(np.asarray(array)) for name, array in returns_out(step, u).items()}


@halocline.worker
def returns_a_copy(step: halocline.Step, u: Any) -> dict[str, Any]:
    """Ask for the arrays, but return others."""
    outputs = {name: array.copy() for name, array in returns_out(step, u).items()}
    for name in ("f", "h"):
        spoilt = step.out(name)
        if spoilt is not None:
            spoilt[...] = np.nan
    return outputs


@halocline.worker
def keeps_out(step: halocline.Step, u: Any) -> dict[str, Any]:
    """Keep the array that was sent."""
    outputs = returns_out(step, u)
    kept.append(outputs["f"])
    return outputs


def loop(session: halocline.Session) -> None:
    """Send f and g in turns first: g is an ordinary array."""
    for step in session.steps():
        names = ["f", "g", "h"] if step.date % 20 == 0 else ["h", "g", "f"]
        for name in names:
            if name == "g":
                assert step.send("g", values("g", cells(step), range(1), step.date))
                continue
            out = write(step, name)
            if step.date == 0:
                assert_lists_are_refused(step, name)
            if out is not None:
                # A field of one level may leave its axis out.
                assert step.send(name, out[0] if name == "h" else out)


def assert_lists_are_refused(step: halocline.Step, name: str) -> None:
    """Check that what is no array gets the usual error, also where an array was asked for."""
    try:
        step.send(name, [[0.0]])
    except halocline.ShapeError:
        return
    raise AssertionError("a list was sent")


def keep(session: halocline.Session) -> None:
    """Keep every array that was sent."""
    for step in session.steps():
        for name in step.outputs:
            out = step.out(name)
            assert out is not None
            out[...] = values(name, cells(step), range(LEVELS[name]), step.date)
            step.send(name, out)
            kept.append(out)


def main() -> None:
    """Run to the end."""
    with halocline.Session("closure") as session:
        session.define_worker_box("g")
        session.end_definition()
        {"loop": loop, "keeps": keep}[sys.argv[1]](session)


if __name__ == "__main__":
    main()
