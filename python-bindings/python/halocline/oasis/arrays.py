"""Arrays as OASIS takes them: axes (i, j, level), in any order of memory."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from .exceptions import PyOasisException


def asarray(data: ArrayLike, dtype: DTypeLike = np.float64) -> NDArray[Any]:
    """Return data as an array in Fortran's order; no copy where it is one already."""
    return np.asarray(data, dtype=dtype, order="F")


def check_field(field: object, cells: int, levels: int, name: str) -> None:
    """Check that a field has the cells of its partition and the levels of its variable.

    Raises
    ------
    PyOasisException
        if it is no array of float32 or float64, or has another shape than (points), (nx, ny), or, of a bundle,
        (points, levels), (nx, ny, levels)

    """
    if not isinstance(field, np.ndarray) or field.dtype not in (np.float32, np.float64):
        found = f"an array of {field.dtype}" if isinstance(field, np.ndarray) else f"a {type(field).__name__}"
        raise PyOasisException(
            f"'{name}': found {found}, expected a numpy array of float32 or float64; use pyoasis.asarray"
        )
    axes = field.ndim - (1 if levels > 1 else 0)
    bundle = field.shape[-1] if levels > 1 and field.ndim else 1
    if axes in (1, 2) and bundle == levels and field.size == cells * levels:
        return
    wanted = f"({cells},)" if levels == 1 else f"({cells}, {levels})"
    more = "(nx, ny)" if levels == 1 else f"(nx, ny, {levels})"
    raise PyOasisException(
        f"'{name}': found an array of shape {field.shape}, expected {wanted} or {more} with nx * ny = {cells}:"
        " the own cells of the partition and the levels of the variable"
    )


def flat(array: ArrayLike, cells: int | None, what: str, dtype: DTypeLike, corners: int = 1) -> NDArray[Any]:
    """Return a grid's array as one axis, the first index the fastest; of corners, one after the other."""
    values = np.asarray(array, dtype=dtype)
    expected = None if cells is None else cells * corners
    if expected is not None and values.size != expected:
        raise PyOasisException(f"{what}: found an array of shape {values.shape}, expected {expected} values")
    return np.ascontiguousarray(values.ravel(order="F"))
