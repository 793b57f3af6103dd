"""An experiment file: check it, plan it, run it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import JobFailedError

if TYPE_CHECKING:
    from . import _core


@dataclass(frozen=True)
class Outcome:
    """How a job ended well."""

    run_directory: Path
    """Where its logs are."""
    seconds: float
    """How long it took."""
    steps: int | None
    """Coupling steps that all components did."""


class Experiment:
    """An experiment file.

    ::

        experiment = halocline.Experiment("experiment.yaml")
        experiment.check()
        experiment.run(run_directory="runs/first")
    """

    def __init__(self, file: str | os.PathLike[str]) -> None:
        """Name the file; nothing is read yet."""
        self.file = Path(file)

    def check(self) -> str:
        """Check the file and say what is in it.

        Raises ExperimentError with the report of all problems, each with its line and column.
        """
        from . import _core

        return _core.check(self.file)

    def plan(self, dates: int = 3) -> str:
        """Say what a run would do: who runs where, who sends what when, and how much.

        The first `dates` dates of each exchange are listed.
        """
        from . import _core

        return _core.plan(self.file, dates)

    def command_line(
        self,
        run_directory: str | os.PathLike[str] | None = None,
        launcher: str = "auto",
        launcher_arguments: Sequence[str] = (),
    ) -> str:
        """Give the lines that start the job, for a job script of one's own."""
        from . import _core

        return _core.command_line(self.file, run_directory, launcher, list(launcher_arguments))

    def run(
        self,
        run_directory: str | os.PathLike[str] | None = None,
        *,
        overwrite: bool = False,
        launcher: str = "auto",
        launcher_arguments: Sequence[str] = (),
        progress: bool = True,
    ) -> Outcome:
        """Run all components as one MPI job and wait for its end.

        `launcher` is a program such as mpirun or srun, found by itself where it is "auto". Raises
        JobFailedError with the first cause, LaunchError where the job could not be started, and
        KeyboardInterrupt after Ctrl-C has ended it.
        """
        from . import _core

        ended = _core.run(self.file, run_directory, overwrite, launcher, list(launcher_arguments), progress)
        directory = Path(ended["run_directory"])
        if ended["signal"] is not None:
            raise KeyboardInterrupt(f"signal {ended['signal']} ended the job; logs in {directory}")
        if ended["status"] != 0:
            raise _failure(ended, directory)
        return Outcome(directory, ended["seconds"], ended["steps"])


def _failure(ended: _core.Outcome, directory: Path) -> JobFailedError:
    cause = ended["cause"] or f"the job ended with status {ended['status']}"
    where = f"component '{ended['component']}' rank {ended['rank']}: " if ended["component"] else ""
    failure = JobFailedError(
        f"{where}{cause}\n  logs: {directory}",
        component=ended["component"],
        rank=ended["rank"],
        found=cause,
        hint=f"see the logs in {directory}",
    )
    failure.status = ended["status"]
    failure.run_directory = str(directory)
    return failure
