"""The session from Python: views, dates, errors, early ends, and the GIL."""

from __future__ import annotations

import itertools
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from coupled_job import HOSTS, PACKAGE, Mpi
from hosts.cell_values import value
from worker_jobs import box, run_job, write_ocean

FIELD = {"units": "1", "grid": "g"}


def experiment(components: dict[str, Any], exchanges: list[dict[str, Any]], steps: int = 4) -> dict[str, Any]:
    """Couple components on a closed grid of 5 x 4 cells with a step of 10 s."""
    names = {name for exchange in exchanges for name in exchange["fields"]}
    return {
        "time": {"start": "2000-01-01", "step": "10 s", "steps": steps},
        "components": components,
        "grids": {"g": {"nx": 5, "ny": 4, "boundary": {"i": "closed", "j": "closed"}}},
        "fields": dict.fromkeys(sorted(names), FIELD),
        "exchanges": exchanges,
        "watch": {"timeout": "60 s"},
    }


def command(script: str) -> dict[str, Any]:
    """Describe a component with a program of its own."""
    return {"ranks": 1, "command": script}


def worker(function: str) -> dict[str, Any]:
    """Describe a worker of hosts/echo_worker.py with numpy arrays."""
    return {"ranks": 1, "worker": f"{HOSTS}/echo_worker.py:{function}", "arrays": "numpy"}


def exchange(source: str, target: str, field: str, **more: Any) -> dict[str, Any]:
    """Describe an exchange of one field, at every step unless told otherwise."""
    return {"from": source, "to": target, "fields": [field], "period": "10 s", **more}


@pytest.mark.usefixtures("each_transport")
def test_views_stay_valid_after_finish_and_threads_run_while_it_waits(mpi: Mpi, tmp_path: Path) -> None:
    components = {"ocean": command("slow_ocean.py"), "consumer": command("session_consumer.py")}
    spec = experiment(components, [exchange("ocean", "consumer", "u", receive_as="float32")])
    hosts = {"ocean": [HOSTS / "slow_ocean.py"], "consumer": [HOSTS / "session_consumer.py"]}
    outcome = run_job(mpi, tmp_path, spec, hosts)
    assert outcome.status == 0, outcome
    result = json.loads((tmp_path / "consumer.json").read_text())
    assert result["values"] == [[[date] * 5] * 2 for date in (0.0, 10.0, 20.0, 30.0)]
    assert result["views"] == result["values"][-2:]
    used_again = [first == second for first, second in itertools.pairwise(result["addresses"])]
    assert not any(used_again), "memory was reused under a view"
    # The ocean takes half a second a step; a counter of 100 a second that got the GIL has moved on.
    assert min(result["counts"]) >= 10, result["counts"]
    assert "after its step" in result["late"]
    assert "after finish" in result["after_finish"]


def test_what_is_not_due_is_none_and_hold_gives_the_last_values(mpi: Mpi, tmp_path: Path) -> None:
    sends = {"u": 1, "slow": 1, "held": 1, "fixed": 1}
    write_ocean(tmp_path, [box(0, 0, 5, 4)], sends)
    once = {"from": "ocean", "to": "closure", "fields": ["fixed"], "static": True}
    exchanges = [
        exchange("ocean", "closure", "u"),
        exchange("ocean", "closure", "slow", period="20 s"),
        exchange("ocean", "closure", "held", period="20 s", hold=True),
        once,
        exchange("closure", "ocean", "answer"),
    ]
    spec = experiment({"ocean": command("python_ocean.py"), "closure": worker("note")}, exchanges)
    outcome = run_job(mpi, tmp_path, spec, {"ocean": [HOSTS / "python_ocean.py"]})
    assert outcome.status == 0, outcome
    notes = json.loads((tmp_path / "notes.json").read_text())

    def first(field: str, date: int) -> float:
        return value(field, 0, 0, 0, date)

    assert [note["date"] for note in notes] == [0, 10, 20, 30]
    assert [note["u"] for note in notes] == [first("u", date) for date in (0, 10, 20, 30)]
    assert [note["slow"] for note in notes] == [first("slow", 0), None, first("slow", 20), None]
    assert [note["held"] for note in notes] == [first("held", date) for date in (0, 0, 20, 20)]
    assert [note["fixed"] for note in notes] == [first("fixed", 0)] * 4
    assert {note["unused"] for note in notes} == {5}


