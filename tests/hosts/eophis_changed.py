"""The script of eophis_closure.py with one change in the description of its tunnels: CHANGE MODE."""

import sys
from typing import Any

import eophis
import eophis_closure as script  # type: ignore[import-not-found]

describe = script.ocean_info


def changed() -> Any:
    """Describe the tunnels, then change something of the first."""
    tunnels, namelist = describe()
    for tunnel in tunnels:
        ex, grid = tunnel["exchs"][0], tunnel["grids"]["gyre"]
        if "v" in ex["in"] or "npts" in sys.argv[1]:
            exec(sys.argv[1], {"ex": ex, "grid": grid})
    return tunnels, namelist


script.ocean_info = changed
eophis.set_mode(sys.argv[2])
script.preproduction() if sys.argv[2] == "preprod" else script.production()
