"""Outputs that are written in place: in the receiver's block, where that can be had."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from .arrays import FloatArray, as_numpy

if TYPE_CHECKING:
    from ._mpi import Lease
    from ._mpi import Session as Core


def is_whole(array: FloatArray, lent: FloatArray) -> bool:
    """Tell whether an array is all of a lent one as it is, and not a part, a copy or another view of it."""
    same_place = array.ctypes.data == lent.ctypes.data and array.flags.c_contiguous
    same_shape = array.shape == lent.shape or lent.shape == (1, *array.shape)
    return same_place and same_shape and array.dtype == lent.dtype


def shares_memory(array: object, others: Iterable[object]) -> bool:
    """Tell whether an array may have elements in common with one of the others."""
    arrays = (other for other in others if isinstance(other, np.ndarray))
    return isinstance(array, np.ndarray) and any(np.may_share_memory(array, other) for other in arrays)


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
        # What is no array gets its message from the core.
        if lease is None or not isinstance(values, np.ndarray):
            return self._core.send(name, values, date)
        lent = np.asarray(lease)
        if not is_whole(values, lent):
            # Another view of the lent array: its elements would be overwritten by each other.
            apart = values.copy() if np.may_share_memory(values, lent) else values
            return self._core.send(name, apart, date)
        sent = self._core.send_output(name, date)
        del self._lent[name]
        return sent

    def lends_any(self) -> bool:
        """Tell whether any array is lent."""
        return bool(self._lent)

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
