"""A script with one field each way, for Eophis or what stands in for it: times receive and send, writes times.json."""

import json
import sys
import time
from typing import Any

import eophis

CASE: dict[str, Any] = json.loads(sys.argv[2])


def tunnels() -> Any:
    """Register the tunnel of the case."""
    grid = {"npts": tuple(CASE["npts"]), "halos": CASE["halo"], "bnd": ("cyclic", "NFold"), "folding": ("T", "T")}
    fields = {"freq": CASE["period"], "grd": "globe", "lvl": CASE["levels"], "in": ["t"], "out": ["f"]}
    (tunnel,) = eophis.register_tunnels([{"label": "BENCH", "grids": {"globe": grid}, "exchs": [fields]}])
    return tunnel


def main() -> None:
    """Write the namcouple, or run."""
    eophis.set_mode(sys.argv[1])
    tunnel = tunnels()
    length = CASE["period"] * CASE["steps"]
    if sys.argv[1] == "preprod":
        eophis.write_coupling_namelist(simulation_time=length)
        return
    eophis.open_tunnels()
    received, sent, checksum = [], [], 0.0
    for date in range(0, length, CASE["period"]):
        # The ocean has sent before: what is timed is the work, not its pace.
        time.sleep(CASE["pause"])
        begin = time.perf_counter()
        field = tunnel.receive("t", date)
        middle = time.perf_counter()
        tunnel.send("f", field, date)
        end = time.perf_counter()
        received.append(middle - begin)
        sent.append(end - middle)
        checksum += float(field[0, 0, 0] + field[-2, -2, -1])
        del field
    with open("times.json", "w") as file:
        json.dump({"receive": received, "send": sent, "checksum": checksum}, file)


main()
