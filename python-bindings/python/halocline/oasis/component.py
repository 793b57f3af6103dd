"""A component: join, communicators, end of the definition; the coupling ends when the object is deleted."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import Any

from . import control
from .communicator import from_handle, to_handle
from .control import check_types
from .exceptions import PyOasisException, translated


class Component:
    """One process of a component; one a process.

    The coupling ends when the object is deleted, or when the interpreter exits: keep it. An exception that nobody
    catches ends the whole job.
    """

    def __init__(self, name: str, coupled: bool = True, communicator: Any = None) -> None:
        """Join the job. Collective over all processes; starts MPI where it is not running.

        Parameters
        ----------
        name
            name of the component, the same on all its processes
        coupled
            False for a component that exchanges nothing
        communicator
            all processes of all components, of mpi4py or as a Fortran handle; None for all processes of the job

        """
        # MPI is loaded here, not by the import of this package.
        from .._mpi import OasisComponent, before_mpi_ends

        check_types([str, bool], [name, coupled])
        if not name:
            raise PyOasisException("found an empty name, expected one for the component")
        world = None if communicator is None else to_handle(communicator)
        with translated():
            self._core = OasisComponent(name, coupled, world)
        self._name = name
        self._coupled = coupled
        control.begin(self._core)
        self._end = weakref.finalize(self, control.end, self._core)
        before_mpi_ends(control.leave_early)

    @property
    def name(self) -> str:
        """Name of the component."""
        return self._name

    @property
    def _id(self) -> int:
        """Number of the component: scripts for OASIS hand it to `oasis_abort` under this name."""
        return self._core.number

    @property
    def coupled(self) -> bool:
        """Whether the component takes part in the coupling."""
        return self._coupled

    @property
    def localcomm(self) -> Any:
        """Communicator of the component's processes."""
        with translated():
            return from_handle(self._core.local_communicator)

    @property
    def couplcomm(self) -> Any:
        """Communicator of those that take part in the coupling; None on the others."""
        with translated():
            handle = self._core.coupling_communicator
        return None if handle is None else from_handle(handle)

    def create_couplcomm(self, coupled: bool) -> Any:
        """Say whether this process takes part; collective over the component. Returns the new communicator or None."""
        check_types([bool], [coupled])
        with translated():
            self._core.create_coupling_communicator(coupled)
        return self.couplcomm

    def set_couplcomm(self, communicator: Any) -> None:
        """Let the processes of a communicator take part; None on the others."""
        with translated():
            self._core.set_coupling_communicator(None if communicator is None else to_handle(communicator))

    def get_intracomm(self, component: str) -> Any:
        """Return one communicator of this component and another. Collective over both."""
        check_types([str], [component])
        with translated():
            return from_handle(self._core.intracommunicator(component))

    def get_intercomm(self, component: str) -> Any:
        """Return an intercommunicator of this component and another. Collective over both."""
        check_types([str], [component])
        with translated():
            return from_handle(self._core.intercommunicator(component))

    def get_multi_intracomm(self, components: Sequence[str]) -> tuple[Any, dict[str, int]]:
        """Return one communicator of several components, and the rank there of each one's first process."""
        names = list(components)
        with translated():
            handle, roots = self._core.multi_intracommunicator(names)
        return from_handle(handle), dict(zip(names, roots, strict=True))

    def enddef(self) -> None:
        """End the definition phase. Collective over all processes of all coupled components."""
        with translated():
            self._core.end_definition()

    @property
    def debug_level(self) -> int:
        """Debug level: from 10 on, every put and get is written into the log file of the process."""
        return control.get_debug()

    @debug_level.setter
    def debug_level(self, level: int) -> None:
        control.set_debug(level)

    def __repr__(self) -> str:
        """Return name and whether it is coupled."""
        return f"Component({self._name!r}, coupled={self._coupled})"
