"""Make the demo's initial states: python make_states.py (about 5 minutes on 2 cores).

Spins the truth up from rest with other noise than the training run (seed 2) for ten years and
keeps the states at the end of years 10, 15 and 20 as states/fine_a.nc, fine_b.nc and fine_c.nc,
packed to 16-bit integers. The network never sees this run.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import netCDF4
import numpy as np
from model_runs import HERE, read_state, run_model, write_namelist

SEED = 2
SPIN_UP_DAYS = 3600
APART_DAYS = 1800


def main() -> None:
    """Run the three segments one after the other and pack their ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--folder", type=Path, default=HERE / "runs" / "states", help="for the model runs")
    parser.add_argument("--ranks", type=int, default=2, help="MPI processes")
    options = parser.parse_args()
    start = "'rest'"
    for member, days in (("a", SPIN_UP_DAYS), ("b", APART_DAYS), ("c", APART_DAYS)):
        folder = options.folder / member
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "restart.nc").exists():
            write_namelist(
                HERE / "namelists" / "truth.nml",
                folder / "namelist.nml",
                start_from=start,
                run_days=days,
                seed=SEED,
            )
            run_model(folder, f"truth up to state {member}", options.ranks)
        start = f"'../{member}/restart.nc'"
        pack(folder / "restart.nc", HERE / "states" / f"fine_{member}.nc")


def pack(source: Path, target: Path) -> None:
    """Write u, v, h of a restart as compressed 16-bit integers with scale and offset."""
    u, v, h = read_state(source)
    partial = target.with_suffix(".partial")
    with netCDF4.Dataset(partial, "w") as file:
        file.createDimension("x", u.shape[1])
        file.createDimension("y", u.shape[0])
        for name, field, units in (("u", u, "m/s"), ("v", v, "m/s"), ("h", h, "m")):
            variable = file.createVariable(name, "i2", ("y", "x"), zlib=True, complevel=9, shuffle=True)
            middle = 0.5 * float(field.min() + field.max())
            variable.units = units
            variable.add_offset = middle
            variable.scale_factor = float(np.abs(field - middle).max()) / 32000.0
            variable[:] = field
    partial.replace(target)
    print(f"wrote {target}")


if __name__ == "__main__":
    main()
