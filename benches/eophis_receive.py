"""Receive and send of a script for Eophis: with Halocline's stand-in, and with the real Eophis beside it.

    python benches/eophis_receive.py
    HALOCLINE_BENCH_EOPHIS=/path/to/python python benches/eophis_receive.py    # a Python with Eophis and pyoasis

One rank of an ocean in Python, one of the script. For the times of the calls in the script the field is there before it
is asked for; the round trip is the ocean's put and get. Numbers mean something on a machine without other work only.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PACKAGES = [HERE.parent / "python-bindings" / name for name in ("eophis/src", "python")]
NPTS = (362, 332)
CASE: dict[str, Any] = {"npts": NPTS, "levels": 75, "halo": 1, "period": 10, "steps": 20, "pause": 0.2}
WARM_UP = 4
"""Dates that are not counted: the first arrays of a script are copies."""


def run(python: str, ocean: str, case: dict[str, Any], environment: dict[str, str]) -> dict[str, Any]:
    """Run a job; return the times of its script [s]."""
    words = json.dumps(case)
    script = [python, str(HERE / "eophis" / "script.py")]
    with tempfile.TemporaryDirectory() as folder:
        settings: dict[str, Any] = {"cwd": folder, "env": environment, "check": True, "timeout": 300}
        subprocess.run([*script, "preprod", words], **settings)
        launcher = os.environ.get("HALOCLINE_BENCH_LAUNCHER", "mpirun --oversubscribe").split()
        host = [python, str(HERE / "eophis" / "ocean.py"), ocean, words]
        subprocess.run([*launcher, "-n", "1", *host, ":", "-n", "1", *script, "prod", words], **settings)
        times: dict[str, Any] = json.loads((Path(folder) / "times.json").read_text())
        times["round_trip"] = json.loads((Path(folder) / "round_trips.json").read_text())
        return times


def both(python: str, ocean: str, case: dict[str, Any], environment: dict[str, str]) -> dict[str, Any]:
    """Time the calls of the script where the field waits for it, and the ocean's round trip where nobody pauses."""
    times = run(python, ocean, case, environment)
    times["round_trip"] = run(python, ocean, {**case, "pause": 0.0}, environment)["round_trip"]
    return times


def line(name: str, times: dict[str, Any]) -> str:
    """Say least and median time of receive, send, both, and the ocean's put and get together [ms]."""
    receive, send = times["receive"][WARM_UP:], times["send"][WARM_UP:]
    calls = [first + second for first, second in zip(receive, send, strict=True)]
    parts = (receive, send, calls, times["round_trip"][WARM_UP:])
    numbers = [f"{1000 * min(part):8.2f} {1000 * statistics.median(part):8.2f}" for part in parts]
    return f"{name:24} " + "   ".join(numbers)


def main() -> None:
    """Run both, where both are there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=CASE["steps"], help="dates (default: %(default)s)")
    parser.add_argument("--halo", type=int, default=CASE["halo"], help="halo [cells] (default: %(default)s)")
    options = parser.parse_args()
    case = {**CASE, "steps": options.steps, "halo": options.halo}
    size = " x ".join(map(str, [*NPTS, CASE["levels"]]))
    print(f"{size} float64, halo {options.halo}, cyclic and folded; least and median [ms]")
    print(f"{'':24} {'receive':>17}   {'send':>17}   {'both':>17}   {'round trip':>17}")
    path = os.pathsep.join(filter(None, [*map(str, PACKAGES), os.environ.get("PYTHONPATH", "")]))
    ours = {**os.environ, "PYTHONPATH": path}
    times = both(sys.executable, "halocline", case, {**ours, "HALOCLINE_EOPHIS_ARRAYS": "views"})
    print(line("halocline", times))
    real = os.environ.get("HALOCLINE_BENCH_EOPHIS")
    if real is None:
        print("Eophis                   not timed: name a Python that has it and pyoasis in HALOCLINE_BENCH_EOPHIS")
        return
    theirs = both(real, "pyoasis", case, dict(os.environ))
    print(line("Eophis", theirs))
    # Both were given the same fields, so they must have seen the same values.
    assert theirs["checksum"] == times["checksum"], (theirs["checksum"], times["checksum"])


if __name__ == "__main__":
    main()