def test_the_function_is_called_only_when_an_output_is_due(mpi: Mpi, tmp_path: Path) -> None:
    write_ocean(tmp_path, [box(0, 0, 5, 4)], {"u": 1, "slow": 1, "held": 1, "fixed": 1})
    exchanges = [
        exchange("ocean", "closure", "u"),
        *(exchange("ocean", "closure", name) for name in ("slow", "held", "fixed")),
        exchange("closure", "ocean", "answer", period="20 s"),
    ]
    spec = experiment({"ocean": command("python_ocean.py"), "closure": worker("note")}, exchanges, steps=5)
    outcome = run_job(mpi, tmp_path, spec, {"ocean": [HOSTS / "python_ocean.py"]})
    assert outcome.status == 0, outcome
    assert [note["date"] for note in json.loads((tmp_path / "notes.json").read_text())] == [0, 20, 40]


def test_a_worker_without_outputs_is_called_at_each_date_of_its_inputs(mpi: Mpi, tmp_path: Path) -> None:
    write_ocean(tmp_path, [box(0, 0, 5, 4)], {"u": 1})
    components = {"ocean": command("python_ocean.py"), "closure": worker("watch")}
    spec = experiment(components, [exchange("ocean", "closure", "u", period="20 s")])
    outcome = run_job(mpi, tmp_path, spec, {"ocean": [HOSTS / "python_ocean.py"]})
    assert outcome.status == 0, outcome
    notes = json.loads((tmp_path / "notes.json").read_text())
    assert notes == [{"date": date, "u": value("u", 0, 0, 0, date)} for date in (0, 20)]


def echo_experiment(script: str) -> dict[str, Any]:
    """Send u to the worker and get it back."""
    exchanges = [exchange("ocean", "closure", "u"), exchange("closure", "ocean", "echo")]
    return experiment({"ocean": command(script), "closure": worker("echo")}, exchanges)


def test_a_wrong_call_raises_an_error_with_its_parts_and_the_session_goes_on(mpi: Mpi, tmp_path: Path) -> None:
    outcome = run_job(mpi, tmp_path, echo_experiment("wrong_host.py"), {"ocean": [HOSTS / "wrong_host.py"]})
    assert outcome.status == 0, outcome
    errors = json.loads((tmp_path / "wrong.json").read_text())
    classes = {
        "shape": "ShapeError",
        "dtype": "ShapeError",
        "list": "ShapeError",
        "name": "UnknownNameError",
        "date": "DateError",
        "skip": "DateError",
        "negative": "PartitionError",
        "define_late": "OrderError",
        "thread": "OrderError",
        "read_only": "ShapeError",
    }
    assert {name: error["class"] for name, error in errors.items()} == classes
    shape = errors["shape"]
    assert (shape["component"], shape["rank"], shape["field"], shape["code"]) == ("ocean", 0, "u", "shape")
    assert shape["found"] == "array of shape (1, 5, 4)"
    assert "(1, 4, 5)" in shape["expected"]
    assert shape["hint"]
    assert "int64" in errors["dtype"]["found"]
    assert "did you mean 'echo'?" in errors["name"]["expected"]
    assert "i_first = -1" in errors["negative"]["text"]
    assert "another thread" in errors["thread"]["text"]


def test_a_host_that_runs_mpi_hands_its_communicator_over(mpi: Mpi, tmp_path: Path) -> None:
    linked = subprocess.run(["ldd", PACKAGE / "_mpi.abi3.so"], capture_output=True, text=True, check=True).stdout
    if "libmpi.so.40" not in linked:
        pytest.skip("the host of this test starts Open MPI through ctypes, and the build is for another MPI")
    hosts = {"ocean": [HOSTS / "mpi_already_running.py"]}
    outcome = run_job(mpi, tmp_path, echo_experiment("mpi_already_running.py"), hosts)
    assert outcome.status == 0, outcome


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("raises", ["RuntimeError: the ocean boils", "stops_early.py"]),
        ("exits", ["before finish"]),
        ("ends MPI", ["ends MPI", "before finish"]),
        ("interrupted", ["interrupted from the keyboard"]),
    ],
)
def test_a_host_that_stops_early_ends_the_job_and_says_why(
    mpi: Mpi, tmp_path: Path, how: str, words: list[str]
) -> None:
    outcome = run_job(mpi, tmp_path, echo_experiment("stops_early.py"), {"ocean": [HOSTS / "stops_early.py", how]})
    assert outcome.status != 0, outcome
    assert not outcome.timed_out, outcome
    assert outcome.first_cause is not None, outcome
    assert outcome.first_cause["component"] == "ocean", outcome
    for word in words:
        assert word in outcome.first_cause["message"], outcome
