"""Variables: put and get fields."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from .arrays import check_field
from .control import check_types, current
from .exceptions import PyOasisException, translated
from .parameters import OasisParameters
from .partition import Partition


class Var:
    """A field that this component sends or receives.

    Fields have the axes (points) or (nx, ny), of a bundle (points, levels) or (nx, ny, levels), float32 or float64, in
    any order of memory.
    """

    def __init__(self, name: str, partition: Partition, inout: OasisParameters, bundle_size: int = 1) -> None:
        """Define the field on a partition, to be sent (OASIS.OUT) or received (OASIS.IN), with bundle_size levels."""
        check_types([str, Partition, OasisParameters, int], [name, partition, inout, bundle_size])
        if not name:
            raise PyOasisException("found an empty name, expected that of a field")
        if inout not in (OasisParameters.OASIS_IN, OasisParameters.OASIS_OUT):
            raise PyOasisException(f"'{name}': found {inout!r}, expected OASIS.IN or OASIS.OUT")
        if bundle_size < 1:
            raise PyOasisException(f"'{name}': found bundle_size = {bundle_size}, expected 1 or more")
        self._name = name
        self._partition = partition
        self._inout = inout
        self._bundle_size = bundle_size
        with translated():
            self._id = current().define_variable(name, partition._id, bundle_size, int(inout))

    @property
    def name(self) -> str:
        """Name of the field."""
        return self._name

    @property
    def bundle_size(self) -> int:
        """Number of levels."""
        return self._bundle_size

    @property
    def is_active(self) -> bool:
        """Whether the experiment mentions the field."""
        return self._id != OasisParameters.OASIS_VAR_UNCPL

    @property
    def cpl_freqs(self) -> list[int]:
        """Periods [s] of the couplings that the field takes part in."""
        self._check_active("cpl_freqs")
        with translated():
            return current().periods(self._id)

    def put(self, time: int, field: NDArray[Any], write_restart: bool = False) -> OasisParameters:
        """Put the field at `time` [s since the start of the run]; returns what was done, OK where nothing is due."""
        self._check_use("put", OasisParameters.OASIS_OUT)
        check_types([int, bool], [time, write_restart])
        check_field(field, self._partition.local_size, self._bundle_size, self._name)
        with translated():
            return OasisParameters(current().put(self._id, field, time, write_restart))

    def get(self, time: int, field: NDArray[Any]) -> OasisParameters:
        """Get the field at `time` [s]; returns what was done, OK where nothing is due: the array is untouched."""
        self._check_use("get", OasisParameters.OASIS_IN)
        check_types([int], [time])
        check_field(field, self._partition.local_size, self._bundle_size, self._name)
        with translated():
            return OasisParameters(current().get(self._id, field, time))

    def put_inquire(self, time: int) -> OasisParameters:
        """Return what put would do at `time` [s]."""
        self._check_use("put_inquire", OasisParameters.OASIS_OUT)
        check_types([int], [time])
        with translated():
            return OasisParameters(current().inquire_put(self._id, time))

    def _check_active(self, verb: str) -> None:
        if not self.is_active:
            raise PyOasisException(f"{verb} of '{self._name}', which the experiment does not mention; see is_active")

    def _check_use(self, verb: str, inout: OasisParameters) -> None:
        self._check_active(verb)
        if self._inout != inout:
            raise PyOasisException(f"{verb} of '{self._name}', which is defined as {self._inout.name}")

    def __repr__(self) -> str:
        """Return name, direction and levels."""
        return f"Var({self._name!r}, {self._inout.name}, bundle_size={self._bundle_size}, active={self.is_active})"
