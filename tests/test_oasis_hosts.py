"""Hosts of OASIS, compiled for Halocline: each checks every value, every kinfo and what it must not touch."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import pytest
from coupled_job import HOSTS, PACKAGE, ROOT, Mpi, Ranks, assert_transport_was_had, compile_host, run_checked, run_ranks
from oasis_jobs import Coupling, Exchange, assert_success

pytestmark = pytest.mark.usefixtures("each_transport")

TIME_LIMIT = 60.0
LAYOUTS = [(1, 1), (2, 1), (3, 2)]

ECHO = Coupling(
    length=5400,
    exchanges=[
        Exchange("O_Flat", "E_Flat", 1800),
        Exchange("O_Deep", "E_Deep", 1800),
        Exchange("B_Flat", "I_Flat", 1800),
        Exchange("B_Deep", "I_Deep", 1800),
    ],
)


@pytest.fixture(scope="session")
def hosts(mpi: Mpi, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Compile the hosts; the ocean with the usual kinds and with -fdefault-real-8, as NEMO."""
    folder = tmp_path_factory.mktemp("oasis")
    # The program says at run time where a section became a temporary.
    flags = ["-fcheck=array-temps", f"-I{HOSTS}", "-fcheck=bounds", "-Wno-unused-function", "-Wno-compare-reals"]
    return {
        "ocean": compile_host(mpi, HOSTS / "oasis_ocean.f90", folder, flags, "ocean"),
        "ocean_real8": compile_host(
            mpi, HOSTS / "oasis_ocean.f90", folder, ["-fdefault-real-8", *flags], "ocean_real8"
        ),
        "echo": compile_host(mpi, HOSTS / "oasis_echo.f90", folder, flags, "echo"),
        "server": compile_host(mpi, HOSTS / "oasis_server.f90", folder, flags, "server"),
        "mistakes": compile_host(mpi, HOSTS / "oasis_mistakes.f90", folder, flags, "mistakes"),
        "toy": compile_host(mpi, HOSTS / "oasis_toy.f90", folder, flags, "toy"),
        "c": compile_host(mpi, HOSTS / "oasis_pair.c", folder),
    }


@pytest.mark.parametrize("form", ["yaml", "namcouple"])
@pytest.mark.parametrize(("oceans", "echoes"), LAYOUTS)
def test_an_ocean_with_the_calls_of_nemo_gets_its_values_back(
    mpi: Mpi, hosts: dict[str, Path], tmp_path: Path, oceans: int, echoes: int, form: str
) -> None:
    """In single and in double precision, with an experiment file and with a namcouple."""
    for name in ("ocean", "ocean_real8"):
        folder = tmp_path / name
        folder.mkdir()
        ECHO.write(folder, form)
        outcome = run_ranks(
            mpi, folder, [Ranks(oceans, [hosts[name]]), Ranks(echoes, [hosts["echo"]])], time_limit=TIME_LIMIT
        )
        assert_success(outcome, folder, oceans + echoes, components=2)
        assert_transport_was_had(outcome)
        assert "array temporary" not in outcome.output, outcome


@pytest.mark.parametrize(("ocean", "echo"), [("host", "host"), ("host", "library"), ("library", "commworld")])
def test_mpi_is_ended_by_who_started_it(
    mpi: Mpi, hosts: dict[str, Path], tmp_path: Path, ocean: str, echo: str
) -> None:
    """The hosts check that MPI runs, or does not, after terminate."""
    ECHO.write(tmp_path, "yaml")
    words = ["host", "commworld"] if echo == "commworld" else [echo]
    ranks = [Ranks(2, [hosts["ocean"], ocean]), Ranks(1, [hosts["echo"], *words])]
    assert_success(run_ranks(mpi, tmp_path, ranks, time_limit=TIME_LIMIT), tmp_path, 3, components=2)


@pytest.mark.parametrize("part", ["coupled", "outside"])
def test_a_server_without_fields_meets_the_ocean(mpi: Mpi, hosts: dict[str, Path], tmp_path: Path, part: str) -> None:
    """As XIOS does, in the coupling or outside of it."""
    ECHO.write(tmp_path, "yaml")
    ranks = [
        Ranks(1, [hosts["server"], part]),
        Ranks(2, [hosts["ocean"], "server"]),
        Ranks(1, [hosts["echo"]]),
    ]
    assert_success(run_ranks(mpi, tmp_path, ranks, time_limit=TIME_LIMIT), tmp_path, 4, components=3)


def test_a_process_may_take_no_part(mpi: Mpi, hosts: dict[str, Path], tmp_path: Path) -> None:
    """It only ends the definition and terminates."""
    ECHO.write(tmp_path, "yaml")
    ranks = [Ranks(3, [hosts["ocean"], "idle"]), Ranks(2, [hosts["echo"]])]
    assert_success(run_ranks(mpi, tmp_path, ranks, time_limit=TIME_LIMIT), tmp_path, 5, components=2)


