"""Two components through pyoasis: boxes against points, a bundle, grids, communicators, exceptions.

    python oasis_pair.py sender|receiver [wrong | finalize]

With `wrong` the sender makes a mistake that nobody catches, with `finalize` it ends MPI itself: both must end the job.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pyoasis
import pytest
from pyoasis import OASIS

NX, NY, LEVELS, LENGTH, PERIOD = 12, 10, 3, 40, 10


def value(cells: Any, level: int, date: int) -> Any:
    """Return what cells, counted from 0, hold on a level at a date."""
    return cells + 1000.0 * level + 10000.0 * date


def check_mistakes(flat: pyoasis.Var, cells: int) -> None:
    """Mistakes are exceptions with words, and the coupling goes on."""
    mistakes: list[tuple[Callable[[], object], str]] = [
        (lambda: flat.put(0, np.zeros(cells + 1)), "expected"),
        (lambda: flat.put(0, [0.0] * cells), "a list"),  # type: ignore[arg-type]
        (lambda: flat.put(0, np.zeros(cells, dtype=int)), "int64"),
        (lambda: flat.put("now", np.zeros(cells)), "'now'"),  # type: ignore[arg-type]
        (lambda: flat.get(0, np.zeros(cells)), "OASIS_OUT"),
        (lambda: pyoasis.SerialPartition(0), "size = 0"),
        (lambda: pyoasis.Var("", None, OASIS.IN), "Partition"),  # type: ignore[arg-type]
    ]
    for mistake, words in mistakes:
        with pytest.raises(pyoasis.PyOasisException, match=words):
            mistake()
    with pytest.raises(pyoasis.OasisException, match="second component"):
        pyoasis.Component("second")


def write_grid(rank: int, ranks: int, name: str) -> None:
    """Write a grid in columns: each rank has some of them."""
    first, end = NX * rank // ranks, NX * (rank + 1) // ranks
    part = pyoasis.BoxPartition(first, end - first, NY, NX)
    i, j = np.meshgrid(np.arange(first, end), np.arange(NY), indexing="ij")
    grid = pyoasis.Grid(name, NX, NY, 10.0 * i, 1.0 * j, part)
    corners = np.stack([10.0 * i + corner for corner in range(4)], axis=-1)
    grid.set_corners(corners, corners)
    grid.set_mask((i + j) % 2)
    grid.set_area(1.0 + i + 100 * j)
    grid.set_angle(0.5 * i)
    grid.set_frac(np.ones((end - first, NY)))
    grid.write()


def send(rank: int, ranks: int, component: pyoasis.Component) -> None:
    """Send a box of rows, the axes (nx, ny), the bundle in C's order."""
    first, end = NY * rank // ranks, NY * (rank + 1) // ranks
    part = pyoasis.BoxPartition(first * NX, NX, end - first, NX, NX * NY)
    assert part.local_size == NX * (end - first)
    flat = pyoasis.Var("S_FLAT", part, OASIS.OUT)
    deep = pyoasis.Var("S_DEEP", part, OASIS.OUT, LEVELS)
    assert flat.is_active
    assert not pyoasis.Var("NOBODY", part, OASIS.OUT).is_active
    write_grid(rank, ranks, "gsrc")
    component.enddef()
    assert flat.cpl_freqs == [PERIOD]
    assert (deep.name, deep.bundle_size) == ("S_DEEP", LEVELS)
    check_mistakes(flat, part.local_size)
    cells = np.arange(first * NX, end * NX, dtype=float).reshape(end - first, NX).T
    for date in range(0, LENGTH, 5):
        expected = OASIS.SENT if date % PERIOD == 0 else OASIS.OK
        assert flat.put_inquire(date) == expected
        assert flat.put(date, value(cells, 0, date)) == expected
        if "wrong" in sys.argv and date == 20:
            raise RuntimeError("the model has blown up")
        if "finalize" in sys.argv and date == 20:
            ctypes.CDLL("libmpi.so.40", mode=ctypes.RTLD_GLOBAL).MPI_Finalize()
        field = np.stack([value(cells, k, date) for k in range(1, LEVELS + 1)], axis=-1)
        assert deep.put(date, np.ascontiguousarray(field, dtype=np.float32)) == expected


def receive(rank: int, ranks: int, component: pyoasis.Component) -> None:
    """Receive points, every other one backwards."""
    cells = np.arange(NX * NY)[rank::ranks][::-1]
    part = pyoasis.PointsPartition(cells.tolist(), NX * NY, "points")
    flat = pyoasis.Var("R_FLAT", part, OASIS.IN)
    deep = pyoasis.Var("R_DEEP", part, OASIS.IN, LEVELS)
    write_grid(rank, ranks, "gdst")
    component.enddef()
    for date in range(0, LENGTH, 5):
        due = date % PERIOD == 0
        field = pyoasis.asarray(np.full(cells.size, -7.0))
        assert flat.get(date, field) == (OASIS.RECVD if due else OASIS.OK)
        assert (field == (value(cells, 0, date) if due else -7.0)).all(), (date, field)
        bundle = pyoasis.asarray(np.zeros((cells.size, LEVELS)))
        assert deep.get(date, bundle) == (OASIS.RECVD if due else OASIS.OK)
        for k in range(1, LEVELS + 1) if due else ():
            assert (bundle[:, k - 1] == value(cells, k, date)).all(), (date, k)


def main() -> None:
    """Play one part."""
    role = sys.argv[1]
    component = pyoasis.Component(role)
    rank, ranks = component.localcomm.rank, component.localcomm.size
    assert component.couplcomm is not None
    assert component.name == role
    play = send if role == "sender" else receive
    play(rank, ranks, component)
    both, roots = component.get_multi_intracomm(["sender", "receiver"])
    assert both.size >= ranks
    assert set(roots) == {"sender", "receiver"}
    between = component.get_intercomm("receiver" if role == "sender" else "sender")
    assert between.rank == rank
    component.debug_level = 10
    assert pyoasis.get_debug() == 10
    print("all values as expected", flush=True)


main()
