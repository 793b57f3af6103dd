"""What is compared with the truth: mean kinetic energy, its spectrum, the mean flow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from model_runs import Snapshots


@dataclass(frozen=True)
class Climate:
    """Means over time and members of one kind of run."""

    kinetic_energy: float  # basin mean [m^2/s^2]
    wavelength: np.ndarray  # [cells]
    spectrum: np.ndarray  # kinetic energy at each whole wavenumber [m^2/s^2]
    u: np.ndarray  # mean flow (j, i) [m/s]
    v: np.ndarray
    h: np.ndarray  # mean thickness [m]


def climate(members: list[Snapshots], first_day: float) -> Climate:
    """Average all snapshots after `first_day` [days] of all members."""
    chosen = [member.day > first_day for member in members]
    u = np.concatenate([m.u[c] for m, c in zip(members, chosen, strict=True)])
    v = np.concatenate([m.v[c] for m, c in zip(members, chosen, strict=True)])
    h = np.concatenate([m.h[c] for m, c in zip(members, chosen, strict=True)])
    wavenumber, energy = spectrum(u, v)
    return Climate(
        kinetic_energy=float(0.5 * (u**2 + v**2).mean()),
        wavelength=u.shape[-1] / wavenumber,
        spectrum=energy,
        u=u.mean(axis=0),
        v=v.mean(axis=0),
        h=h.mean(axis=0),
    )


def energy_in_time(member: Snapshots) -> np.ndarray:
    """Basin-mean kinetic energy of each snapshot [m^2/s^2]."""
    energy: np.ndarray = 0.5 * (member.u**2 + member.v**2).mean(axis=(1, 2))
    return energy


def spectrum(u: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return whole wavenumbers [cycles per basin] and the mean kinetic energy at each [m^2/s^2].

    u, v are (time, j, i), square. A Hann window removes the walls; rings of the plane of
    wavenumbers are summed.
    """
    n = u.shape[-1]
    window = np.hanning(n + 2)[1:-1]
    window2 = window[:, None] * window[None, :]
    power = sum((np.abs(np.fft.fft2(x * window2)) ** 2).mean(axis=0) for x in (u, v))
    power = 0.5 * power / n**4 / (window2**2).mean()
    k = np.fft.fftfreq(n) * n
    ring = np.rint(np.hypot(k[:, None], k[None, :])).astype(int)
    wavenumber = np.arange(1, n // 2)
    return wavenumber, np.array([power[ring == w].sum() for w in wavenumber])


def errors(run: Climate, truth: Climate) -> dict[str, float]:
    """Errors of a run against the truth.

    mean kinetic energy: relative difference [-]; spectrum: root mean square over wavenumbers of
    log10(run/truth) [-]; mean flow: root mean square of the vector difference over that of the
    true mean flow [-].
    """
    difference = (run.u - truth.u) ** 2 + (run.v - truth.v) ** 2
    return {
        "mean kinetic energy": abs(run.kinetic_energy / truth.kinetic_energy - 1.0),
        "kinetic energy spectrum": float(np.sqrt(np.mean(np.log10(run.spectrum / truth.spectrum) ** 2))),
        "mean flow": float(np.sqrt(difference.sum() / (truth.u**2 + truth.v**2).sum())),
    }
