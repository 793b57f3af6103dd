"""The driver of the benchmarks: a small case runs, its answer is checked, and what it writes is complete."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from coupled_job import ROOT, TIME_LIMIT, Mpi


def bench(mpi: Mpi, folder: Path, only: str, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    """Run the cases whose names match once."""
    words = ["--rounds", "1", "--prefix", str(mpi.prefix), "--folder", str(folder), "--only", only]
    return subprocess.run(
        [sys.executable, str(ROOT / "benches" / "run.py"), *words],
        env={**os.environ, "HALOCLINE_PYTHON": python, "MPICC": mpi.mpicc, "FC": mpi.mpifort},
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT,
        check=False,
    )


def test_small_cases_are_measured_beside_raw_messages_and_a_copy(mpi: Mpi, tmp_path: Path) -> None:
    run = bench(mpi, tmp_path, "^(round trip|idle): 16x8 ")
    assert run.returncode == 0, run.stdout + run.stderr
    rows = json.loads((tmp_path / "latest.json").read_text())
    names = {row["case"] for row in rows}
    assert names == {
        "round trip: 16x8 fortran-fortran 1+1 halo 1 float64",
        "round trip: 16x8 fortran-python 1+1 halo 1 float64",
        "idle: 16x8 fortran-python 1+1 halo 1 float64",
    }
    for row in rows:
        assert {"bytes", "ours_ms", "memcpy_ms", "mpi_default_ms", "mpi_best_ms", "peers", "worst_ms"} <= set(row)
        assert row["bytes"] == 16 * 8 * 8
        assert 0 < row["ours_ms"] <= row["worst_ms"]
        if row["topic"] == "round trip":
            assert row["mpi_best_ms"] <= row["mpi_default_ms"]
            assert row["memcpy_ms"] < row["ours_ms"]
        assert row["case"] in run.stdout


def test_a_case_that_fails_is_named_and_the_others_are_measured(mpi: Mpi, tmp_path: Path) -> None:
    run = bench(mpi, tmp_path, "^round trip: 16x8 ", python="false")
    assert run.returncode == 1, run.stdout + run.stderr
    assert "FAILED: round trip: 16x8 fortran-python" in run.stdout
    measured = {row["case"]: row["ours_ms"] for row in json.loads((tmp_path / "latest.json").read_text())}
    assert measured["round trip: 16x8 fortran-python 1+1 halo 1 float64"] is None
    assert measured["round trip: 16x8 fortran-fortran 1+1 halo 1 float64"] > 0


def test_a_pattern_that_matches_nothing_is_refused_with_the_names(mpi: Mpi, tmp_path: Path) -> None:
    run = bench(mpi, tmp_path, "no such case")
    assert run.returncode == 2, run.stdout + run.stderr
    assert "round trip: 16x8 fortran-python" in run.stderr
