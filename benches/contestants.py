"""Who takes part in a case: Halocline, raw MPI in both settings, and a copy within one process."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from cases import Case
from compiling import SOURCES, Programs
from jobs import Job, Launcher, Part
from settings import period_seconds, write_settings


def memory_copy(case: Case, programs: Programs, folder: Path) -> Job:
    """Copy the bytes of one way within one process."""
    copies = case.counted_exchanges if case.payload_bytes < 1e9 else 5
    return Job(made(folder), [str(programs.memory_copy), str(case.payload_bytes), str(copies)])


def ping_pong(case: Case, programs: Programs, launcher: Launcher, folder: Path, setting: str) -> Job:
    """Send the bytes there and back with MPI alone, with the same model pass."""
    numbers = (case.ocean_ranks, case.cells, case.real_bytes, case.warm_up, case.counted_exchanges)
    command: list[str | Path] = [programs.ping_pong, *(str(number) for number in numbers)]
    return Job(made(folder), launcher.line([Part(case.ranks, command)]), launcher.environment(case.ranks, setting))


def halocline(case: Case, programs: Programs, launcher: Launcher, folder: Path) -> Job:
    """Couple the Fortran ocean with its partner through Halocline."""
    write_settings(case, folder)
    (folder / "experiment.yaml").write_text(json.dumps(experiment(case), indent=1) + "\n")
    python = os.environ.get("HALOCLINE_PYTHON", sys.executable)
    partner: list[str | Path] = [programs.partner] if case.partner == "fortran" else [python, SOURCES / "partner.py"]
    line = launcher.line([Part(case.ocean_ranks, [programs.ocean]), Part(case.partner_ranks, partner)])
    environment = {
        **launcher.environment(case.ranks, "best"),
        "HALOCLINE_EXPERIMENT": str(folder / "experiment.yaml"),
        "HALOCLINE_RUN_DIRECTORY": str(folder),
        "HALOCLINE_LOG": "warn",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    if case.transport == "messages":
        environment["HALOCLINE_TRANSPORT"] = "messages"
    return Job(folder, line, environment)


def experiment(case: Case) -> dict[str, Any]:
    """Write the experiment file of a case."""
    period = period_seconds(case)
    boundary: dict[str, Any] = {"i": "cyclic", "j": {"north_fold": "T"}}
    numbers = range(1, case.fields + 1)
    field = {"units": "1", "grid": "globe", "point": "T", "levels": case.levels}
    exchange = {"period": f"{period} s", "wire": case.wire}
    out = {"from": "ocean", "to": "partner", "fields": [f"u{n}" for n in numbers], "halo": case.halo}
    back = {"from": "partner", "to": "ocean", "fields": [f"v{n}" for n in numbers]}
    return {
        "time": {"start": "2000-01-01", "step": "1 s", "steps": period * (case.warm_up + case.counted_exchanges)},
        "components": {
            "ocean": {"ranks": case.ocean_ranks, "command": "ocean"},
            "partner": {"ranks": case.partner_ranks, "command": "partner"},
        },
        "grids": {"globe": {"nx": case.nx, "ny": case.ny, "boundary": boundary}},
        "fields": {f"{letter}{n}": field for letter in "uv" for n in numbers},
        "exchanges": [{**out, **exchange}, {**back, **exchange}],
        "watch": {"timeout": "4 min"},
    }


def made(folder: Path) -> Path:
    """Make a folder where there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder
