"""A Python ocean and a Python worker on M x N ranks: every block equals the one cut from the whole field."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from coupled_job import HOSTS, Mpi, assert_transport_was_had
from worker_jobs import (
    STEP_SECONDS,
    Field,
    Grid,
    Partition,
    answers,
    box,
    cells_of,
    reference_block,
    run_job,
    write_ocean,
)

pytestmark = pytest.mark.usefixtures("each_transport")

STEPS = 3
HALO = 2
FILL = -7.0
FIELDS = [
    Field("t", "T", "scalar", 2),
    Field("u", "U", "vector", 1),
    Field("v", "V", "vector", 1),
    Field("f", "F", "scalar", 1),
]
CLOSED = Grid(9, 7)
CYCLIC = Grid(9, 7, i="cyclic", j="cyclic")
FOLD_T = Grid(10, 7, i="cyclic", pivot="T")
FOLD_F = Grid(10, 7, i="cyclic", pivot="F")

WHOLE = [{"kind": "serial"}]


def uneven_boxes(grid: Grid) -> list[Partition]:
    """Cut the grid into two boxes of different height."""
    return [box(0, 0, grid.nx, 2), box(0, 2, grid.nx, grid.ny - 2)]


def boxes_with_a_hole(grid: Grid) -> list[Partition]:
    """Own three boxes; the cells 3 <= i < 6, 2 <= j < 5 and the lowest right corner are nobody's."""
    return [box(0, 0, grid.nx - 1, 2), box(0, 2, 3, grid.ny - 2), box(6, 2, grid.nx - 6, grid.ny - 2)]


def points_and_pieces(grid: Grid) -> list[Partition]:
    """Deal the cells out: points in falling order, an orange of two pieces, an apple, a rank without cells."""
    cells = grid.nx * grid.ny
    first = cells // 2
    points = [cell for cell in range(first) if cell % 3 == 0][::-1]
    pieces = [[cell, 2] for cell in range(1, first - 1, 3)]
    return [
        {"kind": "points", "points": points},
        {"kind": "orange", "orange": pieces},
        {"kind": "apple", "apple": [first, cells - first]},
        {"kind": "empty"},
    ]


CASES = [
    pytest.param(CLOSED, WHOLE, 1, id="closed-1-1"),
    pytest.param(CYCLIC, uneven_boxes(CYCLIC), 1, id="cyclic-uneven-2-1"),
    pytest.param(FOLD_T, uneven_boxes(FOLD_T), 1, id="fold-T-uneven-2-1"),
    pytest.param(FOLD_F, boxes_with_a_hole(FOLD_F), 2, id="fold-F-hole-3-2"),
    pytest.param(FOLD_T, points_and_pieces(FOLD_T), 3, id="fold-T-points-4-3"),
    pytest.param(CLOSED, boxes_with_a_hole(CLOSED), 2, id="closed-hole-3-2"),
    pytest.param(FOLD_F, points_and_pieces(FOLD_F), 3, id="fold-F-points-4-3"),
]


def experiment(grid: Grid, ocean_ranks: int, worker_ranks: int) -> dict[str, Any]:
    """Exchange all fields at every step, the answer without lag."""
    return {
        "time": {"start": "2000-01-01", "step": f"{STEP_SECONDS} s", "steps": STEPS},
        "components": {
            "ocean": {"ranks": ocean_ranks, "command": "python_ocean.py"},
            "worker": {"ranks": worker_ranks, "worker": f"{HOSTS}/recording_worker.py:record", "arrays": "numpy"},
        },
        "grids": {"g": grid.entry()},
        "fields": {field.name: field.entry() for field in [*FIELDS, Field("answer", "T", "scalar", 2)]},
        "exchanges": [
            {
                "from": "ocean",
                "to": "worker",
                "fields": [field.name for field in FIELDS],
                "period": f"{STEP_SECONDS} s",
                "halo": HALO,
                "fill": FILL,
            },
            {"from": "worker", "to": "ocean", "fields": ["answer"], "period": f"{STEP_SECONDS} s"},
        ],
        "watch": {"timeout": "60 s"},
    }


@pytest.mark.parametrize(("grid", "partitions", "worker_ranks"), CASES)
def test_blocks_and_answers_equal_the_whole_grid(
    mpi: Mpi, tmp_path: Path, grid: Grid, partitions: list[Partition], worker_ranks: int
) -> None:
    check_job(mpi, tmp_path, grid, partitions, worker_ranks)


def test_each_mpi_carries_blocks_and_answers(each_mpi: Mpi, tmp_path: Path) -> None:
    check_job(each_mpi, tmp_path, FOLD_T, boxes_with_a_hole(FOLD_T), 2)


@pytest.mark.parametrize("each_transport", ["mixed"], indirect=True)
@pytest.mark.parametrize("by_messages", [{"ocean": 2}, {"ocean": 1, "worker": 1}], ids=str)
def test_lent_blocks_get_some_cells_by_memory_and_others_by_messages(
    mpi: Mpi, tmp_path: Path, by_messages: dict[str, int]
) -> None:
    check_job(mpi, tmp_path, FOLD_F, boxes_with_a_hole(FOLD_F), 2, by_messages)


def check_job(
    mpi: Mpi,
    folder: Path,
    grid: Grid,
    partitions: list[Partition],
    worker_ranks: int,
    by_messages: dict[str, int] | None = None,
) -> None:
    """Run a job, then compare every block and answer of every date with the whole grid's."""
    write_ocean(folder, partitions, {field.name: field.levels for field in FIELDS})
    spec = experiment(grid, len(partitions), worker_ranks)
    outcome = run_job(mpi, folder, spec, {"ocean": [HOSTS / "python_ocean.py"]}, by_messages)
    assert outcome.status == 0, outcome
    assert_transport_was_had(outcome)

    owned = {cell for partition in partitions for cell in cells_of(partition, grid)}
    for date in range(0, STEPS * STEP_SECONDS, STEP_SECONDS):
        covered = 0
        for rank in range(worker_ranks):
            blocks = np.load(folder / f"blocks.{rank}.{date}.npz")
            i_first, j_first, ni, nj = (int(number) for number in blocks["box"])
            covered += ni * nj
            for field in FIELDS:
                expected = reference_block(grid, field, owned, (i_first, j_first, ni, nj), HALO, FILL, date)
                np.testing.assert_array_equal(blocks[field.name], expected, err_msg=f"{field} rank {rank} date {date}")
        assert covered == grid.nx * grid.ny
        check_answers(folder, partitions, grid, owned, date)


def check_answers(folder: Path, partitions: list[Partition], grid: Grid, owned: set[int], date: int) -> None:
    """Compare what the ocean got back on its own cells with twice what the worker was given."""
    received = answers(folder, partitions, grid, "answer", date)
    given = reference_block(grid, FIELDS[0], owned, (0, 0, grid.nx, grid.ny), 0, FILL, date)
    is_owned = np.zeros(grid.nx * grid.ny, dtype=bool)
    is_owned[list(owned)] = True
    expected = np.where(is_owned.reshape(grid.ny, grid.nx), 2 * given + date, np.nan)
    np.testing.assert_array_equal(received, expected)
