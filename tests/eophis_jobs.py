"""Scripts written for Eophis, as jobs of tests."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def python(script: Path) -> list[str]:
    """Return the command that runs a Python script."""
    return [os.environ.get("HALOCLINE_PYTHON", sys.executable), str(script)]
