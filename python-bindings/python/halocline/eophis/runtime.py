"""The coupled job below the tunnels: Halocline's session, which MPI is loaded for."""

from __future__ import annotations

import atexit
import sys
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from . import logs

if TYPE_CHECKING:
    from .._mpi import Lease, Tunnels
    from .grid import Grid

COMPONENT = "eophis"
"""Name of the script's component in the job."""


class Variable:
    """One variable of the job, by the number that the session gave it."""

    def __init__(self, core: Tunnels, number: int) -> None:
        """Take the number; -1 stands for one that the experiment does not mention."""
        self._core, self._number = core, number

    def is_coupled(self) -> bool:
        """Whether somebody has the other side of it; known when the tunnels are open."""
        return self._core.is_coupled(self._number)

    def lend(self, date: int) -> Lease | None:
        """Return the block that the coupler filled, axes (level, j, i) with halo; None where nothing is due."""
        self._core.take_back()
        return self._core.lend(self._number, date)

    def put(self, own: npt.NDArray[Any], date: int) -> None:
        """Send own cells, axes (i, j, level)."""
        self._core.put(self._number, own.transpose(2, 1, 0), date)


class Coupling:
    """This rank of the script in the coupled job. One a process."""

    def __init__(self) -> None:
        """Join the job; collective over all its processes."""
        try:
            from .._mpi import Tunnels, before_mpi_ends
        except ImportError as error:
            logs.abort(f"coupling needs Halocline's extension for MPI: {error}")
        self._core = Tunnels(COMPONENT)
        self._open = True
        atexit.register(self._leave_early)
        before_mpi_ends(self._before_mpi_ends)
        logs.joined(self.rank, self)

    @property
    def rank(self) -> int:
        """Rank among the processes of the script."""
        return self._core.rank

    @property
    def size(self) -> int:
        """Number of processes of the script."""
        return self._core.size

    def define_received(self, name: str, grid: Grid, levels: int, static: bool) -> Variable:
        """Define a variable that arrives with the halo of its grid."""
        box = grid.box
        assert box is not None, "the grid is cut before its variables are defined"
        edges = ["closed" if edge == "close" else edge for edge in grid.bnd]
        if grid.is_folded:
            edges[1] = f"{'north' if grid.folds_north else 'south'} {grid.fold}"
        number = self._core.define_received(
            name,
            grid.size,
            (box.i_first, box.j_first, box.ni, box.nj),
            int(levels),
            grid.halo_size,
            (edges[0], edges[1]),
            grid.grd,
            grid.changes_sign(static),
        )
        return Variable(self._core, number)

    def define_sent(self, name: str, grid: Grid, levels: int) -> Variable:
        """Define a variable that departs: own cells only."""
        box = grid.box
        assert box is not None, "the grid is cut before its variables are defined"
        cells = (box.i_first, box.j_first, box.ni, box.nj)
        return Variable(self._core, self._core.define_sent(name, grid.size, cells, int(levels)))

    def end_definition(self) -> None:
        """End the definition phase; collective over all processes of the job."""
        self._core.end_definition()
        logs.ready()

    def close(self) -> None:
        """Leave in order; collective over all processes of the job."""
        if not self._open:
            return
        self._open = False
        atexit.unregister(self._leave_early)
        logs.left()
        self._core.take_back()
        self._core.finish()

    def abort(self, code: str, found: str, expected: str, hint: str) -> None:
        """End all processes of the job with a status other than 0; does not return."""
        self._open = False
        self._core.abort(code, found, expected, hint)

    def _before_mpi_ends(self) -> None:
        """End the job when the script ends MPI with tunnels open: the ocean model would wait for it."""
        self._leave_early()
        if not self._open:
            return
        self._open = False
        sys.stdout.flush()
        sys.stderr.flush()
        self._core.abandon()

    def _leave_early(self) -> None:
        """End the job when the script ends by an exception: the ocean model would wait for it."""
        failure = logs.failure()
        if not self._open or failure is None:
            return
        from .. import failures

        cause = failures.cause(failure)
        self.abort(cause.code or "worker", cause.found, cause.expected, cause.hint)
