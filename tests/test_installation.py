"""What `make install` leaves, and that a program can be built with nothing but that."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest
from coupled_job import (
    ROOT,
    TIME_LIMIT,
    Mpi,
    Ranks,
    compile_host,
    run_checked,
    run_program,
    run_ranks,
    write_experiment,
)

GOOD_EXPERIMENT = """\
experiment: two-components
time:
  start: 2000-01-01
  step: 20 min
  length: 1 day
components:
  ocean:
    ranks: 2
    command: ./ocean
  ice:
    ranks: 1
    command: ./ice
grids:
  small:
    nx: 16
    ny: 8
    boundary: {i: cyclic, j: closed}
fields:
  temperature: {units: K, grid: small, point: T, levels: 3}
exchanges:
  - from: ocean
    to: ice
    fields: [temperature]
    period: 1 h
"""


@pytest.mark.parametrize(
    "path",
    [
        "bin/halocline",
        "lib/libhalocline.so",
        "lib/libhalocline.a",
        "lib/libhalocline_fortran.a",
        "lib/pkgconfig/halocline.pc",
        "include/halocline.h",
        "include/halocline.mod",
        "share/halocline/fortran/halocline.f90",
    ],
)
def test_the_file_is_installed_and_not_empty(mpi: Mpi, path: str) -> None:
    assert (mpi.prefix / path).stat().st_size > 0


def test_nothing_half_written_is_left_in_the_prefix(mpi: Mpi) -> None:
    assert list(mpi.prefix.rglob("*.new")) == []


def test_help_names_the_verbs(mpi: Mpi, tmp_path: Path) -> None:
    outcome = run_program(mpi, ["--help"], tmp_path)
    assert outcome.status == 0, outcome
    for verb in ("check", "plan", "run"):
        assert verb in outcome.output


def test_check_accepts_a_good_experiment(mpi: Mpi, tmp_path: Path) -> None:
    outcome = run_program(mpi, ["check", write_experiment(tmp_path, GOOD_EXPERIMENT)], tmp_path)
    assert outcome.status == 0, outcome


def test_check_refuses_an_unknown_field_and_names_the_nearest(mpi: Mpi, tmp_path: Path) -> None:
    broken = GOOD_EXPERIMENT.replace("fields: [temperature]", "fields: [temprature]")
    outcome = run_program(mpi, ["check", write_experiment(tmp_path, broken)], tmp_path)
    assert outcome.status != 0, outcome
    assert "temprature" in outcome.output
    assert "temperature" in outcome.output


def test_the_program_needs_no_mpi(mpi: Mpi) -> None:
    needed = subprocess.run(["ldd", mpi.program], capture_output=True, text=True, check=True).stdout
    assert "libmpi" not in needed


def test_a_c_program_builds_with_the_installed_header_and_pkg_config(each_mpi: Mpi, tmp_path: Path) -> None:
    source = tmp_path / "says_why.c"
    source.write_text(
        """\
#include <halocline.h>
#include <mpi.h>
#include <stdio.h>

int main(int argc, char **argv) {
    char message[4096];
    halocline_session *session = NULL;
    MPI_Init(&argc, &argv);
    if (halocline_begin(&session, "ocean", "there-is-no-such-file.yaml", MPI_Comm_c2f(MPI_COMM_WORLD)) == 0) {
        return 2;
    }
    halocline_error_message(message, sizeof message);
    puts(message);
    MPI_Finalize();
    return 0;
}
"""
    )
    outcome = run_ranks(each_mpi, tmp_path, [Ranks(1, [compile_host(each_mpi, source, tmp_path)])])
    assert outcome.status == 0, outcome
    assert "there-is-no-such-file.yaml" in outcome.output


def test_the_installed_sources_compile_in_a_build_of_ones_own(mpi: Mpi, tmp_path: Path) -> None:
    sources = mpi.prefix / "share" / "halocline" / "fortran"
    order = [line for line in (sources / "SOURCES").read_text().splitlines() if not line.startswith("#")]
    names = [str(sources / name) for name in order]
    run_checked([*shlex.split(mpi.mpifort), f"-I{sources}", "-c", *names], tmp_path, mpi.job_environment(), TIME_LIMIT)
    assert (tmp_path / "halocline.mod").stat().st_size > 0


def test_every_source_of_the_fortran_modules_is_installed(mpi: Mpi) -> None:
    sources = ROOT / "nemo-interface" / "fortran"
    for source in sources.iterdir():
        assert (mpi.prefix / "share" / "halocline" / "fortran" / source.name).read_bytes() == source.read_bytes()
