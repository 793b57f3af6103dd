"""Fields longer than a piece of a message: asked for in any order, in part, and in single precision."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from coupled_job import HOSTS, Mpi, assert_transport_was_had
from worker_jobs import run_job

pytestmark = pytest.mark.usefixtures("each_transport")

# A level of 250 kB is cut, and several of the smaller ones go together.
SIZES = [(3, 120, 260), (40, 30, 50)]
STEPS = 7
# Has no exact single precision.
FILL = 0.1


@pytest.mark.parametrize("size", SIZES, ids=["long levels", "short levels"])
@pytest.mark.parametrize("receive_as", ["float64", "float32"])
def test_fields_may_be_asked_for_in_another_order_and_left_out(
    mpi: Mpi, tmp_path: Path, size: tuple[int, int, int], receive_as: str
) -> None:
    levels, ny, nx = size
    field = {"units": "1", "grid": "g", "levels": levels}
    exchange: dict[str, Any] = {"from": "ocean", "to": "receiver", "fields": ["u", "v"], "period": "10 s", "halo": 1}
    spec = {
        "time": {"start": "2000-01-01", "step": "10 s", "steps": STEPS},
        "components": {
            "ocean": {"ranks": 1, "command": "plain_sender.py"},
            "receiver": {"ranks": 1, "command": "picky_receiver.py"},
        },
        "grids": {"g": {"nx": nx, "ny": ny, "boundary": {"i": "cyclic", "j": "closed"}}},
        "fields": {"u": field, "v": field},
        "exchanges": [{**exchange, "fill": FILL, "receive_as": receive_as}],
        "watch": {"timeout": "60 s"},
    }
    hosts: dict[str, list[str | Path]] = {
        "ocean": [HOSTS / "plain_sender.py"],
        "receiver": [HOSTS / "picky_receiver.py"],
    }
    outcome = run_job(mpi, tmp_path, spec, hosts)
    assert outcome.status == 0, outcome
    assert_transport_was_had(outcome)
    seen = np.load(tmp_path / "seen.npz")
    dates = range(0, 10 * STEPS, 10)
    partial = [date for number, date in enumerate(dates) if number % 3 == 1]
    expected = {f"v{date}" for date in dates[:-1]} | {f"u{date}" for date in dates if date not in partial}
    assert set(seen) == expected
    cells = np.arange(levels * ny * nx, dtype=np.float64).reshape(levels, ny, nx)
    for name in expected:
        own = cells + int(name[1:]) + (0.5 if name[0] == "v" else 0)
        block = np.pad(own, ((0, 0), (0, 0), (1, 1)), mode="wrap")
        block = np.pad(block, ((0, 0), (1, 1), (0, 0)), constant_values=FILL)
        # The fill value too has the digits of the block, however it came.
        np.testing.assert_array_equal(seen[name], block.astype(receive_as), err_msg=name)
