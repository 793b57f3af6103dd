"""Measure Halocline beside memcpy, raw MPI and other couplers: `make bench`, `make bench-quick`.

Writes target/bench/latest.json and prints a table; docs/benchmarks.md says what the columns mean.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import sys
import time
from pathlib import Path
from typing import Any

import cases
from compiling import compile_all
from contest import Arena, groups, hold
from jobs import Launcher, cores, find_launcher
from peers import find_peers
from table import Row, print_tables, row

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Run the chosen cases; 0 when all of them ran."""
    arguments = parse()
    chosen = cases.quick() if arguments.quick else cases.full(free_memory())
    known = [case.name for case in chosen]
    chosen = [case for case in chosen if re.search(arguments.only, case.name)]
    if not chosen:
        print(f"bench: no case matches {arguments.only!r}; the cases are", *known, sep="\n  ", file=sys.stderr)
        return 2
    folder = Path(arguments.folder).resolve()
    launcher = find_launcher()
    programs = compile_all(Path(arguments.prefix).resolve(), folder / "programs")
    peers, missing = find_peers(folder / "programs")
    arena = Arena(programs, launcher, peers, folder / "runs", arguments.rounds or (2 if arguments.quick else 3))
    machine = describe(launcher)
    print("\n".join(f"{name}: {value}" for name, value in machine.items()))
    print(", ".join(["beside: memcpy", "raw MPI", *(peer.name for peer in peers)]))
    print("".join(f"without {line}\n" for line in missing), flush=True)

    begun = time.monotonic()
    rows: list[Row] = []
    failures: list[str] = []
    contests = groups(chosen)
    for position, group in enumerate(contests, 1):
        passed = time.monotonic() - begun
        print(f"bench: {position} of {len(contests)} after {passed:.0f} s: {group[0].name}", file=sys.stderr)
        outcomes, failed = hold(arena, group)
        rows += [row(outcome) for outcome in outcomes]
        failures += failed
        (folder / "latest.json").write_text(json.dumps(rows, indent=1) + "\n")
    machine["load at the end"] = load()
    (folder / "machine.json").write_text(json.dumps(machine, indent=1) + "\n")
    print(print_tables(rows))
    print(f"cases: {len(rows)}, in {time.monotonic() - begun:.0f} s; {folder / 'latest.json'}")
    for name in failures:
        print(f"FAILED: {name} (what it printed stands above)")
    return 1 if failures else 0


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a subset in under two minutes")
    parser.add_argument("--only", default="", metavar="REGEX", help="only cases whose names match")
    parser.add_argument("--rounds", type=int, default=0, help="turns of everybody (3, with --quick 2)")
    parser.add_argument("--prefix", default=os.environ.get("HALOCLINE_PREFIX", ROOT / "prefix"), help="of Halocline")
    parser.add_argument("--folder", default=ROOT / "target" / "bench", help="for programs, runs and results")
    return parser.parse_args()


def describe(launcher: Launcher) -> dict[str, Any]:
    """Say what was measured on: absolute times do not carry from machine to machine."""
    return {
        "processor": processor(),
        "cores": cores(),
        "free memory": f"{free_memory() / 1e9:.0f} GB",
        "MPI": f"{launcher.family} {launcher.version}",
        "Python": platform.python_version(),
        "load at the start": load(),
    }


def processor() -> str:
    """Give the name of the processor."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def free_memory() -> float:
    """Give the memory that programs can have [bytes]."""
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable"):
            return float(line.split()[1]) * 1024
    raise RuntimeError("/proc/meminfo has no line MemAvailable; this benchmark needs Linux")


def load() -> str:
    """Give the load of the last minute, with a warning where other work disturbs the times."""
    busy = os.getloadavg()[0]
    return f"{busy:.1f}" + (" (BUSY: other work disturbs these times)" if busy > 0.5 else "")


if __name__ == "__main__":
    sys.exit(main())
