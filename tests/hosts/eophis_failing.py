"""The script of eophis_closure.py, but for a closure that fails in the second step on one rank: by $FAIL."""

import os
import sys
from typing import Any

import eophis
import eophis_closure as script  # type: ignore[import-not-found]

calls: list[None] = []


def failing(field: Any, mask: Any) -> Any:
    """Fail when called for the second step."""
    calls.append(None)
    if len(calls) > 2 and eophis.logs.rank() == 1:
        if os.environ["FAIL"] == "abort":
            eophis.abort("no more weights")
        raise RuntimeError("no more weights")
    return field


script.closure = failing
eophis.set_mode(sys.argv[2])
script.preproduction() if sys.argv[2] == "preprod" else script.production()