PAIR = Coupling(length=40, exchanges=[Exchange("S_FLAT", "R_FLAT", 10), Exchange("S_DEEP", "R_DEEP", 10)])


@pytest.mark.parametrize(("senders", "receivers"), LAYOUTS)
def test_a_pair_in_c(mpi: Mpi, hosts: dict[str, Path], tmp_path: Path, senders: int, receivers: int) -> None:
    """Points against an apple, the level as the fastest axis against the slowest."""
    PAIR.write(tmp_path, "yaml")
    ranks = [Ranks(senders, [hosts["c"], "sender"]), Ranks(receivers, [hosts["c"], "receiver"])]
    outcome = run_ranks(mpi, tmp_path, ranks, time_limit=TIME_LIMIT)
    assert_success(outcome, tmp_path, senders + receivers, components=2)


TOY = Coupling(
    length=160,
    exchanges=[
        Exchange("FLUX", "HEAT", 40, lag=10, accumulate="AVERAGE", restart="flux.nc"),
        Exchange("TEMP", "SST", 40, lag=20, restart="temp.nc"),
    ],
)


def toy_cells() -> Any:
    """Return what each cell of the toys adds to a date: (j, i), both counted from 1."""
    j, i = np.indices((10, 12)) + 1
    return i + 100.0 * j


@pytest.mark.parametrize(("atmospheres", "oceans"), LAYOUTS)
def test_a_toy_atmosphere_and_ocean(
    mpi: Mpi, hosts: dict[str, Path], tmp_path: Path, atmospheres: int, oceans: int
) -> None:
    """Means, lags, restart files in and out, grids that all processes write in parts."""
    TOY.write(tmp_path, "namcouple")
    for name, first in (("flux", 700.0), ("temp", 500.0)):
        with netCDF4.Dataset(tmp_path / f"{name}.nc", "w") as file:
            file.createDimension("y", 10)
            file.createDimension("x", 12)
            file.createVariable(name.upper(), "f8", ("y", "x"))[:] = toy_cells() + first
    ranks = [Ranks(atmospheres, [hosts["toy"], "atmosphere"]), Ranks(oceans, [hosts["toy"], "ocean"])]
    outcome = run_ranks(mpi, tmp_path, ranks, time_limit=TIME_LIMIT)
    assert_success(outcome, tmp_path, atmospheres + oceans, components=2)
    # The next run begins with the mean of the dates 120 to 150, and with the temperature of the date 140.
    for name, last in (("flux", 135.0), ("temp", 140.0)):
        with netCDF4.Dataset(tmp_path / f"{name}.nc") as file:
            assert np.allclose(file[name.upper()][:].reshape(10, 12), toy_cells() + last, rtol=0, atol=1e-9)
    for grid in ("gatm", "goce"):
        with netCDF4.Dataset(tmp_path / "grids.nc") as file:
            assert (file[f"{grid}.lat"][:] == -toy_cells()).all()
            corners = toy_cells() + 1000 * np.arange(1, 5)[:, None, None]
            assert (file[f"{grid}.clo"][:] == corners).all()
            assert (file[f"{grid}.cla"][:] == -corners).all()
        with netCDF4.Dataset(tmp_path / "masks.nc") as file:
            assert (file[f"{grid}.msk"][:] == toy_cells() % 2).all()
        with netCDF4.Dataset(tmp_path / "areas.nc") as file:
            assert (file[f"{grid}.srf"][:] == toy_cells()).all()


PYTHON_PAIR = HOSTS / "oasis_pair.py"
# The module name `pyoasis` is asked for explicitly.
PYOASIS = {"PYTHONPATH": os.pathsep.join([str(ROOT / "python-bindings" / "pyoasis" / "src"), str(PACKAGE.parent)])}


@pytest.mark.parametrize(("senders", "receivers"), LAYOUTS)
def test_a_pair_in_pyoasis(mpi: Mpi, tmp_path: Path, senders: int, receivers: int) -> None:
    """Boxes against points; both components write their grids into the same files."""
    PAIR.write(tmp_path, "yaml")
    ranks = [
        Ranks(senders, [sys.executable, PYTHON_PAIR, "sender"]),
        Ranks(receivers, [sys.executable, PYTHON_PAIR, "receiver"]),
    ]
    outcome = run_ranks(mpi, tmp_path, ranks, PYOASIS, time_limit=TIME_LIMIT)
    assert_success(outcome, tmp_path, senders + receivers, components=2)
    j, i = np.indices((10, 12))
    for grid in ("gsrc", "gdst"):
        with netCDF4.Dataset(tmp_path / "grids.nc") as grids, netCDF4.Dataset(tmp_path / "masks.nc") as masks:
            assert (grids[f"{grid}.lon"][:] == 10 * i).all()
            assert (grids[f"{grid}.lat"][:] == j).all()
            assert (grids[f"{grid}.clo"][:] == 10 * i + np.arange(4)[:, None, None]).all()
            assert (grids[f"{grid}.ang"][:] == 0.5 * i).all()
            assert (masks[f"{grid}.msk"][:] == (i + j) % 2).all()
            assert (masks[f"{grid}.frc"][:] == 1).all()
        with netCDF4.Dataset(tmp_path / "areas.nc") as areas:
            assert (areas[f"{grid}.srf"][:] == 1 + i + 100 * j).all()


