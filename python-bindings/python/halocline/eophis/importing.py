"""`halocline import-eophis main.py`: run a script in preproduction and write the experiment file that it implies.

Nothing is coupled, no MPI is loaded, and no namcouple is written. The file can be read instead of the namcouple by all
components of the job: HALOCLINE_EXPERIMENT=experiment.yaml.
"""

from __future__ import annotations

import argparse
import math
import os
import runpy
import sys
from pathlib import Path
from typing import Any

from . import coupling
from .grid import Grid
from .tunnel import Tunnel, is_static

PREPRODUCTION = ["--exec", "preprod"]

GAINS = """\
What you gain with Halocline's own interface (docs/eophis.md):
  - `wire: float32` halves what is moved, `receive_as: float32` what a worker holds; workers get tensors of any device
  - the fold where the ocean model has it, with the signs of vector components
  - one command for the job, with logs of each rank and the first cause of a failure: halocline run
"""


def main() -> int:
    """Read the arguments, run the script, write the file."""
    epilog = "Words after -- are the script's own; without any it gets: --exec preprod"
    parser = argparse.ArgumentParser(prog="halocline import-eophis", description=__doc__, epilog=epilog)
    parser.add_argument("script", help="the script, for example main.py")
    parser.add_argument("-o", "--output", default="experiment.yaml", help="the file to write (default: %(default)s)")
    parser.add_argument("--overwrite", action="store_true", help="replace a file that is there")
    own, words = _split(sys.argv[1:])
    options = parser.parse_args(own)
    target = Path(options.output).absolute()
    if target.exists() and not options.overwrite:
        print(f"error: {target} exists\n  to change: another --output, or --overwrite", file=sys.stderr)
        return 1
    seconds = _run(options.script, words)
    registry = coupling.current()
    if seconds is None or not registry.tunnels:
        print(
            f"error: {options.script} {' '.join(words)} registered {len(registry.tunnels)} tunnels and "
            f"{'wrote no namcouple' if seconds is None else 'wrote a namcouple'}\n"
            "  expected: a script that registers tunnels and calls write_coupling_namelist in preproduction\n"
            "  to change: pass the script's own words for preproduction: halocline import-eophis main.py -- WORDS",
            file=sys.stderr,
        )
        return 1
    try:
        text = experiment(registry.tunnels, seconds, f"{options.script} {' '.join(words)}")
    except ValueError as refused:
        print(f"error: {refused}", file=sys.stderr)
        return 1
    target.write_text(text)
    print(f"{target}: {len(registry.tunnels)} tunnels\n\n{GAINS}", end="")
    return 0


def _split(words: list[str]) -> tuple[list[str], list[str]]:
    """Take the words apart: our own, and after `--` those of the script; without any, the usual ones."""
    if "--" not in words:
        return words, PREPRODUCTION
    place = words.index("--")
    return words[:place], words[place + 1 :]


def _run(script: str, words: list[str]) -> int | None:
    """Run the script; return the length of the simulation that it would write into a namcouple [s]."""
    written: list[int] = []
    coupling.write_instead(written.append)
    # Whatever else is called so: this run is about tunnels that end here.
    sys.modules["eophis"] = sys.modules[__package__]
    path = os.path.abspath(script)
    sys.argv = [path, *words]
    sys.path.insert(0, os.path.dirname(path))
    try:
        runpy.run_path(path, run_name="__main__")
    except SystemExit as left:
        if left.code not in (None, 0):
            raise
    return written[-1] if written else None


def experiment(tunnels: list[Tunnel], seconds: int, origin: str) -> str:
    """Write the experiment file of tunnels in a simulation of this length.

    Raises ValueError where tunnels describe grids of one name differently: an experiment file has one grid of a name.
    """
    periods = [int(ex["freq"]) for tunnel in tunnels for ex in tunnel.exchs if not is_static(ex)]
    step = math.gcd(seconds, *periods)
    lines = [
        f"# From {origin}. Components are whoever starts; fields have the names of the ocean model's variables.",
        "time:",
        "  start: 2000-01-01",
        f"  step: {step} s",
        f"  length: {seconds} s",
        "grids:",
    ]
    for described in _grids(tunnels).values():
        lines += described
    fields, exchanges = ["fields:"], ["exchanges:"]
    for tunnel in tunnels:
        for ex in tunnel.exchs:
            for name in [*ex["in"], *ex["out"]]:
                arrives = name in ex["in"]
                sent, received = tunnel.geo_aliases[name], tunnel.py_aliases[name]
                if not arrives:
                    sent, received = received, sent
                grid = tunnel.grids[ex["grd"]]
                for field in dict.fromkeys((sent, received)):
                    fields += _field(field, name, ex, grid)
                exchanges += _exchange(tunnel.label, name, (sent, received), ex)
    return "\n".join([*lines, *fields, *exchanges]) + "\n"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _grids(tunnels: list[Tunnel]) -> dict[str, list[str]]:
    """Write each grid once."""
    written: dict[str, list[str]] = {}
    owners: dict[str, str] = {}
    for tunnel in tunnels:
        for name, grid in tunnel.grids.items():
            lines = _grid(name, grid)
            if written.setdefault(name, lines) != lines:
                found, other = (", ".join(line.strip() for line in words[1:]) for words in (written[name], lines))
                raise ValueError(
                    f"grid '{name}': tunnel {owners[name]} says {found}; tunnel {tunnel.label} says {other}\n"
                    "  expected: one size and one boundary for all tunnels with a grid of this name\n"
                    "  to change: give the grid of one of these tunnels a name of its own"
                )
            owners.setdefault(name, tunnel.label)
    return written


def _grid(name: str, grid: Grid) -> list[str]:
    east_west = "cyclic" if grid.bnd[0] == "cyclic" else "closed"
    # An experiment file has no fold at the first row: there the tunnel itself asks for it, if the file says nothing.
    folded = f"{{north_fold: {grid.fold}}}" if grid.folds_north else "closed"
    north_south = {"close": "closed", "cyclic": "cyclic", "nfold": folded}[grid.bnd[1]]
    return [
        f"  {_quoted(name)}:",
        f"    nx: {grid.size[0]}",
        f"    ny: {grid.size[1]}",
        f"    boundary: {{i: {east_west}, j: {north_south}}}",
    ]


def _field(field: str, name: str, ex: dict[str, Any], grid: Grid) -> list[str]:
    kind = ", kind: vector" if grid.changes_sign(is_static(ex)) else ""
    point = f", point: {grid.grd}" if grid.is_folded else ""
    return [
        f"  {_quoted(field)}: {{units: '1', grid: {_quoted(str(ex['grd']))}, levels: {ex['lvl']}{point}{kind}, "
        f"long_name: {_quoted(name)}}}"
    ]


def _exchange(label: str, name: str, fields: tuple[str, str], ex: dict[str, Any]) -> list[str]:
    when = "static: true" if is_static(ex) else f"period: {int(ex['freq'])} s"
    return [
        f"  - name: {_quoted(f'{label}.{name}')}",
        f"    fields: [{_quoted(fields[0])}]",
        f"    receive_fields: [{_quoted(fields[1])}]",
        f"    {when}",
    ]


if __name__ == "__main__":
    sys.exit(main())
