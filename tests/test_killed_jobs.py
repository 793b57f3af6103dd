"""A job that is killed leaves nothing of ours behind: no process, no file in shared memory, no half-written file."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from coupled_job import HOSTS, Mpi, write_experiment

OCEAN_RANKS = 2
EXPERIMENT = """\
time: {start: 2000-01-01, step: 10 s, steps: 1000000}
components:
  ocean: {ranks: 2, command: endless_pair.py}
  network: {ranks: 1, command: endless_pair.py}
grids:
  g: {nx: 200, ny: 120, boundary: {i: cyclic, j: closed}}
fields:
  u: {units: m/s, grid: g, levels: 3}
  v: {units: m/s, grid: g, levels: 3}
exchanges:
  - {from: ocean, to: network, fields: [u], period: 10 s, halo: 1}
  - {from: network, to: ocean, fields: [v], period: 10 s, halo: 1}
watch: {warn_after: 5 s, timeout: 30 s}
"""
# Seconds that a loaded machine may take to start three interpreters, and to end them.
PATIENCE = 60.0


@contextlib.contextmanager
def running_job(mpi: Mpi, folder: Path, transport: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start a job in a session of its own, and wait until all its ranks are in the middle of exchanges."""
    file = write_experiment(folder, EXPERIMENT)
    (folder / "temporary").mkdir()
    environment = mpi.job_environment(
        {
            "HALOCLINE_EXPERIMENT": str(file),
            "HALOCLINE_RUN_DIRECTORY": str(folder),
            "TMPDIR": str(folder / "temporary"),
        }
    )
    host = [sys.executable, str(HOSTS / "endless_pair.py")]
    command = [*mpi.launcher, "-n", str(OCEAN_RANKS), *host, "ocean", ":", "-n", "1", *host, "network"]
    with (folder / "output.txt").open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=output, start_new_session=True
        )
        try:
            wait_until(lambda: len(list(folder.glob("running.*"))) == OCEAN_RANKS + 1, "all ranks exchange", folder)
            assert process.poll() is None, (folder / "output.txt").read_text()
            for rank in folder.glob("running.*"):
                maps = Path(f"/proc/{rank.read_text()}/maps").read_text()
                assert ("memfd:halocline" in maps) == (transport == "auto"), rank
            yield process
        finally:
            for left in [process.pid, *processes_of(folder)]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(left, signal.SIGKILL)
            process.wait()


def wait_until(reached: Callable[[], bool], what: str, folder: Path) -> None:
    """Look ten times a second whether something is reached."""
    end = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < end, f"{what}: not within {PATIENCE} s\n{(folder / 'output.txt').read_text()}"
        time.sleep(0.1)


def processes_of(folder: Path) -> list[int]:
    """Find the processes of a job by the run directory in their environment; those that ended are gone."""
    mark = f"HALOCLINE_RUN_DIRECTORY={folder}\0".encode()
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and mark in (entry / "environ").read_bytes():
                found.append(int(entry.name))
    return found


def ours(folder: Path) -> set[str]:
    """List what carries our name where files for a while are kept."""
    places = [Path("/dev/shm"), Path("/tmp"), folder / "temporary"]
    return {str(path) for place in places if place.is_dir() for path in place.iterdir() if "halocline" in path.name}


def assert_nothing_is_left(process: subprocess.Popen[bytes], folder: Path, before: set[str]) -> None:
    """Check that the job has ended without success, with all its processes and files."""
    assert process.wait(PATIENCE) != 0
    wait_until(lambda: not processes_of(folder), "all ranks end", folder)
    assert ours(folder) <= before
    for path in folder.glob("*.json"):
        json.loads(path.read_text())
    assert (folder / "progress.ocean.json").exists(), "the job was killed before it wrote anything"


def test_killing_the_launchers_process_group_leaves_nothing(mpi: Mpi, tmp_path: Path, each_transport: str) -> None:
    before = ours(tmp_path)
    with running_job(mpi, tmp_path, each_transport) as process:
        os.killpg(process.pid, signal.SIGKILL)
        assert_nothing_is_left(process, tmp_path, before)


def test_killing_all_processes_at_once_leaves_nothing(mpi: Mpi, tmp_path: Path, each_transport: str) -> None:
    before = ours(tmp_path)
    with running_job(mpi, tmp_path, each_transport) as process:
        ranks = processes_of(tmp_path)
        assert len(ranks) >= OCEAN_RANKS + 2, "the launcher and its ranks"
        for rank in ranks:
            os.kill(rank, signal.SIGKILL)
        assert_nothing_is_left(process, tmp_path, before)


@pytest.mark.parametrize("rank", ["ocean.1", "network.0"])
def test_killing_one_rank_ends_the_job(mpi: Mpi, tmp_path: Path, each_transport: str, rank: str) -> None:
    before = ours(tmp_path)
    with running_job(mpi, tmp_path, each_transport) as process:
        os.kill(int((tmp_path / f"running.{rank}").read_text()), signal.SIGKILL)
        assert_nothing_is_left(process, tmp_path, before)
