"""Train the closure from nothing: python train.py (fixed seed, about 15 minutes on 2 cores).

1. Spin the truth (10 km) up from rest, then run it on and keep a coarse-grained snapshot a day.
2. Compare the low-resolution model in PyTorch with the Fortran one.
3. Follow: run low resolution + network from coarse-grained snapshots for 1, then 5 days and change
   the network, through the differentiable model, until it follows the truth.
4. Settle: let eight such oceans run freely for years, ten days an update, and change the network
   until their mean flow, energy and spectrum are the truth's, while it goes on to follow it.
5. Write weights/closure.pt and weights/training.json (configuration, losses, versions).
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
from climate_loss import ClimateLoss
from hybrid import Hybrid, State
from model_runs import HERE
from network import Closure, save_closure
from ocean_torch import Ocean, Physics
from torch import Tensor
from truth import check_ocean, make_truth, read_truth

COMPARED_DAYS = (1, 2, 5, 10)
"""Days of a rollout at which it is compared with the truth."""
CLIMATE_DAYS = 5
"""Days between the states of a free run that enter its climate."""
FASTEST = 3.0
"""A free run with a faster flow has run away and starts again from the truth [m/s]."""


@dataclass(frozen=True)
class Stage:
    """One part of the training."""

    days: int  # length of a rollout
    updates: int  # of the weights
    followers: int  # rollouts an update that start from the truth
    free_runs: int  # rollouts an update that go on where they ended in the update before
    learning_rate: float


@dataclass(frozen=True)
class Configuration:
    """Everything that determines the weights."""

    seed: int = 0
    channels: int = 16
    spin_up_days: int = 3600
    training_days: int = 2880
    stages: tuple[Stage, ...] = (
        Stage(1, 120, 16, 0, 3.0e-3),
        Stage(5, 120, 8, 0, 2.0e-3),
        Stage(10, 200, 4, 8, 5.0e-4),
    )
    climate_weight: float = 9.0
    climate_renewal: float = 0.05


class Trainer:
    """The network, the truth and where the training stands."""

    def __init__(self, configuration: Configuration, truth: State) -> None:
        torch.manual_seed(configuration.seed)
        self.random = np.random.default_rng(configuration.seed)
        self.configuration = configuration
        self.truth = truth
        self.closure = Closure(configuration.channels)
        self.hybrid = Hybrid(Ocean(Physics()), self.closure)
        self.scales = [(field[1:] - field[:-1]).std() for field in truth]
        self.course: list[dict[str, float]] = []
        self.begin = time.monotonic()

    def run(self, stage: Stage) -> None:
        """Do all updates of a stage, with a line of progress every ten."""
        optimizer = torch.optim.Adam(self.closure.parameters(), lr=stage.learning_rate)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, stage.learning_rate, total_steps=stage.updates, pct_start=0.15
        )
        climate = ClimateLoss(self.truth, self.configuration.climate_renewal)
        days = len(self.truth[0])
        free = self.at(torch.linspace(0, days - 1, stage.free_runs).long())
        recent: list[dict[str, float]] = []
        for update in range(1, stage.updates + 1):
            first = torch.tensor(self.random.integers(0, days - stage.days, stage.followers))
            loss, parts, free = self.loss(stage, first, free, climate)
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            torch.nn.utils.clip_grad_norm_(self.closure.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            free = self.restart_runaways(free)
            recent.append(parts)
            if update % 10 == 0:
                self.report(stage, update, recent)
                recent = []

    def at(self, days: Tensor) -> State:
        """States of the truth on these days."""
        u, v, h = (field[days] for field in self.truth)
        return u, v, h

    def loss(
        self, stage: Stage, first: Tensor, free: State, climate: ClimateLoss
    ) -> tuple[Tensor, dict[str, float], State]:
        """Roll followers and free runs out together; return loss, its parts, the free runs' end."""
        followers = len(first)
        start = zip(self.at(first), free, strict=True)
        state: State = tuple(torch.cat(pair) for pair in start)  # type: ignore[assignment]
        following, compared = torch.zeros(()), 0
        moments = []
        for day in range(1, stage.days + 1):
            state = self.hybrid.day(state)
            if day in COMPARED_DAYS:
                compared += 1
                following = following + self.distance(state, first + day) / day
            if stage.free_runs and day % CLIMATE_DAYS == 0:
                u, v, h = (field[followers:] for field in state)
                moments.append(climate.means((u, v, h)))
        loss = following / compared
        parts = {"following": loss.item()}
        if moments:
            distance, climate_parts = climate(moments)
            loss = loss + self.configuration.climate_weight * distance
            parts |= climate_parts
        u, v, h = (field[followers:].detach() for field in state)
        return loss, parts, (u, v, h)

    def distance(self, state: State, days: Tensor) -> Tensor:
        """Squared difference of the followers from the truth over that of one day's change [-]."""
        total = torch.zeros(())
        for field, target, scale in zip(state, self.at(days), self.scales, strict=True):
            total = total + ((field[: len(days)] - target) ** 2).mean() / scale**2
        return total

    def restart_runaways(self, free: State) -> State:
        """Put a state of the truth where a free run is no ocean any more."""
        if len(free[0]) == 0:
            return free
        speed = torch.maximum(free[0].abs().amax((1, 2)), free[1].abs().amax((1, 2)))
        lost = ~(speed < FASTEST)
        if not bool(lost.any()):
            return free
        days = torch.tensor(self.random.integers(0, len(self.truth[0]), len(lost)))
        u, v, h = (torch.where(lost[:, None, None], new, old) for new, old in zip(self.at(days), free, strict=True))
        return u, v, h

    def report(self, stage: Stage, update: int, recent: list[dict[str, float]]) -> None:
        """Print and keep the means of the last updates."""
        line = {name: float(np.mean([parts[name] for parts in recent])) for name in recent[0]}
        self.course.append({"days": stage.days, "update": update} | line)
        text = ", ".join(f"{name} {value:.3f}" for name, value in line.items())
        seconds = time.monotonic() - self.begin
        print(f"{stage.days}-day rollouts, update {update} of {stage.updates}: {text}; {seconds:.0f} s", flush=True)


def main() -> None:
    """Do the five steps."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--folder", type=Path, default=HERE / "runs" / "training", help="for the model runs")
    parser.add_argument("--weights", type=Path, default=HERE / "weights" / "closure.pt")
    parser.add_argument("--ranks", type=int, default=2, help="of the Fortran model")
    options = parser.parse_args()
    configuration = Configuration()
    # One thread: the same bits however many cores there are.
    torch.set_num_threads(1)
    series = make_truth(configuration.spin_up_days, configuration.training_days, options.folder, options.ranks)
    truth = read_truth(series)
    check_ocean(truth, options.folder / "compare")
    trainer = Trainer(configuration, truth)
    for stage in configuration.stages:
        trainer.run(stage)
        write(configuration, trainer, options.weights)


def write(configuration: Configuration, trainer: Trainer, weights: Path) -> None:
    """Write the weights and, beside them, how they were made."""
    save_closure(trainer.closure, configuration.channels, weights)
    record = {
        "command": "python train.py",
        "configuration": asdict(configuration),
        "parameters": sum(p.numel() for p in trainer.closure.parameters()),
        "torch": torch.__version__,
        "netCDF4": netCDF4.__version__,
        "processor": platform.machine(),
        "course": trainer.course,
    }
    weights.with_name("training.json").write_text(json.dumps(record, indent=1) + "\n")
    print(f"wrote {weights}")


if __name__ == "__main__":
    main()
