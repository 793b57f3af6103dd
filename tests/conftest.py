"""What every test of the suite can ask for: the installed Halocline, once for each MPI family."""

from __future__ import annotations

from typing import cast

import pytest
from coupled_job import TRANSPORT, Mpi, missing_for, mpi_family


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


@pytest.fixture(params=["auto", "messages"])
def each_transport(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run a test once for each transport: memory that the ranks share, and messages only.

    A test may ask for `mixed`, and then says itself which ranks use messages.
    """
    name = cast(str, request.param)
    if name == "messages":
        monkeypatch.setenv(TRANSPORT, "messages")
    else:
        monkeypatch.delenv(TRANSPORT, raising=False)
    return name
