"""Compile small host programs against an installed Halocline and run them as one MPI job.

    mpi = mpi_family("openmpi")
    host = compile_host(mpi, HOSTS / "ocean.f90", folder)
    outcome = run_experiment(mpi, write_experiment(folder, {...}))      # `halocline run`
    outcome = run_ranks(mpi, folder, [Ranks(3, [host, "ocean"]), Ranks(2, [...])])   # plain mpirun
    assert outcome.status == 0, outcome

Every job has a hard time limit, and ends with all its ranks when that passes.
"""

from __future__ import annotations

import functools
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
HOSTS = ROOT / "tests" / "hosts"
PACKAGE = ROOT / "python-bindings" / "python" / "halocline"

# Seconds that a coupled job may take; jobs of the tests take a few, on loaded machines some more.
TIME_LIMIT = 120.0
# Memory of the node or messages: what a rank uses.
TRANSPORT = "HALOCLINE_TRANSPORT"
# Compiling for a second MPI builds the Rust crates once more.
BUILD_LIMIT = 1500.0


class JobError(AssertionError):
    """A step of a test job failed; the text holds the command and all that it printed."""


@dataclass(frozen=True)
class Mpi:
    """One MPI and the Halocline that is installed for it."""

    family: str
    prefix: Path
    mpicc: str
    mpifort: str
    launcher: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def program(self) -> Path:
        """The `halocline` program."""
        return self.prefix / "bin" / "halocline"

    def job_environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the environment of a job: this MPI's settings, the installed program first on PATH."""
        environment = dict(os.environ)
        environment["PATH"] = f"{self.prefix / 'bin'}:{environment.get('PATH', '')}"
        environment["HALOCLINE_PYTHON"] = sys.executable
        # Several ranks share a core here: one thread each, and none of them spins.
        environment["OMP_NUM_THREADS"] = "1"
        environment.update(self.environment)
        environment.update(extra or {})
        return environment


@dataclass(frozen=True)
class Outcome:
    """How a job ended."""

    command: str
    status: int
    output: str
    directory: Path
    timed_out: bool

    @property
    def logs(self) -> dict[str, str]:
        """The text of each rank's log, by file name."""
        return {path.name: path.read_text(errors="replace") for path in sorted(self.directory.glob("*.log"))}

    @property
    def first_cause(self) -> dict[str, Any] | None:
        """What the rank that failed first wrote down; None when no rank did."""
        path = self.directory / "first_cause.json"
        if not path.exists():
            return None
        cause: dict[str, Any] = json.loads(path.read_text())
        return cause

    def __str__(self) -> str:
        logs = "".join(f"\n--- {name}\n{text[-4000:]}" for name, text in self.logs.items())
        ended = "ran past its time limit" if self.timed_out else f"ended with status {self.status}"
        return f"{self.command}\n{ended}\n--- output\n{self.output[-8000:]}{logs}"


@dataclass(frozen=True)
class Ranks:
    """One component of a plain mpirun job: how many ranks of which command, with which environment."""

    count: int
    command: Sequence[str | Path]
    environment: Mapping[str, str] = field(default_factory=dict)

    def with_messages(self, ranks: int) -> list[Ranks]:
        """Let the first of the ranks use messages; the others choose for themselves."""
        if ranks == 0:
            return [self]
        messages = {**self.environment, TRANSPORT: "messages"}
        parts = [Ranks(ranks, self.command, messages), Ranks(self.count - ranks, self.command, self.environment)]
        return [part for part in parts if part.count > 0]


def assert_transport_was_had(outcome: Outcome) -> None:
    """Check that no rank went over to messages because it could not have memory: the test would test something else."""
    assert "messages instead" not in outcome.output, outcome
    assert "messages are used instead" not in outcome.output, outcome


# ---------------------------------------------------------------------------------------------------------------- MPI


