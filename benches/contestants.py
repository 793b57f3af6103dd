"""Who takes part in a case: Halocline, raw MPI in both settings, and a copy within one process."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from cases import Case
from jobs import Job, Launcher, Part
from programs import SOURCES, Programs

WARM_UP = 5


def memory_copy(case: Case, programs: Programs, folder: Path) -> Job:
    """Copy the bytes of one way within one process."""
    copies = case.counted_exchanges if case.payload_bytes < 1e9 else 5
    return Job(made(folder), [str(programs.memory_copy), str(case.payload_bytes), str(copies)])


def ping_pong(case: Case, programs: Programs, launcher: Launcher, folder: Path, setting: str) -> Job:
    """Send the bytes there and back with MPI alone, with the same model pass."""
    numbers = (case.ocean_ranks, case.cells, case.real_bytes, WARM_UP, case.counted_exchanges)
    command = [programs.ping_pong, *(str(number) for number in numbers)]
    return Job(made(folder), launcher.line([Part(case.ranks, command)]), launcher.environment(case.ranks, setting))


def halocline(case: Case, programs: Programs, launcher: Launcher, folder: Path) -> Job:
    """Couple the Fortran ocean with its partner through Halocline."""
    made(folder)
    (folder / "experiment.yaml").write_text(json.dumps(experiment(case), indent=1) + "\n")
    (folder / "bench.nml").write_text(namelist(case))
    setting = {"nx": case.nx, "ny": case.ny, "partner_cut": case.partner_cut, "fields": case.fields}
    (folder / "bench.json").write_text(json.dumps({**setting, "wire": case.wire, "halo": case.halo}) + "\n")
    python = os.environ.get("HALOCLINE_PYTHON", sys.executable)
    partner = [programs.partner] if case.partner == "fortran" else [python, SOURCES / "partner.py"]
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


def period_seconds(case: Case) -> int:
    """Coupling period [s]: with idle dates in between where a case calls at them."""
    return 2 if case.idle_calls else 1


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
        "time": {"start": "2000-01-01", "step": "1 s", "steps": period * (WARM_UP + case.counted_exchanges)},
        "components": {
            "ocean": {"ranks": case.ocean_ranks, "command": "ocean"},
            "partner": {"ranks": case.partner_ranks, "command": "partner"},
        },
        "grids": {"globe": {"nx": case.nx, "ny": case.ny, "boundary": boundary}},
        "fields": {f"{letter}{n}": field for letter in "uv" for n in numbers},
        "exchanges": [{**out, **exchange}, {**back, **exchange}],
        "watch": {"timeout": "4 min"},
    }


def namelist(case: Case) -> str:
    """Write the case for the Fortran programs."""
    values: dict[str, int | str] = {
        "nx": case.nx,
        "ny": case.ny,
        "levels": case.levels,
        "fields": case.fields,
        "halo": case.halo,
        "warm_up": WARM_UP,
        "exchanges": case.counted_exchanges,
        "period": period_seconds(case),
        "idle_calls": case.idle_calls,
        "ocean_cut": case.ocean_cut,
        "partner_cut": case.partner_cut,
    }
    lines = [f"  {name} = {value!r}" for name, value in values.items()]
    return "\n".join(["&bench", *lines, "/", ""])


def made(folder: Path) -> Path:
    """Make a folder where there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder
