"""The double gyre with its network: the same bits however many ranks run the ocean and the worker.

Run: python -m pytest examples/double_gyre (after make -C examples/double_gyre build PREFIX=...).
The program is `halocline` on the PATH, or $HALOCLINE.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from demo import prepare, write_experiment
from model_runs import COUPLED_PROGRAM, read_state, run_model

HALOCLINE = os.environ.get("HALOCLINE", "halocline")
DAYS = 10

pytestmark = pytest.mark.skipif(
    shutil.which(HALOCLINE) is None or not COUPLED_PROGRAM.exists(),
    reason=f"needs the program {HALOCLINE} and {COUPLED_PROGRAM}: make install, then make build here",
)


def run(folder: Path, ocean_ranks: int, worker_ranks: int) -> Path:
    """Run ten days of member a on these ranks; return the ocean's folder."""
    prepare(folder, "a", DAYS)
    ocean = folder / "a" / "low_with_network"
    write_experiment(ocean, DAYS, ocean_ranks, worker_ranks)
    root = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    result = subprocess.run(
        [HALOCLINE, "run", "experiment.yaml", "--run-directory", "job"],
        cwd=ocean,
        env=os.environ | root,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return ocean


@pytest.fixture(scope="module")
def one_and_one(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run(tmp_path_factory.mktemp("one_and_one"), 1, 1)


@pytest.mark.parametrize(("ocean_ranks", "worker_ranks"), [(2, 1), (4, 2)])
def test_every_decomposition_gives_the_same_bits(
    tmp_path: Path, one_and_one: Path, ocean_ranks: int, worker_ranks: int
) -> None:
    other = run(tmp_path, ocean_ranks, worker_ranks)
    for name in ("restart.nc", "mean.nc", "snapshots.nc"):
        assert (one_and_one / name).read_bytes() == (other / name).read_bytes()


def test_the_network_changes_the_run(tmp_path: Path, one_and_one: Path) -> None:
    prepare(tmp_path, "a", DAYS)
    run_model(tmp_path / "a" / "low", "low resolution", 1)
    alone = read_state(tmp_path / "a" / "low" / "restart.nc")
    coupled = read_state(one_and_one / "restart.nc")
    assert abs(alone[0] - coupled[0]).max() > 1e-3
