"""Workers of the tests, good and bad ones. The ocean sends u (period 10 s, halo 1) and the static mask."""

from __future__ import annotations

from typing import Any

import halocline
import numpy as np

kept: list[Any] = []


def answer(u: Any) -> dict[str, Any]:
    """Give the own cells of u as the answer."""
    return {"answer": u[:, 1:-1, 1:-1] * 1}


@halocline.worker
def good(u: Any, mask: Any) -> dict[str, Any]:
    """Do what a worker shall do."""
    return answer(u)


@halocline.worker
def keeps_a_view(u: Any, mask: Any) -> dict[str, Any]:
    """Keep a part of an argument."""
    kept.append(u[0, 1:, 1:])
    return answer(u)


@halocline.worker
def keeps_a_copy(u: Any, mask: Any) -> dict[str, Any]:
    """Keep copies, and cyclic garbage that views an argument: the collector frees that."""
    kept.append(u + 0)
    cycle: list[Any] = [u]
    cycle.append(cycle)
    return answer(u)


@halocline.worker
def writes_in_place(u: Any, mask: Any) -> dict[str, Any]:
    """Check that every cell is as the ocean and the boundaries make it, then spoil all of it."""
    assert (mask[:, 1:-1, 1:-1] > 0).all(), "the mask was spoilt"
    assert (mask[:, 0] == -7).all(), "the fill of the mask was spoilt"
    for edge in (u[:, 0], u[:, -1], u[:, :, 0], u[:, :, -1]):
        assert (edge == -7).all(), "the closed halo was spoilt"
    result = answer(u)
    u[...] = 1e30
    mask[...] = -1
    return result


@halocline.worker
def wrong_shape(u: Any, mask: Any) -> dict[str, Any]:
    """Return too little."""
    return {"answer": u[:, 1:, 1:] * 1}


@halocline.worker
def wrong_dtype(u: Any, mask: Any) -> dict[str, Any]:
    """Return integers."""
    return {"answer": np.zeros((1, 4, 5), dtype=np.int32)}


@halocline.worker
def wrong_torch_dtype(u: Any, mask: Any) -> dict[str, Any]:
    """Return half precision."""
    import torch

    return {"answer": torch.zeros((1, 4, 5), dtype=torch.bfloat16)}


@halocline.worker
def wrong_name(u: Any, mask: Any) -> dict[str, Any]:
    """Misspell the answer."""
    return {"anwser": u}


@halocline.worker
def missing(u: Any, mask: Any) -> dict[str, Any]:
    """Return an empty dictionary."""
    return {}


@halocline.worker
def returns_nothing(u: Any, mask: Any) -> None:
    """Forget to return."""


@halocline.worker
def unknown_argument(u: Any, musk: Any) -> dict[str, Any]:
    """Misspell an argument."""
    return answer(u)


@halocline.worker
def raises(u: Any, mask: Any, step: halocline.Step) -> dict[str, Any]:
    """Fail at the second date."""
    if step.date == 10:
        deep(u)
    return answer(u)


def deep(u: Any) -> None:
    """Fail below the worker's function."""
    raise FloatingPointError(f"no convergence at {float(u[0, 1, 1])}")


@halocline.worker
def leaves(u: Any, mask: Any) -> dict[str, Any]:
    """Leave the program."""
    raise SystemExit(0)
