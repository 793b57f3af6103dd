"""Cubes in Python, boxes on some of the levels: between two oceans, and between an ocean and a worker."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from coupled_job import HOSTS, Mpi, Outcome, assert_transport_was_had
from worker_jobs import STEP_SECONDS, Field, Grid, Partition, box, cube, reference_of_cubes, run_job, write_ocean

pytestmark = pytest.mark.usefixtures("each_transport")

GRID = Grid(10, 7, i="cyclic", pivot="T")
LEVELS = 5
HALO = 2
FILL = -7.0
STEPS = 2
OCEAN_FIELDS = [
    Field("t", "T", "scalar", LEVELS),
    Field("u", "U", "vector", 4),
    Field("v", "V", "vector", 2),
    Field("f", "F", "scalar", 1),
]
ANSWER = Field("answer", "T", "scalar", LEVELS)

WHOLE = [{"kind": "serial"}]
ONE_CUBE = [cube(0, 0, 0, 10, 7, LEVELS)]
TWO_BOXES = [box(0, 0, 10, 2), box(0, 2, 10, 5)]
THREE_BOXES = [box(0, 0, 4, 7), box(4, 0, 6, 1), box(4, 1, 6, 6)]
UPPER_AND_LOWER = [cube(0, 0, 0, 10, 7, 1), cube(0, 0, 1, 10, 7, 4)]
THREE_CUBES = [cube(0, 0, 0, 4, 7, LEVELS), cube(4, 0, 0, 6, 7, 2), cube(4, 0, 2, 6, 7, 3)]
FOUR_CUBES = [cube(0, 0, 0, 6, 3, 2), cube(6, 0, 0, 4, 3, 2), cube(0, 3, 0, 10, 4, 2), cube(0, 0, 2, 10, 7, 3)]
# Nobody has level 2 in the west, nor levels 0 and 1 of the first three rows in the east, nor level 4.
WITH_HOLES = [cube(0, 0, 0, 6, 7, 2), cube(0, 0, 3, 6, 7, 1), cube(6, 0, 2, 4, 3, 2), cube(6, 3, 0, 4, 4, 4)]

CASES = [
    pytest.param(ONE_CUBE, WHOLE, id="1-cube-1-box"),
    pytest.param(WHOLE, ONE_CUBE, id="1-box-1-cube"),
    pytest.param(UPPER_AND_LOWER, ONE_CUBE, id="2-cubes-1-cube"),
    pytest.param(THREE_CUBES, TWO_BOXES, id="3-cubes-2-boxes"),
    pytest.param(THREE_CUBES, UPPER_AND_LOWER, id="3-cubes-2-cubes"),
    pytest.param(FOUR_CUBES, THREE_BOXES, id="4-cubes-3-boxes"),
    pytest.param(FOUR_CUBES, THREE_CUBES, id="4-cubes-3-cubes"),
    pytest.param(WITH_HOLES, THREE_CUBES, id="holes-4-cubes-3-cubes"),
]


def experiment(components: dict[str, Any], other: str) -> dict[str, Any]:
    """Send the ocean's fields with a halo, and an answer back, at every step."""
    period = f"{STEP_SECONDS} s"
    names = [field.name for field in OCEAN_FIELDS]
    return {
        "time": {"start": "2000-01-01", "step": period, "steps": STEPS},
        "components": components,
        "grids": {"g": GRID.entry()},
        "fields": {field.name: field.entry() for field in [*OCEAN_FIELDS, ANSWER]},
        "exchanges": [
            {"from": "ocean", "to": other, "fields": names, "period": period, "halo": HALO, "fill": FILL},
            {"from": other, "to": "ocean", "fields": [ANSWER.name], "period": period, "fill": FILL},
        ],
        "watch": {"timeout": "60 s"},
    }


def check_received(
    folder: Path, fields: list[Field], senders: list[Partition], receivers: list[Partition], halo: int
) -> None:
    """Compare every array of every receiving rank and date, bit by bit, with the one cut from the whole field."""
    for date in range(0, STEPS * STEP_SECONDS, STEP_SECONDS):
        for rank, receiver in enumerate(receivers):
            for field in fields:
                found = np.load(folder / f"{field.name}.{rank}.{date}.npy")
                expected = reference_of_cubes(GRID, field, senders, receiver, halo, FILL, date)
                assert found.shape == expected.shape, (field, rank, date)
                assert found.tobytes() == expected.tobytes(), (field, rank, date)


@pytest.mark.parametrize(("ocean", "sea"), CASES)
def test_cubes_of_two_oceans_equal_the_whole_grid(
    mpi: Mpi, tmp_path: Path, ocean: list[Partition], sea: list[Partition]
) -> None:
    check_two_oceans(mpi, tmp_path, ocean, sea)


