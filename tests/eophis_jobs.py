"""Scripts written for Eophis, as jobs of tests."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from coupled_job import ROOT


def python(script: Path) -> list[str]:
    """Return the command that runs a Python script."""
    return [*eophis_here(), os.environ.get("HALOCLINE_PYTHON", sys.executable), str(script)]


def eophis_here() -> list[str]:
    """Return the words before a command that finds Halocline's `eophis`."""
    return ["env", f"PYTHONPATH={search_path()}"]


def search_path() -> str:
    """Return PYTHONPATH with the package `eophis` in it, which nothing installs by itself."""
    bindings = ROOT / "python-bindings"
    folders = [str(bindings / "eophis" / "src"), str(bindings / "python"), os.environ.get("PYTHONPATH", "")]
    return os.pathsep.join(filter(None, folders))
