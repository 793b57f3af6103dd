"""An ocean whose host has started MPI itself and hands its communicator over, as mpi4py's users do."""

from __future__ import annotations

import ctypes

import halocline
import numpy as np


class World:
    """Stands for mpi4py's MPI.COMM_WORLD, whose Fortran handle is asked for by py2f()."""

    def __init__(self, library: ctypes.CDLL) -> None:
        """Find the handle of Open MPI's communicator of all ranks."""
        world = ctypes.addressof(ctypes.c_char.in_dll(library, "ompi_mpi_comm_world"))
        library.MPI_Comm_c2f.argtypes = [ctypes.c_void_p]
        library.MPI_Comm_c2f.restype = ctypes.c_int
        self.handle: int = library.MPI_Comm_c2f(world)

    def py2f(self) -> int:
        """Give the Fortran handle."""
        return self.handle


def main() -> None:
    """Start MPI, couple, end MPI."""
    library = ctypes.CDLL("libmpi.so.40", mode=ctypes.RTLD_GLOBAL)
    assert library.MPI_Init(None, None) == 0
    with halocline.Session("ocean", comm=World(library)) as session:
        session.define_serial("g")
        session.end_definition()
        for date in range(0, session.length_seconds, 10):
            session.send("u", np.full((4, 5), date, dtype=np.float32), date)
            echo = session.receive("echo", date, out=np.empty((4, 5), dtype=np.float32))
            assert echo is not None
            assert (echo == date).all()
    finalized = ctypes.c_int(-1)
    library.MPI_Finalized(ctypes.byref(finalized))
    assert finalized.value == 0, "the session ended an MPI that it had not started"
    assert library.MPI_Finalize() == 0


if __name__ == "__main__":
    main()
