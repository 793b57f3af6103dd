"""The closure's network: a small convolutional network without padding.

Every output cell depends on the cells within RADIUS of it and on nothing else. The block that goes
in has a halo of that width and the convolutions consume it, so that tiles computed apart equal
tiles computed together.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

RADIUS = 5
"""Halo that the network consumes [cells]; `halo` of the exchanges in experiment.yaml."""

SPEED = 0.3
"""Scale of u, v [m/s]."""
THICKNESS = 1000.0
"""Resting thickness [m]."""
THICKNESS_RANGE = 200.0
"""Scale of the thickness anomaly [m]."""
CORIOLIS = (8.0e-5, 2.0e-5)
"""Middle and scale of the Coriolis parameter [1/s]."""
EASTWARD = (960.0e3, 960.0e3)
"""Middle and scale of the distance from the western wall [m]."""


class Closure(nn.Module):
    """Map u, v, h and the place (f, x) to the subgrid forcing (u_f, v_f) [m/s^2]."""

    def __init__(self, channels: int = 16, largest: float = 1.0e-6) -> None:
        """Choose the hidden channels [-] and the bound of the forcing, `largest` [m/s^2]."""
        super().__init__()
        self.largest = largest
        last = nn.Conv2d(channels, 2, 1)
        # Training starts from no forcing at all.
        nn.init.zeros_(last.weight)
        if last.bias is not None:
            nn.init.zeros_(last.bias)
        self.layers = nn.Sequential(
            nn.Conv2d(6, channels, 5),
            nn.SiLU(),
            nn.Conv2d(channels, channels, 3),
            nn.SiLU(),
            nn.Conv2d(channels, channels, 3),
            nn.SiLU(),
            nn.Conv2d(channels, channels, 3),
            nn.SiLU(),
            last,
        )

    def forward(self, u: Tensor, v: Tensor, h: Tensor, f: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        """Take (batch, nj + 2 RADIUS, ni + 2 RADIUS), give two (batch, nj, ni).

        u, v [m/s], h [m], f [1/s] and x [m] are 0 outside the basin; the layer is thicker than 0 inside,
        which tells the network where the walls are.
        """
        inside = (h > 0).to(h.dtype)
        channels = torch.stack(
            (
                u / SPEED,
                v / SPEED,
                (h - THICKNESS) / THICKNESS_RANGE * inside,
                (f - CORIOLIS[0]) / CORIOLIS[1] * inside,
                (x - EASTWARD[0]) / EASTWARD[1] * inside,
                inside,
            ),
            dim=1,
        )
        forcing = self.largest * torch.tanh(0.2 * self.layers(channels))
        return forcing[:, 0], forcing[:, 1]


def load_closure(weights: Path) -> Closure:
    """Read the network from a file of `save_closure`."""
    stored = torch.load(weights, map_location="cpu", weights_only=True)
    closure = Closure(stored["channels"], stored["largest"])
    closure.load_state_dict(stored["weights"])
    return closure.eval()


def save_closure(closure: Closure, channels: int, weights: Path) -> None:
    """Write the network beside `weights`, then rename: the file is whole or not there."""
    partial = weights.with_suffix(".partial")
    stored = {"channels": channels, "largest": closure.largest, "weights": closure.state_dict()}
    torch.save(stored, partial)
    partial.replace(weights)
