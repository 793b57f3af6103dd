"""What the tests agree on: the value of a cell, which tells where it belongs, and the levels of a partition."""

from __future__ import annotations

from typing import Any


def value(field: str, i: int, j: int, level: int, date: int) -> float:
    """Give the value that the ocean sends for a cell, exact in float64; never 0, so that its sign shows."""
    return 1 + i + 100 * j + 10_000 * level + 100_000 * date + ord(field[0]) / 256


def levels_of(partition: dict[str, Any], levels: int) -> range:
    """Give the levels that a partition owns of a field with so many levels."""
    if partition["kind"] != "cube":
        return range(levels)
    _, _, first, _, _, number = partition["cube"]
    return range(levels)[first : first + number]
