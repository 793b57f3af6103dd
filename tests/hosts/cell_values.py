"""The value of a cell in the tests: it tells field, cell, level and date, and is exact in float64."""

from __future__ import annotations


def value(field: str, i: int, j: int, level: int, date: int) -> float:
    """Give the value that the ocean sends for a cell; never 0, so that its sign shows."""
    return 1 + i + 100 * j + 10_000 * level + 100_000 * date + ord(field[0]) / 256
