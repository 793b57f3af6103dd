"""Outputs that are written in place: in the receiver's block, where that can be had."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from .arrays import FloatArray, as_numpy

if TYPE_CHECKING:
    from ._mpi import Lease
    from ._mpi import Session as Core


def is_whole(array: object, lease: Lease) -> bool:
    """Tell whether an array is all of a lent block, and not a part or a copy of it, nor something else."""
    if not isinstance(array, np.ndarray):
        return False
    return array.ctypes.data == lease.address and array.size == math.prod(lease.shape) and array.flags.c_contiguous


class Outputs:
    """The arrays that are lent to write fields into, each for one date, until they are sent."""

    def __init__(self, core: Core) -> None:
        """Lend nothing yet."""
        self._core = core
        self._lent: dict[str, tuple[int, Lease]] = {}

    def lend(self, name: str, date: int) -> FloatArray | None:
        """Give the array of own cells (level, j, i) of a field for a date [s]; None where nothing is due."""
        lease = self._of_date(name, date)
        if lease is None:
            lease = self._core.lend_output(name, date)
        if lease is None:
            return None
        self._lent[name] = (date, lease)
        return np.asarray(lease)

    def send(self, name: str, array: object, date: int) -> bool:
        """Send own cells of a field; the array that `lend` gave for this date is not copied."""
        values = as_numpy(name, array)
        lease = self._of_date(name, date)
        if lease is None or not is_whole(values, lease):
            return self._core.send(name, values, date)
        sent = self._core.send_output(name, date)
        del self._lent[name]
        return sent

    def _of_date(self, name: str, date: int) -> Lease | None:
        """Give what is lent for this date; what is left of another is held no more."""
        known_date, lease = self._lent.get(name, (date, None))
        if known_date == date:
            return lease
        del self._lent[name]
        return None

    def forget(self) -> None:
        """Hold no array any more."""
        self._lent.clear()
