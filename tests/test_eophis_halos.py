"""Halos and folds that scripts receive are those of Eophis, cell by cell, on 1 to 9 subdomains."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pytest
from coupled_job import HOSTS, Mpi, Ranks, assert_transport_was_had, run_checked, run_ranks
from eophis_jobs import python

RECORDED = Path(__file__).parent / "data" / "eophis_halos.npz"
EDGES = ("close", "cyclic", "NFold")
POINTS = "TUVF"
PIVOTS = "TF"

Array = npt.NDArray[Any]


class Case(NamedTuple):
    """One recorded block."""

    nx: int
    ny: int
    edge_i: int
    edge_j: int
    point: int
    pivot: int
    halo: int
    subdomains: int
    subdomain: int
    i: int
    j: int
    ni: int
    nj: int

    @property
    def name(self) -> str:
        """Name of its grid, and of the field on it."""
        return "_".join(map(str, self[:7]))

    @property
    def grid(self) -> dict[str, Any]:
        """The grid as a script describes it."""
        return {
            "npts": [self.nx, self.ny],
            "halos": self.halo,
            "bnd": [EDGES[self.edge_i], EDGES[self.edge_j]],
            "folding": [POINTS[self.point], PIVOTS[self.pivot]],
        }


def recorded(subdomains: int) -> Iterator[tuple[Case, Array]]:
    """Give the recorded blocks of this number of subdomains, axes (i, j)."""
    with np.load(RECORDED) as file:
        cases, values = file["cases"], file["values"]
    end = 0
    for row in cases:
        case = Case(*(int(number) for number in row))
        shape = (case.ni + 2 * case.halo, case.nj + 2 * case.halo)
        begin, end = end, end + shape[0] * shape[1]
        if case.subdomains == subdomains:
            yield case, values[begin:end].reshape(shape, order="F")


@pytest.mark.parametrize("subdomains", range(1, 10))
def test_blocks_are_those_that_eophis_rebuilds(mpi: Mpi, tmp_path: Path, subdomains: int, each_transport: str) -> None:
    """Closed, cyclic and folded grids, all points and pivots, halo widths 1 to 3."""
    cases = list(recorded(subdomains))
    assert len(cases) > 100
    grids = {case.name: case.grid for case, _ in cases}
    (tmp_path / "grids.json").write_text(json.dumps(grids))
    script = python(HOSTS / "eophis_halos.py")
    run_checked([*script, "preprod"], tmp_path, mpi.job_environment(), time_limit=60.0)
    ocean = python(HOSTS / "eophis_cells.py")
    outcome = run_ranks(mpi, tmp_path, [Ranks(2, [*ocean, "sent.json"]), Ranks(subdomains, [*script, "prod"])])
    assert outcome.status == 0, outcome
    assert_transport_was_had(outcome)
    for rank in range(subdomains):
        with np.load(tmp_path / f"blocks_{rank}.npz") as blocks:
            for case, expected in cases:
                if case.subdomain != rank:
                    continue
                found = blocks[case.name]
                assert found.shape == (*expected.shape, 2)
                np.testing.assert_array_equal(found[:, :, 0], expected, err_msg=str(case))
                # The second level holds the same cells, a half more; nothing outside closed edges.
                np.testing.assert_array_equal(found[:, :, 1], expected + 0.5 * (expected > 0), err_msg=str(case))


@pytest.mark.parametrize("subdomains", [1, 4])
def test_the_fold_lies_at_the_last_row_where_a_script_asks_for_it(mpi: Mpi, tmp_path: Path, subdomains: int) -> None:
    """With the sign that it says; all other rows are those of the ocean."""
    nx, ny, halo = 12, 10, 2
    # Columns and rows of mirrors: i' = i_sum - i modulo nx, j' = j_sum - j.
    sums = {
        ("T", "T"): (0, 2 * ny - 2),
        ("U", "T"): (-1, 2 * ny - 2),
        ("V", "T"): (0, 2 * ny - 3),
        ("F", "T"): (-1, 2 * ny - 3),
        ("T", "F"): (-1, 2 * ny - 1),
        ("U", "F"): (-2, 2 * ny - 1),
        ("V", "F"): (-1, 2 * ny - 2),
        ("F", "F"): (-2, 2 * ny - 2),
    }
    grids = {
        f"{point}{pivot}": {
            "npts": [nx, ny],
            "halos": halo,
            "bnd": ["cyclic", "NFold"],
            "folding": [point, pivot],
            "fold_edge": "north",
            "sign": -1 if point in "UV" else 1,
        }
        for point, pivot in sums
    }
    (tmp_path / "grids.json").write_text(json.dumps(grids))
    script = python(HOSTS / "eophis_halos.py")
    run_checked([*script, "preprod"], tmp_path, mpi.job_environment(), time_limit=60.0)
    ocean = python(HOSTS / "eophis_cells.py")
    outcome = run_ranks(mpi, tmp_path, [Ranks(2, [*ocean, "sent.json"]), Ranks(subdomains, [*script, "prod"])])
    assert outcome.status == 0, outcome
    assert "at the last row" in (tmp_path / "eophis.out").read_text()
    seen = 0
    for rank in range(subdomains):
        columns, rows = (nx, ny) if subdomains == 1 else (nx // 2, ny // 2)
        i_first, j_first = (rank % 2) * columns * (subdomains > 1), (rank // 2) * rows
        with np.load(tmp_path / f"blocks_{rank}.npz") as blocks:
            for (point, pivot), (i_sum, j_sum) in sums.items():
                block = blocks[f"{point}{pivot}"][:, :, 0]
                for column, row in np.ndindex(block.shape):
                    i, j, sign = i_first + column - halo, j_first + row - halo, 1
                    if j == ny - 1:
                        # Which of two cells that are one point gives the value is told in the coupler's own tests.
                        continue
                    if j >= ny:
                        i, j, sign = i_sum - i, j_sum - j, -1 if point in "UV" else 1
                        seen += 1
                    expected = sign * (j * nx + i % nx + 1) if j >= 0 else 0
                    assert block[column, row] == expected, (point, pivot, rank, column, row)
    assert seen == 8 * (nx + 2 * halo * (1 if subdomains == 1 else 2)) * halo
