"""The README's example does what the README says: its three blocks, put together, run as one job."""

from __future__ import annotations

import re
from pathlib import Path

from coupled_job import ROOT, Mpi, compile_host, run_experiment, write_experiment

OCEAN = """\
program ocean
   use mpi, only: mpi_comm_rank
   {use}
   implicit none
   integer, parameter :: steps = 6, seconds = 1200, ni = 64, nj = 32, i_first = 1
   integer :: comm, rank, code, j_first, step
   real(8) :: u(ni + 2, nj + 2), v(ni + 2, nj + 2), u_forcing(ni, nj), v_forcing(ni, nj)
   u = 1; v = 2; u_forcing = -9; v_forcing = -9
   {start}
   call mpi_comm_rank(comm, rank, code)
   j_first = 1 + nj * rank
   {rest}
   if (any(u_forcing < -8) .or. any(v_forcing < -8)) error stop 'no forcing came back'
end program ocean
"""


def block(language: str, holding: str) -> str:
    """Return the README's code block of a language that holds a text."""
    blocks = re.findall(rf"```{language}\n(.*?)```", (ROOT / "README.md").read_text(), flags=re.DOTALL)
    (found,) = [text for text in blocks if holding in text]
    return str(found)


def ocean_program() -> str:
    """Return the README's five calls in a program with the declarations that they need."""
    use, calls = block("fortran", "halocline_init").split("\n", 1)
    last = "call halocline_local_communicator(comm)"
    start, rest = calls.split(last)
    return OCEAN.format(use=use, start=start + last, rest="!" + rest)


def test_the_readme_example_runs_as_it_stands(mpi: Mpi, tmp_path: Path) -> None:
    (tmp_path / "ocean.f90").write_text(ocean_program())
    compile_host(mpi, tmp_path / "ocean.f90", tmp_path)
    (tmp_path / "closure.py").write_text(block("python", "halocline.worker"))
    experiment = write_experiment(tmp_path, block("yaml", "components:").replace("length: 10 days", "length: 2 h"))
    outcome = run_experiment(mpi, experiment)
    assert outcome.status == 0, outcome
