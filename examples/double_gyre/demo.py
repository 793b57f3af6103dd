"""Compare low resolution, low resolution + network, and the truth: python demo.py

From initial states that the network was not trained on, three runs each of the Fortran model:
alone at 40 km, at 40 km coupled to the network by `halocline run`, and at 10 km (the truth,
averaged to 40 km). Writes pictures and a table of errors to runs/demo.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from metrics import climate, energy_in_time, errors
from model_runs import (
    COUPLED_PROGRAM,
    HERE,
    Snapshots,
    coarse_grain,
    read_snapshots,
    read_state,
    run_model,
    write_namelist,
    write_state,
)

DAYS = 3600
"""Length of the low-resolution runs [days]; experiment.yaml says the same."""
TRUTH_DAYS = 1800
"""Length of the truth's runs [days]: half, for they take most of the time."""
FIRST_DAY = 360
"""The first year is left out of the means: each run leaves the truth's state for its own."""
TARGET_PERCENT = 20.0
MEMBERS = ("a", "b", "c")
LOW, HYBRID, TRUTH = "low resolution", "low + network", "truth"
STABLE_ENERGY = 3.0
"""A stable run's kinetic energy stays below so many times the mean of its first tenth [-]."""


def main() -> int:
    """Run, compare, draw; return the exit status."""
    options = arguments()
    begin = time.monotonic()
    runs = options.folder
    for member in options.members:
        prepare(runs, member, DAYS)
    if options.prepare:
        print(f"prepared {runs}")
        return 0
    if options.stability:
        return stability(runs, options)
    members: dict[str, list[Snapshots]] = {LOW: [], HYBRID: [], TRUTH: []}
    for member in options.members:
        members[LOW].append(alone(runs / member / "low", f"low resolution, state {member}", 1))
        folder = runs / member / "low_with_network"
        members[HYBRID].append(coupled(folder, f"low + network, state {member}", options.halocline))
        members[TRUTH].append(alone(runs / member / "truth", f"truth, state {member}", options.ranks))
    passed = report(members, runs / "demo")
    print(f"\nThe demo took {time.monotonic() - begin:.0f} s. Pictures and table: {runs / 'demo'}")
    return 1 if options.assert_targets and not passed else 0


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--halocline", default="halocline", help="the program (default: found on the PATH)")
    parser.add_argument("--folder", type=Path, default=HERE / "runs", help="for runs, pictures and table")
    parser.add_argument("--members", nargs="+", default=list(MEMBERS), choices=MEMBERS, help="initial states")
    parser.add_argument("--ranks", type=int, default=2, help="MPI processes of the truth")
    parser.add_argument("--prepare", action="store_true", help="only write initial states and namelists")
    parser.add_argument("--stability", action="store_true", help="run low + network ten times as long instead")
    parser.add_argument(
        "--assert", dest="assert_targets", action="store_true", help="non-zero exit status when a target is missed"
    )
    return parser.parse_args()


def prepare(runs: Path, member: str, days: int) -> None:
    """Lay one folder a run with its initial state and namelist."""
    fine = read_state(HERE / "states" / f"fine_{member}.nc")
    coarse = coarse_grain(*fine)
    for name, state, namelist, length in (
        ("low", coarse, "low.nml", days),
        ("low_with_network", coarse, "low.nml", days),
        ("truth", fine, "truth.nml", TRUTH_DAYS),
    ):
        folder = runs / member / name
        # An old run's results must not pass for this one's.
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        write_state(folder / "state.nc", *state)
        write_namelist(HERE / "namelists" / namelist, folder / "namelist.nml", run_days=length)
    write_experiment(runs / member / "low_with_network", days)


def write_experiment(folder: Path, days: int, ocean_ranks: int = 1, worker_ranks: int = 1) -> None:
    """Write experiment.yaml for the run in `folder`: the example's own, with this run's places."""
    text = (HERE / "experiment.yaml").read_text()
    for old, new in (
        (f"length: {DAYS} days", f"length: {days} days"),
        ("command: ../../../build/double_gyre_coupled", f"command: {COUPLED_PROGRAM}"),
        ("directory: runs/a/low_with_network", f"directory: {folder.resolve()}"),
        ("  ocean:\n    ranks: 1\n", f"  ocean:\n    ranks: {ocean_ranks}\n"),
        ("  closure:\n    ranks: 1\n", f"  closure:\n    ranks: {worker_ranks}\n"),
        ("worker: closure.py:closure", f"worker: {HERE / 'closure.py'}:closure"),
    ):
        if text.count(old) != 1:
            raise KeyError(f"experiment.yaml: found '{old}' {text.count(old)} times, expected once")
        text = text.replace(old, new)
    (folder / "experiment.yaml").write_text(text)


