"""Step the double gyre in PyTorch, as ocean/dynamics.f90 does, so that training can differentiate it.

Arrays are (batch, j, i), i fastest; u [m/s] on east faces, v [m/s] on north faces, h [m] in cells.
The equations, their order of operations and the constants are those of ocean/dynamics.f90 and
ocean/settings.f90; `train.py` compares both programs before it trains.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import pad


@dataclass(frozen=True)
class Physics:
    """Constants of one run; the same names, units and defaults as in the namelist."""

    nx: int = 48
    ny: int = 48
    cell_size: float = 40.0e3  # [m]
    reduced_gravity: float = 0.01  # [m/s^2]
    resting_thickness: float = 1000.0  # [m]
    coriolis: float = 8.0e-5  # [1/s]
    beta: float = 2.0e-11  # [1/(m s)]
    wind_stress: float = 0.15  # [N/m^2]
    density: float = 1000.0  # [kg/m^3]
    viscosity: float = 400.0  # [m^2/s]
    drag: float = 1.0e-7  # [1/s]
    time_step: float = 3600.0  # [s]


class Ocean:
    """The free-slip double gyre; `step` advances a batch of states by one time step."""

    def __init__(self, physics: Physics, dtype: torch.dtype = torch.float32) -> None:
        p = self.physics = physics
        j = torch.arange(p.ny + 1, dtype=torch.float64)
        self.coriolis = (p.coriolis + p.beta * (j - 0.5 * p.ny) * p.cell_size)[:, None].to(dtype)
        y = (torch.arange(1, p.ny + 1, dtype=torch.float64) - 0.5) / p.ny
        stress = -p.wind_stress * torch.cos(2 * math.pi * y)
        self.wind = (stress / (p.density * p.resting_thickness))[:, None].to(dtype)
        self.edge = torch.zeros(p.ny + 1, p.nx + 1, dtype=dtype)
        self.edge[1:-1, 1:-1] = 1.0
        self.open_u = torch.ones(1, p.nx, dtype=dtype)
        self.open_u[0, -1] = 0.0
        self.open_v = torch.ones(p.ny, 1, dtype=dtype)
        self.open_v[-1, 0] = 0.0

    def step(
        self, u: Tensor, v: Tensor, h: Tensor, u_f: Tensor | float, v_f: Tensor | float
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return the state one time step later under the forcing u_f, v_f [m/s^2]."""
        stage = (u, v, h)
        for part in (3.0, 2.0, 1.0):
            rates = self.tendencies(*stage, u_f, v_f)
            dt = self.physics.time_step / part
            stage = (
                (u + dt * rates[0]) * self.open_u,
                (v + dt * rates[1]) * self.open_v,
                h + dt * rates[2],
            )
        return stage

    def tendencies(
        self, u: Tensor, v: Tensor, h: Tensor, u_f: Tensor | float, v_f: Tensor | float
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return du/dt, dv/dt [m/s^2] and dh/dt [m/s]."""
        p = self.physics
        inverse = 1.0 / p.cell_size
        up, vp = pad(u, (1, 1, 1, 1)), pad(v, (1, 1, 1, 1))
        hp = pad(h[:, None], (1, 1, 1, 1), mode="replicate")[:, 0]
        along_j = vp[:, :-1, 1:] - vp[:, :-1, :-1]
        along_i = up[:, 1:, :-1] - up[:, :-1, :-1]
        zeta = (along_j - along_i) * (inverse * self.edge)
        h_u = 0.5 * (hp[:, :, :-1] + hp[:, :, 1:])
        h_v = 0.5 * (hp[:, :-1, :] + hp[:, 1:, :])
        q = (self.coriolis + zeta) / (0.5 * (h_u[:, :-1] + h_u[:, 1:]))
        flux_u = up[:, :, :-1] * h_u  # rows 0..ny+1, faces 0..nx
        flux_v = vp[:, :-1, :] * h_v
        u_in, v_in = up[:, 1:-1, :-1], vp[:, :-1, 1:-1]
        du, dv = u_in[:, :, 1:] - u_in[:, :, :-1], v_in[:, 1:] - v_in[:, :-1]
        u2, v2 = u_in * u_in, v_in * v_in
        energy = 0.25 * (u2[:, :, 1:] + u2[:, :, :-1] + v2[:, 1:] + v2[:, :-1])
        pressure = p.reduced_gravity * h + energy - (p.viscosity * inverse) * (du + dv)
        around_u = flux_v[:, 1:, 1:-1] + flux_v[:, :-1, 1:-1]
        around_u = around_u + pad(around_u[:, :, 1:], (0, 1))
        around_v = flux_u[:, 1:-1, 1:] + flux_u[:, 1:-1, :-1]
        around_v = around_v + pad(around_v[:, 1:], (0, 0, 0, 1))
        u_rate = (
            0.125 * (q[:, 1:, 1:] + q[:, :-1, 1:]) * around_u
            - (
                pad(pressure[:, :, 1:] - pressure[:, :, :-1], (0, 1))
                + p.viscosity * (zeta[:, 1:, 1:] - zeta[:, :-1, 1:])
            )
            * inverse
            + self.wind
            - p.drag * u
            + u_f
        )
        v_rate = (
            -0.125 * (q[:, 1:, 1:] + q[:, 1:, :-1]) * around_v
            - (
                pad(pressure[:, 1:] - pressure[:, :-1], (0, 0, 0, 1))
                - p.viscosity * (zeta[:, 1:, 1:] - zeta[:, 1:, :-1])
            )
            * inverse
            - p.drag * v
            + v_f
        )
        outflow = (flux_u[:, 1:-1, 1:] - flux_u[:, 1:-1, :-1]) + (flux_v[:, 1:, 1:-1] - flux_v[:, :-1, 1:-1])
        return u_rate, v_rate, -inverse * outflow
