"""A worker that keeps every block it gets in a file, and answers with the first field doubled."""

from __future__ import annotations

from typing import Any

import halocline
import numpy as np


@halocline.worker
def record(step: halocline.Step, **fields: np.ndarray | None) -> dict[str, np.ndarray]:
    """Answer 2 t + date, with the halo at every second date."""
    present = {name: field for name, field in fields.items() if field is not None}
    box = step.own_box("g")
    assert box is not None
    arrays: dict[str, Any] = {"box": np.array(box), **present}
    np.savez(f"blocks.{step.rank}.{step.date}.npz", **arrays)
    _, _, ni, nj = box
    t = present["t"]
    halo = (t.shape[1] - nj) // 2
    answer = 2 * t + step.date
    if step.date % 20 == 0:
        answer = answer[:, halo : halo + nj, halo : halo + ni]
    return {"answer": answer}
