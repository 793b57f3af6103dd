"""Communicators: those of mpi4py where it is installed, else numbers that know their rank and size."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

from .exceptions import PyOasisException


class Communicator(int):
    """The Fortran handle of a communicator."""

    @property
    def rank(self) -> int:
        """Rank of this process."""
        return self._rank_and_size()[0]

    @property
    def size(self) -> int:
        """Number of processes."""
        return self._rank_and_size()[1]

    def Get_rank(self) -> int:
        """Return the rank of this process."""
        return self.rank

    def Get_size(self) -> int:
        """Return the number of processes."""
        return self.size

    def py2f(self) -> int:
        """Return the Fortran handle."""
        return int(self)

    def _rank_and_size(self) -> tuple[int, int]:
        from .._mpi import rank_and_size

        return rank_and_size(int(self))


def from_handle(handle: int) -> Any:
    """Return the communicator of a Fortran handle: an mpi4py.MPI.Comm where mpi4py is there, else a Communicator."""
    if importlib.util.find_spec("mpi4py") is None:
        return Communicator(handle)
    return importlib.import_module("mpi4py.MPI").Comm.f2py(handle)


def to_handle(communicator: Any) -> int:
    """Return the Fortran handle of an integer or of a communicator of mpi4py."""
    if isinstance(communicator, int):
        return int(communicator)
    if hasattr(communicator, "py2f"):
        return int(communicator.py2f())
    raise PyOasisException(
        f"found a {type(communicator).__name__}, expected a communicator of mpi4py or its Fortran handle"
    )
