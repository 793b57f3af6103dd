"""An ocean in Python: any partition, sends `value(...)` of its cells, keeps what it receives in files.

    python_ocean.py [COMPONENT]

It reads `COMPONENT.json` (`ocean.json`) of its folder: one partition a rank, and the levels of the fields that it
sends.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import halocline
import numpy as np
from hosts.cell_values import levels_of, value


def define(session: halocline.Session, partition: dict[str, Any]) -> None:
    """Define this rank's part of grid g."""
    kind = partition["kind"]
    if kind == "serial":
        session.define_serial("g")
    elif kind == "box":
        session.define_box("g", *partition["box"])
    elif kind == "cube":
        session.define_cube("g", *partition["cube"])
    elif kind == "apple":
        session.define_apple("g", *partition["apple"])
    elif kind == "orange":
        session.define_orange("g", [(offset, cells) for offset, cells in partition["orange"]])
    elif kind == "points":
        session.define_points("g", partition["points"])
    else:
        session.define_empty("g")


def cells_of(partition: dict[str, Any], nx: int, ny: int) -> np.ndarray:
    """Give (j, i) of the own cells, in the shape of the local array."""
    kind = partition["kind"]
    whole = np.arange(nx * ny)
    if kind == "serial":
        cells = whole.reshape(ny, nx)
    elif kind == "box":
        i, j, ni, nj = partition["box"]
        cells = whole.reshape(ny, nx)[j : j + nj, i : i + ni]
    elif kind == "cube":
        i, j, _, ni, nj, _ = partition["cube"]
        cells = whole.reshape(ny, nx)[j : j + nj, i : i + ni]
    elif kind == "apple":
        offset, number = partition["apple"]
        cells = whole[None, offset : offset + number]
    elif kind == "orange":
        cells = np.concatenate([whole[offset : offset + number] for offset, number in partition["orange"]])[None]
    else:
        cells = np.array(partition.get("points", []), dtype=int)[None]
    return np.stack([cells // nx, cells % nx])


def values(field: str, cells: np.ndarray, levels: range, date: int) -> np.ndarray:
    """Give a field's values (level, j, i), as a strided part of a larger array."""
    _, nj, ni = cells.shape
    larger = np.full((ni + 3, nj + 2, len(levels)), np.nan)
    inside = larger[2:-1, 1:-1, :].T
    for k, level in enumerate(levels):
        for y in range(nj):
            for x in range(ni):
                inside[k, y, x] = value(field, int(cells[1, y, x]), int(cells[0, y, x]), level, date)
    return inside


def in_fewer_axes(array: np.ndarray, date: int) -> np.ndarray:
    """Leave out the axes that may be left out, at every second date."""
    if date % 20 == 0:
        return array
    if array.shape[1] == 1:
        array = array[:, 0]
    return array[0] if array.shape[0] == 1 else array


def main() -> None:
    """Run to the end."""
    component = sys.argv[1] if len(sys.argv) > 1 else "ocean"
    plan = json.loads(Path(f"{component}.json").read_text())
    with halocline.Session(component) as session:
        partition = plan["partitions"][session.rank]
        define(session, partition)
        session.end_definition()
        experiment = session.experiment
        grid = experiment["grids"]["g"]
        cells = cells_of(partition, grid["nx"], grid["ny"])
        for date in range(0, session.length_seconds, 10):
            for name, levels in plan["sends"].items():
                array = values(name, cells, levels_of(partition, levels), date)
                session.send(name, in_fewer_axes(array, date), date)
            for name in session.received_fields:
                received = session.receive(name, date)
                if received is not None:
                    np.save(f"{name}.{session.rank}.{date}.npy", received)


if __name__ == "__main__":
    main()