def alone(folder: Path, title: str, ranks: int) -> Snapshots:
    """Run the model without a network."""
    run_model(folder, title, ranks)
    return read_snapshots(folder)


def coupled(folder: Path, title: str, halocline: str) -> Snapshots:
    """Run the model with the network through `halocline run`."""
    if shutil.which(halocline) is None:
        sys.exit(f"error: no program '{halocline}'\n  change: put it on the PATH or give it with --halocline")
    if not COUPLED_PROGRAM.exists():
        sys.exit(f"error: no program {COUPLED_PROGRAM}\n  change: run  make -C {HERE} build PREFIX=...")
    print(f"{title}:", flush=True)
    # The program shows its own progress; its logs lie in job/.
    command = [halocline, "run", "experiment.yaml", "--run-directory", "job", "--overwrite"]
    status = subprocess.run(command, cwd=folder, check=False).returncode
    if status != 0:
        sys.exit(f"error: {title} ended with status {status}; its logs lie in {folder / 'job'}")
    return read_snapshots(folder)


def report(members: dict[str, list[Snapshots]], target: Path) -> bool:
    """Write pictures and the table of errors; say whether every target is met."""
    # Imported here: --prepare and --stability draw nothing.
    from plots import plot_energy, plot_mean_flow, plot_spectrum

    target.mkdir(parents=True, exist_ok=True)
    climates = {name: climate(runs, FIRST_DAY) for name, runs in members.items()}
    plot_mean_flow(climates, target / "mean_flow.png")
    plot_energy(members, FIRST_DAY, target / "kinetic_energy.png")
    plot_spectrum(climates, target / "spectrum.png")
    low, hybrid = (errors(climates[name], climates[TRUTH]) for name in (LOW, HYBRID))
    lines = [
        f"Errors of days {FIRST_DAY} to {DAYS} against days {FIRST_DAY} to {TRUTH_DAYS} of the truth, "
        f"{len(members[TRUTH])} unseen initial states",
        f"{'':26}{'low resolution':>16}{'low + network':>16}{'improvement':>14}",
    ]
    passed = True
    for name in low:
        improvement = 100.0 * (1.0 - hybrid[name] / low[name])
        met = improvement >= TARGET_PERCENT
        passed = passed and met
        lines.append(
            f"{name:26}{low[name]:16.3f}{hybrid[name]:16.3f}{improvement:12.0f} %  "
            f"{'met' if met else 'MISSED'} (target {TARGET_PERCENT:.0f} %)"
        )
    lines.append("")
    for name, one in climates.items():
        lines.append(f"basin-mean kinetic energy, {name:16}{1e4 * one.kinetic_energy:8.1f} cm2/s2")
    text = "\n".join(lines) + "\n"
    (target / "errors.txt").write_text(text)
    print("\n" + text, end="")
    return passed


def stability(runs: Path, options: argparse.Namespace) -> int:
    """Run low + network for ten times the demo's length and report its energy by tenths."""
    days = 10 * DAYS
    member = options.members[0]
    prepare(runs, member, days)
    run = coupled(runs / member / "low_with_network", f"stability, state {member}", options.halocline)
    tenths = [float(part.mean()) for part in np.array_split(energy_in_time(run), 10)]
    print("Mean kinetic energy in each tenth [cm2/s2]: " + " ".join(f"{1e4 * x:.0f}" for x in tenths))
    largest = max(float(energy_in_time(run).max()) / tenths[0], 0.0)
    stable = bool(np.isfinite(tenths).all()) and largest < STABLE_ENERGY
    print(
        f"{'Stable' if stable else 'NOT STABLE'} over {days} days: the largest energy is {largest:.2f} "
        f"times the mean of the first tenth (bound {STABLE_ENERGY:.0f})"
    )
    return 0 if stable else 1


if __name__ == "__main__":
    sys.exit(main())
