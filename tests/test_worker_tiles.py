"""Networks on tiles: the same bits on any number of ranks, and every tile sees what it shall."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from coupled_job import HOSTS, Mpi
from worker_jobs import Field, FloatArray, Grid, answers, box, reference_block, run_job, write_ocean

GRID = Grid(18, 12, i="cyclic", j="closed")
HALO = 3
TILE = {"nx": 4, "ny": 5}
OCEAN = [box(0, 0, 7, 12), box(7, 0, 11, 12)]
STEPS = 2


def experiment(function: str, worker_ranks: int, batch: int) -> dict[str, Any]:
    """Send u (2 levels) and v, get du and dv; edges of the tiles do not fit the grid's."""
    fields = {"u": 2, "v": 1, "du": 2, "dv": 1}
    return {
        "time": {"start": "2000-01-01", "step": "10 s", "steps": STEPS},
        "components": {
            "ocean": {"ranks": len(OCEAN), "command": "python_ocean.py"},
            "network": {
                "ranks": worker_ranks,
                "worker": f"{HOSTS}/tile_network.py:{function}",
                "device": "cpu",
                "tiles": {**TILE, "batch": batch},
            },
        },
        "grids": {"g": GRID.entry()},
        "fields": {name: {"units": "1", "grid": "g", "levels": levels} for name, levels in fields.items()},
        "exchanges": [
            {"from": "ocean", "to": "network", "fields": ["u", "v"], "period": "10 s", "halo": HALO, "fill": 0.5},
            {"from": "network", "to": "ocean", "fields": ["du", "dv"], "period": "10 s"},
        ],
        "watch": {"timeout": "60 s"},
    }


def run(mpi: Mpi, folder: Path, function: str, worker_ranks: int, batch: int) -> dict[tuple[str, int], FloatArray]:
    """Give the whole answers, by field and date."""
    folder.mkdir()
    write_ocean(folder, OCEAN, {"u": 2, "v": 1})
    outcome = run_job(mpi, folder, experiment(function, worker_ranks, batch), {"ocean": [HOSTS / "python_ocean.py"]})
    assert outcome.status == 0, outcome
    return {(name, date): answers(folder, OCEAN, GRID, name, date) for name in ("du", "dv") for date in (0, 10)}


@pytest.mark.parametrize(("function", "batch"), [("one_by_one", 1), ("in_batches", 4)])
def test_the_bits_do_not_depend_on_the_number_of_ranks(mpi: Mpi, tmp_path: Path, function: str, batch: int) -> None:
    alone = run(mpi, tmp_path / "1", function, 1, batch)
    for ranks in (2, 3):
        shared = run(mpi, tmp_path / str(ranks), function, ranks, batch)
        for key, field in alone.items():
            assert np.isfinite(field).all()
            assert field.std() > 0
            assert field.tobytes() == shared[key].tobytes(), (key, ranks)


def test_a_tile_that_gives_back_what_it_got_gives_the_field_back(mpi: Mpi, tmp_path: Path) -> None:
    received = run(mpi, tmp_path / "run", "tells_its_tile", 2, 1)
    owned = set(range(GRID.nx * GRID.ny))
    whole = (0, 0, GRID.nx, GRID.ny)
    for (name, date), field in received.items():
        sent = Field(name[1:], "T", "scalar", 2 if name == "du" else 1)
        np.testing.assert_array_equal(field, reference_block(GRID, sent, owned, whole, 0, 0.5, date))
