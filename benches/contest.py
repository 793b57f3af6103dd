"""Run everybody who takes part in a case, in turns, several rounds: what disturbs the machine disturbs all alike."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import contestants
from cases import Case
from compiling import Programs
from jobs import Job, JobError, Launcher, Times
from peers import Peer

Runs = dict[str, list[Times]]


@dataclass
class Outcome:
    """What the rounds of one case gave; lists are empty for those who failed or took no part."""

    case: Case
    ours: list[Times]
    memory_copy: list[Times]
    mpi_default: list[Times]
    mpi_best: list[Times]
    peers: Runs = field(default_factory=dict)


@dataclass(frozen=True)
class Arena:
    """What all contests of a run share."""

    programs: Programs
    launcher: Launcher
    peers: Sequence[Peer]
    folder: Path
    rounds: int


def groups(cases: Iterable[Case]) -> list[list[Case]]:
    """Put cases together that are compared with the same raw messages."""
    found: dict[tuple[int, ...], list[Case]] = {}
    for case in cases:
        key = (case.cells, case.real_bytes, case.ocean_ranks, case.partner_ranks, case.counted_exchanges)
        found.setdefault(key, []).append(case)
    return list(found.values())


def hold(arena: Arena, group: Sequence[Case]) -> tuple[list[Outcome], list[str]]:
    """Hold the contest of one group: in each round raw messages, every case and every peer have a turn.

    Gives the outcome of each case, and the names of those who failed: they are out, their times do not count.
    """
    jobs = line_up(arena, group)
    runs: Runs = {name: [] for name in jobs}
    failed: list[str] = []
    for _ in range(arena.rounds):
        for name, prepare in jobs.items():
            if name in failed:
                continue
            try:
                runs[name].append(prepare().run())
            except JobError as error:
                print(f"bench: {name} failed: {error}", file=sys.stderr)
                failed.append(name)
                runs[name].clear()
    return [outcome(arena, case, runs) for case in group], failed


def line_up(arena: Arena, group: Sequence[Case]) -> dict[str, Callable[[], Job]]:
    """Name everybody who takes part, in the order of a round."""
    first, programs, launcher = group[0], arena.programs, arena.launcher
    folder = arena.folder / f"{first.cells}-{first.real_bytes}-{first.ocean_ranks}+{first.partner_ranks}"
    jobs: dict[str, Callable[[], Job]] = {
        "memcpy": partial(contestants.memory_copy, first, programs, folder / "memcpy")
    }
    for setting in ("default", "best"):
        where = folder / f"mpi_{setting}"
        jobs[f"mpi {setting}"] = partial(contestants.ping_pong, first, programs, launcher, where, setting)
    for number, case in enumerate(group):
        jobs[case.name] = partial(contestants.halocline, case, programs, launcher, folder / f"ours_{number}")
    for peer in arena.peers:
        # Every case of a group asks the same of a peer: it runs once a round.
        asked = next((case for case in group if case.peers and peer.takes(case)), None)
        if asked is not None:
            jobs[peer.name] = partial(peer.job, asked, launcher, folder / peer.folder)
    return jobs


def outcome(arena: Arena, case: Case, runs: Runs) -> Outcome:
    """Pick what belongs to one case."""
    peers = {peer.name: runs[peer.name] for peer in arena.peers if case.peers and runs.get(peer.name)}
    return Outcome(case, runs[case.name], runs["memcpy"], runs["mpi default"], runs["mpi best"], peers)


def median_ms(times: Sequence[Times]) -> float | None:
    """Median over the rounds of the medians over the exchanges [ms]; None where nothing was measured."""
    return 1e3 * statistics.median(round.median for round in times) if times else None


def worst_ms(times: Sequence[Times]) -> float | None:
    """Longest exchange of all rounds [ms]."""
    return 1e3 * max(max(round.exchange) for round in times) if times else None


def percentile_ms(times: Sequence[Times], percent: float) -> float | None:
    """Percentile over the exchanges of all rounds together [ms]."""
    together = sorted(second for round in times for second in round.exchange)
    return 1e3 * together[min(len(together) - 1, int(percent / 100 * len(together)))] if together else None
