"""The same round trip through YAC, written against its Python interface: yac_pair.py ocean | partner.

One rank a side. Both define the same regular longitude-latitude grid, the nearest neighbour is the cell itself, levels
are a collection. YAC has no halos: the partner gets own cells only.
"""

from __future__ import annotations

import datetime
import json
import statistics
import sys
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
import yac

FloatArray = npt.NDArray[np.float64]


def fields(coupler: yac.YAC, case: dict[str, int], name: str) -> dict[str, yac.Field]:
    """Define component, grid and both fields, and the two couplings."""
    component = coupler.def_comp(name)
    longitudes = np.linspace(-3.0, 3.0, case["nx"] + 1)
    latitudes = np.linspace(-1.4, 1.4, case["ny"] + 1)
    grid = yac.Reg2dGrid(f"grid_{name}", longitudes, latitudes)
    centres = [0.5 * (edges[1:] + edges[:-1]) for edges in (longitudes, latitudes)]
    points = grid.def_points(yac.Location.CELL, *centres)
    found = {
        field: yac.Field.create(field, component, points, case["levels"], "1", yac.TimeUnit.SECOND) for field in "uv"
    }
    nearest = yac.InterpolationStack()
    nearest.add_nnn(yac.NNNReductionType.AVG, n=1)
    for field, source, target in (("u", "ocean", "partner"), ("v", "partner", "ocean")):
        ends = (source, f"grid_{source}", field, target, f"grid_{target}", field)
        coupler.def_couple(*ends, "1", yac.TimeUnit.SECOND, yac.Reduction.TIME_NONE, nearest)
    return found


def ocean(case: dict[str, int], u: yac.Field, v: yac.Field) -> list[float]:
    """Send and receive; give the time of each round trip [s]."""
    cells = case["nx"] * case["ny"]
    out: FloatArray = np.arange(case["levels"] * cells, dtype=np.float64).reshape(case["levels"], cells) % 4001
    back = np.zeros_like(out)
    times = []
    for _ in range(case["warm_up"] + case["exchanges"]):
        begun = time.perf_counter()
        u.put(out)
        v.get(back)
        times.append(time.perf_counter() - begun)
    if not np.array_equal(back, 0.5 * out):
        raise SystemExit("yac_pair: the benchmark received a wrong value")
    return times[case["warm_up"] :]


def partner(case: dict[str, int], u: yac.Field, v: yac.Field) -> None:
    """Answer every round trip with the model pass of all benchmarks."""
    received = np.zeros((case["levels"], case["nx"] * case["ny"]))
    answer = np.zeros_like(received)
    for _ in range(case["warm_up"] + case["exchanges"]):
        u.get(received)
        np.multiply(received, 0.5, out=answer)
        v.put(answer)


def main() -> None:
    """Play one of both sides; the ocean writes times.txt."""
    name = sys.argv[1]
    case = json.loads(Path("bench.json").read_text())
    yac.def_calendar(yac.Calendar.PROLEPTIC_GREGORIAN)
    coupler = yac.YAC()
    start = datetime.datetime(2000, 1, 1)
    end = start + datetime.timedelta(seconds=case["warm_up"] + case["exchanges"] + 1)
    coupler.def_datetime(start.isoformat(), end.isoformat())
    begun = time.perf_counter()
    found = fields(coupler, case, name)
    coupler.enddef()
    definition = time.perf_counter() - begun
    if name == "partner":
        partner(case, found["u"], found["v"])
        return
    times = ocean(case, found["u"], found["v"])
    lines = [f"definition {definition:.9e}", *(f"exchange {seconds:.9e}" for seconds in times)]
    Path("times.txt").write_text("\n".join(lines) + "\n")
    print(f"yac_pair: median {1e3 * statistics.median(times):.3g} ms")


if __name__ == "__main__":
    main()
