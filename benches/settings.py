"""Write a case for the programs: bench.nml for those in Fortran, bench.json for those in Python."""

from __future__ import annotations

import json
from pathlib import Path

from cases import Case


def period_seconds(case: Case) -> int:
    """Coupling period [s]: with idle dates in between where a case calls at them."""
    return 2 if case.idle_calls else 1


def write_settings(case: Case, folder: Path) -> None:
    """Write both files into the folder of a job; make it where there is none."""
    values: dict[str, int | str] = {
        "nx": case.nx,
        "ny": case.ny,
        "levels": case.levels,
        "fields": case.fields,
        "halo": case.halo,
        "warm_up": case.warm_up,
        "exchanges": case.counted_exchanges,
        "period": period_seconds(case),
        "idle_calls": case.idle_calls,
        "ocean_cut": case.ocean_cut,
        "partner_cut": case.partner_cut,
        "wire": case.wire,
    }
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"  {name} = {value!r}" for name, value in values.items()]
    (folder / "bench.nml").write_text("\n".join(["&bench", *lines, "/", ""]))
    (folder / "bench.json").write_text(json.dumps(values, indent=1) + "\n")
