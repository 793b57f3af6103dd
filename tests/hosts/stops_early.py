"""Ocean hosts that do not come to finish: argv[1] says how."""

from __future__ import annotations

import ctypes
import sys

import halocline
import numpy as np


def main() -> None:
    """Send one date, then stop."""
    session = halocline.Session("ocean")
    session.define_serial("g")
    session.end_definition()
    session.send("u", np.zeros((4, 5)), 0)
    if sys.argv[1] == "raises":
        raise RuntimeError("the ocean boils")
    if sys.argv[1] == "exits":
        sys.exit(0)
    if sys.argv[1] == "interrupted":
        raise KeyboardInterrupt
    if sys.argv[1] == "ends MPI":
        ctypes.CDLL("libmpi.so.40", mode=ctypes.RTLD_GLOBAL).MPI_Finalize()


if __name__ == "__main__":
    main()
