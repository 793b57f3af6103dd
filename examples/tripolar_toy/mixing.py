"""Lateral mixing of heat, computed from blocks whose halo reaches across the fold."""

from __future__ import annotations

import halocline
import numpy as np
from numpy.typing import NDArray

RATE = 2.0e-5  # [1/s]
NEIGHBOURS = ((-1, 0), (1, 0), (0, -1), (0, 1))


@halocline.worker
def mixing(temperature: NDArray[np.float64], wet: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Return the tendency of temperature [K/s] on own cells.

    temperature [K] and wet [-] have axes (level, j, i) and one cell of halo on each side. Between two wet cells as much
    heat leaves the one as enters the other, so that none is lost; in the halo beyond the south wet is 0, the fill.
    """
    here = cut(temperature, 0, 0)
    gained = np.zeros_like(here)
    for dj, di in NEIGHBOURS:
        gained += cut(wet, dj, di) * (cut(temperature, dj, di) - here)
    return {"mixing": RATE * cut(wet, 0, 0) * gained}


def cut(block: NDArray[np.float64], dj: int, di: int) -> NDArray[np.float64]:
    """Return the cells that lie (dj, di) from the own cells, as a view."""
    _, nj, ni = block.shape
    return block[:, 1 + dj : nj - 1 + dj, 1 + di : ni - 1 + di]
