"""What the ocean of the tests of blocks in place sends, and what the model must answer; knows nothing of Halocline."""

from __future__ import annotations

import numpy as np

NX, NY = 12, 9
LEVELS = {"u": 3, "s": 1, "w": 3}
FILL = -7.0


def rows(rank: int, size: int) -> tuple[int, int]:
    """Give the first row and the number of rows of a rank: uneven parts."""
    first = rank * NY // size
    return first, (rank + 1) * NY // size - first


def values(name: str, date: int) -> np.ndarray:
    """Give a field on the whole grid, (level, j, i): each value tells its cell, level and date; float32 holds it."""
    level, j, i = np.meshgrid(np.arange(LEVELS[name]), np.arange(NY), np.arange(NX), indexing="ij")
    field: np.ndarray = i + 20.0 * j + 400.0 * level + 200.0 * date + {"u": 0.0, "s": 0.5, "w": 0.25}[name]
    return field


def folded(name: str, date: int) -> np.ndarray:
    """Give a field with one cell around it: cyclic in i, closed in the south, folded about T points in the north.

    Cell (j, i) beyond the last row is cell (2 (NY - 1) - j, -i); of the last row itself the first half counts.
    """
    field = values(name, date)
    half = NX // 2 + 1
    field[:, -1, half:] = field[:, -1, NX - np.arange(half, NX)]
    north = field[:, NY - 2, -np.arange(NX) % NX]
    south = np.full_like(north, FILL)
    around = np.concatenate([south[:, None], field, north[:, None]], axis=1)
    return np.concatenate([around[:, :, -1:], around, around[:, :, :1]], axis=2)


def answers(date: int) -> dict[str, np.ndarray]:
    """Give what the model makes of the fields at a date, and the ocean receives: its last row agrees with itself."""
    u, s, w = (folded(name, date) for name in ("u", "s", "w"))
    own = (slice(None), slice(1, -1), slice(1, -1))
    result = {
        "u_f": 0.5 * u[own] + 0.25 * (u[:, 1:-1, :-2] + u[:, 2:, 1:-1]),
        "s_f": -s[own],
        "w_f": w[own] + u[own],
    }
    half = NX // 2 + 1
    for answer in result.values():
        answer[:, -1, half:] = answer[:, -1, NX - np.arange(half, NX)]
    return result
