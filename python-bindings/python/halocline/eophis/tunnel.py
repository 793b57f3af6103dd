"""A tunnel: named exchanges with the ocean model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from . import logs
from .arrays import Array, Handout
from .grid import Grid
from .params import Freqs
from .runtime import Coupling, Variable

__all__ = ["Tunnel"]

NO_DATE = 86579
"""Date of calls that give none [s]: not due for any of the usual periods."""


class Tunnel:
    """Exchanges with one ocean model: fields that arrive (`in`) and depart (`out`), each on a grid, with a period."""

    def __init__(
        self,
        label: str,
        grids: Mapping[str, dict[str, Any]],
        exchs: list[dict[str, Any]],
        geo_aliases: dict[str, str],
        py_aliases: dict[str, str],
    ) -> None:
        """Take a description that has been checked; `register_tunnels` makes tunnels."""
        self.label = label
        self.exchs = exchs
        self.geo_aliases = geo_aliases
        self.py_aliases = py_aliases
        logs.info(f"-------- Tunnel {label} --------")
        logs.info("  names in the namcouple, ocean model and script")
        for name, alias in geo_aliases.items():
            logs.info(f"      - {name}: {alias}, {py_aliases.get(name, '')}")
        self.grids = {name: Grid.described(name, grid) for name, grid in grids.items()}
        self._received: dict[str, _Received] = {}
        self._sent: dict[str, _Sent] = {}
        self._static_done = {name: False for ex in exchs if is_static(ex) for name in [*ex["in"], *ex["out"]]}

    def arriving_list(self) -> list[str]:
        """Names of the fields that arrive, without static ones."""
        return [name for ex in self.exchs if not is_static(ex) for name in ex["in"]]

    def departure_list(self) -> list[str]:
        """Names of the fields that depart, without static ones."""
        return [name for ex in self.exchs if not is_static(ex) for name in ex["out"]]

    def static_done(self) -> bool:
        """Whether all static fields have been exchanged."""
        return all(self._static_done.values())

    def receive(self, var_label: str, date: float = NO_DATE) -> Array | None:
        """Receive a field at `date` [s since the start of the run]; waits for the ocean model.

        Returns float64 values with the axes (i, j, level), halo of the grid included, in Fortran order; None where the
        date is not due, and for a static field that has been received before. Static fields need no date. The array is
        valid until the next but one date of the field, longer where it is kept from the start (see docs/eophis.md).

        Errors: KeyError for a name that does not arrive through this tunnel.
        """
        field = self._known(var_label, self._received, "arrive")
        if field.is_static and not self._begin_static(var_label, "receive"):
            return None
        date = 0 if field.is_static else int(date)
        if date % field.period != 0:
            return None
        array: Array | None = field.receive(date)
        return array

    def send(self, var_label: str, values: Array | None, date: float = NO_DATE) -> None:
        """Send a field at `date` [s since the start of the run], nothing where the date is not due or `values` None.

        `values` has the axes (i, j, level) and the shape of received arrays; the halo is cut off.

        Errors: KeyError for a name that does not depart through this tunnel; an array of another shape ends the job.
        """
        field = self._known(var_label, self._sent, "depart")
        if field.is_static and not self._begin_static(var_label, "send"):
            return
        date = 0 if field.is_static else int(date)
        if values is not None and date % field.period == 0:
            field.send(values, date)

    def configure(self, coupling: Coupling) -> None:
        """Define the cells and variables of this rank; collective."""
        logs.info(f"     --- Configure Tunnel {self.label}")
        for grid in self.grids.values():
            grid.make_local_subdomain(coupling.rank, coupling.size)
        for ex in self.exchs:
            grid, static, period = self.grids[ex["grd"]], is_static(ex), int(ex["freq"])
            for name in ex["in"]:
                variable = coupling.define_received(self.py_aliases[name], grid, ex["lvl"], static)
                self._received[name] = _Received(name, variable, period, static)
            for name in ex["out"]:
                variable = coupling.define_sent(self.py_aliases[name], grid, ex["lvl"])
                self._sent[name] = _Sent(name, variable, period, static, grid, ex["lvl"])

    def check(self) -> None:
        """See that the ocean model has the other side of every field."""
        for fields, verb in ((self._received, "sends"), (self._sent, "receives")):
            for name, field in fields.items():
                if not field.variable.is_coupled():
                    logs.abort(
                        f"Tunnel {self.label}: nobody {verb} {self.geo_aliases[name]} (field '{name}'); expected: "
                        "the ocean model defines a variable of this name before its definition phase ends"
                    )

    def _begin_static(self, name: str, verb: str) -> bool:
        if self._static_done[name]:
            logs.warning(f"Static {verb} of {name} through tunnel {self.label} already done, skipped")
            return False
        logs.info(f"\n-!- Static {verb} of {name} through tunnel {self.label}")
        self._static_done[name] = True
        return True

    def _known(self, name: str, fields: Mapping[str, Any], verb: str) -> Any:
        if name in fields:
            return fields[name]
        if not self._received and not self._sent:
            raise RuntimeError(f"tunnel {self.label} is not open: call eophis.open_tunnels() first")
        raise KeyError(
            f"field '{name}' does not {verb} through tunnel {self.label}: {', '.join(fields) or 'none does'}"
        )


def is_static(ex: Mapping[str, Any]) -> bool:
    """Whether an exchange happens once."""
    return int(ex["freq"]) == Freqs.STATIC


class _Received:
    """A field that arrives."""

    def __init__(self, name: str, variable: Variable, period: int, static: bool) -> None:
        self.variable, self.period, self.is_static = variable, max(period, 1), static
        self._handout = Handout(name)

    def receive(self, date: int) -> Array | None:
        lease = self.variable.lend(date)
        return None if lease is None else self._handout.hand_out(lease)


class _Sent:
    """A field that departs."""

    def __init__(self, name: str, variable: Variable, period: int, static: bool, grid: Grid, levels: int) -> None:
        self.variable, self.period, self.is_static = variable, max(period, 1), static
        self._name, self._levels = name, levels
        self._halo = grid.halo_size
        self._cells = grid.loc_size or (0, 0)
        self._told = False

    def send(self, values: Array, date: int) -> None:
        """Cut off the halo and send."""
        self._check(values)
        halo = self._halo
        own = values[halo : values.shape[0] - halo, halo : values.shape[1] - halo, :]
        if own.dtype not in (np.float32, np.float64):
            own = np.asarray(own, dtype=np.float64)
        self.variable.put(own, date)

    def _check(self, values: Any) -> None:
        wanted = (self._cells[0] + 2 * self._halo, self._cells[1] + 2 * self._halo, self._levels)
        if not isinstance(values, np.ndarray):
            kind = type(values).__name__
            logs.abort(f"field '{self._name}': a {kind}, expected: a numpy array, shape (i, j, level) = {wanted}")
        if values.shape == wanted:
            return
        own = [extent - 2 * self._halo for extent in values.shape[:2]]
        fits = values.ndim == 3 and min(own) >= 0 and own[0] * own[1] == self._cells[0] * self._cells[1]
        if not fits or values.shape[2] != self._levels:
            logs.abort(f"field '{self._name}': an array of shape {values.shape}, expected: (i, j, level) = {wanted}")
        if not self._told:
            self._told = True
            logs.warning(
                f"field '{self._name}': an array of shape {values.shape} where (i, j, level) = {wanted} is expected; "
                "its cells are sent in their order in memory, first index fastest, as Eophis does"
            )
