"""One rank's part in a coupled run, for programs that want to drive it themselves."""

from __future__ import annotations

import atexit
import json
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any, NoReturn, Protocol, cast

import numpy as np
import numpy.typing as npt

from . import failures
from .arrays import FloatArray
from .errors import HaloclineError, JobEndedError
from .outputs import Outputs
from .step import Step, sent_cells


class Communicator(Protocol):
    """A communicator of mpi4py."""

    def py2f(self) -> int:
        """Return its Fortran handle."""


class Session:
    """One rank's part in the coupling.

    Axes of arrays are (level, j, i), i fastest in memory for the fastest copies; any strides are
    taken. Fields of one level take (j, i) too; on apple, orange and points partitions (level, cell)
    or (cell). Cells are counted from 0, dates are whole seconds since the start of the run.

    All ranks of the job take part in begin, `end_definition` and `finish`::

        session = Session("ocean")
        session.define_box("gyre", i_first=0, j_first=0, ni=32, nj=64)
        session.end_definition()
        for seconds in range(0, session.length_seconds, 1200):
            session.send("u", u, seconds)
            forcing = session.receive("u_f", seconds)
        session.finish()
    """

    def __init__(
        self,
        component: str,
        experiment: str | os.PathLike[str] | None = None,
        comm: int | Communicator | None = None,
    ) -> None:
        """Begin: collective over all ranks of the job.

        `experiment` defaults to $HALOCLINE_EXPERIMENT, then to experiment.yaml. `comm` holds the
        ranks of all components: a communicator of mpi4py or a Fortran handle. Without it the
        session takes MPI_COMM_WORLD, and starts and ends MPI where nobody else did. It waits for the
        other ranks up to $HALOCLINE_START_TIMEOUT [s] (default 600).
        """
        from ._mpi import Session as Core
        from ._mpi import before_mpi_ends

        handle = comm if comm is None or isinstance(comm, int) else comm.py2f()
        self._core = Core(component, None if experiment is None else os.fspath(experiment), handle)
        self._outputs = Outputs(self._core)
        self._left = False
        atexit.register(self._leave_early)
        before_mpi_ends(self._leave_early)

    @property
    def component(self) -> str:
        """Name of this component."""
        return self._core.component

    @property
    def rank(self) -> int:
        """Rank within the component."""
        return self._core.rank

    @property
    def size(self) -> int:
        """Number of ranks of the component."""
        return self._core.size

    @property
    def length_seconds(self) -> int:
        """First date after the run [s]."""
        return self._core.length_seconds

    @property
    def local_communicator(self) -> int:
        """Fortran handle of the communicator of this component's ranks; freed by `finish`."""
        return self._core.local_communicator

    @property
    def folder(self) -> str:
        """Folder of the experiment file."""
        return os.fspath(self._core.folder)

    @property
    def experiment(self) -> dict[str, Any]:
        """The experiment file as read, with its defaults filled in."""
        return cast("dict[str, Any]", json.loads(self._core.experiment_json()))

    def define_serial(self, grid: str) -> None:
        """Own all cells of a grid."""
        self._core.define_serial(grid)

    def define_empty(self, grid: str) -> None:
        """Own no cell of a grid."""
        self._core.define_empty(grid)

    def define_worker_box(self, grid: str) -> None:
        """Own the box that Halocline chooses for a worker's rank.

        A component with `worker:` in the experiment file gets it by itself.
        """
        self._core.define_worker_box(grid)

    def define_box(self, grid: str, i_first: int, j_first: int, ni: int, nj: int) -> None:
        """Own the cells i_first <= i < i_first + ni, j_first <= j < j_first + nj."""
        self._core.define_box(grid, i_first, j_first, ni, nj)

    def define_apple(self, grid: str, offset: int, cells: int) -> None:
        """Own `cells` cells in a row from global index `offset` = j nx + i."""
        self._core.define_apple(grid, offset, cells)

    def define_orange(self, grid: str, pieces: Sequence[tuple[int, int]]) -> None:
        """Own several pieces (offset, cells) one after the other."""
        self._core.define_orange(grid, list(pieces))

    def define_points(self, grid: str, cells: Sequence[int] | npt.NDArray[np.integer]) -> None:
        """Own single cells by their global indices j nx + i, in the order of the local array."""
        self._core.define_points(grid, np.asarray(cells, dtype=np.int64).ravel().tolist())

    def define_cube(
        self, grid: str, i_first: int, j_first: int, level_first: int, ni: int, nj: int, levels: int
    ) -> None:
        """Own a box of cells on the levels level_first <= level < level_first + levels.

        Arrays (level, j, i) begin with level level_first and have those of these levels that their
        field has: fewer than `levels` where it ends before, none where it ends below level_first.
        """
        self._core.define_cube(grid, i_first, j_first, level_first, ni, nj, levels)

    def end_definition(self) -> None:
        """End the definition phase. Collective over all ranks of the job."""
        self._core.end_definition()

    @property
    def received_fields(self) -> list[str]:
        """Fields that this component receives."""
        return self._core.received_fields()

    @property
    def sent_fields(self) -> list[str]:
        """Fields that this component sends."""
        return self._core.sent_fields()

    def own_box(self, grid: str) -> tuple[int, int, int, int] | None:
        """Give (i_first, j_first, ni, nj) of this rank's cells, None where they are no box."""
        return self._core.own_box(grid)

    def own_shape(self, field: str) -> tuple[int, int, int]:
        """Give the extent (level, j, i) of a field's own cells on this rank.

        Of a field that is both sent and received, the extent of the array that is sent.
        """
        return self._core.sent_shape(field) or self._received_shape(field)[0]

    def halo(self, field: str) -> int:
        """Give the halo width of a received field [cells]; 0 for one that is only sent."""
        if self._core.received_shape(field) is None and self._core.sent_shape(field) is not None:
            return 0
        return self._received_shape(field)[1]

    def _received_shape(self, field: str) -> tuple[tuple[int, int, int], int]:
        shape = self._core.received_shape(field)
        if shape is None:
            raise failures.unknown_field(field, self.received_fields)
        return shape

    def out(self, name: str, seconds: int) -> FloatArray | None:
        """Give an array of own cells, (level, j, i), to write a field into that `send` then sends.

        Where one rank of this node receives all of it in one piece, this is that rank's own block and
        `send` copies nothing; otherwise it is memory of this session. What it holds at first is not
        defined, and after `send` it must not be used; drop it before the date after next. None
        where nothing is due. May wait until the receiver has taken the values of two dates before.
        """
        # Those of earlier dates that nobody views any more can be used again.
        self._core.take_back()
        return self._outputs.lend(name, seconds)

    def send(self, name: str, array: object, seconds: int) -> bool:
        """Send own cells of a field (numpy or torch, float32 or float64).

        Returns whether anything was due at this date. The array is free when send returns; the one
        that `out` gave for this date is not copied, and is free no more.
        """
        return self._outputs.send(name, array, seconds)

    def receive(self, name: str, seconds: int, out: FloatArray | None = None) -> FloatArray | None:
        """Receive a field, waiting for it without the GIL; None where nothing is due at this date.

        `out` is an array of own cells, or of own cells with the halo of the exchange. Without it
        a new array of float64 with the halo is returned, (level, j, i).
        """
        if out is None:
            (levels, nj, ni), halo = self._received_shape(name)
            out = np.empty((levels, nj + 2 * halo, ni + 2 * halo))
        return out if self._core.receive(name, out, seconds) else None

    def mask(self, name: str) -> FloatArray:
        """Tell sent cells from filled ones: 1 where some rank sends a value, 0 elsewhere.

        A new array of float64 with the halo of the exchange, (level, j, i).
        """
        return sent_cells(self._core, name, self._received_shape(name))

    def steps(self) -> Iterator[Step]:
        """Go through the dates at which something is due for this component.

        A view of a step's block stays valid as long as it lives, also after `finish`. Where the
        sender is on this node, a field has two blocks, used in turn: a view that lives when the
        date after next is asked for is then an error. Inputs that were not taken are received and
        let go.
        """
        while (found := self._core.next_step()) is not None:
            step = Step(self._core, *found)
            yield step
            step.close()

    def finish(self) -> None:
        """Leave in order: waits until every message has left. Collective over all ranks."""
        self._core.finish()
        atexit.unregister(self._leave_early)

    def abort(self, error: BaseException | str) -> NoReturn:
        """End the whole job with status 1; the message is the first cause that all ranks show."""
        self._left = True
        cause = error if isinstance(error, HaloclineError) else failures.cause(error)
        flush()
        self._core.abort(cause.code, cause.found, cause.expected, cause.hint, cause.field)
        raise AssertionError("abort has returned")

    def __enter__(self) -> Session:
        """Begin a `with` block: it finishes at its end, and aborts the job on an exception."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish, or end the job with the exception as the first cause."""
        if self._core.finished:
            return
        if error is not None:
            if not isinstance(error, JobEndedError):
                traceback.print_exception(error)
            self.abort(error)
        self.finish()

    def _leave_early(self) -> None:
        """End the job when the process ends, or ends MPI, before finish: nobody shall wait for it."""
        if self._left or self._core.finished:
            return
        self._left = True
        uncaught = getattr(sys, "last_exc", None) or getattr(sys, "last_value", None)
        if uncaught is not None:
            self.abort(uncaught)
        flush()
        self._core.abandon()


def flush() -> None:
    """Write out what the program printed: the job ends without Python's own exit."""
    sys.stdout.flush()
    sys.stderr.flush()
