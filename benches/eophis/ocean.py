"""The ocean of the benchmark: sends a field and gets one back at each date. `ocean.py halocline|pyoasis CASE`."""

import json
import sys
import time
from typing import Any

import numpy as np

CASE: dict[str, Any] = json.loads(sys.argv[2])
NX, NY = CASE["npts"]
LEVELS = CASE["levels"]
round_trips: list[float] = []


def field(date: int) -> Any:
    """Make the field of a date, axes (level, j, i)."""
    return np.arange(LEVELS * NY * NX, dtype=np.float64).reshape(LEVELS, NY, NX) + date


def with_halocline() -> None:
    """Couple through Halocline."""
    from halocline._mpi import Tunnels

    ocean = Tunnels("ocean")
    cells = (0, 0, NX, NY)
    out = ocean.define_sent("E_OUT_0", (NX, NY), cells, LEVELS)
    back = ocean.define_received("E_IN_0", (NX, NY), cells, LEVELS, 0, ("closed", "closed"), "T", False)
    ocean.end_definition()
    values, returned = field(0), field(0)
    for date in range(0, CASE["period"] * CASE["steps"], CASE["period"]):
        begin = time.perf_counter()
        ocean.put(out, values, date)
        ocean.take_back()
        # As a model that gets into an array of its own.
        np.copyto(returned, np.asarray(ocean.lend(back, date)))
        round_trips.append(time.perf_counter() - begin)
    ocean.finish()


def with_pyoasis() -> None:
    """Couple through OASIS's own Python interface."""
    import pyoasis

    ocean = pyoasis.Component("ocean")
    partition = pyoasis.BoxPartition(0, NX, NY, NX)
    out = pyoasis.Var("E_OUT_0", partition, pyoasis.OASIS.OUT, bundle_size=LEVELS)
    back = pyoasis.Var("E_IN_0", partition, pyoasis.OASIS.IN, bundle_size=LEVELS)
    ocean.enddef()
    values = pyoasis.asarray(field(0).transpose(2, 1, 0))
    returned = pyoasis.asarray(np.zeros((NX, NY, LEVELS)))
    for date in range(0, CASE["period"] * CASE["steps"], CASE["period"]):
        begin = time.perf_counter()
        out.put(date, values)
        back.get(date, returned)
        round_trips.append(time.perf_counter() - begin)
    del ocean


if sys.argv[1] == "halocline":
    with_halocline()
else:
    with_pyoasis()
with open("round_trips.json", "w") as file:
    json.dump(round_trips, file)
