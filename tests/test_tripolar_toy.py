"""The small example with a fold: no heat is lost across it, whatever the number of ranks."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from coupled_job import ROOT, Mpi, run_checked, run_experiment

EXAMPLE = ROOT / "examples" / "tripolar_toy"


@pytest.fixture(scope="session")
def toy(mpi: Mpi, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the example in a copy of its folder, as its README says."""
    folder = tmp_path_factory.mktemp("toy") / "tripolar_toy"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("build", "run*", "__pycache__"))
    run_checked(["make", f"PREFIX={mpi.prefix}", f"FC={mpi.mpifort}"], folder, mpi.job_environment(), 120)
    return folder


@pytest.mark.parametrize(("ocean", "mixing"), [(1, 1), (2, 1), (4, 3)])
def test_heat_crosses_the_fold_and_none_is_lost(mpi: Mpi, toy: Path, ocean: int, mixing: int) -> None:
    text = (EXAMPLE / "experiment.yaml").read_text().replace("ranks: 2", f"ranks: {ocean}")
    experiment = toy / f"experiment_{ocean}_{mixing}.yaml"
    experiment.write_text(text.replace("ranks: 1\n    worker", f"ranks: {mixing}\n    worker"))
    outcome = run_experiment(mpi, experiment, run_directory=toy / f"run_{ocean}_{mixing}")
    assert outcome.status == 0, outcome
    report = outcome.logs["ocean.0000.log"]
    heat = re.findall(r"heat +([0-9.]+)", report)
    beyond = [float(value) for value in re.findall(r"beyond the fold +([0-9.]+)", report)]
    assert len(heat) == 11, outcome
    assert set(heat) == {"73.510431581"}, outcome
    assert beyond[0] < 1e-5, outcome
    assert max(beyond) > 0.1, outcome
