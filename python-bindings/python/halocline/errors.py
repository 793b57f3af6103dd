"""Exceptions of Halocline: one class for each code of the table in coupler/src/code.rs.

Every message says what was found, what was expected, and what to change and where. The same parts
are attributes, for programs that want to act on them.
"""

from __future__ import annotations

from typing import ClassVar


class HaloclineError(Exception):
    """Something went wrong in the coupling."""

    code: ClassVar[str] = ""
    """Stable name of the code."""

    def __init__(
        self,
        message: str,
        *,
        component: str | None = None,
        rank: int | None = None,
        field: str | None = None,
        found: str | None = None,
        expected: str = "",
        hint: str = "",
    ) -> None:
        """Keep the whole message and its parts."""
        super().__init__(message)
        self.component = component
        self.rank = rank
        self.field = field
        self.found = message if found is None else found
        self.expected = expected
        self.hint = hint

    @classmethod
    def of(cls, found: str, expected: str, hint: str, *, field: str | None = None) -> HaloclineError:
        """Build the message from its three parts; component and rank come with the session's."""
        about = f"field '{field}': " if field else ""
        message = f"{about}{found}"
        message += f"\n  expected: {expected}" if expected else ""
        message += f"\n  change: {hint}" if hint else ""
        return cls(message, field=field, found=found, expected=expected, hint=hint)


class ExperimentError(HaloclineError):
    """The experiment file is missing, unreadable or wrong."""

    code = "experiment"


class MismatchError(HaloclineError):
    """The two sides do not run the same experiment."""

    code = "mismatch"


class OrderError(HaloclineError):
    """Calls come in the wrong order, after the end, or from another thread."""

    code = "order"


class PartitionError(HaloclineError):
    """A partition does not fit its grid, or two ranks own one cell."""

    code = "partition"


class UnknownNameError(HaloclineError):
    """A name that the experiment does not know, or that this component has no part in."""

    code = "name"


class ShapeError(HaloclineError):
    """An array whose shape or element type is not that of the field."""

    code = "shape"


class DateError(HaloclineError):
    """A date outside the run, going backwards, or skipping an exchange."""

    code = "date"


class WaitedTooLongError(HaloclineError):
    """Nobody came within the time that the experiment allows."""

    code = "timeout"


class JobEndedError(HaloclineError):
    """Another rank failed first; its message is the cause."""

    code = "ended"


class FileError(HaloclineError):
    """A file of initial values or coordinates is missing or wrong."""

    code = "file"


class TransportError(HaloclineError):
    """The layer below (MPI) failed."""

    code = "transport"


class WorkerError(HaloclineError):
    """The worker's function, or what it returned, is wrong."""

    code = "worker"


class InternalError(HaloclineError):
    """A defect of Halocline itself: please report it."""

    code = "internal"


CLASS_OF_CODE: dict[str, type[HaloclineError]] = {
    subclass.code: subclass for subclass in HaloclineError.__subclasses__()
}
"""The class of each code; the extension modules raise through it."""


class LaunchError(HaloclineError):
    """A job could not be started on this machine."""

    code = "launch"


class JobFailedError(HaloclineError):
    """A job ended with an error; `str()` is its first cause."""

    code = "failed"

    status: int = 1
    """Exit status of the job."""
    run_directory: str = ""
    """Where its logs are."""
