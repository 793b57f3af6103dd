"""What the calls of an OASIS host cost through module mod_oasis: puts, gets, puts where nothing is due.

    python benches/oasis.py [--prefix prefix] [--library "-I... -L... -l..."]

One rank a side on the grid of NEMO's DINO, 62 x 199 cells, with 36 levels and with one; medians of 200 exchanges, idle
puts the mean of 20000. `--library` names another OASIS to compile the same program with, from 4.0 on.
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
from pathlib import Path

from compiling import FLAGS, SOURCES, pkg_config
from jobs import Part, find_launcher, run_checked

STEPS = 200
COLUMNS = ("put", "get", "idle put")


def main() -> int:
    """Compile, run, print a line a size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prefix", default=os.environ.get("HALOCLINE_PREFIX", "prefix"))
    parser.add_argument("--library", help="flags of another OASIS")
    parser.add_argument("--folder", default="target/bench/oasis")
    arguments = parser.parse_args()
    folder = Path(arguments.folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    prefix = Path(arguments.prefix).resolve()
    flags = pkg_config(prefix, "--cflags", "halocline"), pkg_config(prefix, "--libs", "halocline")
    if arguments.library:
        flags = shlex.split(arguments.library), shlex.split(arguments.library)
    program = folder / "oasis_calls"
    compiler = shlex.split(os.environ.get("FC", "mpifort"))
    run_checked([*compiler, *FLAGS, *flags[0], SOURCES / "oasis_calls.f90", "-o", program, *flags[1]], folder)
    (folder / "namcouple").write_text(namcouple())
    launcher = find_launcher()
    line = launcher.line([Part(1, [program, "ocean"]), Part(1, [program, "worker"])])
    environment = {**os.environ, **launcher.environment(2, "best")}
    environment.pop("HALOCLINE_EXPERIMENT", None)
    ended = subprocess.run(
        [str(word) for word in line], cwd=folder, env=environment, capture_output=True, text=True, timeout=170
    )
    found = [text for text in ended.stdout.splitlines() if text.strip().startswith("microseconds")]
    if ended.returncode or not found:
        print(ended.stdout, ended.stderr, sep="\n", file=sys.stderr)
        return 1
    times = [float(word) for word in found[0].split()[1:]]
    print(f"{'[us]':>10}" + "".join(f"{name:>12}" for name in COLUMNS))
    for levels, values in ((36, times[:3]), (1, times[3:])):
        print(f"{levels:>3} levels" + "".join(f"{value:>12.3f}" for value in values))
    return 0


def namcouple() -> str:
    """Return the namcouple: dates of 2 s are due."""
    pairs = [("O_DEEP", "E_DEEP"), ("O_FLAT", "E_FLAT"), ("B_DEEP", "I_DEEP"), ("B_FLAT", "I_FLAT")]
    entry = "{} {} 1 2 0 none.nc EXPORTED\n62 199 62 199 dino dino LAG=0\nR 0 R 0\n"
    entries = "".join(entry.format(*pair) for pair in pairs)
    return f" $NFIELDS\n 4\n $RUNTIME\n {2 * STEPS}\n $NLOGPRT\n 0\n $STRINGS\n{entries} $END\n"


if __name__ == "__main__":
    sys.exit(main())
