"""Measure, differentiably, how far the climate of free-running hybrids is from the truth's."""

from __future__ import annotations

import numpy as np
import torch
from hybrid import State
from torch import Tensor


class Spectrum:
    """Kinetic energy [m^2/s^2] at each whole wavenumber, as metrics.spectrum computes it."""

    def __init__(self, cells: int) -> None:
        """Lay the window and the rings of the plane of wavenumbers for cells x cells fields."""
        window = np.hanning(cells + 2)[1:-1]
        window2 = window[:, None] * window[None, :]
        k = np.fft.fftfreq(cells) * cells
        ring = np.rint(np.hypot(k[:, None], k[None, :])).astype(int)
        rings = np.stack([(ring == w).ravel() for w in range(1, cells // 2)])
        self.window = torch.tensor(window2, dtype=torch.float32)
        self.rings = torch.tensor(rings, dtype=torch.float32)
        self.factor = 0.5 / cells**4 / float((window2**2).mean())

    def __call__(self, u: Tensor, v: Tensor) -> Tensor:
        """Average over the batch; u, v [m/s] are (batch, j, i)."""
        power: Tensor = sum((torch.fft.fft2(x * self.window).abs() ** 2).mean(0) for x in (u, v))
        rings: Tensor = self.rings @ (power.reshape(-1) * self.factor)
        return rings


class ClimateLoss:
    """Compare slow averages over free-running states with the means of the truth.

    A batch is too small to be a climate. The averages therefore remember earlier batches (with
    weight 1 - `renewal` an update), while the gradient is that of the newest batch.
    """

    def __init__(self, truth: State, renewal: float) -> None:
        """Take the truth's means from its snapshots (day, j, i)."""
        self.spectrum = Spectrum(truth[0].shape[-1])
        self.target = self.means(truth)
        u, v, h = self.target[:3]
        self.flow_scale = (u**2 + v**2).sum()
        self.thickness_scale = ((h - h.mean()) ** 2).sum()
        self.renewal = renewal
        self.memory: list[Tensor] | None = None
        self.updates = 0

    def means(self, state: State) -> list[Tensor]:
        """Mean u, v, h (j, i), spectrum and kinetic energy of a batch."""
        u, v, h = state
        energy = 0.5 * (u * u + v * v).mean()
        return [u.mean(0), v.mean(0), h.mean(0), self.spectrum(u, v), energy]

    def __call__(self, moments: list[list[Tensor]]) -> tuple[Tensor, dict[str, float]]:
        """Return the loss [-] and its parts, from the `means` at several times of one batch."""
        newest = [torch.stack(parts).mean(0) for parts in zip(*moments, strict=True)]
        averages = self.remember(newest)
        u, v, h, spectrum, energy = (
            average + (new - new.detach()) for average, new in zip(averages, newest, strict=True)
        )
        flow = ((u - self.target[0]) ** 2 + (v - self.target[1]) ** 2).sum() / self.flow_scale
        thickness = ((h - self.target[2]) ** 2).sum() / self.thickness_scale
        ratio = spectrum.clamp_min(1e-12) / self.target[3]
        shape = (torch.log10(ratio) ** 2).mean()
        amount = (energy / self.target[4] - 1.0) ** 2
        parts = {
            "mean flow": flow.item() ** 0.5,
            "mean thickness": thickness.item() ** 0.5,
            "spectrum": shape.item() ** 0.5,
            "energy": (energy / self.target[4]).item(),
        }
        return flow + thickness + shape + amount, parts

    def remember(self, newest: list[Tensor]) -> list[Tensor]:
        """Renew the slow averages; faster while they are young."""
        self.updates += 1
        share = max(self.renewal, 1.0 / (self.updates + 1))
        if self.memory is None:
            self.memory = [new.detach() for new in newest]
        self.memory = [(1.0 - share) * old + share * new.detach() for old, new in zip(self.memory, newest, strict=True)]
        return self.memory
