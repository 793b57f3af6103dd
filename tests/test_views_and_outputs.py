"""Blocks that are viewed longer than a date, and outputs that are written in place, over both transports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from coupled_job import HOSTS, Mpi, Outcome, assert_transport_was_had
from hosts.cell_values import value
from worker_jobs import (
    STEP_SECONDS,
    Field,
    FloatArray,
    Grid,
    Partition,
    box,
    reference_of_cubes,
    run_job,
    write_ocean,
)

STEPS = 5
FILL = -7.0
DATES = range(0, STEPS * STEP_SECONDS, STEP_SECONDS)
CLOSED = Grid(5, 4)
FOLD = Grid(10, 7, i="cyclic", pivot="T")
F, G, H = Field("f", "T", "scalar", 2), Field("g", "U", "vector", 1), Field("h", "T", "scalar", 1)
INITIAL = 0.5

both_transports = pytest.mark.usefixtures("each_transport")


def run_consumer(mpi: Mpi, folder: Path, mode: str) -> Outcome:
    """Let a Python ocean send u at each date to hosts/view_consumer.py."""
    write_ocean(folder, [box(0, 0, 5, 2), box(0, 2, 5, 2)], {"u": 1})
    spec = {
        "time": {"start": "2000-01-01", "step": f"{STEP_SECONDS} s", "steps": STEPS},
        "components": {
            "ocean": {"ranks": 2, "command": "python_ocean.py"},
            "consumer": {"ranks": 1, "command": "view_consumer.py"},
        },
        "grids": {"g": CLOSED.entry()},
        "fields": {"u": {"units": "1", "grid": "g"}},
        "exchanges": [
            {"from": "ocean", "to": "consumer", "fields": ["u"], "period": f"{STEP_SECONDS} s", "halo": 1},
        ],
        "watch": {"timeout": "20 s"},
    }
    hosts: dict[str, list[str | Path]] = {
        "ocean": [HOSTS / "python_ocean.py"],
        "consumer": [HOSTS / "view_consumer.py", mode],
    }
    return run_job(mpi, folder, spec, hosts)


def seen(outcome: Outcome) -> dict[str, Any]:
    """Read what the consumer saw."""
    result: dict[str, Any] = json.loads((outcome.directory / "seen.json").read_text())
    return result


def values_of(i: int, j: int) -> list[float]:
    """Give u of a cell at each date."""
    return [value("u", i, j, 0, date) for date in DATES]


@both_transports
def test_a_view_may_live_into_the_next_date(mpi: Mpi, tmp_path: Path) -> None:
    outcome = run_consumer(mpi, tmp_path, "in_a_variable")
    assert outcome.status == 0, outcome
    assert_transport_was_had(outcome)
    result = seen(outcome)
    assert result["firsts"] == values_of(0, 0)
    assert result["lasts"] == values_of(4, 3)
    assert result["kept"] == [value("u", i, j, 0, DATES[-1]) for j in range(4) for i in range(5)]


def test_a_view_of_two_dates_before_ends_the_job_instead_of_hanging(mpi: Mpi, tmp_path: Path) -> None:
    outcome = run_consumer(mpi, tmp_path, "all_of_them")
    assert outcome.status != 0, outcome
    assert not outcome.timed_out, outcome
    cause = outcome.first_cause
    assert cause is not None, outcome
    assert (cause["component"], cause["rank"]) == ("consumer", 0)
    for words in ["field 'u'", "date 20 s while a block of two dates before is still lent", "give the block back"]:
        assert words in cause["message"], outcome


def test_who_lets_go_of_the_views_may_go_on(mpi: Mpi, tmp_path: Path) -> None:
    outcome = run_consumer(mpi, tmp_path, "until_refused")
    assert outcome.status == 0, outcome
    result = seen(outcome)
    assert result["firsts"] == values_of(0, 0)
    assert len(result["errors"]) == 2, result
    assert "date 20 s while a block" in result["errors"][0]
    assert "date 40 s while a block" in result["errors"][1]


# ------------------------------------------------------------------------------------------------------------- outputs

WHOLE = [{"kind": "serial"}]


def two_boxes(grid: Grid) -> list[Partition]:
    """Cut the grid into two boxes side by side."""
    return [box(0, 0, 2, grid.ny), box(2, 0, grid.nx - 2, grid.ny)]


def three_boxes(grid: Grid) -> list[Partition]:
    """Cut the grid into three uneven boxes."""
    return [box(0, 0, grid.nx, 1), box(0, 1, 3, grid.ny - 1), box(3, 1, grid.nx - 3, grid.ny - 1)]


def run_outputs(
    mpi: Mpi,
    folder: Path,
    grid: Grid,
    ocean: list[Partition],
    worker_ranks: int,
    halo: int,
    how: str,
    wire: str = "float64",
) -> Outcome:
    """Couple an ocean with hosts/out_worker.py: f and g of one exchange, h of another with a lag of a step."""
    write_ocean(folder, ocean, {"u": 1})
    period = f"{STEP_SECONDS} s"
    back = {"from": "closure", "to": "ocean", "period": period, "halo": halo, "fill": FILL, "wire": wire}
    script = HOSTS / "out_worker.py"
    hosts: dict[str, list[str | Path]] = {"ocean": [HOSTS / "python_ocean.py"]}
    if how in ("loop", "keeps"):
        closure: dict[str, Any] = {"ranks": worker_ranks, "command": "out_worker.py"}
        hosts["closure"] = [script, how]
    else:
        arrays = "torch" if how == "returns_tensors" else "numpy"
        closure = {"ranks": worker_ranks, "worker": f"{script}:{how}", "arrays": arrays, "device": "cpu"}
    spec = {
        "time": {"start": "2000-01-01", "step": period, "steps": STEPS},
        "components": {"ocean": {"ranks": len(ocean), "command": "python_ocean.py"}, "closure": closure},
        "grids": {"g": grid.entry()},
        "fields": {field.name: field.entry() for field in [Field("u", "T", "scalar", 1), F, G, H]},
        "exchanges": [
            {"from": "ocean", "to": "closure", "fields": ["u"], "period": period},
            {**back, "fields": ["f", "g"]},
            {**back, "fields": ["h"], "lag": period, "initial": INITIAL},
        ],
        "watch": {"timeout": "20 s"},
    }
    return run_job(mpi, folder, spec, hosts)


def check_outputs(
    mpi: Mpi,
    folder: Path,
    grid: Grid,
    ocean: list[Partition],
    worker_ranks: int,
    halo: int,
    how: str,
    wire: str = "float64",
) -> dict[str, list[bool]]:
    """Run a job and compare all that the ocean received; tell which arrays of rank 0 lay in shared memory."""
    outcome = run_outputs(mpi, folder, grid, ocean, worker_ranks, halo, how, wire)
    assert outcome.status == 0, outcome
    assert_transport_was_had(outcome)
    for date in DATES:
        for rank, part in enumerate(ocean):
            for field in (F, G, H):
                found = np.load(folder / f"{field.name}.{rank}.{date}.npy")
                expected = expected_output(grid, field, part, halo, date).astype(wire).astype("float64")
                assert found.tobytes() == expected.tobytes(), (field.name, rank, date, found, expected)
    places: dict[str, list[bool]] = json.loads((folder / "places.0.json").read_text())
    return places


def expected_output(grid: Grid, field: Field, part: Partition, halo: int, date: int) -> FloatArray:
    """Give what the ocean must get; the worker's ranks own all cells, h comes a step later than it was sent."""
    if field is not H:
        return reference_of_cubes(grid, field, WHOLE, part, halo, FILL, date)
    expected = reference_of_cubes(grid, field, WHOLE, part, halo, FILL, date - STEP_SECONDS)
    return expected if date > 0 else np.where(expected == FILL, FILL, INITIAL)


