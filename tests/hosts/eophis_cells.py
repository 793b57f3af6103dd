"""An ocean that sends each of its cells' numbers, from 1, once: `eophis_cells.py sent.json`.

The file says for each variable the size of its grid. The ocean has whole rows a rank.
"""

import json
import sys
from pathlib import Path

import numpy as np
from halocline._mpi import Tunnels


def main() -> None:
    """Send all variables of the file."""
    wanted = json.loads(Path(sys.argv[1]).read_text())
    ocean = Tunnels("ocean")
    sent = []
    for name, (nx, ny) in wanted.items():
        first = ny * ocean.rank // ocean.size
        rows = ny * (ocean.rank + 1) // ocean.size - first
        number = ocean.define_sent(name, (nx, ny), (0, first, nx, rows), 2)
        cells = np.arange(first * nx + 1, (first + rows) * nx + 1, dtype=np.float64).reshape(rows, nx)
        sent.append((number, np.stack([cells, cells + 0.5])))
    ocean.end_definition()
    for number, values in sent:
        ocean.put(number, values, 0)
    ocean.finish()


main()
