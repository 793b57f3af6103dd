"""Train the closure from nothing: python train.py (fixed seed, about 15 minutes on 2 cores).

1. Spin the truth (10 km) up from rest, then run it on and keep a coarse-grained snapshot a day.
2. Compare the low-resolution model in PyTorch with the Fortran one.
3. Run low resolution + network from coarse-grained snapshots for 1, then 5, then 20 days and
   change the network, through the differentiable model, until it follows the truth.
4. Write weights/closure.pt and weights/training.json (configuration, losses, versions).
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import netCDF4
import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import pad

from model_runs import HERE, run_model, write_namelist, write_state
from network import RADIUS, Closure, save_closure
from ocean_torch import Ocean, Physics

State = tuple[Tensor, Tensor, Tensor]
COUPLING_STEPS = 6
"""Time steps between two calls of the network [-]: `period` of experiment.yaml over `step`."""
STEPS_A_DAY = 24
COMPARED_DAYS = (1, 2, 5, 10, 15, 20)
"""Days of a rollout at which it is compared with the truth."""


@dataclass(frozen=True)
class Stage:
    """One part of the training."""

    days: int  # length of a rollout
    updates: int  # of the weights
    batch: int  # rollouts an update
    learning_rate: float


@dataclass(frozen=True)
class Configuration:
    """Everything that determines the weights."""

    seed: int = 0
    channels: int = 16
    spin_up_days: int = 3600
    training_days: int = 2880
    stages: tuple[Stage, ...] = (
        Stage(1, 120, 16, 3.0e-3),
        Stage(5, 120, 8, 2.0e-3),
        Stage(20, 60, 6, 1.0e-3),
    )


def make_truth(configuration: Configuration, folder: Path, ranks: int) -> Path:
    """Run the truth; return the folder with its daily snapshots. What is there is not run again."""
    spin_up, series = folder / "spin_up", folder / "truth"
    spin_up.mkdir(parents=True, exist_ok=True)
    series.mkdir(exist_ok=True)
    source = HERE / "namelists" / "truth.nml"
    if not (spin_up / "restart.nc").exists():
        write_namelist(
            source, spin_up / "namelist.nml", start_from="'rest'", run_days=configuration.spin_up_days
        )
        run_model(spin_up, "truth, spin-up from rest", ranks)
    if not (series / "restart.nc").exists():
        write_namelist(
            source,
            series / "namelist.nml",
            start_from="'../spin_up/restart.nc'",
            run_days=configuration.training_days,
            snapshot_hours=24,
        )
        run_model(series, "truth, training series", ranks)
    return series


def read_truth(folder: Path) -> State:
    """Read the daily snapshots u, v [m/s], h [m], each (day, j, i)."""
    with netCDF4.Dataset(folder / "snapshots.nc") as file:
        u, v, h = (torch.tensor(np.asarray(file[name][:])) for name in ("u", "v", "h"))
    return u, v, h


def check_ocean(truth: State, folder: Path) -> None:
    """Fail unless 10 days of the PyTorch ocean equal 10 days of the Fortran one to rounding."""
    folder.mkdir(exist_ok=True)
    state = tuple(field[:1].double() for field in truth)
    write_state(folder / "state.nc", *(field[0].numpy() for field in state))
    write_namelist(HERE / "namelists" / "low.nml", folder / "namelist.nml", run_days=10)
    run_model(folder, "low resolution, 10 days to compare", 1)
    ocean = Ocean(Physics(), torch.float64)
    for _ in range(10 * STEPS_A_DAY):
        state = ocean.step(*state, 0.0, 0.0)
    with netCDF4.Dataset(folder / "restart.nc") as file:
        for name, field, close in zip("uvh", state, (1e-10, 1e-10, 1e-7), strict=True):
            difference = float(np.abs(np.asarray(file[name][:]) - field[0].numpy()).max())
            if not difference < close:
                raise RuntimeError(
                    f"{name} of ocean_torch.py and of the Fortran model differ by {difference:.2g} "
                    f"after 10 days, expected less than {close:g}: ocean_torch.py must repeat "
                    "ocean/dynamics.f90 and namelists/low.nml"
                )
    print("PyTorch and Fortran oceans agree to rounding after 10 days")


class Hybrid:
    """Low-resolution ocean and network, coupled as experiment.yaml couples them."""

    def __init__(self, ocean: Ocean, closure: Closure) -> None:
        self.ocean, self.closure = ocean, closure
        p = ocean.physics
        j = torch.arange(p.ny) + 0.5
        f = p.coriolis + p.beta * (j - 0.5 * p.ny) * p.cell_size
        self.coriolis = with_halo(f[:, None].expand(p.ny, p.nx).float())[None]

    def day(self, state: State) -> State:
        """Advance a batch of states (batch, j, i) by one day."""
        for _ in range(STEPS_A_DAY // COUPLING_STEPS):
            coriolis = self.coriolis.expand(len(state[0]), -1, -1)
            forcing = self.closure(*(with_halo(field) for field in state), coriolis)
            for _ in range(COUPLING_STEPS):
                state = self.ocean.step(*state, *forcing)
        return state


def with_halo(field: Tensor) -> Tensor:
    """Put a frame of zeros, as wide as the network's radius, around the basin."""
    return pad(field, (RADIUS, RADIUS, RADIUS, RADIUS))


