"""The words of failures: where an exception came from, and the nearest known name."""

from __future__ import annotations

import difflib
import os
import sys
import traceback
from collections.abc import Iterable

from .errors import HaloclineError, UnknownNameError, WorkerError

LAST_FRAMES = 4
"""Frames of a traceback that a first cause shows."""


def nearest(wrong: str, known: Iterable[str]) -> str:
    """List the known names, the nearest one first."""
    names = list(known)
    if not names:
        return "there are none"
    close = difflib.get_close_matches(wrong, names, n=1, cutoff=0.5)
    listed = ", ".join(names)
    return f"did you mean '{close[0]}'? Known: {listed}" if close else f"one of: {listed}"


def unknown_field(name: str, known: Iterable[str]) -> HaloclineError:
    """Build the error of a field that this component has no part in."""
    return UnknownNameError.of(
        f"field '{name}', which this component has no part in",
        nearest(name, known),
        "correct the name, or the exchanges of the experiment file; end_definition comes first",
        field=name,
    )


def excerpt(error: BaseException) -> str:
    """Give the last lines of an exception's traceback, the error itself first."""
    head = "".join(traceback.format_exception_only(error)).strip()
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not _ours(frame)]
    lines = [
        f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}: {frame.line}'
        for frame in frames[-LAST_FRAMES:]
    ]
    return "\n".join([head, *lines])


def _ours(frame: traceback.FrameSummary) -> bool:
    return os.path.dirname(os.path.abspath(frame.filename)) == os.path.dirname(__file__)


def cause(error: BaseException | str) -> HaloclineError:
    """Turn any failure into one with three parts."""
    if isinstance(error, HaloclineError):
        return error
    if isinstance(error, KeyboardInterrupt):
        return WorkerError.of("interrupted from the keyboard", "", "")
    if isinstance(error, SystemExit):
        found = f"the program left with sys.exit({error.code!r}) before finish"
        return WorkerError.of(found, "finish at the end of the run", "see this rank's log for why")
    found = error if isinstance(error, str) else excerpt(error)
    return WorkerError.of(found, "", "see this rank's log for the whole traceback")


def show(error: BaseException) -> None:
    """Print the traceback of the user's own exception into this rank's log."""
    origin = error.__cause__ if isinstance(error, HaloclineError) else error
    if origin is not None:
        traceback.print_exception(origin, file=sys.stderr)
