"""Start one short job under MPI, pinned, and read the times that it wrote."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import statistics
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

# Seconds after which a job of the benchmarks counts as hung; the longest take about a minute.
TIME_LIMIT = 300.0


class JobError(RuntimeError):
    """A program of the benchmarks failed; the text holds the command and all that it printed."""


@dataclass(frozen=True)
class Times:
    """What one job measured [s]."""

    exchange: list[float]
    definition: float | None = None
    idle: float | None = None

    @property
    def median(self) -> float:
        """Median over the exchanges; each is the longest over the ranks [s]."""
        return statistics.median(self.exchange)


@dataclass(frozen=True)
class Part:
    """One component of a job: how many ranks of which command."""

    ranks: int
    command: Sequence[str | Path]


@dataclass(frozen=True)
class Launcher:
    """The MPI launcher of this machine."""

    program: str
    family: str  # openmpi | other
    version: str

    def line(self, parts: Sequence[Part]) -> list[str]:
        """Give the command line of a job; a rank has its own core where there are enough of them."""
        words = [self.program]
        ranks = sum(part.ranks for part in parts)
        if self.family == "openmpi":
            pinned = ranks <= cores()
            words += ["--map-by", "core", "--bind-to", "core"] if pinned else ["--oversubscribe", "--bind-to", "none"]
        for position, part in enumerate(parts):
            words += [":"] if position else []
            words += ["-n", str(part.ranks), *(str(word) for word in part.command)]
        return words

    def environment(self, ranks: int, setting: str) -> dict[str, str]:
        """Give the transport setting of a job, `default` or `best`, as variables of the environment.

        Open MPI copies large messages between processes with a call of the kernel. On virtual machines this is slow,
        and its copy through shared memory is several times faster; the name of the switch depends on the version.
        """
        if self.family != "openmpi":
            return {}
        found = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
        if ranks > cores():
            found["OMPI_MCA_mpi_yield_when_idle"] = "1"
        if setting == "best" and int(self.version.split(".")[0]) >= 5:
            found["OMPI_MCA_smsc"] = "^cma,knem,xpmem"
        elif setting == "best":
            found["OMPI_MCA_btl_vader_single_copy_mechanism"] = "none"
        return found


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0))


def find_launcher() -> Launcher:
    """Find mpirun and ask it which MPI it belongs to."""
    program = shutil.which("mpirun") or shutil.which("mpiexec")
    if program is None:
        raise JobError("found neither mpirun nor mpiexec on PATH; load or install the MPI that Halocline was built for")
    shown = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    first = next(iter(shown.splitlines()), "")
    family = "openmpi" if "Open MPI" in first or "OpenRTE" in first else "other"
    version = next((word for word in first.split() if word[0].isdigit()), "0") if family == "openmpi" else first
    return Launcher(program, family, version)


@dataclass(frozen=True)
class Job:
    """One program, or the components of one MPI job, in its own folder."""

    folder: Path
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self) -> Times:
        """Run it; read times.txt, or what it printed where it wrote no such file."""
        written = self.folder / "times.txt"
        written.unlink(missing_ok=True)
        printed = run_checked(self.command, self.folder, self.environment)
        return read_times(written.read_text() if written.exists() else printed)


def read_times(text: str) -> Times:
    """Read lines of a word and a number of seconds: `exchange`, `definition`, `idle`."""
    numbers: dict[str, list[float]] = {"exchange": [], "definition": [], "idle": []}
    for line in text.splitlines():
        name, _, number = line.partition(" ")
        if name in numbers:
            numbers[name].append(float(number))
    if not numbers["exchange"]:
        raise JobError(f"a program of the benchmarks ended well and wrote no time of an exchange; it printed\n{text}")
    return Times(numbers["exchange"], next(iter(numbers["definition"]), None), next(iter(numbers["idle"]), None))


def run_checked(command: Sequence[str | Path], folder: Path, environment: Mapping[str, str] | None = None) -> str:
    """Run a command that must succeed; return what it printed on its standard output."""
    words = [str(word) for word in command]
    process = subprocess.Popen(
        words,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        output, errors = process.communicate(timeout=TIME_LIMIT)
    except BaseException as error:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            output, errors = process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, errors = process.communicate()
        if not isinstance(error, subprocess.TimeoutExpired):
            raise
        errors += f"\nended after {TIME_LIMIT:g} s\n"
    if process.returncode != 0:
        logs = "".join(f"--- {log.name}\n{log.read_text(errors='replace')[-2000:]}" for log in folder.glob("*.log"))
        ended = f"in {folder}\n{shlex.join(words)}\nended with status {process.returncode}"
        raise JobError(f"{ended}\n{output[-4000:]}{errors[-4000:]}{logs}")
    return output
