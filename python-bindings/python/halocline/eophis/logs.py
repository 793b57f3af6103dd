"""The log files of a script: `eophis.out` for what it does, `eophis.err` for warnings and errors.

One rank writes `eophis.out`. Which of the job's ranks that is shows only when the tunnels open: until then lines are
kept. A process that no MPI launcher started writes at once.
"""

from __future__ import annotations

import inspect
import os
import sys
from pathlib import Path
from typing import NoReturn, Protocol

__all__ = ["abort", "info", "warning"]

OUT = "eophis.out"
ERR = "eophis.err"

RANK_VARIABLES = ("OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID")
"""What launchers call the rank of a process in its job."""


class Job(Protocol):
    """The coupled job, as far as `abort` needs it."""

    def abort(self, code: str, found: str, expected: str, hint: str) -> None:
        """End all processes of the job."""


class _State:
    """What this process knows of itself."""

    rank = 0
    is_known = True
    kept: list[tuple[int, str]]
    kept_errors: list[str]
    job: Job | None = None
    aborted = False


_state = _State()
_state.kept, _state.kept_errors = [], []


def launched_rank() -> int | None:
    """Return the rank that an MPI launcher gave this process in its job; None where there is no launcher."""
    for name in RANK_VARIABLES:
        value = os.environ.get(name, "")
        if value.isdigit():
            return int(value)
    return None


def begin() -> None:
    """Start both files, or keep lines until the rank is known."""
    rank = launched_rank()
    _state.rank = rank or 0
    _state.is_known = rank is None
    if _state.is_known:
        _start_files()


def _start_files() -> None:
    for name in (OUT, ERR):
        Path(name).write_text("")


def joined(rank: int, job: Job) -> None:
    """Note this process's rank among those of the script: rank 0 starts the files."""
    _state.rank, _state.job = rank, job
    if not _state.is_known and rank == 0:
        _start_files()


def ready() -> None:
    """Write what was kept: now every rank knows that rank 0 has started the files."""
    if _state.is_known:
        return
    _state.is_known = True
    kept, errors = _state.kept, _state.kept_errors
    _state.kept, _state.kept_errors = [], []
    for writer, text in kept:
        info(text, writer)
    for text in errors:
        _append(ERR, text)


def left() -> None:
    """Forget the job: it has ended in order."""
    _state.job = None


def end() -> None:
    """Write what is still kept when the process ends without having opened tunnels."""
    if not _state.is_known and not _state.aborted and _state.rank == 0:
        _start_files()
        ready()


def aborted() -> bool:
    """Whether `abort` was called."""
    return _state.aborted


def failure() -> BaseException | None:
    """Return the exception that ends the script, if one does."""
    return getattr(sys, "last_value", None)


def rank() -> int:
    """Return the rank of this process among those of the script; until the tunnels are open, in its job."""
    return _state.rank


def info(message: object = "", writer: int = 0) -> None:
    """Write a line into `eophis.out`, on rank `writer` of the script only."""
    if not _state.is_known:
        _state.kept.append((writer, str(message)))
    elif _state.rank == writer:
        _append(OUT, str(message))


def warning(message: object = "Warning not described") -> None:
    """Write a line with the place of the call into `eophis.err`, and a hint at it into `eophis.out`."""
    text = f"WARNING [RANK:{_state.rank}] from {_caller()}: {message}"
    if _state.is_known:
        _append(ERR, text)
    else:
        _state.kept_errors.append(text)
    info(f"Warning raised by rank {_state.rank} ! See error log for details\n", _state.rank)


def abort(message: object = "Error not described") -> NoReturn:
    """Write the error into `eophis.err` and end the whole job, with an exit status other than 0."""
    where = _caller()
    text = f"[RANK:{_state.rank}] from {where}: {message}"
    _state.aborted = True
    _state.is_known = True
    for kept in _state.kept_errors:
        _append(ERR, kept)
    _append(ERR, f"ERROR {text}")
    for _, line in _state.kept:
        _append(OUT, line)
    _state.kept, _state.kept_errors = [], []
    _append(OUT, f"RUN ABORTED by rank {_state.rank} see error log for details")
    print(f"eophis: ERROR {text}", file=sys.stderr, flush=True)
    if _state.job is not None:
        _state.job.abort("worker", f"eophis.abort: {message}", "", f"see {where}")
    # Without a job there are no other processes to end: a launcher ends them when one leaves with this status.
    raise SystemExit(1)


def _caller() -> str:
    """Place of the first call from outside this package."""
    here = os.path.dirname(os.path.abspath(__file__))
    for frame in inspect.stack()[1:]:
        if os.path.dirname(os.path.abspath(frame.filename)) != here:
            return f"{frame.filename} at line {frame.lineno}"
    return "eophis"


def _append(name: str, text: str) -> None:
    with open(name, "a") as file:
        file.write(text + "\n")
