"""Serve a worker's function as a component: `python -m halocline.serve closure.py:closure`."""

from __future__ import annotations

import argparse
import functools
import gc
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from . import failures
from .arrays import FloatArray, choose_conversion, make_repeatable
from .calling import WorkerFunction, call_for_block, call_for_tiles, no_cells
from .errors import HaloclineError, WorkerError
from .loading import load_function
from .outputs import shares_memory
from .session import Session
from .settings import Settings, read_settings, the_one_grid, worker_reference
from .step import Step
from .tiles import Tiling
from .worker import name_of, read_arguments

Call: TypeAlias = Callable[[Step], dict[str, FloatArray]]
"""Compute the outputs of one date on own cells (level, j, i)."""


def main(words: Sequence[str] | None = None) -> int:
    """Serve until the end of the run; returns the exit status."""
    arguments = _parse(words)
    # Ctrl-C ends the process at once, also while it waits outside of Python: the launcher sent it to all ranks.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    component = arguments.component or os.environ.get("HALOCLINE_COMPONENT")
    if not component:
        print("halocline serve: no component: give --component NAME, or set HALOCLINE_COMPONENT", file=sys.stderr)
        return 2
    try:
        session = Session(component, arguments.experiment)
    except HaloclineError as error:
        print(f"halocline serve: {error}", file=sys.stderr)
        return 1
    try:
        serve(session, arguments.worker)
        session.finish()
    except BaseException as error:
        failures.show(error)
        session.abort(error)
    return 0


def _parse(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="halocline serve", description="Serve a worker's function as a component of a coupled run."
    )
    parser.add_argument(
        "worker", nargs="?", help="FILE.py:FUNCTION; default: the component's `worker:` in the experiment file"
    )
    parser.add_argument("--component", help="name in the experiment file; default: $HALOCLINE_COMPONENT")
    parser.add_argument("--experiment", help="experiment file; default: $HALOCLINE_EXPERIMENT")
    return parser.parse_args(words)


def serve(session: Session, reference: str | None) -> None:
    """Load the function, then call it at every date when one of its outputs is due."""
    reference_found = worker_reference(session, reference)
    folder = Path.cwd() if reference else Path(session.folder)
    function = load_function(reference_found, folder)
    define_boxes(session)
    session.end_definition()
    settings = read_settings(session)
    worker = prepare(session, settings, function)
    call = choose_call(session, worker)
    for step in session.steps():
        step.receive_all()
        if step.outputs or not settings.outputs:
            act(call, step)
            judge_views(worker, step)


def define_boxes(session: Session) -> None:
    """Define a worker's boxes where the experiment file starts it by `command:`; else the core does."""
    experiment = session.experiment
    if experiment["components"][session.component].get("worker"):
        return
    exchanges = [ours for ours in experiment["exchanges"] if session.component in (ours["from"], ours["to"])]
    grids = {experiment["fields"][name]["grid"] for ours in exchanges for name in ours["fields"]}
    for grid in sorted(grids):
        session.define_worker_box(grid)


def prepare(session: Session, settings: Settings, function: Callable[..., object]) -> WorkerFunction:
    """Match the function with its fields, and set up the arrays that it wants."""
    arguments = read_arguments(function, session.received_fields)
    conversion = choose_conversion(settings.arrays, settings.device, settings.threads, session.rank)
    return WorkerFunction(name_of(function), function, arguments, conversion, settings)


def choose_call(session: Session, worker: WorkerFunction) -> Call:
    """Decide once how the function is called: for the block, for tiles, or not at all."""
    settings = worker.settings
    boxes = {grid: session.own_box(grid) for grid in settings.grids}
    if all(box is None or 0 in box[2:] for box in boxes.values()):
        return functools.partial(no_cells, worker)
    if settings.tiles is None:
        return functools.partial(call_for_block, worker)
    make_repeatable(worker.conversion)
    grid, size = the_one_grid(settings)
    box = boxes[grid]
    if box is None:
        raise WorkerError.of(
            f"`tiles:`, but this rank's cells on grid '{grid}' are no box",
            "boxes, as Halocline chooses them for a worker",
            "define no domain, or leave `tiles:` out of the experiment file",
        )
    return functools.partial(call_for_tiles, worker, Tiling.of_box(settings.tiles, size, box))


def act(call: Call, step: Step) -> None:
    """Compute and send the outputs of one date."""
    results = call(step)
    if step.lends_outputs():
        results = apart(results)
    for name, array in results.items():
        step.send(name, array)


def apart(results: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """Copy results that share memory with another: what was sent in place belongs to its receiver."""
    separate: dict[str, FloatArray] = {}
    for name, array in results.items():
        separate[name] = array.copy() if shares_memory(array, separate.values()) else array
    return separate


def judge_views(worker: WorkerFunction, step: Step) -> None:
    """Take the lent blocks back; views that the function kept are an error."""
    if not step.take_back():
        return
    gc.collect()
    viewed = step.take_back()
    if not viewed:
        return
    field, views = viewed[0]
    if field not in worker.settings.inputs:
        raise WorkerError.of(
            f"{views} view{'s' if views > 1 else ''} of output '{field}' of {worker.name} still alive after it "
            f"returned at date {step.date} s",
            "none: the receiver reads this memory now, and the values of a later date come into it",
            f"ask for step.out('{field}') at each date, and keep no part of it",
            field=field,
        )
    others = "".join(f", '{other}' too" for other, _ in viewed[1:])
    copy = f"{field}.clone()" if worker.settings.arrays == "torch" else f"{field}.copy()"
    raise WorkerError.of(
        f"{views} view{'s' if views > 1 else ''} of argument '{field}'{others} of {worker.name} still alive after it "
        f"returned at date {step.date} s",
        "none: the next date's values come into the same memory",
        f"keep a copy, {copy}, instead of the array or a part of it",
        field=field,
    )


if __name__ == "__main__":
    sys.exit(main())
