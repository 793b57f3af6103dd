"""What the experiment file says about a worker and its fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .errors import WorkerError
from .failures import nearest
from .session import Session


@dataclass(frozen=True)
class TileShape:
    """Fixed shape of the tiles that a worker computes."""

    nx: int
    ny: int
    batch: int


@dataclass(frozen=True)
class Input:
    """A field that the worker receives."""

    name: str
    levels: int
    halo: int
    fill: float


@dataclass(frozen=True)
class Output:
    """A field that the worker sends; shape of this rank's own cells (level, j, i)."""

    name: str
    shape: tuple[int, int, int]


@dataclass(frozen=True)
class Settings:
    """One worker component."""

    component: str
    function: str | None
    arrays: str
    device: str
    threads: int
    tiles: TileShape | None
    inputs: dict[str, Input]
    outputs: dict[str, Output]
    grids: dict[str, tuple[int, int]]
    """Size (nx, ny) of the grids of its fields."""


def read_settings(session: Session) -> Settings:
    """Read what concerns this component, after `end_definition`."""
    experiment = session.experiment
    component = experiment["components"][session.component]
    tiles = component.get("tiles")
    inputs = {name: _input(session, experiment, name) for name in session.received_fields}
    outputs = {name: Output(name, session.own_shape(name)) for name in session.sent_fields}
    fields = experiment["fields"]
    grids = {fields[name]["grid"] for name in [*inputs, *outputs]}
    return Settings(
        component=session.component,
        function=component.get("worker"),
        arrays=component["arrays"],
        device=component["device"],
        threads=component["threads"],
        tiles=None if tiles is None else TileShape(tiles["nx"], tiles["ny"], tiles["batch"]),
        inputs=inputs,
        outputs=outputs,
        grids={name: (experiment["grids"][name]["nx"], experiment["grids"][name]["ny"]) for name in sorted(grids)},
    )


def _input(session: Session, experiment: dict[str, Any], name: str) -> Input:
    exchange = next(
        exchange
        for exchange in experiment["exchanges"]
        if exchange["to"] == session.component and name in (exchange.get("receive_fields") or exchange["fields"])
    )
    # A file that does not say it leaves the number to the other side, which has told the session.
    levels = experiment["fields"][name].get("levels") or session.own_shape(name)[0]
    return Input(name, levels, session.halo(name), exchange["fill"])


def the_one_grid(settings: Settings) -> tuple[str, tuple[int, int]]:
    """Give the grid that all fields of a worker with tiles are on."""
    if len(settings.grids) != 1:
        raise WorkerError.of(
            f"`tiles:` with fields on {len(settings.grids)} grids: {', '.join(settings.grids)}",
            "all fields of a worker with tiles on one grid",
            "split the worker into one component a grid, or leave `tiles:` out",
        )
    return next(iter(settings.grids.items()))


def worker_reference(session: Session, argument: str | None) -> str:
    """Give the worker's file and function: the argument's, else the experiment file's."""
    components = session.experiment["components"]
    reference = argument or components[session.component].get("worker")
    if reference:
        return str(reference)
    workers = [name for name, component in components.items() if component.get("worker")]
    raise WorkerError.of(
        f"component '{session.component}' has no `worker:` in the experiment file",
        f"a component with a worker: {nearest(session.component, workers)}",
        "give FILE.py:FUNCTION to `halocline serve`, or name another --component",
    )
