"""Grids: longitudes, latitudes, corners, masks, areas, angles and fractions into grids.nc, masks.nc and areas.nc."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .arrays import flat
from .control import check_types, current
from .exceptions import PyOasisException, translated
from .partition import Partition


class Grid:
    """A grid as its component knows it; `write` writes what was set.

    Arrays have the axes (i, j), of corners (i, j, corner). With a partition they hold the own cells of this process,
    and `write` is collective over the processes that take part in the coupling; without, all cells.
    """

    def __init__(
        self,
        cgrid: str,
        nx: int,
        ny: int,
        lon: ArrayLike,
        lat: ArrayLike,
        partition: Partition | None = None,
    ) -> None:
        """Set longitudes and latitudes [degrees] of a grid of nx by ny cells."""
        check_types([str, int, int], [cgrid, nx, ny])
        if not cgrid:
            raise PyOasisException("found an empty name, expected that of the grid")
        if nx < 1 or ny < 1:
            raise PyOasisException(f"grid '{cgrid}': found {nx} x {ny} cells, expected 1 or more along both axes")
        self._name = cgrid
        self._size = (nx, ny)
        self._partition = partition
        self._cells = nx * ny if partition is None else partition.local_size
        self._arrays: list[tuple[str, int, NDArray[np.float64]]] = []
        self._mask: NDArray[np.int32] | None = None
        self._add("lon", "longitudes", lon)
        self._add("lat", "latitudes", lat)

    def set_corners(self, clo: ArrayLike, cla: ArrayLike) -> None:
        """Set longitudes and latitudes [degrees] of the corners; the last axis counts them."""
        corners = np.shape(clo)[-1] if np.ndim(clo) else 0
        if corners < 1:
            raise PyOasisException(f"grid '{self._name}': found corners without an axis that counts them")
        self._add("clo", "longitudes of corners", clo, corners)
        self._add("cla", "latitudes of corners", cla, corners)

    def set_mask(self, mask: ArrayLike, companion: str | None = None) -> None:
        """Set the mask: 0 for cells in use, 1 for others."""
        self._refuse_companion(companion)
        self._mask = flat(mask, self._cells, f"grid '{self._name}', mask", np.int32)

    def set_frac(self, frac: ArrayLike, companion: str | None = None) -> None:
        """Set the fraction of each cell in use [-]."""
        self._refuse_companion(companion)
        self._add("frc", "fractions", frac)

    def set_area(self, area: ArrayLike) -> None:
        """Set the area of each cell [m2]."""
        self._add("srf", "areas", area)

    def set_angle(self, angle: ArrayLike) -> None:
        """Set the angle of each cell's i axis to the east [degrees]."""
        self._add("ang", "angles", angle)

    def write(self) -> None:
        """Write what was set; before enddef."""
        partition = None if self._partition is None else self._partition._id
        with translated():
            core = current()
            for name, corners, values in self._arrays:
                core.write_real(self._name, name, self._size, corners, values, partition)
            if self._mask is not None:
                core.write_mask(self._name, self._size, self._mask, partition)
            core.end_grids()

    def _add(self, name: str, what: str, array: ArrayLike, corners: int = 1) -> None:
        values = flat(array, self._cells, f"grid '{self._name}', {what}", np.float64, corners)
        self._arrays = [known for known in self._arrays if known[0] != name]
        self._arrays.append((name, corners, values))

    def _refuse_companion(self, companion: str | None) -> None:
        if companion:
            raise PyOasisException(
                f"grid '{self._name}': the companion {companion!r} has no use here yet: leave it out"
            )