OUTPUT_CASES = [
    pytest.param(CLOSED, WHOLE, 1, 0, id="1+1"),
    pytest.param(FOLD, WHOLE, 1, 0, id="1+1-fold"),
    pytest.param(FOLD, WHOLE, 1, 2, id="1+1-fold-halo"),
    pytest.param(CLOSED, two_boxes(CLOSED), 1, 1, id="2+1-halo"),
    pytest.param(CLOSED, WHOLE, 2, 0, id="1+2"),
    pytest.param(FOLD, WHOLE, 2, 1, id="1+2-fold-halo"),
    pytest.param(FOLD, three_boxes(FOLD), 2, 2, id="3+2-fold-halo"),
]


@both_transports
@pytest.mark.parametrize(("grid", "ocean", "worker_ranks", "halo"), OUTPUT_CASES)
def test_outputs_written_into_the_steps_arrays_arrive(
    mpi: Mpi, tmp_path: Path, grid: Grid, ocean: list[Partition], worker_ranks: int, halo: int
) -> None:
    check_outputs(mpi, tmp_path, grid, ocean, worker_ranks, halo, "loop")


@both_transports
@pytest.mark.parametrize("ocean_ranks", [1, 2])
def test_a_function_may_return_the_steps_arrays(mpi: Mpi, tmp_path: Path, ocean_ranks: int) -> None:
    ocean = WHOLE if ocean_ranks == 1 else two_boxes(CLOSED)
    check_outputs(mpi, tmp_path, CLOSED, ocean, 1, 0, "returns_out")


