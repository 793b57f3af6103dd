"""The module for MY_SRC of a NEMO, compiled with the names that it uses of NEMO's modules, beside a worker."""

from __future__ import annotations

from pathlib import Path

import pytest
from coupled_job import HOSTS, ROOT, Mpi, compile_host, run_experiment, write_experiment

STEP = "900 s"


@pytest.fixture(scope="session")
def host(mpi: Mpi, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compile a program with NEMO's time stepping, twice as wide reals as NEMO's default."""
    sources = [HOSTS / "nemo_modules.f90", ROOT / "nemo-interface" / "nemo" / "halocline_nemo.F90"]
    flags = ["-fdefault-real-8", "-fcheck=bounds", *(str(source) for source in sources)]
    return compile_host(mpi, HOSTS / "nemo_like.f90", tmp_path_factory.mktemp("nemo"), flags)


@pytest.mark.parametrize("ranks", [1, 3])
def test_fields_go_to_a_worker_and_back(mpi: Mpi, host: Path, tmp_path: Path, ranks: int) -> None:
    """Own cells only, every other step."""
    field = {"units": "m/s", "grid": "nemo", "levels": 3}
    plane = {"units": "m", "grid": "nemo"}
    exchange = {"period": "1800 s", "wire": "float64"}
    experiment = {
        "time": {"start": "2000-01-01", "step": STEP, "steps": 4},
        "components": {
            "ocean": {"ranks": ranks, "command": str(host)},
            "network": {"ranks": 1, "worker": f"{HOSTS / 'nemo_worker.py'}:closure"},
        },
        "grids": {"nemo": {"nx": 12, "ny": 10, "boundary": {"i": "cyclic", "j": "closed"}}},
        "fields": {"u": field, "u_f": field, "ssh": plane, "h_f": plane},
        "exchanges": [
            {"from": "ocean", "to": "network", "fields": ["u", "ssh"], **exchange},
            {"from": "network", "to": "ocean", "fields": ["u_f", "h_f"], **exchange},
        ],
    }
    outcome = run_experiment(mpi, write_experiment(tmp_path, experiment))
    assert outcome.status == 0, outcome
    logs = "".join(outcome.logs.values())
    assert (outcome.output + logs).count("all values as expected") == ranks, outcome
