"""What a worker's function returned, checked against what the experiment file expects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from .arrays import FloatArray, as_numpy
from .errors import HaloclineError, ShapeError, UnknownNameError, WorkerError
from .failures import nearest


@dataclass(frozen=True)
class Expected:
    """Shape of a returned field without its halo, with a leading batch axis if the call has one."""

    name: str
    shape: tuple[int, ...]
    halos: tuple[int, ...]
    """Widths of halo that may come with it [cells]; it is cut off."""


def named_results(returned: object, due: Iterable[str], known: Iterable[str], who: str) -> Mapping[str, object]:
    """Give what a function returned once it holds the fields that are due, and no unknown ones."""
    due, known = list(due), list(known)
    if returned is None and not due:
        return {}
    listed = ", ".join(f"'{name}'" for name in due) or "nothing"
    if not isinstance(returned, Mapping):
        raise WorkerError.of(
            f"{who} returned {_describe(returned)}",
            f"a dictionary with the fields that are due: {listed}",
            "return {'name': array, ...}",
        )
    for name in returned:
        if name not in known:
            raise UnknownNameError.of(
                f"{who} returned a field {name!r} that the component does not send",
                nearest(str(name), known),
                "correct the name, or add the field to an exchange from this component in the experiment file",
                field=str(name),
            )
    for name in due:
        if returned.get(name) is None:
            raise WorkerError.of(
                f"{who} returned no field '{name}'",
                f"the fields that are due: {listed}",
                f"add '{name}' to what the function returns",
                field=name,
            )
    return returned


def own_cells(returned: object, expected: Expected, who: str) -> FloatArray:
    """View a returned array as numpy, its halo cut off."""
    array = as_numpy(expected.name, returned)
    if not isinstance(array, np.ndarray):
        raise _wrong(f"{who} returned {_describe(returned)}", expected)
    if array.dtype not in (np.float32, np.float64):
        found = f"{who} returned an array of dtype {array.dtype} and shape {array.shape}"
        raise _wrong(found, expected, "convert it, for example with .astype(numpy.float64)")
    shaped = _with_levels(array, expected)
    for halo in (0, *expected.halos):
        if shaped.shape == _with_halo(expected.shape, halo):
            rows, columns = expected.shape[-2:]
            return shaped[..., halo : halo + rows, halo : halo + columns]
    raise _wrong(f"{who} returned an array of shape {array.shape}", expected)


def _with_levels(array: FloatArray, expected: Expected) -> FloatArray:
    """Add the level axis that a field of one level may leave out."""
    one_level = expected.shape[-3] == 1
    return array[..., None, :, :] if one_level and array.ndim == len(expected.shape) - 1 else array


def _with_halo(shape: tuple[int, ...], halo: int) -> tuple[int, ...]:
    return (*shape[:-2], shape[-2] + 2 * halo, shape[-1] + 2 * halo)


def _wrong(
    found: str, expected: Expected, hint: str = "return the worker's own cells, without or with the halo of its inputs"
) -> HaloclineError:
    shapes = [f"{_with_halo(expected.shape, halo)}" for halo in (0, *expected.halos)]
    axes = "(batch, level, j, i)" if len(expected.shape) == 4 else "(level, j, i)"
    return ShapeError.of(
        found,
        f"shape {axes} = {' or, with halo, '.join(shapes)}, float32 or float64",
        hint,
        field=expected.name,
    )


def _describe(value: object) -> str:
    shape = getattr(value, "shape", None)
    of_shape = f" of shape {tuple(shape)}" if shape is not None else ""
    return f"{value!r}" if value is None else f"a {type(value).__name__}{of_shape}"
