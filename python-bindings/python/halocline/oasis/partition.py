"""Partitions: which cells of a grid this process owns; cells count from 0."""

from __future__ import annotations

from collections.abc import Sequence

from .control import check_types, current
from .exceptions import PyOasisException, translated


def _positive(number: int, what: str) -> None:
    if number <= 0:
        raise PyOasisException(f"found {what} = {number}, expected 1 or more")


def _not_negative(number: int, what: str) -> None:
    if number < 0:
        raise PyOasisException(f"found {what} = {number}, expected 0 or more: cells count from 0")


class Partition:
    """Cells of a grid; use one of the classes below."""

    def __init__(self, numbers: Sequence[int], global_size: int, name: str) -> None:
        """Define the partition from a strategy and its numbers."""
        check_types([int, str], [global_size, name])
        with translated():
            self._id, self._local_size = current().define_partition(list(numbers), global_size, name)
        self._name = name

    @property
    def local_size(self) -> int:
        """Number of own cells."""
        return self._local_size

    @property
    def name(self) -> str:
        """Name of the partition."""
        return self._name


class SerialPartition(Partition):
    """All cells, at one process."""

    def __init__(self, size: int, global_size: int = -1, name: str = "") -> None:
        """Own `size` cells."""
        check_types([int], [size])
        _positive(size, "size")
        super().__init__([0, 0, size], global_size, name)


class ApplePartition(Partition):
    """Consecutive cells."""

    def __init__(self, offset: int, size: int, global_size: int = -1, name: str = "") -> None:
        """Own `size` cells from `offset` on."""
        check_types([int, int], [offset, size])
        _not_negative(offset, "offset")
        _not_negative(size, "size")
        super().__init__([1, offset, size], global_size, name)


class BoxPartition(Partition):
    """A rectangle."""

    def __init__(
        self,
        global_offset: int,
        local_extent_x: int,
        local_extent_y: int,
        global_extent_x: int,
        global_size: int = -1,
        name: str = "",
    ) -> None:
        """Own local_extent_x by local_extent_y cells of rows of global_extent_x cells, the first at global_offset."""
        numbers = [global_offset, local_extent_x, local_extent_y, global_extent_x]
        check_types([int] * 4, numbers)
        _not_negative(global_offset, "global_offset")
        for number, what in zip(numbers[1:], ("local_extent_x", "local_extent_y", "global_extent_x"), strict=True):
            _positive(number, what)
        super().__init__([2, *numbers], global_size, name)


class CubePartition(Partition):
    """A rectangle on every layer of a grid of three axes."""

    def __init__(
        self,
        global_offset: int,
        local_extent_x: int,
        local_extent_y: int,
        global_extent_x: int,
        global_extent_y: int,
        global_extent_z: int,
        global_size: int = -1,
        name: str = "",
    ) -> None:
        """Own local extents (x, y) on all global_extent_z layers of global_extent_x by global_extent_y cells."""
        extents = [local_extent_x, local_extent_y, global_extent_x, global_extent_y, global_extent_z]
        check_types([int] * 6, [global_offset, *extents])
        _not_negative(global_offset, "global_offset")
        for number in extents:
            _positive(number, "an extent")
        super().__init__([5, global_offset, *extents], global_size, name)


class OrangePartition(Partition):
    """Several segments of consecutive cells."""

    def __init__(self, offsets: Sequence[int], extents: Sequence[int], global_size: int = -1, name: str = "") -> None:
        """Own `extents[n]` cells from `offsets[n]` on, for each n."""
        if len(offsets) != len(extents) or not len(offsets):
            raise PyOasisException(
                f"found {len(offsets)} offsets and {len(extents)} extents, expected as many of both, 1 or more"
            )
        pairs = [int(number) for pair in zip(offsets, extents, strict=True) for number in pair]
        super().__init__([3, len(offsets), *pairs], global_size, name)


class PointsPartition(Partition):
    """Single cells in any order."""

    def __init__(self, global_indices: Sequence[int], global_size: int = -1, name: str = "") -> None:
        """Own these cells, counted from 0."""
        if not len(global_indices):
            raise PyOasisException("found no indices, expected 1 or more")
        indices = [int(index) for index in global_indices]
        super().__init__([4, len(indices), *indices], global_size, name)