def test_each_mpi_carries_cubes(each_mpi: Mpi, tmp_path: Path) -> None:
    check_two_oceans(each_mpi, tmp_path, FOUR_CUBES, THREE_CUBES)


def check_two_oceans(mpi: Mpi, folder: Path, ocean: list[Partition], sea: list[Partition]) -> None:
    """Run a job of two Python oceans and compare all that both received."""
    write_ocean(folder, ocean, {field.name: field.levels for field in OCEAN_FIELDS})
    write_ocean(folder, sea, {ANSWER.name: ANSWER.levels}, "sea")
    script = HOSTS / "python_ocean.py"
    partitions = {"ocean": ocean, "sea": sea}
    components = {name: {"ranks": len(parts), "command": script.name} for name, parts in partitions.items()}
    outcome = run_job(mpi, folder, experiment(components, "sea"), {"ocean": [script], "sea": [script, "sea"]})
    assert outcome.status == 0, outcome
    assert_transport_was_had(outcome)
    check_received(folder, OCEAN_FIELDS, ocean, sea, HALO)
    check_received(folder, [ANSWER], sea, ocean, 0)


@pytest.mark.parametrize("worker_ranks", [1, 2, 3])
def test_a_worker_gets_whole_columns_from_cubes_and_gives_them_back(
    mpi: Mpi, tmp_path: Path, worker_ranks: int
) -> None:
    check_with_worker(mpi, tmp_path, worker_ranks)


@pytest.mark.parametrize("each_transport", ["mixed"], indirect=True)
@pytest.mark.parametrize("by_messages", [{"ocean": 1}, {"ocean": 2}, {"worker": 1}], ids=str)
def test_a_lent_block_gets_some_levels_by_memory_and_others_by_messages(
    mpi: Mpi, tmp_path: Path, by_messages: dict[str, int]
) -> None:
    check_with_worker(mpi, tmp_path, 2, by_messages)


def check_with_worker(mpi: Mpi, tmp_path: Path, worker_ranks: int, by_messages: dict[str, int] | None = None) -> None:
    """Run an ocean of four cubes with a worker, and compare every block and answer of every date."""
    outcome = run_with_worker(mpi, tmp_path, FOUR_CUBES, worker_ranks, by_messages)
    assert outcome.status == 0, outcome
    assert_transport_was_had(outcome)
    for date in range(0, STEPS * STEP_SECONDS, STEP_SECONDS):
        for rank in range(worker_ranks):
            blocks = np.load(tmp_path / f"blocks.{rank}.{date}.npz")
            own = box(*(int(number) for number in blocks["box"]))
            for field in OCEAN_FIELDS:
                expected = reference_of_cubes(GRID, field, FOUR_CUBES, own, HALO, FILL, date)
                assert blocks[field.name].tobytes() == expected.tobytes(), (field, rank, date)
        for rank, part in enumerate(FOUR_CUBES):
            given = reference_of_cubes(GRID, OCEAN_FIELDS[0], FOUR_CUBES, part, 0, FILL, date)
            found = np.load(tmp_path / f"{ANSWER.name}.{rank}.{date}.npy")
            assert found.tobytes() == (2 * given + date).tobytes(), (rank, date)


def run_with_worker(
    mpi: Mpi, folder: Path, ocean: list[Partition], worker_ranks: int, by_messages: dict[str, int] | None = None
) -> Outcome:
    """Run an ocean with a worker that answers 2 t + date."""
    write_ocean(folder, ocean, {field.name: field.levels for field in OCEAN_FIELDS})
    worker = {"ranks": worker_ranks, "worker": f"{HOSTS}/recording_worker.py:record", "arrays": "numpy"}
    components = {"ocean": {"ranks": len(ocean), "command": "python_ocean.py"}, "worker": worker}
    hosts = {"ocean": [HOSTS / "python_ocean.py"]}
    return run_job(mpi, folder, experiment(components, "worker"), hosts, by_messages)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (cube(0, 0, -1, 10, 7, 2), ["level_first = -1", "0 or more"]),
        (cube(0, 3, 0, 10, 5, 2), ["cube", "10 x 7"]),
        (cube(0, 0, 0, 10, 7, 0), ["cube", "without cells"]),
    ],
    ids=["level below the first", "rows beyond the grid", "no levels"],
)
def test_a_cube_that_does_not_fit_is_refused(mpi: Mpi, tmp_path: Path, wrong: Partition, words: list[str]) -> None:
    outcome = run_with_worker(mpi, tmp_path, [wrong], 1)
    assert outcome.status != 0, outcome
    assert outcome.first_cause is not None, outcome
    for word in words:
        assert word in str(outcome.first_cause), outcome
