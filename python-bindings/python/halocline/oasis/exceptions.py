"""Exceptions of OASIS: PyOasisException for a wrong argument, OasisException for a coupling that cannot go on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import HaloclineError
from .parameters import OasisParameters


class OasisException(Exception):  # noqa: N818 (the name that scripts know)
    """The coupling failed; `__cause__` is the exception of Halocline, with what was found, expected and to change."""

    def __init__(self, message: str, error: int = OasisParameters.OASIS_ERROR) -> None:
        """Keep message and code."""
        super().__init__(message)
        self.message = message
        self.error = error


class PyOasisException(Exception):  # noqa: N818 (the name that scripts know)
    """An argument is wrong."""

    def __init__(self, message: str) -> None:
        """Keep the message."""
        super().__init__(message)
        self.message = message


@contextmanager
def translated() -> Iterator[None]:
    """Raise what the coupling reports as an OasisException."""
    try:
        yield
    except HaloclineError as error:
        raise OasisException(str(error)) from error