def train(configuration: Configuration, truth: State) -> tuple[Closure, list[dict[str, float]]]:
    """Return the trained network and the course of the loss."""
    torch.manual_seed(configuration.seed)
    random = np.random.default_rng(configuration.seed)
    closure = Closure(configuration.channels)
    hybrid = Hybrid(Ocean(Physics()), closure)
    scales = [(field[1:] - field[:-1]).std() for field in truth]
    course: list[dict[str, float]] = []
    begin = time.monotonic()
    for stage in configuration.stages:
        optimizer = torch.optim.Adam(closure.parameters(), lr=stage.learning_rate)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, stage.learning_rate, total_steps=stage.updates, pct_start=0.2
        )
        recent: list[float] = []
        for update in range(1, stage.updates + 1):
            first = torch.tensor(random.integers(0, len(truth[0]) - stage.days, stage.batch))
            loss = rollout_loss(hybrid, truth, scales, first, stage.days)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(closure.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            recent.append(loss.item())
            if update % 20 == 0:
                course.append({"days": stage.days, "update": update, "loss": float(np.mean(recent))})
                print(
                    f"rollouts of {stage.days} days, update {update} of {stage.updates}: "
                    f"loss {course[-1]['loss']:.3f}, {time.monotonic() - begin:.0f} s",
                    flush=True,
                )
                recent = []
    return closure, course


def rollout_loss(
    hybrid: Hybrid, truth: State, scales: list[Tensor], first: Tensor, days: int
) -> Tensor:
    """Mean squared difference from the truth over that of one day's change, per day [-]."""
    state: State = tuple(field[first] for field in truth)  # type: ignore[assignment]
    loss, compared = torch.zeros(()), 0
    for day in range(1, days + 1):
        state = hybrid.day(state)
        if day == days or day in COMPARED_DAYS:
            compared += 1
            for field, target, scale in zip(state, truth, scales, strict=True):
                loss = loss + ((field - target[first + day]) ** 2).mean() / scale**2 / day
    return loss / compared


def main() -> None:
    """Do the four steps."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--folder", type=Path, default=HERE / "runs" / "training", help="for the model runs")
    parser.add_argument("--weights", type=Path, default=HERE / "weights" / "closure.pt")
    parser.add_argument("--ranks", type=int, default=2, help="of the Fortran model")
    options = parser.parse_args()
    configuration = Configuration()
    # One thread: the same bits however many cores there are.
    torch.set_num_threads(1)
    truth = read_truth(make_truth(configuration, options.folder, options.ranks))
    check_ocean(truth, options.folder / "compare")
    closure, course = train(configuration, truth)
    save_closure(closure, configuration.channels, options.weights)
    record = {
        "command": "python train.py",
        "configuration": asdict(configuration),
        "parameters": sum(p.numel() for p in closure.parameters()),
        "torch": torch.__version__,
        "processor": platform.machine(),
        "course": course,
    }
    options.weights.with_name("training.json").write_text(json.dumps(record, indent=2) + "\n")
    print(f"wrote {options.weights}")


if __name__ == "__main__":
    main()
