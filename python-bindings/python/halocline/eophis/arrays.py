"""What a script gets for a received field: a view of the block that the coupler filled, or a copy if it keeps arrays.

A view costs nothing, but its memory is what the ocean model writes into two dates later: it has to be let go by then.
A script that works step by step does so. For a script that collects arrays of many steps the views would stop the
ocean; so the first arrays of every field are copies, and whether the script lets them go decides about all others.
"""

from __future__ import annotations

import os
import weakref
from typing import Any

import numpy as np
import numpy.typing as npt

from . import logs

Array = npt.NDArray[np.float64]

VARIABLE = "HALOCLINE_EOPHIS_ARRAYS"
"""Environment variable: `views` or `copies` from the first date on."""

TRIALS = 2
"""Dates of a field whose arrays are copies in any case."""


class Handout:
    """Decides for one received field between views and copies."""

    def __init__(self, name: str) -> None:
        """Begin with the trials, unless the environment has decided."""
        self._name = name
        self._trials: list[weakref.ref[Array]] = []
        said = os.environ.get(VARIABLE, "")
        if said not in ("", "views", "copies"):
            logs.abort(f"{VARIABLE}={said}, expected: views or copies")
        self._views: bool | None = {"": None, "views": True, "copies": False}[said]

    def hand_out(self, lease: Any) -> Array:
        """Turn a lent block (level, j, i) into an array (i, j, level) in Fortran order, without a copy if possible.

        Scripts get float64 in any case: a block that an experiment file has in float32 is copied.
        """
        block = np.asarray(lease).transpose(2, 1, 0)
        if self._decide() and block.dtype == np.float64:
            return block
        copy = np.array(block, dtype=np.float64, order="F")
        if self._views is None:
            self._trials.append(weakref.ref(copy))
        return copy

    def _decide(self) -> bool:
        if self._views is None and len(self._trials) == TRIALS:
            # The first array was given two dates ago: by now a view would be in the way.
            self._views = self._trials[0]() is None
            if not self._views:
                logs.info(f"   '{self._name}': the script keeps its arrays, so it gets copies of them")
            self._trials.clear()
        return bool(self._views)
