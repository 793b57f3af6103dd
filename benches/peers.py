"""Other couplers, where they are installed: YAC from PyPI, OASIS3-MCT from Debian.

Each runs the same round trip with the same model pass, one rank a side, in the best transport setting.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cases import Case
from compiling import FLAGS, SOURCES, pkg_config
from jobs import Job, JobError, Launcher, Part, run_checked
from settings import write_settings


class Peer(Protocol):
    """A coupler that can run a case."""

    @property
    def name(self) -> str:
        """Name with version."""

    @property
    def folder(self) -> str:
        """Name of the folder that its jobs run in."""

    def takes(self, case: Case) -> bool:
        """Say whether it can run this case."""

    def job(self, case: Case, launcher: Launcher, folder: Path) -> Job:
        """Prepare the job of a case."""


def find_peers(folder: Path) -> tuple[list[Peer], list[str]]:
    """Find the couplers of this machine; for each that is missing, one line that says how to get it."""
    found: list[Peer] = []
    missing = []
    for look in (find_yac, find_oasis):
        try:
            found.append(look(folder))
        except JobError as error:
            missing.append(str(error))
    return found, missing


def is_plain(case: Case) -> bool:
    """Say whether a case has one rank a side and one float64 field, as the programs of the peers."""
    return case.ranks == 2 and case.fields == 1 and case.wire == "float64" and case.transport == "best"


# ---------------------------------------------------------------------------------------------------------------- YAC


@dataclass(frozen=True)
class Yac:
    """YAC through its Python interface."""

    python: str
    name: str
    folder: str = "yac"

    def takes(self, case: Case) -> bool:
        """One rank a side, levels as a collection."""
        return is_plain(case)

    def job(self, case: Case, launcher: Launcher, folder: Path) -> Job:
        """Start both sides of yac_pair.py."""
        write_settings(case, folder)
        program: list[str | Path] = [self.python, SOURCES / "yac_pair.py"]
        line = launcher.line([Part(1, [*program, "ocean"]), Part(1, [*program, "partner"])])
        return Job(folder, line, launcher.environment(case.ranks, "best"))


def find_yac(_folder: Path) -> Peer:
    """Ask the Python of $YAC_PYTHON, else our own, for its YAC."""
    python = os.environ.get("YAC_PYTHON") or sys.executable
    asked = subprocess.run(
        [python, "-c", "import yac; print(yac.version())"], capture_output=True, text=True, check=False
    )
    if asked.returncode != 0:
        how = "`pip install yac` into an environment (--no-binary=yac unless your MPI is Open MPI 4 or 5)"
        raise JobError(f"YAC, which {python} does not have: {how}, and name its Python with YAC_PYTHON=...")
    return Yac(python, f"YAC {asked.stdout.strip().removeprefix('v')}")


# -------------------------------------------------------------------------------------------------------------- OASIS


@dataclass(frozen=True)
class Oasis:
    """OASIS3-MCT through its Fortran module."""

    program: Path
    name: str
    folder: str = "oasis"

    def takes(self, case: Case) -> bool:
        """One rank a side, each level a field of its own with three digits in its name."""
        return is_plain(case) and case.levels < 1000

    def job(self, case: Case, launcher: Launcher, folder: Path) -> Job:
        """Start both sides of oasis_pair."""
        write_settings(case, folder)
        for old in folder.glob("*.0*"):
            old.unlink()
        (folder / "namcouple").write_text(namcouple(case))
        line = launcher.line([Part(1, [self.program, "ocean"]), Part(1, [self.program, "worker"])])
        return Job(folder, line, launcher.environment(case.ranks, "best"))


def find_oasis(folder: Path) -> Peer:
    """Compile oasis_pair with the OASIS that pkg-config knows."""
    how = "`apt-get install liboasis3-dev libnetcdff-dev` (Debian, for Open MPI)"
    program = folder / "oasis_pair"
    compiler = shlex.split(os.environ.get("FC", "mpifort"))
    nowhere = Path("/nonexistent")
    try:
        version = run_checked(["pkg-config", "--modversion", "psmile"], folder).strip()
        netcdf = shlex.split(run_checked(["nf-config", "--flibs"], folder))
        flags = [*FLAGS, *pkg_config(nowhere, "--cflags", "psmile")]
        # Debian's pkg-config file leaves out what the library itself needs.
        libraries = [*pkg_config(nowhere, "--libs", "psmile"), "-lscrip", "-lmct", "-lmpeu", *netcdf]
    except (JobError, FileNotFoundError):
        raise JobError(f"OASIS3-MCT, which pkg-config does not know as psmile: {how}") from None
    sources = [SOURCES / "bench_setting.f90", SOURCES / "oasis_pair.f90"]
    try:
        run_checked([*compiler, *flags, *sources, "-o", program, *libraries], folder)
    except JobError as error:
        raise JobError(f"OASIS3-MCT {version}, which does not fit this compiler or MPI: {how}\n{error}") from None
    return Oasis(program, f"OASIS3-MCT {version}")


def namcouple(case: Case) -> str:
    """Write OASIS's own configuration: every level is a field, without any change on the way."""
    header: Mapping[str, str] = {
        "NFIELDS": str(2 * case.levels),
        "NBMODEL": "2 ocean worker 99 99",
        "RUNTIME": str(case.warm_up + case.counted_exchanges),
        "NLOGPRT": "0",
    }
    lines = [line for name, value in header.items() for line in (f"${name}", value, "$END")]
    lines.append("$STRINGS")
    for level in range(1, case.levels + 1):
        for source, target, grids in (("U", "P", "ocea work"), ("V", "Q", "work ocea")):
            lines += [
                f"{source}{level:03} {target}{level:03} 1 1 1 restart.nc EXPORTED",
                f"{case.nx} {case.ny} {case.nx} {case.ny} {grids} LAG=0",
                "R 0 R 0",
                "LOCTRANS",
                "INSTANT",
            ]
    return "\n".join([f" {line}" for line in [*lines, "$END"]]) + "\n"
