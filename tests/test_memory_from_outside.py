"""Zero copies as the kernel sees them: addresses that numpy and torch report, maps of both processes, their peaks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from coupled_job import HOSTS, Mpi, assert_transport_was_had
from worker_jobs import run_job

STEPS = 5
PAGE = 4096
# What else grows while a job runs: plans, the log, numpy's and the interpreter's own memory.
SLACK = 16e6


def run(mpi: Mpi, folder: Path, function: str, size: tuple[int, int, int]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Couple the two probed programs, u (level, j, i) with a halo of one; give what ocean and worker tell."""
    levels, ny, nx = size
    spec = {
        "time": {"start": "2000-01-01", "step": "10 s", "steps": STEPS},
        "components": {
            "ocean": {"ranks": 1, "command": "probed_ocean.py"},
            "closure": {
                "ranks": 1,
                "worker": f"{HOSTS}/probed_worker.py:{function}",
                "arrays": "torch" if function == "with_torch" else "numpy",
                "device": "cpu",
            },
        },
        "grids": {"g": {"nx": nx, "ny": ny, "boundary": {"i": "cyclic", "j": "closed"}}},
        "fields": {"u": {"units": "1", "grid": "g", "levels": levels}, "answer": {"units": "1", "grid": "g"}},
        "exchanges": [
            {"from": "ocean", "to": "closure", "fields": ["u"], "period": "10 s", "halo": 1},
            {"from": "closure", "to": "ocean", "fields": ["answer"], "period": "10 s"},
        ],
        "watch": {"timeout": "60 s"},
    }
    outcome = run_job(mpi, folder, spec, {"ocean": [HOSTS / "probed_ocean.py"]})
    assert outcome.status == 0, outcome
    assert_transport_was_had(outcome)
    ocean: dict[str, Any] = json.loads((folder / "ocean.json").read_text())
    worker: dict[str, Any] = json.loads((folder / "worker.json").read_text())
    return ocean, worker


@pytest.mark.parametrize("function", ["with_numpy", "with_torch"])
def test_the_worker_reads_where_the_ocean_packed_and_writes_where_the_ocean_reads(
    mpi: Mpi, tmp_path: Path, function: str
) -> None:
    ocean, worker = run(mpi, tmp_path, function, (3, 20, 30))
    assert len(ocean["owned"]) == len(worker["owned"]) == 1, "each rank makes one segment"
    [of_ocean], [of_worker] = ocean["owned"], worker["owned"]
    assert of_ocean != of_worker
    mapped_by_ocean = {inode for _, _, inode in ocean["mappings"]}
    assert mapped_by_ocean == {of_ocean, of_worker}

    addresses, inodes = zip(*worker["inputs"], strict=True)
    assert set(inodes) == {of_worker}, "the input does not lie in memory that the ocean writes into"
    assert all(address % PAGE == 0 for address in addresses)
    # Two blocks; the one used last is used again where it has been released in time.
    assert len(set(addresses)) <= 2

    addresses, inodes = zip(*worker["outputs"], strict=True)
    assert set(inodes) == {of_ocean}, "the output does not lie in the ocean's memory"
    assert len(set(addresses)) <= 2


def test_memory_is_not_shared_where_messages_are_asked_for(
    mpi: Mpi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HALOCLINE_TRANSPORT", "messages")
    ocean, worker = run(mpi, tmp_path, "with_numpy", (3, 20, 30))
    assert ocean["mappings"] == worker["mappings"] == []
    assert {inode for _, inode in worker["inputs"] + worker["outputs"]} == {None}


def test_each_side_needs_its_own_arrays_and_two_blocks(mpi: Mpi, tmp_path: Path) -> None:
    levels, ny, nx = size = (75, 332, 362)
    ocean, worker = run(mpi, tmp_path, "with_numpy", size)
    block = 8 * levels * (ny + 2) * (nx + 2)
    assert block > 4 * SLACK, "a copy more would not show"
    for name, side, arrays in [("ocean", ocean, ocean["arrays"]), ("worker", worker, 0)]:
        needed = side["peak"] - side["before"]
        assert needed <= arrays + 2 * block + SLACK, f"{name} needs {(needed - arrays) / block:.2f} blocks"
