"""A worker for the module of nemo-interface/nemo."""

from __future__ import annotations

from typing import Any

import halocline


@halocline.worker
def closure(u: Any, ssh: Any) -> dict[str, Any]:
    """Double the velocity, give the height back."""
    return {"u_f": 2 * u, "h_f": ssh}
