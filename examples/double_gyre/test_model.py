"""The Fortran model: the same bits on every decomposition and after a restart; errors that say why.

Run: python -m pytest examples/double_gyre (after make -C examples/double_gyre alone).
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import netCDF4
import numpy as np
import pytest
from model_runs import PROGRAM, coarse_grain, mpirun, write_state

NAMELIST = """
&grid {cells}, cell_size=40.0e3 /
&physics viscosity=400.0{physics} /
&time time_step=3600, run_days={days} /
&files snapshot_hours=24{files} /
"""


def run(
    folder: Path, ranks: int, days: int = 6, physics: str = "", files: str = "", cells: str = "nx=18, ny=14"
) -> subprocess.CompletedProcess[str]:
    """Run the model in a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "namelist.nml").write_text(NAMELIST.format(cells=cells, days=days, physics=physics, files=files))
    root = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    return subprocess.run(
        [*mpirun(ranks), str(PROGRAM), "namelist.nml"],
        cwd=folder,
        env=os.environ | root,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("ranks", [2, 3, 4, 6])
@pytest.mark.parametrize("walls", ["", ", free_slip=.false."])
def test_every_decomposition_gives_the_same_bits(tmp_path: Path, ranks: int, walls: str) -> None:
    for folder, processes in (("one", 1), ("many", ranks)):
        result = run(tmp_path / folder, processes, physics=walls)
        assert result.returncode == 0, result.stderr
    for name in ("restart.nc", "mean.nc", "snapshots.nc"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "many" / name).read_bytes()


def test_a_continued_run_equals_an_uninterrupted_one(tmp_path: Path) -> None:
    assert run(tmp_path / "whole", 2, days=6).returncode == 0
    assert run(tmp_path / "first", 2, days=3).returncode == 0
    assert run(tmp_path / "second", 3, days=3, files=", start_from='../first/restart.nc'").returncode == 0
    assert (tmp_path / "whole" / "restart.nc").read_bytes() == (tmp_path / "second" / "restart.nc").read_bytes()


def test_a_state_that_runs_away_ends_the_run_with_its_place(tmp_path: Path) -> None:
    result = run(tmp_path, 2, physics=", wind_stress=1.0e4")
    assert result.returncode != 0
    assert "the state at cell i=" in result.stderr
    assert "expected: speeds below 20 m/s" in result.stderr
    assert not (tmp_path / "restart.nc").exists()
    assert not (tmp_path / "snapshots.nc").exists()


def test_an_unknown_entry_of_the_namelist_is_named(tmp_path: Path) -> None:
    result = run(tmp_path, 1, physics=", viscositi=3.0")
    assert result.returncode != 0
    assert "group &physics" in result.stderr
    assert "viscositi" in result.stderr.lower()


def test_a_state_of_another_grid_is_refused(tmp_path: Path) -> None:
    zero = np.zeros((8, 8))
    write_state(tmp_path / "other.nc", zero, zero, zero + 1000.0)
    result = run(tmp_path, 2, files=", start_from='other.nc'")
    assert result.returncode != 0
    assert "u is 8 x 8 cells, the grid 18 x 14" in result.stderr


def test_python_and_fortran_average_to_coarse_cells_alike(tmp_path: Path) -> None:
    for name, files in (("plain", ""), ("averaged", ", coarsen=4")):
        assert run(tmp_path / name, 2, days=2, files=files, cells="nx=20, ny=16").returncode == 0
    with (
        netCDF4.Dataset(tmp_path / "plain" / "snapshots.nc") as plain,
        netCDF4.Dataset(tmp_path / "averaged" / "snapshots.nc") as averaged,
    ):
        fine = [np.asarray(plain[name][-1], dtype=np.float64) for name in ("u", "v", "h")]
        for name, expected in zip(("u", "v", "h"), coarse_grain(*fine), strict=True):
            np.testing.assert_allclose(averaged[name][-1], expected, rtol=1e-6, atol=1e-9)