@functools.cache
def mpi_family(family: str) -> Mpi:
    """Return the Halocline installed for this MPI family, building it when it is not the main one.

    `openmpi` stands for the MPI of the checkout's build, `mpich` for Debian's MPICH beside it.
    """
    if family == "openmpi":
        prefix = Path(os.environ.get("HALOCLINE_PREFIX", ROOT / "prefix"))
        if not (prefix / "bin" / "halocline").exists():
            raise JobError(f"found no Halocline in {prefix}; run `make build install` first, or set HALOCLINE_PREFIX")
        return Mpi(
            family=family,
            prefix=prefix,
            mpicc=os.environ.get("MPICC", "mpicc"),
            mpifort=os.environ.get("FC", "mpifort"),
            launcher=("mpirun", "--oversubscribe"),
            environment={
                "OMPI_ALLOW_RUN_AS_ROOT": "1",
                "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
                "OMPI_MCA_rmaps_base_oversubscribe": "1",
                "OMPI_MCA_mpi_yield_when_idle": "1",
                # Copies between processes by the kernel are forbidden in many containers.
                "OMPI_MCA_btl_vader_single_copy_mechanism": "none",
            },
        )
    if family == "mpich":
        return _mpich()
    raise ValueError(f"unknown MPI family {family!r}; known: openmpi, mpich")


def missing_for(family: str) -> str | None:
    """Say what this machine lacks to test with an MPI family; None when nothing is missing."""
    if family == "openmpi":
        return None
    missing = [tool for tool in ("mpicc.mpich", "mpifort.mpich", "mpirun.mpich") if shutil.which(tool) is None]
    return f"no {', '.join(missing)} on PATH (Debian: apt-get install mpich libmpich-dev)" if missing else None


def _mpich() -> Mpi:
    target = ROOT / "target" / "mpich"
    prefix = target / "prefix"
    _start_from_main_build(target)
    run_checked(
        [
            "make",
            "--no-print-directory",
            "program",
            "install",
            f"PREFIX={prefix}",
            "MPICC=mpicc.mpich",
            "FC=mpifort.mpich",
        ],
        ROOT,
        {**os.environ, "CARGO_TARGET_DIR": str(target), "MAKEFLAGS": "", "MAKELEVEL": ""},
        BUILD_LIMIT,
    )
    # The Python package with the session extension of this MPI, found before the one of the main build.
    package = target / "python" / "halocline"
    shutil.copytree(PACKAGE, package, dirs_exist_ok=True, ignore=shutil.ignore_patterns("_mpi.abi3.so", "__pycache__"))
    shutil.copy2(target / "release" / "lib_mpi.so", package / "_mpi.abi3.so")
    # Under the plain names too, because `halocline run` looks for them. No links: hydra looks for its proxy beside
    # the name it was started by.
    for name in ("mpirun", "mpiexec"):
        script = prefix / "bin" / name
        script.unlink(missing_ok=True)
        script.write_text(f'#!/bin/sh\nexec {shutil.which("mpirun.mpich")} "$@"\n')
        script.chmod(0o755)
    return Mpi(
        family="mpich",
        prefix=prefix,
        mpicc="mpicc.mpich",
        mpifort="mpifort.mpich",
        launcher=(str(prefix / "bin" / "mpirun"),),
        environment={"PYTHONPATH": str(target / "python")},
    )


def _start_from_main_build(target: Path) -> None:
    """Copy what the main build compiled, so that only the crates that see MPI are compiled for the other one.

    tools/cargo.sh finds the copied note on the MPI of that build and has those crates built anew.
    """
    main = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    note = "mpi-of-this-build.txt"
    if (target / note).exists() or not (main / note).exists():
        return
    (target / "release").mkdir(parents=True, exist_ok=True)
    parts = [str(main / "release" / part) for part in (".fingerprint", "build", "deps")]
    run_checked(["cp", "-a", *parts, str(target / "release")], ROOT, os.environ, BUILD_LIMIT)
    shutil.copy2(main / note, target / note)


# ------------------------------------------------------------------------------------------------------------ compile


