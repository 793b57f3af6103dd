"""The decorator of a worker's function, and what its arguments ask for."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from .errors import UnknownNameError, WorkerError
from .failures import nearest

P = ParamSpec("P")
R = TypeVar("R")

STEP = "step"
"""An argument of this name gets the `Step`, unless a field is called so."""

Kind = inspect.Parameter


def worker(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a function as a worker: `halocline serve closure.py:closure` calls it at each date.

    Its arguments are named like fields of the experiment file that the component receives. Each
    gets an array (level, j, i), halo included: a torch tensor or numpy array as the component's
    `arrays` says, on its `device`; None at a date when the field is not due, unless the exchange
    says `hold`. Arrays of the CPU are views of the received block, valid until the function
    returns: keep a copy (`.clone()`, `.copy()`), not the array. Torch records no gradients.

    It returns a dictionary of the fields that the component sends, without or with halo, float32
    or float64. The function itself is unchanged and can be called and tested as any other.
    """
    if not callable(function):
        raise TypeError(f"halocline.worker decorates a function, found {function!r}")
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is Kind.POSITIONAL_ONLY:
            raise WorkerError.of(
                f"argument '{parameter.name}' of {name_of(function)} is positional-only",
                "arguments that can be given by name: the names are those of fields",
                "remove the '/' from the function's arguments",
            )
    return function


def name_of(function: Callable[..., Any]) -> str:
    """Give a function's name for messages."""
    return str(getattr(function, "__name__", type(function).__name__))


@dataclass(frozen=True)
class Arguments:
    """What a worker's function asks for."""

    fields: tuple[str, ...]
    """Names of the fields it gets."""
    wants_step: bool
    """Whether it gets the step too."""


def read_arguments(function: Callable[..., Any], received: list[str]) -> Arguments:
    """Match a function's arguments with the fields that its component receives.

    An argument with a default may be no field; `**fields` takes all that have no argument.
    """
    parameters = inspect.signature(function).parameters.values()
    named = [parameter for parameter in parameters if parameter.kind not in _GATHERING]
    for parameter in named:
        known = parameter.name in received or parameter.name == STEP
        if not known and parameter.default is Kind.empty:
            raise UnknownNameError.of(
                f"argument '{parameter.name}' of {name_of(function)} is no field that it receives",
                nearest(parameter.name, received),
                "rename the argument, or add the field to an exchange to this component in the experiment file",
                field=parameter.name,
            )
    names = [parameter.name for parameter in named]
    if any(parameter.kind is Kind.VAR_KEYWORD for parameter in parameters):
        names += [name for name in received if name not in names]
    fields = tuple(name for name in names if name in received)
    return Arguments(fields, wants_step=STEP in names and STEP not in received)


_GATHERING = (Kind.VAR_POSITIONAL, Kind.VAR_KEYWORD)