@pytest.mark.parametrize(
    ("mistake", "words"),
    [("wrong", "RuntimeError: the model has blown up"), ("finalize", "ends MPI, before finish")],
)
def test_a_script_that_ends_early_ends_the_job(mpi: Mpi, tmp_path: Path, mistake: str, words: str) -> None:
    """By an exception that nobody catches, or by ending MPI: the other component would wait for ever."""
    PAIR.write(tmp_path, "yaml")
    ranks = [
        Ranks(2, [sys.executable, PYTHON_PAIR, "sender", mistake]),
        Ranks(1, [sys.executable, PYTHON_PAIR, "receiver"]),
    ]
    outcome = run_ranks(mpi, tmp_path, ranks, PYOASIS, time_limit=30.0)
    assert outcome.status != 0, outcome
    assert not outcome.timed_out, outcome
    assert words in outcome.output, outcome
    assert "SUCCESSFUL RUN" not in (tmp_path / "debug.root.02").read_text()


def test_the_libraries_that_arch_files_name_link(mpi: Mpi, hosts: dict[str, Path], tmp_path: Path) -> None:
    """And the program needs no library of ours at run time."""
    ocean = tmp_path / "ocean"
    names = ["-lpsmile.MPI1", "-lmct", "-lmpeu", "-lscrip"]
    flags = [f"-I{HOSTS}", f"-I{mpi.prefix / 'include'}", f"-L{mpi.prefix / 'lib'}"]
    command = [mpi.mpifort, *flags[:2], str(HOSTS / "oasis_ocean.f90"), "-o", str(ocean), flags[2], *names]
    run_checked(command, tmp_path, mpi.job_environment(), TIME_LIMIT)
    ECHO.write(tmp_path, "yaml")
    outcome = run_ranks(mpi, tmp_path, [Ranks(1, [ocean]), Ranks(1, [hosts["echo"]])], time_limit=TIME_LIMIT)
    assert_success(outcome, tmp_path, 2, components=2)


@pytest.mark.parametrize(
    ("mistake", "words"),
    [
        ("partition", "a box of 10 x 10 cells from column 6 of rows of 12 cells"),
        ("partition_with_kinfo", "oasis_abort in oasis_mistakes: the partition was refused (rcode -10)"),
        ("direction", "field 'O_Flat': the direction 22"),
        ("unknown", "variable -1, which the experiment does not mention"),
        ("shape", "(11, 10"),
        ("rank", "field 'O_Flat': an array of shape (12, 10, 3)"),
        ("get", "field 'O_Flat': get of a variable that is sent"),
        ("gradients", "fld2 to fld5"),
        ("late", "date 5400 s is outside the run"),
        ("backwards", "date 0 s comes after date 900 s"),
        ("stop", "ends MPI, before finish"),
        ("finalize", "ends MPI, before finish"),
    ],
)
def test_a_mistake_ends_the_job_and_says_why(
    mpi: Mpi, hosts: dict[str, Path], tmp_path: Path, mistake: str, words: str
) -> None:
    """The partner is told, and ends with the same cause."""
    ECHO.write(tmp_path, "yaml")
    # MPI_Finalize is a mistake of a host that has started MPI itself.
    words_of_host = [mistake, "host"] if mistake == "finalize" else [mistake]
    ranks = [Ranks(1, [hosts["mistakes"], *words_of_host]), Ranks(1, [hosts["echo"]])]
    outcome = run_ranks(mpi, tmp_path, ranks, time_limit=30.0)
    assert outcome.status != 0, outcome
    assert not outcome.timed_out, outcome
    assert words in outcome.output, outcome
    assert "wrong: " not in outcome.output, outcome
    assert "SUCCESSFUL RUN" not in (tmp_path / "debug.root.01").read_text(), outcome


def test_names_that_hosts_declare_themselves_are_free(mpi: Mpi, tmp_path: Path) -> None:
    """A module that exported one of them would not let NEMO compile."""
    program = compile_host(mpi, HOSTS / "oasis_visibility.f90", tmp_path)
    assert program.exists()
