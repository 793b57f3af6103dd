"""Types of the extension that checks, plans and runs experiment files, without MPI."""

import os
from collections.abc import Sequence
from typing import TypedDict, type_check_only

__all__ = ["check", "command_line", "plan", "run"]

@type_check_only
class Outcome(TypedDict):
    run_directory: os.PathLike[str]
    seconds: float
    steps: int | None
    status: int
    signal: int | None
    component: str | None
    rank: int | None
    cause: str | None

def check(experiment: str | os.PathLike[str]) -> str: ...
def plan(experiment: str | os.PathLike[str], dates: int) -> str: ...
def command_line(
    experiment: str | os.PathLike[str],
    run_directory: str | os.PathLike[str] | None = None,
    launcher: str = "auto",
    launcher_arguments: Sequence[str] = ...,
) -> str: ...
def run(
    experiment: str | os.PathLike[str],
    run_directory: str | os.PathLike[str] | None = None,
    overwrite: bool = False,
    launcher: str = "auto",
    launcher_arguments: Sequence[str] = ...,
    progress: bool = True,
) -> Outcome: ...
