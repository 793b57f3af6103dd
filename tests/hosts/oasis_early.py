"""A sender that goes on when its receiver has left, through pyoasis.

    python oasis_early.py sender|receiver SECONDS

The receiver takes the first of eight dates and terminates; the sender puts all of them, then computes alone
for SECONDS.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pyoasis
from pyoasis import OASIS

CELLS, DATES, PERIOD = 120, 8, 10


def main(role: str, alone: float) -> None:
    """Send or receive."""
    component = pyoasis.Component(role)
    comm = component.localcomm
    own = pyoasis.ApplePartition(CELLS // comm.size * comm.rank, CELLS // comm.size)
    name, direction = ("S_FLAT", OASIS.OUT) if role == "sender" else ("R_FLAT", OASIS.IN)
    variable = pyoasis.Var(name, own, direction)
    component.enddef()
    values = np.full(CELLS // comm.size, 1.0)
    if role == "receiver":
        variable.get(0, values)
    else:
        for date in range(0, DATES * PERIOD, PERIOD):
            variable.put(date, values)
        time.sleep(alone)
    del component
    print(f"{role} has left", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
