"""A script written for Eophis runs unchanged beside an ocean model that couples through OASIS."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from coupled_job import HOSTS, Mpi, Outcome, Ranks, compile_host, run_checked, run_ranks
from eophis_jobs import python

NX, NY, LEVELS, STEPS = 62, 199, 36, 5
NAMELIST = f"""&namrun
   nn_it000 = 1
   nn_itend = {STEPS}
/
&namdom
   rn_Dt = 2700.
   nn_lvl = {LEVELS}
/
"""
SCRIPT = python(HOSTS / "eophis_closure.py")

Array = npt.NDArray[np.float64]


@pytest.fixture(scope="module")
def ocean(mpi: Mpi, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compile the ocean."""
    return compile_host(mpi, HOSTS / "eophis_ocean.f90", tmp_path_factory.mktemp("ocean"))


def run(mpi: Mpi, ocean: Path, folder: Path, oceans: int, scripts: int, **environment: str) -> Outcome:
    """Run preproduction, then the job."""
    (folder / "namelist_cfg").write_text(NAMELIST)
    run_checked([*SCRIPT, "--exec", "preprod"], folder, mpi.job_environment(), time_limit=60.0)
    ranks = [Ranks(oceans, [ocean]), Ranks(scripts, [*SCRIPT, "--exec", "prod"])]
    return run_ranks(mpi, folder, ranks, environment, time_limit=120.0)


def tendencies(folder: Path, oceans: int) -> Array:
    """Put together what the ocean's processes wrote: axes (i, j, level, component)."""
    parts = []
    for rank in range(oceans):
        rows = NY * (rank + 1) // oceans - NY * rank // oceans
        part = np.fromfile(folder / f"tendency_{rank}.bin").reshape((NX, rows, LEVELS, 2), order="F")
        parts.append(part)
    return np.concatenate(parts, axis=1)


def expected() -> Array:
    """Compute the tendencies of the last step on the whole grid."""
    i, j, k = np.meshgrid(np.arange(1, NX + 1), np.arange(1, NY + 1), np.arange(1, LEVELS + 1), indexing="ij")
    results = []
    for component in (1, 2):
        u = i * 0.25 + j * component + k * 1000.0 + (STEPS - 1) * 0.5
        mask = np.where((i + 2 * j + k + component + 2) % 5 == 0, 0.0, 1.0)
        wide = np.pad(u, ((7, 7), (7, 7), (0, 0)))
        around = wide[:-14, 7:-7] + wide[14:, 7:-7] + wide[7:-7, :-14] + wide[7:-7, 14:]
        results.append(mask * (around - 4.0 * u))
    return np.stack(results, axis=-1)


@pytest.mark.parametrize(("oceans", "scripts"), [(1, 1), (2, 2), (3, 2)])
def test_a_script_with_two_tunnels_gives_the_same_on_all_layouts(
    mpi: Mpi, ocean: Path, tmp_path: Path, oceans: int, scripts: int, each_transport: str
) -> None:
    """Masks once, 36 levels, a halo of 7, the period from the namelist."""
    outcome = run(mpi, ocean, tmp_path, oceans, scripts)
    assert outcome.status == 0, outcome
    np.testing.assert_array_equal(tendencies(tmp_path, oceans), expected())
    log = (tmp_path / "eophis.out").read_text()
    assert f"{STEPS} iterations of 2700.0 s" in log
    assert log.rstrip().endswith("EOPHIS run finished")
    assert (tmp_path / "eophis.err").read_text() == ""


def test_arrays_that_a_script_keeps_stay_what_they_were(mpi: Mpi, ocean: Path, tmp_path: Path) -> None:
    """A script that collects all arrays gets copies; the ocean does not wait for them."""
    (tmp_path / "namelist_cfg").write_text(NAMELIST)
    script = python(HOSTS / "eophis_collector.py")
    run_checked([*script, "--exec", "preprod"], tmp_path, mpi.job_environment(), time_limit=60.0)
    outcome = run_ranks(mpi, tmp_path, [Ranks(2, [ocean]), Ranks(2, [*script, "--exec", "prod"])])
    assert outcome.status == 0, outcome
    assert "keeps its arrays" in (tmp_path / "eophis.out").read_text()


