"""A script with one static field for each grid of `grids.json`; every rank writes what it receives into a file."""

import json
import sys
from pathlib import Path
from typing import Any

import eophis
import numpy as np
from eophis import Freqs

grids = json.loads(Path("grids.json").read_text())
tunnel_config = [
    {
        "label": "TO_OCEAN",
        "grids": {name: {**grid, "npts": tuple(grid["npts"])} for name, grid in grids.items()},
        "exchs": [{"freq": Freqs.STATIC, "grd": name, "lvl": 2, "in": [name], "out": []} for name in grids],
    }
]
eophis.set_mode(sys.argv[1])
(tunnel,) = eophis.register_tunnels(tunnel_config)
if sys.argv[1] == "preprod":
    eophis.write_coupling_namelist(simulation_time=100)
    aliases = {tunnel.geo_aliases[name]: grid["npts"] for name, grid in grids.items()}
    Path("sent.json").write_text(json.dumps(aliases))
else:
    eophis.open_tunnels()
    blocks: dict[str, Any] = {name: tunnel.receive(name) for name in grids}
    for block in blocks.values():
        assert block.dtype == np.float64
        assert block.flags.f_contiguous
        assert block.flags.writeable
    box = tunnel.grids[next(iter(grids))].box
    np.savez(f"blocks_{eophis.logs.rank()}.npz", allow_pickle=False, **blocks)