@pytest.mark.parametrize("how", ["returns_tensors", "returns_a_copy"])
def test_a_function_may_return_tensors_or_something_else(mpi: Mpi, tmp_path: Path, how: str) -> None:
    check_outputs(mpi, tmp_path, CLOSED, WHOLE, 1, 0, how)


@pytest.mark.parametrize("how", ["loop", "returns_out"])
def test_the_whole_grid_from_one_rank_to_one_rank_is_written_in_place(mpi: Mpi, tmp_path: Path, how: str) -> None:
    places = check_outputs(mpi, tmp_path, CLOSED, WHOLE, 1, 0, how)
    assert places == {"f": [True] * STEPS, "h": [True] * (STEPS - 1)}


def test_outputs_in_place_may_be_of_single_precision(mpi: Mpi, tmp_path: Path) -> None:
    places = check_outputs(mpi, tmp_path, CLOSED, WHOLE, 1, 0, "loop", "float32")
    assert places == {"f": [True] * STEPS, "h": [True] * (STEPS - 1)}


@pytest.mark.parametrize("ocean_ranks", [1, 2])
def test_what_does_not_lie_in_one_piece_is_written_elsewhere(mpi: Mpi, tmp_path: Path, ocean_ranks: int) -> None:
    ocean = WHOLE if ocean_ranks == 1 else two_boxes(CLOSED)
    places = check_outputs(mpi, tmp_path, CLOSED, ocean, 1, 2 - ocean_ranks, "loop")
    assert places == {"f": [False] * STEPS, "h": [False] * (STEPS - 1)}


def test_an_output_kept_for_two_dates_is_an_error(mpi: Mpi, tmp_path: Path) -> None:
    outcome = run_outputs(mpi, tmp_path, CLOSED, WHOLE, 1, 0, "keeps")
    assert outcome.status != 0, outcome
    assert not outcome.timed_out, outcome
    assert outcome.first_cause is not None, outcome
    assert "the output of two dates before 20 s is still viewed" in outcome.first_cause["message"], outcome


@both_transports
def test_a_function_that_keeps_its_output_is_named(mpi: Mpi, tmp_path: Path) -> None:
    outcome = run_outputs(mpi, tmp_path, CLOSED, WHOLE, 1, 0, "keeps_out")
    assert outcome.status != 0, outcome
    assert not outcome.timed_out, outcome
    assert outcome.first_cause is not None, outcome
    for words in ["field 'f'", "keeps_out", "date 0 s"]:
        assert words in outcome.first_cause["message"], outcome
