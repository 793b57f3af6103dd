"""Run the Fortran model, with and without the network, and read what it wrote."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import netCDF4
import numpy as np

HERE = Path(__file__).resolve().parent
PROGRAM = HERE / "build" / "double_gyre"
COUPLED_PROGRAM = HERE / "build" / "double_gyre_coupled"
REFINEMENT = 4
"""Truth cells along one low-resolution cell [-]."""


@dataclass(frozen=True)
class Snapshots:
    """Fields of one run: u, v [m/s], h [m] as (time, j, i), i fastest; day is (time,) [days]."""

    u: np.ndarray
    v: np.ndarray
    h: np.ndarray
    day: np.ndarray


def read_snapshots(folder: Path) -> Snapshots:
    """Read the snapshots that a finished run left in its folder."""
    with netCDF4.Dataset(folder / "snapshots.nc") as file:
        u, v, h, day = (np.asarray(file[name][:], dtype=np.float64) for name in ("u", "v", "h", "time"))
        return Snapshots(u, v, h, day)


def write_namelist(source: Path, target: Path, **changes: object) -> None:
    """Copy a namelist with some values replaced; an entry that is not there is an error."""
    text = source.read_text()
    for name, value in changes.items():
        text, count = re.subn(rf"\b{name}=[^,/\n]*?(\s*[,/])", rf"{name}={value}\1", text)
        if count != 1:
            raise KeyError(f"{source}: found {count} entries '{name}=', expected 1")
    target.write_text(text)


def run_model(folder: Path, title: str, ranks: int) -> float:
    """Run the model alone in `folder` (namelist.nml is there); return the seconds that it took."""
    if not PROGRAM.exists():
        sys.exit(f"error: no program {PROGRAM}\n  change: run  make -C {HERE} alone")
    command = [*mpirun(ranks), str(PROGRAM), "namelist.nml"]
    return watch(command, folder, title)


def mpirun(ranks: int) -> list[str]:
    """The words that start `ranks` MPI processes; $HALOCLINE_MPIRUN replaces the program."""
    launcher = os.environ.get("HALOCLINE_MPIRUN", "mpirun")
    if shutil.which(launcher) is None:
        sys.exit(f"error: no '{launcher}' on the PATH\n  change: install Open MPI or MPICH, or set HALOCLINE_MPIRUN")
    version = subprocess.run([launcher, "--version"], capture_output=True, text=True, check=False)
    # Open MPI refuses more processes than cores unless told; MPICH does not know the option.
    more = ["--oversubscribe"] if "Open MPI" in version.stdout or "open-mpi" in version.stdout else []
    return [launcher, *more, "-n", str(ranks)]


def watch(command: list[str], folder: Path, title: str) -> float:
    """Run a command in `folder`, show the days that it reports, keep its output in model.log."""
    environment = dict(os.environ)
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        environment |= {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    begin = time.monotonic()
    with (
        open(folder / "model.log", "w") as log,
        subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        assert process.stdout is not None
        for line in process.stdout:
            log.write(line)
            found = re.search(r"day (\d+) of (\d+)", line)
            if found:
                show_progress(title, int(found[1]), int(found[2]), begin)
    if process.returncode != 0:
        print(f"\nerror: {title} ended with status {process.returncode}; its output:", file=sys.stderr)
        print((folder / "model.log").read_text()[-3000:], file=sys.stderr)
        sys.exit(1)
    seconds = time.monotonic() - begin
    print(f"{title}: done in {seconds:.0f} s", flush=True)
    return seconds


def show_progress(title: str, day: int, days: int, begin: float) -> None:
    """One line that overwrites itself on a terminal; a line at each quarter otherwise."""
    elapsed = time.monotonic() - begin
    left = elapsed / day * (days - day)
    text = f"{title}: day {day} of {days}, {left:.0f} s left"
    if sys.stdout.isatty():
        print(f"\r{text}   ", end="\r" if day < days else "\r\033[K", flush=True)
    elif day * 4 // days != (day - 30) * 4 // days:
        print(text, flush=True)


def coarse_grain(u: np.ndarray, v: np.ndarray, h: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Average one fine state (j, i) over the low-resolution cells, as the Fortran model does.

    u and v are means over boxes centred on the coarse faces, with half weight on the ends.
    """
    return on_east_faces(u), on_east_faces(v.T).T, in_cells(h)


def on_east_faces(fine: np.ndarray) -> np.ndarray:
    """Average u (j, i) over boxes centred on the east faces of coarse cells; 0 on the wall."""
    n = REFINEMENT
    rows = fine.reshape(fine.shape[0] // n, n, fine.shape[1]).mean(axis=1)
    coarse = np.zeros((rows.shape[0], rows.shape[1] // n))
    for offset in range(-n // 2, n // 2 + 1):
        weight = (0.5 if abs(offset) == n // 2 else 1.0) / n
        columns = np.arange(n, rows.shape[1], n) - 1 + offset
        coarse[:, :-1] += weight * rows[:, columns]
    return coarse


def in_cells(fine: np.ndarray) -> np.ndarray:
    """Average h (j, i) over the cells inside each coarse cell."""
    n = REFINEMENT
    coarse: np.ndarray = fine.reshape(fine.shape[0] // n, n, fine.shape[1] // n, n).mean(axis=(1, 3))
    return coarse


def write_state(path: Path, u: np.ndarray, v: np.ndarray, h: np.ndarray) -> None:
    """Write a state (j, i) that the model can start from, at date 0."""
    partial = path.with_suffix(".partial")
    with netCDF4.Dataset(partial, "w", format="NETCDF3_64BIT_OFFSET") as file:
        file.createDimension("x", u.shape[1])
        file.createDimension("y", u.shape[0])
        file.date_seconds = 0.0
        for name, field, units in (("u", u, "m/s"), ("v", v, "m/s"), ("h", h, "m")):
            variable = file.createVariable(name, "f8", ("y", "x"))
            variable.units = units
            variable[:] = field
    partial.replace(path)


def read_state(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Read u, v [m/s], h [m] (j, i) of a state; packed integers are unpacked."""
    with netCDF4.Dataset(path) as file:
        u, v, h = (np.asarray(file[name][:], dtype=np.float64) for name in ("u", "v", "h"))
    # Packing rounds: walls stay walls.
    u[:, -1] = 0.0
    v[-1, :] = 0.0
    return u, v, h
