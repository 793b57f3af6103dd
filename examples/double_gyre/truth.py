"""The truth that the closure learns from: run it, read it, check the PyTorch ocean against Fortran."""

from __future__ import annotations

from pathlib import Path

import netCDF4
import numpy as np
import torch
from hybrid import STEPS_A_DAY, State
from model_runs import HERE, run_model, write_namelist, write_state
from ocean_torch import Ocean, Physics


def make_truth(spin_up_days: int, training_days: int, folder: Path, ranks: int) -> Path:
    """Run the truth; return the folder with its daily snapshots. What is there is not run again."""
    spin_up, series = folder / "spin_up", folder / "truth"
    spin_up.mkdir(parents=True, exist_ok=True)
    series.mkdir(exist_ok=True)
    source = HERE / "namelists" / "truth.nml"
    if not (spin_up / "restart.nc").exists():
        write_namelist(source, spin_up / "namelist.nml", start_from="'rest'", run_days=spin_up_days)
        run_model(spin_up, "truth, spin-up from rest", ranks)
    if not (series / "restart.nc").exists():
        write_namelist(
            source,
            series / "namelist.nml",
            start_from="'../spin_up/restart.nc'",
            run_days=training_days,
            snapshot_hours=24,
        )
        run_model(series, "truth, training series", ranks)
    return series


def read_truth(folder: Path) -> State:
    """Read the daily snapshots u, v [m/s], h [m], each (day, j, i)."""
    with netCDF4.Dataset(folder / "snapshots.nc") as file:
        u, v, h = (torch.tensor(np.asarray(file[name][:])) for name in ("u", "v", "h"))
    return u, v, h


def check_ocean(truth: State, folder: Path) -> None:
    """Fail unless 10 days of the PyTorch ocean equal 10 days of the Fortran one to rounding."""
    folder.mkdir(exist_ok=True)
    u, v, h = (field[:1].double() for field in truth)
    state = u, v, h
    write_state(folder / "state.nc", *(field[0].numpy() for field in state))
    write_namelist(HERE / "namelists" / "low.nml", folder / "namelist.nml", run_days=10)
    run_model(folder, "low resolution, 10 days to compare", 1)
    ocean = Ocean(Physics(), torch.float64)
    for _ in range(10 * STEPS_A_DAY):
        state = ocean.step(*state, 0.0, 0.0)
    with netCDF4.Dataset(folder / "restart.nc") as file:
        for name, field, close in zip("uvh", state, (1e-10, 1e-10, 1e-7), strict=True):
            difference = float(np.abs(np.asarray(file[name][:]) - field[0].numpy()).max())
            if not difference < close:
                raise RuntimeError(
                    f"{name} of ocean_torch.py and of the Fortran model differ by {difference:.2g} "
                    f"after 10 days, expected less than {close:g}: ocean_torch.py must repeat "
                    "ocean/dynamics.f90 and namelists/low.nml"
                )
    print("PyTorch and Fortran oceans agree to rounding after 10 days")
