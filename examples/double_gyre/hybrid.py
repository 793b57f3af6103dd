"""Low-resolution ocean and network in PyTorch, coupled as experiment.yaml couples them."""

from __future__ import annotations

import shutil

import torch
from network import RADIUS, Closure
from ocean_torch import Ocean
from torch import Tensor
from torch.nn.functional import pad

State = tuple[Tensor, Tensor, Tensor]
"""u, v [m/s], h [m], each (batch, j, i), i fastest."""
COUPLING_STEPS = 6
"""Time steps between two calls of the network [-]: `period` of experiment.yaml over `step`."""
STEPS_A_DAY = 24


class Hybrid:
    """A batch of coupled oceans; `day` is differentiable."""

    def __init__(self, ocean: Ocean, closure: Closure) -> None:
        self.closure = closure
        # Compiled, the ocean's step is three times as fast; that needs a C++ compiler.
        self.step = torch.compile(ocean.step, dynamic=False) if shutil.which("g++") else ocean.step
        p = ocean.physics
        j = torch.arange(p.ny) + 0.5
        f = p.coriolis + p.beta * (j - 0.5 * p.ny) * p.cell_size
        x = (torch.arange(p.nx) + 0.5) * p.cell_size
        self.coriolis = with_halo(f[:, None].expand(p.ny, p.nx).float())[None]
        self.eastward = with_halo(x[None, :].expand(p.ny, p.nx).float())[None]

    def day(self, state: State) -> State:
        """Advance a batch of states (batch, j, i) by one day."""
        for _ in range(STEPS_A_DAY // COUPLING_STEPS):
            coriolis = self.coriolis.expand(len(state[0]), -1, -1)
            eastward = self.eastward.expand(len(state[0]), -1, -1)
            forcing = self.closure(*(with_halo(field) for field in state), coriolis, eastward)
            for _ in range(COUPLING_STEPS):
                state = self.step(*state, *forcing)
        return state


def with_halo(field: Tensor) -> Tensor:
    """Put a frame of zeros, as wide as the network's radius, around the basin."""
    return pad(field, (RADIUS, RADIUS, RADIUS, RADIUS))
