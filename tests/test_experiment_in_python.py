"""`halocline.Experiment`: check, plan and run from Python."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import halocline
import pytest
from coupled_job import HOSTS, Mpi, write_experiment
from worker_jobs import box, write_ocean


def experiment(function: str) -> dict[str, Any]:
    """Couple the Python ocean with a worker of hosts/echo_worker.py."""
    field = {"units": "1", "grid": "g"}
    python = f"{sys.executable} {HOSTS}/python_ocean.py"
    return {
        "experiment": "echo",
        "time": {"start": "2000-01-01", "step": "10 s", "steps": 2},
        "components": {
            "ocean": {"ranks": 1, "command": python, "environment": {"PYTHONPATH": python_path()}, "directory": "."},
            "closure": {"ranks": 2, "worker": f"{HOSTS}/echo_worker.py:{function}", "arrays": "numpy"},
        },
        "grids": {"g": {"nx": 5, "ny": 4, "boundary": {"i": "closed", "j": "closed"}}},
        "fields": {"u": field, "echo": field},
        "exchanges": [
            {"from": "ocean", "to": "closure", "fields": ["u"], "period": "10 s"},
            {"from": "closure", "to": "ocean", "fields": ["echo"], "period": "10 s"},
        ],
        "watch": {"timeout": "60 s"},
    }


def python_path() -> str:
    """Find the hosts' own modules first."""
    return f"{HOSTS.parent}:{os.environ.get('PYTHONPATH', '')}"


@pytest.fixture
def launching(mpi: Mpi, monkeypatch: pytest.MonkeyPatch) -> Mpi:
    """Give this process the environment in which jobs are started."""
    for name, text in mpi.job_environment().items():
        monkeypatch.setenv(name, text)
    return mpi


def test_a_right_file_is_described(tmp_path: Path) -> None:
    file = write_experiment(tmp_path, experiment("echo"))
    assert "2 components" in halocline.Experiment(file).check()


def test_all_problems_of_a_file_come_in_one_error(tmp_path: Path) -> None:
    broken = experiment("echo")
    broken["exchanges"][0]["fields"] = ["uu"]
    broken["exchanges"][1]["period"] = "15 s"
    with pytest.raises(halocline.ExperimentError) as caught:
        halocline.Experiment(write_experiment(tmp_path, broken)).check()
    for words in ("'uu'", "15 s", "experiment.yaml:"):
        assert words in str(caught.value)
    assert caught.value.hint.count("\n") >= 1


def test_a_plan_names_ranks_boxes_and_exchanges(launching: Mpi, tmp_path: Path) -> None:
    plan = halocline.Experiment(write_experiment(tmp_path, experiment("echo"))).plan(dates=1)
    for words in ("closure: ranks 1-2", "rank 1 on grid g", "ocean->closure[0]"):
        assert words in plan


def test_a_command_line_starts_both_components(launching: Mpi, tmp_path: Path) -> None:
    line = halocline.Experiment(write_experiment(tmp_path, experiment("echo"))).command_line(launcher="mpirun")
    assert "python_ocean.py" in line
    assert "-m halocline.serve" in line


def test_a_run_ends_well(launching: Mpi, tmp_path: Path) -> None:
    write_ocean(tmp_path, [box(0, 0, 5, 4)], {"u": 1})
    file = write_experiment(tmp_path, experiment("echo"))
    outcome = halocline.Experiment(file).run(tmp_path / "run", progress=False)
    assert outcome.run_directory == tmp_path / "run"
    assert (tmp_path / "echo.0.10.npy").exists()


def test_a_function_that_is_not_there_is_found_before_the_start(launching: Mpi, tmp_path: Path) -> None:
    experiment_file = halocline.Experiment(write_experiment(tmp_path, experiment("ehco")))
    with pytest.raises(halocline.ExperimentError, match="did you mean 'echo'"):
        experiment_file.check()
    with pytest.raises(halocline.ExperimentError, match="defines no 'ehco'"):
        experiment_file.run(tmp_path / "run", progress=False)
    assert not (tmp_path / "run").exists()


def test_a_failed_run_raises_its_first_cause(launching: Mpi, tmp_path: Path) -> None:
    write_ocean(tmp_path, [box(0, 0, 5, 4)], {"u": 1})
    file = write_experiment(tmp_path, experiment("note"))
    with pytest.raises(halocline.JobFailedError) as caught:
        halocline.Experiment(file).run(tmp_path / "run", progress=False)
    assert caught.value.component == "closure"
    assert caught.value.status != 0
    assert "argument 'slow' of note" in str(caught.value)


def test_the_package_is_imported_without_mpi() -> None:
    code = "import halocline, sys; assert 'halocline._mpi' not in sys.modules; print(open('/proc/self/maps').read())"
    maps = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "libmpi" not in maps
