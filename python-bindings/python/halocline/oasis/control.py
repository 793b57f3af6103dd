"""The one component of this process, what becomes of exceptions that nobody catches, debug level, abort."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np

from .exceptions import PyOasisException, translated

if TYPE_CHECKING:
    from .._mpi import OasisComponent

_current: list[OasisComponent] = []


def begin(core: OasisComponent) -> None:
    """Let this be the component of the process; an exception that nobody catches then ends the job."""
    if not _current and sys.excepthook is not _end_job:
        sys.excepthook = _end_job
    _current[:] = [core]


def end(core: OasisComponent) -> None:
    """End the coupling in order; where that fails, end the job: nobody is there to catch an exception."""
    if core not in _current:
        return
    _current.clear()
    try:
        core.terminate()
    except Exception as error:
        core.abort(str(error))


def leave_early() -> None:
    """End the job where the script ends MPI before its component: the others would wait for it."""
    if not _current:
        return
    core = _current.pop()
    sys.stdout.flush()
    sys.stderr.flush()
    core.abandon()


def current() -> OasisComponent:
    """Return the component of this process."""
    if not _current:
        raise PyOasisException("found no component, expected one: make a pyoasis.Component first, and keep it")
    return _current[0]


def _end_job(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    traceback.print_exception(kind, error, trace)
    sys.stderr.flush()
    if _current:
        _current[0].abort("".join(traceback.format_exception_only(kind, error)).strip())


def oasis_abort(
    component_id: int, routine: str, message: str, filename: str = "", line: int = 0, error: int = 1
) -> None:
    """End the whole job with a status other than 0. Does not return."""
    place = f" ({filename}:{line})" if filename else ""
    current().abort(f"oasis_abort in {routine}: {message}{place} (component {component_id}, error {error})")


def set_debug(level: int) -> None:
    """Set the debug level: from 10 on, every put and get is written into the log file of the process."""
    check_types([int], [level])
    if level < 0:
        raise PyOasisException(f"found the debug level {level}, expected 0 or more")
    with translated():
        current().set_debug_level(level)


def get_debug() -> int:
    """Return the debug level."""
    with translated():
        return current().debug_level


def check_types(types: Sequence[type], values: Sequence[Any]) -> None:
    """Check that each value is of its type.

    Raises
    ------
    PyOasisException
        naming the first that is not

    """
    for position, (wanted, value) in enumerate(zip(types, values, strict=True), start=1):
        # Integers of numpy are numbers too; True and False are none.
        known = (int, np.integer) if wanted is int else wanted
        if isinstance(value, known) and (wanted is bool or not isinstance(value, bool)):
            continue
        raise PyOasisException(
            f"argument {position}: found {value!r}, a {type(value).__name__}, expected a {wanted.__name__}"
        )
