"""Turn the outcomes into the objects of latest.json and into the printed tables."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

from contest import Outcome, median_ms, percentile_ms, worst_ms

Row = dict[str, Any]


def row(outcome: Outcome) -> Row:
    """Describe one case as an object of latest.json; times in milliseconds, null where nothing was measured."""
    case = outcome.case
    found: Row = {"case": case.name, "topic": case.topic, "bytes": case.payload_bytes}
    if case.topic == "definition":
        ours = [time.definition for time in outcome.ours if time.definition is not None]
        peers = {
            name: 1e3 * statistics.median(time.definition for time in times if time.definition is not None)
            for name, times in outcome.peers.items()
            if any(time.definition is not None for time in times)
        }
        return {**found, **single(ours), "peers": peers}
    if case.topic == "idle":
        return {**found, **single([time.idle for time in outcome.ours if time.idle is not None]), "peers": {}}
    return {
        **found,
        "ours_ms": median_ms(outcome.ours),
        "worst_ms": worst_ms(outcome.ours),
        "p99_ms": percentile_ms(outcome.ours, 99),
        "memcpy_ms": median_ms(outcome.memory_copy),
        "mpi_default_ms": median_ms(outcome.mpi_default),
        "mpi_best_ms": better(median_ms(outcome.mpi_default), median_ms(outcome.mpi_best)),
        "mpi_worst_ms": better(worst_ms(outcome.mpi_default), worst_ms(outcome.mpi_best)),
        "peers": {name: median_ms(times) for name, times in outcome.peers.items()},
        "exchanges": case.counted_exchanges,
        "rounds": len(outcome.ours),
    }


def single(seconds: Sequence[float]) -> Row:
    """Describe a duration that each round measured once and that no message compares with."""
    milliseconds = [1e3 * second for second in seconds]
    return {
        "ours_ms": statistics.median(milliseconds) if milliseconds else None,
        "worst_ms": max(milliseconds, default=None),
        "memcpy_ms": None,
        "mpi_default_ms": None,
        "mpi_best_ms": None,
    }


def better(one: float | None, other: float | None) -> float | None:
    """Give the shorter of two times; the only one where the other is missing."""
    return min((time for time in (one, other) if time is not None), default=None)


def ratio(above: float | None, below: float | None) -> str:
    """Print how many times as long; a dash where one of both is missing."""
    return f"{above / below:.2f}" if above is not None and below else "-"


def number(milliseconds: float | None) -> str:
    """Print milliseconds with three digits that say something."""
    return "-" if milliseconds is None else f"{milliseconds:.3g}" if milliseconds < 100 else f"{milliseconds:.0f}"


def print_tables(rows: Sequence[Row]) -> str:
    """Write one table of round trips, ratios first, and short lists of what is no round trip."""
    peers = sorted({name for row in rows for name in row["peers"]})
    short = [name.split()[0] for name in peers]
    head = ["case", "MB", "ours/MPI", "ours/copy", *(f"{name}/ours" for name in short)]
    head += ["ours ms", "p99 ms", "worst ms", "MPI best", "MPI default", "memcpy", *short]
    lines = [head]
    for row in rows:
        if row["topic"] in ("definition", "idle"):
            continue
        ours = row["ours_ms"]
        cells = [
            row["case"],
            f"{row['bytes'] / 1e6:.3g}",
            ratio(ours, row["mpi_best_ms"]),
            ratio(ours, row["memcpy_ms"]),
        ]
        cells += [ratio(row["peers"].get(name), ours) for name in peers]
        cells += [number(row[key]) for key in ("ours_ms", "p99_ms", "worst_ms")]
        cells += [number(row[key]) for key in ("mpi_best_ms", "mpi_default_ms", "memcpy_ms")]
        cells += [number(row["peers"].get(name)) for name in peers]
        lines.append(cells)
    parts = [aligned(lines)] if len(lines) > 1 else []
    for row in rows:
        if row["topic"] == "idle" and row["ours_ms"] is not None:
            parts.append(f"{row['case']}: one put or get with nothing due takes {1e6 * row['ours_ms']:.1f} ns")
        if row["topic"] == "definition" and row["ours_ms"] is not None:
            others = "".join(f", {name} {number(time)} ms" for name, time in row["peers"].items())
            parts.append(f"{row['case']}: definition phase {number(row['ours_ms'])} ms{others}")
    return "\n".join(parts)


def aligned(lines: Sequence[Sequence[str]]) -> str:
    """Write columns of equal width: the first to the left, numbers to the right."""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )
