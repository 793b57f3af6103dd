"""What every test of the suite can ask for: the installed Halocline, once for each MPI family."""

from __future__ import annotations

from typing import cast

import pytest
from coupled_job import Mpi, missing_for, mpi_family


@pytest.fixture(scope="session")
def mpi() -> Mpi:
    """Return the MPI of the checkout's build."""
    return mpi_family("openmpi")


@pytest.fixture(scope="session")
def mpich() -> Mpi:
    """Return MPICH, for the smoke set; the first test that asks for it builds Halocline for it."""
    missing = missing_for("mpich")
    if missing is not None:
        pytest.skip(missing)
    return mpi_family("mpich")


@pytest.fixture(scope="session", params=["openmpi", pytest.param("mpich", marks=pytest.mark.mpich)])
def each_mpi(request: pytest.FixtureRequest) -> Mpi:
    """Run a test of the smoke set once for each MPI family."""
    return cast(Mpi, request.getfixturevalue("mpi" if request.param == "openmpi" else "mpich"))
