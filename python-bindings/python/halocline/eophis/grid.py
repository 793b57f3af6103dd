"""The grid of a tunnel: what lies beyond its edges, and which box of it a rank has."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from . import logs

FOLD_EDGE_VARIABLE = "HALOCLINE_FOLD_EDGE"
"""Environment variable: `north` folds at the last row for grids that do not say it themselves."""

POINTS = ("T", "U", "V", "F")
PIVOTS = ("T", "F")
KEYS = ("npts", "halos", "bnd", "folding", "fold_edge", "sign")


@dataclass(frozen=True)
class Box:
    """Own cells of a rank: i_first <= i < i_first + ni, the same for j, counted from 0."""

    i_first: int
    j_first: int
    ni: int
    nj: int


class Grid:
    """A grid of `nx` by `ny` cells as a tunnel describes it.

    Arrays have the axes (i, j, level). The first row (j = 0) is the first that the ocean model sends.
    """

    def __init__(
        self,
        label: str,
        nx: int,
        ny: int,
        halo_size: int = 0,
        bnd: tuple[str, str] = ("close", "close"),
        grd: str = "T",
        fold: str = "T",
        fold_edge: str | None = None,
        sign: int | None = None,
    ) -> None:
        """Check the description; what cannot be meant ends the job."""
        self.label = label
        self.size = (int(nx), int(ny))
        self.halo_size = int(halo_size)
        self.grd, self.fold = grd.upper(), fold.upper()
        self.bnd = (self._edge(bnd[0], 0), self._edge(bnd[1], 1))
        self.fold_edge = self._fold_edge(fold_edge)
        self.sign = sign
        self.loc_size: tuple[int, int] | None = None
        self.global_offset = 0
        self.box: Box | None = None
        self._check()
        self._tell()

    @classmethod
    def described(cls, label: str, description: dict[str, Any]) -> Grid:
        """Make a grid from the dictionary of a script."""
        unknown = [key for key in description if key not in KEYS]
        if unknown:
            logs.abort(f"Grid {label}: unknown key '{unknown[0]}', expected: {', '.join(KEYS)}")
        if "npts" not in description:
            logs.abort(f"Grid {label}: no 'npts', expected: the number of points (nx, ny)")
        nx, ny = description["npts"]
        point, pivot = description.get("folding", ("T", "T"))
        return cls(
            label,
            nx,
            ny,
            description.get("halos", 0),
            description.get("bnd", ("close", "close")),
            point,
            pivot,
            description.get("fold_edge"),
            description.get("sign"),
        )

    @property
    def is_folded(self) -> bool:
        """Whether one of its edges is folded."""
        return self.bnd[1] == "nfold"

    @property
    def folds_north(self) -> bool:
        """Whether that edge is the last row, as in NEMO, and not the first."""
        return self.is_folded and self.fold_edge == "north"

    def _edge(self, words: str, dimension: int) -> str:
        name = "xy"[dimension]
        lower = words.lower()
        if "fold" in lower:
            if dimension == 0:
                logs.abort(f"Grid {self.label}: a fold is possible in the second dimension only, found: {words}")
            return "nfold"
        for known in ("close", "cyclic"):
            if known in lower:
                return known
        logs.warning(f"Grid {self.label}: unrecognized {name} boundary '{words}', closed is taken")
        return "close"

    def _fold_edge(self, said: str | None) -> str:
        words = said if said is not None else os.environ.get(FOLD_EDGE_VARIABLE) or "first"
        if words not in ("first", "north"):
            logs.abort(f"Grid {self.label}: fold_edge '{words}', expected: 'north' (last row) or 'first' (row 0)")
        return words

    def _check(self) -> None:
        nx, ny = self.size
        if nx < 1 or ny < 1:
            logs.abort(f"Grid {self.label}: size {self.size}, expected: 1 or more points in each dimension")
        if self.halo_size < 0:
            logs.abort(f"Grid {self.label}: halo of {self.halo_size} cells, expected: 0 or more")
        if self.is_folded and self.fold not in PIVOTS:
            logs.abort(f"Grid {self.label}: folding point {self.fold}, expected: {' or '.join(PIVOTS)}")
        if self.is_folded and self.grd not in POINTS:
            logs.abort(f"Grid {self.label}: grid type {self.grd}, expected: {', '.join(POINTS)}")
        if self.sign not in (None, 1, -1):
            logs.abort(f"Grid {self.label}: sign {self.sign}, expected: 1 or -1 (vector components across the fold)")

    def _tell(self) -> None:
        logs.info(f"\n  Grid {self.label}: {self.size[0]} x {self.size[1]} points, halo {self.halo_size}")
        logs.info(f"      boundaries: {self.bnd[0]}, {self.bnd[1]}")
        if self.is_folded:
            logs.info(f"      fold: points {self.grd} about {self.fold}, {self.fold_words()}")

    def fold_words(self) -> str:
        """Say where the fold is."""
        if self.folds_north:
            return "at the last row, where NEMO has it, with signs"
        return f"at the first row, as Eophis has it, without signs ({FOLD_EDGE_VARIABLE}=north for the last row)"

    def changes_sign(self, is_static: bool) -> bool:
        """Whether a field of this grid changes its sign across the fold.

        Only with the fold at the last row. Where the script does not say (`'sign': -1` or `1`), components on U and V
        points do, but static fields, which are masks and cell sizes, do not.
        """
        if not self.folds_north:
            return False
        if self.sign is not None:
            return self.sign == -1
        return self.grd in ("U", "V") and not is_static

    def decompose(self, nsub: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return the widths of the columns and the heights of the rows of `nsub` boxes.

        The numbers of columns and rows are those, among all whose product is `nsub`, with the ratio nearest to nx / ny.
        """
        nx, ny = self.size
        long_side, short_side = max(nx, ny), min(nx, ny)
        pairs = [(nsub // few, few) for few in range(1, int(nsub**0.5) + 1) if nsub % few == 0]
        many, few = min(pairs, key=lambda pair: abs(pair[0] / pair[1] - long_side / short_side))
        columns, rows = (many, few) if nx >= ny else (few, many)
        if columns > nx or rows > ny:
            logs.abort(f"Grid {self.label}: {nx} x {ny} points are too few for {columns} x {rows} ranks")
        return _shares(nx, columns), _shares(ny, rows)

    def make_local_subdomain(self, domid: int, nsub: int) -> Box:
        """Choose box number `domid` of `nsub`, counted from 0 along i first."""
        widths, heights = self.decompose(nsub)
        column, row = domid % len(widths), domid // len(widths)
        box = Box(sum(widths[:column]), sum(heights[:row]), widths[column], heights[row])
        self.box = box
        self.loc_size = (box.ni, box.nj)
        self.global_offset = box.j_first * self.size[0] + box.i_first
        return box


def _shares(cells: int, parts: int) -> tuple[int, ...]:
    """Cut `cells` into `parts`, the first ones a cell larger where it does not come out even."""
    return tuple(cells // parts + (part < cells % parts) for part in range(parts))
