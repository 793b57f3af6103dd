"""Other couplers, where they are installed: YAC from PyPI, OASIS3-MCT from Debian."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from cases import Case
from jobs import Job, Launcher


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
