"""Pictures of the demo: mean flow, kinetic energy in time, spectrum."""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from metrics import Climate, energy_in_time
from model_runs import Snapshots

COLOURS = {"low resolution": "#d1495b", "low + network": "#00798c", "truth": "#222222"}
CELL_KM = 40.0
"""Low-resolution cell [km]."""


def plot_mean_flow(climates: dict[str, Climate], target: Path) -> None:
    """Mean thickness [m] in colour and mean flow as arrows, one panel a run."""
    figure, panels = plt.subplots(1, len(climates), figsize=(13, 4.6), sharey=True, layout="constrained")
    limits = [min(c.h.min() for c in climates.values()), max(c.h.max() for c in climates.values())]
    levels = np.arange(np.floor(limits[0] / 25) * 25, limits[1] + 25, 25)
    for panel, (name, climate) in zip(panels, climates.items(), strict=True):
        ny, nx = climate.h.shape
        x, y = (np.arange(nx) + 0.5) * CELL_KM, (np.arange(ny) + 0.5) * CELL_KM
        filled = panel.contourf(x, y, climate.h, levels=levels, cmap="RdYlBu_r")
        step = slice(None, None, 2)
        u = 0.5 * (climate.u + np.roll(climate.u, 1, axis=1))
        v = 0.5 * (climate.v + np.roll(climate.v, 1, axis=0))
        arrows = panel.quiver(x[step], y[step], u[step, step], v[step, step], scale=6.0, width=0.0035, color="#1a1a1a")
        panel.set(title=name, xlabel="x [km]", aspect="equal")
    panels[0].set_ylabel("y [km]")
    panels[-1].quiverkey(arrows, 0.85, 1.06, 0.5, "0.5 m/s", labelpos="E")
    figure.colorbar(filled, ax=panels, label="mean layer thickness [m]", shrink=0.9)
    save(figure, target)


def plot_energy(members: dict[str, list[Snapshots]], first_day: float, target: Path) -> None:
    """Basin-mean kinetic energy of every member against time."""
    figure, panel = plt.subplots(figsize=(9, 4.2), layout="constrained")
    for name, runs in members.items():
        for number, run in enumerate(runs):
            panel.plot(
                run.day / 360,
                1e4 * energy_in_time(run),
                color=COLOURS[name],
                lw=1.1,
                alpha=0.85,
                label=name if number == 0 else None,
            )
    panel.axvspan(0, first_day / 360, color="#dddddd", zorder=0, label="not in the means")
    panel.set(
        xlabel="time since the unseen initial state [years of 360 days]",
        ylabel="basin-mean kinetic energy [cm$^2$/s$^2$]",
        xlim=(0, None),
        ylim=(0, None),
        title="Kinetic energy, one line an initial state",
    )
    panel.legend(frameon=False, ncols=2)
    save(figure, target)


def plot_spectrum(climates: dict[str, Climate], target: Path) -> None:
    """Time-mean kinetic energy at each wavenumber."""
    figure, panel = plt.subplots(figsize=(6.4, 4.8), layout="constrained")
    for name, climate in climates.items():
        panel.loglog(climate.wavelength * CELL_KM, 1e4 * climate.spectrum, color=COLOURS[name], lw=2, label=name)
    panel.invert_xaxis()
    panel.set(
        xlabel="wavelength [km]",
        ylabel="kinetic energy at each wavenumber [cm$^2$/s$^2$]",
        title="Kinetic energy spectrum",
    )
    panel.grid(which="both", alpha=0.25)
    panel.legend(frameon=False)
    save(figure, target)


def save(figure: Figure, target: Path) -> None:
    """Write beside the final name, then rename."""
    partial = target.with_suffix(".partial.png")
    figure.savefig(partial, dpi=130)
    plt.close(figure)
    partial.replace(target)
