"""Workers that give back or write down what they get."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import halocline

log: list[dict[str, Any]] = []


@halocline.worker
def echo(u: Any) -> dict[str, Any]:
    """Send u back."""
    return {"echo": u}


@halocline.worker
def note(step: halocline.Step, u: Any, slow: Any, held: Any, fixed: Any, unused: int = 5) -> dict[str, Any]:
    """Write down the first cell of each argument, and whether it came."""
    arguments = {"u": u, "slow": slow, "held": held, "fixed": fixed}
    came = {name: None if array is None else float(array[0, 0, 0]) for name, array in arguments.items()}
    log.append({"date": step.date, "unused": unused, **came})
    Path("notes.json").write_text(json.dumps(log))
    for array in arguments.values():
        if array is not None:
            array[...] = -1
    if "answer" in step.outputs:
        return {"answer": came["u"] + 0 * u if u is not None else slow}
    return {}


@halocline.worker
def watch(step: halocline.Step, u: Any) -> None:
    """Write down the dates at which it is called, without any output."""
    log.append({"date": step.date, "u": float(u[0, 0, 0])})
    Path("notes.json").write_text(json.dumps(log))
