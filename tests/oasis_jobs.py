"""Jobs of OASIS hosts: what they exchange, as an experiment file or as a namcouple, in the folder where they run.

experiment = Coupling(length=5400, exchanges=[Exchange("O_Flat", "E_Flat", 1800)])
experiment.write(folder, "yaml")
outcome = run_ranks(mpi, folder, [Ranks(2, [ocean]), Ranks(1, [echo])])
assert_success(outcome, folder, components=2)
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coupled_job import Outcome

# Seconds after which a rank gives up; the tests take less.
PATIENCE = {"warn_after": "20 s", "timeout": "40 s"}


@dataclass(frozen=True)
class Exchange:
    """One exchange: names at both sides, several separated by colons; times in seconds."""

    source: str
    target: str
    period: int
    lag: int = 0
    accumulate: str = ""
    restart: str = ""
    status: str = "EXPORTED"
    operations: Sequence[str] = ()
    """Further operations of a namcouple, each a name and a line of parameters."""


@dataclass(frozen=True)
class Coupling:
    """A run of `length` seconds."""

    length: int
    exchanges: Sequence[Exchange]
    size: tuple[int, int] = (12, 10)
    """Cells along i and j: for files only."""
    sections: dict[str, str] = field(default_factory=dict)
    """Further sections of a namcouple."""

    def write(self, folder: Path, form: str) -> None:
        """Write `experiment.yaml` or `namcouple`."""
        if form == "yaml":
            (folder / "experiment.yaml").write_text(json.dumps(self.experiment(), indent=2) + "\n")
        else:
            (folder / "namcouple").write_text(self.namcouple())

    def experiment(self) -> dict[str, Any]:
        """Return the experiment file; components are whoever starts."""
        exchanges = [_exchange(exchange) for exchange in self.exchanges]
        names = {name for exchange in exchanges for name in (*exchange["fields"], *exchange["receive_fields"])}
        return {
            "time": {"start": "2000-01-01", "step": "1 s", "length": f"{self.length} s"},
            "grids": {},
            "fields": {name: {"units": "1"} for name in sorted(names)},
            "watch": PATIENCE,
            "exchanges": exchanges,
        }

    def namcouple(self) -> str:
        """Return the namcouple."""
        sections = {"NFIELDS": str(len(self.exchanges)), "RUNTIME": str(self.length), "NLOGPRT": "1", **self.sections}
        text = "".join(f" ${name}\n  {value}\n" for name, value in sections.items())
        return text + " $STRINGS\n" + "".join(self._entry(exchange) for exchange in self.exchanges)

    def _entry(self, exchange: Exchange) -> str:
        nx, ny = self.size
        steps = [f"LOCTRANS\n{exchange.accumulate}"] if exchange.accumulate else []
        steps += exchange.operations
        names, parameters = zip(*(step.split("\n", 1) for step in steps), strict=True) if steps else ((), ())
        restart = exchange.restart or "none.nc"
        lines = [
            f"{exchange.source} {exchange.target} 1 {exchange.period} {len(steps)} {restart} {exchange.status}",
            f"{nx} {ny} {nx} {ny} gsrc gdst LAG={exchange.lag}",
            "R 0 R 0",
        ]
        return "\n".join([*lines, *([" ".join(names)] if names else []), *parameters]) + "\n"


def _exchange(exchange: Exchange) -> dict[str, Any]:
    keys: dict[str, Any] = {
        "name": exchange.source.replace(":", "_"),
        "fields": exchange.source.split(":"),
        "receive_fields": exchange.target.split(":"),
        "period": f"{exchange.period} s",
        "wire": "float64",
    }
    if exchange.lag:
        keys["lag"] = f"{exchange.lag} s"
    if exchange.accumulate:
        words = {"AVERAGE": "mean", "INSTANT": "instant", "ACCUMUL": "sum", "T_MIN": "min", "T_MAX": "max"}
        keys["accumulate"] = words[exchange.accumulate]
    if exchange.restart:
        keys["restart"] = exchange.restart
    return keys


def assert_success(outcome: Outcome, folder: Path, ranks: int, components: int) -> None:
    """Check that every rank checked its values, and that the files that scripts look for say so too."""
    assert outcome.status == 0, outcome
    assert outcome.output.count("all values as expected") == ranks, outcome
    for number in range(1, components + 1):
        text = (folder / f"debug.root.{number:02}").read_text()
        assert text.endswith("SUCCESSFUL RUN\n"), text
    assert "SUCCESSFUL RUN" in (folder / "nout.000000").read_text()
