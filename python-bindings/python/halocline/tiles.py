"""Global tiles of one fixed shape, so that results do not depend on the number of ranks.

Libraries choose their algorithm, and with it the last bits, by the shape of an array. A tile is
therefore always computed with the same shape, memory alignment and place in its batch::

    tiles are counted from cell (0, 0), along i first      a tile's input with halo h
    +----+----+--+ ny                                       +------------+
    | 3  | 4  |5 |     tile 5 and 2 reach beyond the        |  h         |
    +----+----+--+     domain: padded with the fill value   |  +------+  | tile_ny + 2h
    | 0  | 1  |2 |                                          |  | tile |  |
    +----+----+--+ 0                                        +------------+

With batch B, tile g is number g mod B of its batch; tiles of other ranks are left at the fill.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import numpy.typing as npt

from .arrays import FloatArray
from .errors import InternalError
from .settings import TileShape

ALIGNMENT = 64
"""Alignment of a tile's memory [bytes]: a cache line, and the widest vector."""


@dataclass(frozen=True)
class Tile:
    """One tile: its global number and the position of its first cell in this rank's own cells."""

    number: int
    y: int
    x: int


@dataclass(frozen=True)
class Tiling:
    """The tiles of this rank's own cells."""

    shape: TileShape
    rows: int
    columns: int
    tiles: tuple[Tile, ...]

    @classmethod
    def of_box(cls, shape: TileShape, grid: tuple[int, int], box: tuple[int, int, int, int]) -> Tiling:
        """Cut a box (i, j, ni, nj) of a grid (nx, ny) into its tiles."""
        i_first, j_first, ni, nj = box
        if i_first % shape.nx or j_first % shape.ny:
            raise InternalError.of(
                f"own cells start at (i, j) = ({i_first}, {j_first})",
                f"a multiple of the tile's {shape.nx} x {shape.ny} cells (i x j)",
                "let Halocline choose the worker's boxes: define no domain",
            )
        tiles_a_row = -(-grid[0] // shape.nx)
        tiles = (
            Tile((j_first + y) // shape.ny * tiles_a_row + (i_first + x) // shape.nx, y, x)
            for y in range(0, nj, shape.ny)
            for x in range(0, ni, shape.nx)
        )
        return cls(shape, nj, ni, tuple(sorted(tiles, key=lambda tile: tile.number)))

    def batches(self) -> Iterator[list[Tile]]:
        """Go through the batches that have a tile here."""
        for _, tiles in groupby(self.tiles, key=lambda tile: tile.number // self.shape.batch):
            yield list(tiles)

    def slot(self, tile: Tile) -> int:
        """Give a tile's place in its batch."""
        return tile.number % self.shape.batch

    def input_shape(self, levels: int, halo: int) -> tuple[int, int, int]:
        """Give the shape of a tile with its halo."""
        return (levels, self.shape.ny + 2 * halo, self.shape.nx + 2 * halo)

    def gather(self, block: FloatArray, batch: list[Tile], halo: int, fill: float) -> FloatArray:
        """Copy a batch's tiles out of a block (level, j, i): (batch, level, j, i)."""
        shape = self.input_shape(block.shape[0], halo)
        gathered = aligned((self.shape.batch, *shape), block.dtype)
        gathered.fill(fill)
        for tile in batch:
            _, height, width = shape
            part = block[:, tile.y : tile.y + height, tile.x : tile.x + width]
            gathered[self.slot(tile), :, : part.shape[1], : part.shape[2]] = part
        return gathered

    def scatter(self, results: FloatArray, batch: list[Tile], own: FloatArray) -> None:
        """Put a batch's results (batch, level, tile_ny, tile_nx) into own cells (level, j, i)."""
        for tile in batch:
            rows = min(self.shape.ny, self.rows - tile.y)
            columns = min(self.shape.nx, self.columns - tile.x)
            own[:, tile.y : tile.y + rows, tile.x : tile.x + columns] = results[self.slot(tile), :, :rows, :columns]


def aligned(shape: tuple[int, ...], dtype: npt.DTypeLike) -> FloatArray:
    """Make an array whose memory starts at a multiple of ALIGNMENT."""
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    memory = np.empty(size + ALIGNMENT, dtype=np.uint8)
    start = -memory.ctypes.data % ALIGNMENT
    return memory[start : start + size].view(dtype).reshape(shape)
