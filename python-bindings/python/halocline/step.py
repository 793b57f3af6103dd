"""One date of a component: what has come in, and what is to go out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .arrays import FloatArray
from .errors import OrderError
from .outputs import Outputs

if TYPE_CHECKING:
    from ._mpi import Lease
    from ._mpi import Session as Core


def sent_cells(core: Core, name: str, shape: tuple[tuple[int, int, int], int]) -> FloatArray:
    """Give the mask of a received field: 1 where some rank sends a value, 0 where it is filled."""
    (levels, nj, ni), halo = shape
    mask = np.empty((levels, nj + 2 * halo, ni + 2 * halo))
    core.mask(name, mask)
    return mask


class Step:
    """One date at which something is due; `session.steps()` makes them."""

    def __init__(self, core: Core, date: int, inputs: list[str], outputs: list[str]) -> None:
        """Keep what is due; nothing is received yet."""
        self._core = core
        self._leases: dict[str, Lease | None] = {}
        self._outputs = Outputs(core)
        self._open = True
        self.date = date
        """Seconds since the start of the run."""
        self.inputs = inputs
        """Fields that arrive at this date."""
        self.outputs = outputs
        """Fields to send at this date."""

    @property
    def rank(self) -> int:
        """Rank within the component."""
        return self._core.rank

    def own_box(self, grid: str) -> tuple[int, int, int, int] | None:
        """Give (i_first, j_first, ni, nj) of this rank's own cells, None where they are no box."""
        return self._core.own_box(grid)

    def lease(self, name: str) -> Lease | None:
        """Give the lent block of a field for any DLPack consumer: `torch.from_dlpack(lease)`.

        None where nothing is due and nothing is held.
        """
        if not self._open:
            raise OrderError.of(
                f"field '{name}' of date {self.date} s after its step",
                "a step is used until the loop goes on to the next",
                "take the fields inside the loop, copy what is needed later",
                field=name,
            )
        if name not in self._leases:
            self._leases[name] = self._core.lend(name, self.date)
        return self._leases[name]

    def __getitem__(self, name: str) -> FloatArray | None:
        """View the received block of a field, (level, j, i) with its halo, without a copy.

        None where nothing is due and nothing is held.
        """
        lease = self.lease(name)
        return None if lease is None else np.asarray(lease)

    def mask(self, name: str) -> FloatArray:
        """Tell sent cells of a received field from filled ones: 1 and 0, (level, j, i) with halo."""
        return sent_cells(self._core, name, self._core.received_shape(name) or ((0, 0, 0), 0))

    def out(self, name: str) -> FloatArray | None:
        """Give the array of own cells, (level, j, i), to write a field into that `send` then sends.

        Where one rank of this node receives all of it in one piece, this is that rank's own block and
        `send` copies nothing; otherwise it is memory of this session that is used again at each date.
        What it holds at first is not defined, and after `send` it must not be used. None where
        nothing is due.
        """
        return self._outputs.lend(name, self.date)

    def send(self, name: str, array: object) -> bool:
        """Send own cells of a field at this date; returns whether it was due.

        The array that `out` gave is not copied.
        """
        return self._outputs.send(name, array, self.date)

    def lends_outputs(self) -> bool:
        """Tell whether arrays of `out` have not been sent yet."""
        return self._outputs.lends_any()

    def receive_all(self) -> None:
        """Receive every input of this date that was not taken yet: its sender counts on it."""
        for name in self.inputs:
            self.lease(name)

    def take_back(self) -> list[tuple[str, int]]:
        """Give every block back that nobody views; name the others with their numbers of views."""
        self._leases.clear()
        self._outputs.forget()
        self._open = False
        return self._core.take_back()

    def close(self) -> None:
        """End the step: views that are left keep their memory."""
        if self._open:
            self.receive_all()
            self.take_back()
        self._core.leave_to_views()