@pytest.mark.parametrize("how", ["abort", "raise"])
def test_a_script_that_fails_ends_the_job(mpi: Mpi, ocean: Path, tmp_path: Path, how: str) -> None:
    """The ocean does not wait for ever, the status is not 0, and the log says why."""
    (tmp_path / "namelist_cfg").write_text(NAMELIST)
    script = python(HOSTS / "eophis_failing.py")
    run_checked([*script, "--exec", "preprod"], tmp_path, mpi.job_environment(), time_limit=60.0)
    ranks = [Ranks(2, [ocean]), Ranks(2, ["env", f"FAIL={how}", *script, "--exec", "prod"])]
    outcome = run_ranks(mpi, tmp_path, ranks, time_limit=60.0)
    assert outcome.status not in (0, None), outcome
    assert "no more weights" in outcome.output, outcome
    if how == "abort":
        assert "no more weights" in (tmp_path / "eophis.err").read_text()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("ex['lvl'] = 35", "36 levels"),
        ("ex['out'] = [*ex['out'], 'extra']", "nobody receives E_IN_2 (field 'extra')"),
        ("grid['npts'] = (62, 198)", "the sender's grid has 12338 cells, the receiver's 12276"),
    ],
)
def test_tunnels_that_do_not_fit_the_ocean_are_refused(
    mpi: Mpi, ocean: Path, tmp_path: Path, change: str, words: str
) -> None:
    """Both sides are named when the tunnels open."""
    (tmp_path / "namelist_cfg").write_text(NAMELIST)
    script = [*python(HOSTS / "eophis_changed.py"), change]
    run_checked([*script, "preprod"], tmp_path, mpi.job_environment(), time_limit=60.0)
    outcome = run_ranks(mpi, tmp_path, [Ranks(1, [ocean]), Ranks(2, [*script, "prod"])], time_limit=60.0)
    assert outcome.status not in (0, None), outcome
    assert words in outcome.output, outcome


def test_the_imported_experiment_file_gives_the_same(mpi: Mpi, ocean: Path, tmp_path: Path) -> None:
    """Written in preproduction without MPI, read by all components instead of the namcouple."""
    (tmp_path / "namelist_cfg").write_text(NAMELIST)
    importer = [str(mpi.program), "import-eophis", SCRIPT[-1]]
    run_checked(importer, tmp_path, mpi.job_environment(), time_limit=60.0)
    assert not (tmp_path / "namcouple").exists()
    environment = {"HALOCLINE_EXPERIMENT": str(tmp_path / "experiment.yaml")}
    ranks = [Ranks(2, [ocean]), Ranks(2, [*SCRIPT, "--exec", "prod"])]
    outcome = run_ranks(mpi, tmp_path, ranks, environment)
    assert outcome.status == 0, outcome
    np.testing.assert_array_equal(tendencies(tmp_path, 2), expected())


def test_a_script_that_ends_mpi_with_tunnels_open_ends_the_job(mpi: Mpi, ocean: Path, tmp_path: Path) -> None:
    """The ocean would wait for its fields."""
    (tmp_path / "namelist_cfg").write_text(NAMELIST)
    # Only production starts the loop.
    change = "import ctypes, eophis; eophis.starter = lambda core: ctypes.CDLL('libmpi.so.40').MPI_Finalize()"
    script = [*python(HOSTS / "eophis_changed.py"), change]
    run_checked([*script, "preprod"], tmp_path, mpi.job_environment(), time_limit=60.0)
    outcome = run_ranks(mpi, tmp_path, [Ranks(1, [ocean]), Ranks(2, [*script, "prod"])], time_limit=60.0)
    assert outcome.status not in (0, None), outcome
    assert not outcome.timed_out, outcome
    assert "ends MPI, before finish" in outcome.output, outcome
