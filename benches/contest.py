"""Run everybody who takes part in a case, in turns, several rounds: what disturbs the machine disturbs all alike."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import contestants
from cases import Case
from jobs import Job, JobError, Launcher, Times
from peers import Peer
from programs import Programs

Runs = dict[str, list[Times]]


@dataclass
class Outcome:
    """What the rounds of one case gave; a contestant that failed is absent and named in `failures`."""

    case: Case
    ours: list[Times]
    memory_copy: list[Times]
    mpi_default: list[Times]
    mpi_best: list[Times]
    peers: Runs = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)


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


def hold(arena: Arena, group: Sequence[Case]) -> list[Outcome]:
    """Hold the contest of one group: in each round raw messages, every case and every peer have a turn."""
    jobs = line_up(arena, group)
    runs: Runs = {name: [] for name in jobs}
    failed: dict[str, str] = {}
    for _ in range(arena.rounds):
        for name, prepare in jobs.items():
            if name in failed:
                continue
            try:
                runs[name].append(prepare().run())
            except JobError as error:
                failed[name] = str(error)
                print(f"bench: {name} failed: {error}", file=sys.stderr)
    return [outcome(arena, case, runs, failed) for case in group]


def line_up(arena: Arena, group: Sequence[Case]) -> dict[str, Callable[[], Job]]:
    """Name everybody who takes part, in the order of a round."""
    first = group[0]
    folder = arena.folder / f"{first.cells}-{first.real_bytes}-{first.ocean_ranks}+{first.partner_ranks}"
    jobs: dict[str, Callable[[], Job]] = {
        "memcpy": lambda: contestants.memory_copy(first, arena.programs, folder / "memcpy"),
        **{
            f"mpi {setting}": lambda setting=setting: contestants.ping_pong(
                first, arena.programs, arena.launcher, folder / f"mpi_{setting}", setting
            )
            for setting in ("default", "best")
        },
    }
    for number, case in enumerate(group):
        jobs[case.name] = lambda case=case, number=number: contestants.halocline(
            case, arena.programs, arena.launcher, folder / f"ours_{number}"
        )
    for peer in arena.peers:
        case = next((case for case in group if case.peers and peer.takes(case)), None)
        if case is not None:
            jobs[peer.name] = lambda peer=peer, case=case: peer.job(case, arena.launcher, folder / peer.folder)
    return jobs


def outcome(arena: Arena, case: Case, runs: Runs, failed: dict[str, str]) -> Outcome:
    """Pick what belongs to one case."""
    peers = {peer.name: runs[peer.name] for peer in arena.peers if case.peers and runs.get(peer.name)}
    failures = [name for name in failed if name == case.name or name in peers or name.startswith(("mpi", "memcpy"))]
    return Outcome(case, runs[case.name], runs["memcpy"], runs["mpi default"], runs["mpi best"], peers, failures)


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
