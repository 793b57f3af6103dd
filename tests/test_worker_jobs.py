"""What a worker's function may do, and what a job says when it does something else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from coupled_job import HOSTS, Mpi, Outcome
from hosts.cell_values import value
from worker_jobs import Grid, answers, box, run_job, write_ocean

GRID = Grid(5, 4)
STEPS = 3


def experiment(function: str, arrays: str = "numpy") -> dict[str, Any]:
    """Send u at every step and a static mask, get the answer; all on one rank each."""
    field = {"units": "1", "grid": "g", "levels": 1}
    return {
        "time": {"start": "2000-01-01", "step": "10 s", "steps": STEPS},
        "components": {
            "ocean": {"ranks": 1, "command": "python_ocean.py"},
            "closure": {
                "ranks": 1,
                "worker": f"{HOSTS}/worker_functions.py:{function}",
                "arrays": arrays,
                "device": "cpu",
            },
        },
        "grids": {"g": GRID.entry()},
        "fields": {"u": field, "mask": field, "answer": field},
        "exchanges": [
            {"from": "ocean", "to": "closure", "fields": ["u"], "period": "10 s", "halo": 1, "fill": -7},
            {"from": "ocean", "to": "closure", "fields": ["mask"], "static": True, "halo": 1, "fill": -7},
            {"from": "closure", "to": "ocean", "fields": ["answer"], "period": "10 s"},
        ],
        "watch": {"timeout": "60 s"},
    }


def run(mpi: Mpi, folder: Path, function: str, arrays: str = "numpy") -> Outcome:
    """Couple the Python ocean with one of the functions of hosts/worker_functions.py."""
    write_ocean(folder, [box(0, 0, GRID.nx, GRID.ny)], {"u": 1, "mask": 1})
    return run_job(mpi, folder, experiment(function, arrays), {"ocean": [HOSTS / "python_ocean.py"]})


@pytest.mark.parametrize(
    ("function", "arrays"),
    [
        ("good", "numpy"),
        ("good", "torch"),
        ("keeps_a_copy", "numpy"),
        ("keeps_a_copy", "torch"),
        ("writes_in_place", "numpy"),
        ("writes_in_place", "torch"),
    ],
)
def test_the_ocean_gets_its_own_cells_back(mpi: Mpi, tmp_path: Path, function: str, arrays: str) -> None:
    outcome = run(mpi, tmp_path, function, arrays)
    assert outcome.status == 0, outcome
    for date in range(0, 10 * STEPS, 10):
        received = answers(tmp_path, [box(0, 0, GRID.nx, GRID.ny)], GRID, "answer", date)
        expected = [[[value("u", i, j, 0, date) for i in range(GRID.nx)] for j in range(GRID.ny)]]
        np.testing.assert_array_equal(received, expected)


def test_a_worker_may_be_started_by_a_command(mpi: Mpi, tmp_path: Path) -> None:
    write_ocean(tmp_path, [box(0, 0, GRID.nx, GRID.ny)], {"u": 1, "mask": 1})
    spec = experiment("good")
    reference = spec["components"]["closure"]["worker"]
    spec["components"]["closure"] = {"ranks": 2, "command": f"halocline serve {reference}"}
    hosts: dict[str, list[str | Path]] = {
        "ocean": [HOSTS / "python_ocean.py"],
        "closure": ["-m", "halocline.serve", reference],
    }
    outcome = run_job(mpi, tmp_path, spec, hosts)
    assert outcome.status == 0, outcome
    received = answers(tmp_path, [box(0, 0, GRID.nx, GRID.ny)], GRID, "answer", 20)
    expected = [[[value("u", i, j, 0, 20) for i in range(GRID.nx)] for j in range(GRID.ny)]]
    np.testing.assert_array_equal(received, expected)


WRONG = {
    "wrong_shape": ["field 'answer'", "shape (1, 5, 6)", "(1, 4, 5) or, with halo, (1, 6, 7)", "date 0 s"],
    "wrong_dtype": ["field 'answer'", "dtype int32", "float32 or float64", "(1, 4, 5)"],
    "wrong_torch_dtype": ["field 'answer'", "torch.bfloat16", "float32 or float64"],
    "wrong_name": ["'anwser'", "did you mean 'answer'?"],
    "missing": ["no field 'answer'"],
    "returns_nothing": ["returned None", "'answer'"],
    "unknown_argument": ["argument 'musk' of unknown_argument", "did you mean 'mask'?"],
    "raises": ["FloatingPointError: no convergence at 1000001.", "date 10 s", "worker_functions.py", "in deep"],
    "leaves": ["sys.exit(0)"],
    "keeps_a_view": ["field 'u'", "argument 'u' of keeps_a_view", "u.copy()", "date 0 s"],
    "no_such_function": ["'no_such_function' does not exist", "worker_functions.py"],
}


@pytest.mark.parametrize("function", WRONG)
def test_the_first_cause_says_what_the_worker_did(mpi: Mpi, tmp_path: Path, function: str) -> None:
    outcome = run(mpi, tmp_path, function)
    assert outcome.status != 0, outcome
    assert not outcome.timed_out, outcome
    cause = outcome.first_cause
    assert cause is not None, outcome
    assert (cause["component"], cause["rank"]) == ("closure", 0)
    for part in WRONG[function]:
        assert part in cause["message"], outcome


def test_a_kept_tensor_is_an_error_too(mpi: Mpi, tmp_path: Path) -> None:
    outcome = run(mpi, tmp_path, "keeps_a_view", "torch")
    assert outcome.status != 0, outcome
    assert outcome.first_cause is not None, outcome
    assert "argument 'u' of keeps_a_view" in outcome.first_cause["message"]
    assert "u.clone()" in outcome.first_cause["message"]
