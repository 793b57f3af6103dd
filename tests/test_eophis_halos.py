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