def compile_host(mpi: Mpi, source: Path, folder: Path, flags: Sequence[str] = (), name: str | None = None) -> Path:
    """Compile one Fortran or C source against the installed library; return the program's path.

    The flags come from the installed pkg-config file, as a user's would.
    """
    program = folder / (name or source.stem)
    compiler = mpi.mpicc if source.suffix == ".c" else mpi.mpifort
    command = [
        *shlex.split(compiler),
        "-g",
        "-Wall",
        "-Wextra",
        "-Werror",
        *flags,
        *_pkg_config(mpi, "--cflags"),
        str(source),
        "-o",
        str(program),
        *_pkg_config(mpi, "--libs"),
    ]
    # Each compilation has its own folder for .mod files.
    modules = folder / f"{program.name}.modules"
    modules.mkdir(exist_ok=True)
    run_checked(command, modules, mpi.job_environment(), TIME_LIMIT)
    return program


def _pkg_config(mpi: Mpi, what: str) -> list[str]:
    environment = {**os.environ, "PKG_CONFIG_PATH": str(mpi.prefix / "lib" / "pkgconfig")}
    # Otherwise pkg-config drops -I/usr/include and -L/usr/lib of an installation there.
    environment["PKG_CONFIG_ALLOW_SYSTEM_CFLAGS"] = environment["PKG_CONFIG_ALLOW_SYSTEM_LIBS"] = "1"
    found = run_checked(["pkg-config", what, "halocline"], ROOT, environment, TIME_LIMIT)
    return shlex.split(found.output)


# ---------------------------------------------------------------------------------------------------------------- run


def write_experiment(folder: Path, experiment: Mapping[str, Any] | str, name: str = "experiment.yaml") -> Path:
    """Write an experiment file: YAML text as it is, or a mapping (as JSON, which is YAML too)."""
    path = folder / name
    path.write_text(experiment if isinstance(experiment, str) else json.dumps(experiment, indent=2) + "\n")
    return path


def run_experiment(
    mpi: Mpi,
    experiment: Path,
    arguments: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    run_directory: Path | None = None,
    time_limit: float = TIME_LIMIT,
) -> Outcome:
    """Run an experiment file with `halocline run` in its own folder."""
    folder = run_directory or experiment.parent / "run"
    command = [str(mpi.program), "run", str(experiment), "--run-directory", str(folder), *arguments]
    return _run(command, experiment.parent, mpi.job_environment(environment), time_limit, folder)


def run_ranks(
    mpi: Mpi,
    folder: Path,
    ranks: Sequence[Ranks],
    environment: Mapping[str, str] | None = None,
    time_limit: float = TIME_LIMIT,
) -> Outcome:
    """Run components as one plain MPMD job, `mpirun -n 3 ./ocean : -n 2 ./ice`, as a job script would."""
    command = list(mpi.launcher)
    for position, part in enumerate(ranks):
        command += [":"] if position else []
        command += ["-n", str(part.count)]
        if part.environment:
            command += ["env", *(f"{name}={value}" for name, value in part.environment.items())]
        command += [str(word) for word in part.command]
    return _run(command, folder, mpi.job_environment(environment), time_limit, folder)


def run_program(mpi: Mpi, arguments: Sequence[str | Path], folder: Path, time_limit: float = TIME_LIMIT) -> Outcome:
    """Run `halocline` itself with these arguments."""
    command = [str(mpi.program), *(str(argument) for argument in arguments)]
    return _run(command, folder, mpi.job_environment(), time_limit, folder)


def run_checked(command: Sequence[str], folder: Path, environment: Mapping[str, str], time_limit: float) -> Outcome:
    """Run a command that must succeed."""
    outcome = _run(command, folder, environment, time_limit, folder)
    if outcome.status != 0 or outcome.timed_out:
        raise JobError(f"{outcome.command}\nended with status {outcome.status}\n{outcome.output}")
    return outcome


def _run(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], time_limit: float, run_directory: Path
) -> Outcome:
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    timed_out = False
    try:
        output, _ = process.communicate(timeout=time_limit)
    except subprocess.TimeoutExpired:
        timed_out = True
        output = _end(process)
    except BaseException:
        _end(process)
        raise
    return Outcome(shlex.join(command), process.returncode, output, run_directory, timed_out)


def _end(process: subprocess.Popen[str]) -> str:
    """End a job: ask first, so that mpirun takes its ranks along, then insist."""
    os.killpg(process.pid, signal.SIGTERM)
    try:
        output, _ = process.communicate(timeout=10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
    return output
