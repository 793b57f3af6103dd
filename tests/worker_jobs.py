"""Coupled jobs of a Python ocean and a Python worker, and the obvious reference for what arrives.

The ocean sends `value(...)` of each cell, so that a misplaced cell shows where it came from. The reference
knows the whole grid and finds every cell of a block for itself: no runs, no messages, no plans.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from coupled_job import HOSTS, Mpi, Outcome, Ranks, run_ranks, write_experiment
from hosts.cell_values import levels_of, value

FloatArray = npt.NDArray[np.float64]
Partition = dict[str, Any]

STEP_SECONDS = 10


def run_job(
    mpi: Mpi,
    folder: Path,
    experiment: Mapping[str, Any],
    hosts: Mapping[str, Sequence[str | Path]],
    by_messages: Mapping[str, int] | None = None,
) -> Outcome:
    """Run an experiment under mpirun: components of `hosts` as Python scripts, all others as workers.

    `by_messages` says how many ranks of a component use messages, the first ones.
    """
    file = write_experiment(folder, experiment)
    ranks: list[Ranks] = []
    for name, component in experiment["components"].items():
        words: list[str | Path] = [sys.executable, "-m", "halocline.serve"]
        if name in hosts:
            words = [sys.executable, *hosts[name]]
        part = Ranks(component["ranks"], words, {"HALOCLINE_COMPONENT": name})
        ranks += part.with_messages((by_messages or {}).get(name, 0))
    environment = {"HALOCLINE_EXPERIMENT": str(file), "HALOCLINE_RUN_DIRECTORY": str(folder)}
    packages = mpi.environment.get("PYTHONPATH", os.environ.get("PYTHONPATH", ""))
    environment["PYTHONPATH"] = f"{HOSTS.parent}:{packages}"
    return run_ranks(mpi, folder, ranks, environment)


def write_ocean(
    folder: Path, partitions: Sequence[Partition], sends: Mapping[str, int], component: str = "ocean"
) -> None:
    """Tell the ocean of `hosts/python_ocean.py` its partitions, one a rank, and the levels of what it sends."""
    (folder / f"{component}.json").write_text(json.dumps({"partitions": list(partitions), "sends": dict(sends)}))


@dataclass(frozen=True)
class Grid:
    """A grid for the reference, with the pivot of its north fold."""

    nx: int
    ny: int
    i: str = "closed"
    j: str = "closed"
    pivot: str | None = None

    def entry(self) -> dict[str, Any]:
        """Give its entry in an experiment file."""
        j = self.j if self.pivot is None else {"north_fold": self.pivot}
        return {"nx": self.nx, "ny": self.ny, "boundary": {"i": self.i, "j": j}}

    def fold(self, point: str, i: int, j: int) -> tuple[int, int]:
        """Give the cell beyond or on the last row as the cell that it mirrors."""
        ny = self.ny
        mirrored = {
            ("T", "T"): (-i, 2 * (ny - 1) - j),
            ("T", "U"): (-1 - i, 2 * (ny - 1) - j),
            ("T", "V"): (-i, 2 * ny - 3 - j),
            ("T", "F"): (-1 - i, 2 * ny - 3 - j),
            ("F", "T"): (-1 - i, 2 * ny - 1 - j),
            ("F", "U"): (-2 - i, 2 * ny - 1 - j),
            ("F", "V"): (-1 - i, 2 * ny - 2 - j),
            ("F", "F"): (-2 - i, 2 * ny - 2 - j),
        }[(self.pivot or "T", point)]
        return mirrored[0] % self.nx, mirrored[1]

    def source(self, point: str, i: int, j: int) -> tuple[int, int, int] | None:
        """Find the cell whose value belongs at (i, j), and how often it crossed the fold; None outside."""
        crossings = 0
        if j >= self.ny and self.pivot is not None:
            i, j = self.fold(point, i, j)
            crossings = 1
        if self.j == "cyclic" and self.pivot is None:
            j %= self.ny
        if self.i == "cyclic":
            i %= self.nx
        if not (0 <= i < self.nx and 0 <= j < self.ny):
            return None
        if self.pivot is not None:
            # The last row may hold a point twice: the one further west, or in the row below, is the owner's.
            mirror_i, mirror_j = self.fold(point, i, j)
            if (mirror_j, mirror_i) < (j, i):
                return mirror_i, mirror_j, crossings + 1
        return i, j, crossings


@dataclass(frozen=True)
class Field:
    """A field for the reference."""

    name: str
    point: str
    kind: str
    levels: int

    def entry(self) -> dict[str, Any]:
        """Give its entry in an experiment file."""
        return {"units": "1", "grid": "g", "point": self.point, "kind": self.kind, "levels": self.levels}


def reference_block(
    grid: Grid, field: Field, owned: set[int], box: tuple[int, int, int, int], halo: int, fill: float, date: int
) -> FloatArray:
    """Give the block (level, j, i) that a receiver with this box must get."""
    i_first, j_first, ni, nj = box
    block = np.full((field.levels, nj + 2 * halo, ni + 2 * halo), fill)
    for level in range(field.levels):
        for y in range(nj + 2 * halo):
            for x in range(ni + 2 * halo):
                source = grid.source(field.point, i_first - halo + x, j_first - halo + y)
                if source is None or source[1] * grid.nx + source[0] not in owned:
                    continue
                sign = -1 if field.kind == "vector" and source[2] % 2 else 1
                block[level, y, x] = sign * value(field.name, source[0], source[1], level, date)
    return block


def reference_of_cubes(
    grid: Grid,
    field: Field,
    senders: Sequence[Partition],
    receiver: Partition,
    halo: int,
    fill: float,
    date: int,
) -> FloatArray:
    """Give the block (level, j, i) of a receiver with a box or cube, where cubes may own some levels only."""
    i, j, ni, nj = box_of(receiver, grid)
    levels = levels_of(receiver, field.levels)
    block = np.empty((len(levels), nj + 2 * halo, ni + 2 * halo))
    for k, level in enumerate(levels):
        own = [sender for sender in senders if level in levels_of(sender, field.levels)]
        owned = {cell for sender in own for cell in cells_of(sender, grid)}
        block[k] = reference_block(grid, field, owned, (i, j, ni, nj), halo, fill, date)[level]
    return block


def box_of(partition: Partition, grid: Grid) -> tuple[int, int, int, int]:
    """Give the box (i, j, ni, nj) of a serial, box or cube partition."""
    if partition["kind"] == "cube":
        i, j, _, ni, nj, _ = partition["cube"]
        return i, j, ni, nj
    i, j, ni, nj = partition.get("box", (0, 0, grid.nx, grid.ny))
    return i, j, ni, nj


def cells_of(partition: Partition, grid: Grid) -> list[int]:
    """Give the global indices of a partition's cells in the order of its array."""
    kind = partition["kind"]
    if kind in ("serial", "box", "cube"):
        i, j, ni, nj = box_of(partition, grid)
        return [(j + y) * grid.nx + i + x for y in range(nj) for x in range(ni)]
    if kind == "apple":
        offset, cells = partition["apple"]
        return list(range(offset, offset + cells))
    if kind == "orange":
        return [cell for offset, cells in partition["orange"] for cell in range(offset, offset + cells)]
    if kind == "points":
        return list(partition["points"])
    return []


def box(i: int, j: int, ni: int, nj: int) -> Partition:
    """Describe a box partition."""
    return {"kind": "box", "box": [i, j, ni, nj]}


def cube(i: int, j: int, level: int, ni: int, nj: int, levels: int) -> Partition:
    """Describe a box on some of the levels."""
    return {"kind": "cube", "cube": [i, j, level, ni, nj, levels]}


def answers(folder: Path, partitions: Sequence[Partition], grid: Grid, name: str, date: int) -> FloatArray:
    """Put what the ocean's ranks received together: (level, j, i) of the whole grid, NaN where nobody owns."""
    whole: FloatArray | None = None
    for rank, partition in enumerate(partitions):
        part = np.load(folder / f"{name}.{rank}.{date}.npy")
        if whole is None:
            whole = np.full((part.shape[0], grid.ny * grid.nx), np.nan)
        whole[:, cells_of(partition, grid)] = part.reshape(part.shape[0], -1)
    assert whole is not None
    return whole.reshape(whole.shape[0], grid.ny, grid.nx)
