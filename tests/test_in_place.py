"""Models that read received blocks where they lie and write their answers where they are received."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pytest
from coupled_job import HOSTS, Mpi, Outcome, Ranks, compile_host, run_ranks, write_experiment
from hosts.in_place_values import answers

LAYOUTS = [(1, 1), (2, 1), (3, 2)]
MODELS = ["fortran", "c", "python"]
EXPERIMENT = """
time: {start: 2000-01-01, step: 10, steps: 4}
components:
  ocean: {ranks: OCEAN, command: ocean}
  model: {ranks: MODEL, command: model}
grids:
  globe: {nx: 12, ny: 9, boundary: {i: cyclic, j: {north_fold: T}}}
fields:
  u: {units: m/s, grid: globe, point: T, levels: 3}
  s: {units: m, grid: globe, point: T}
  w: {units: m/s, grid: globe, point: T, levels: 3}
  u_f: {units: m/s, grid: globe, point: T, levels: 3}
  s_f: {units: m, grid: globe, point: T}
  w_f: {units: m/s, grid: globe, point: T, levels: 3}
exchanges:
  - {from: ocean, to: model, fields: [u, s], period: 10, halo: 1, fill: -7}
  - {from: ocean, to: model, fields: [w], period: 20, halo: 1, fill: -7, wire: float32}
  - {from: model, to: ocean, fields: [u_f, s_f], period: 10}
  - {from: model, to: ocean, fields: [w_f], period: 20, wire: float32}
watch: {warn_after: 10, timeout: 60}
"""

Words = list[str | Path]


@pytest.fixture(scope="session")
def models(mpi: Mpi, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Words]:
    """Compile the models."""
    folder = tmp_path_factory.mktemp("models")
    return {
        "fortran": [compile_host(mpi, HOSTS / "in_place_model.f90", folder, name="model_fortran")],
        "c": [compile_host(mpi, HOSTS / "in_place_model.c", folder, name="model_c")],
        "python": [sys.executable, "-m", "hosts.in_place_model"],
    }


def run(
    mpi: Mpi, folder: Path, model: Words, mode: str, layout: tuple[int, int], transport: str = "auto"
) -> tuple[Outcome, dict[str, np.ndarray]]:
    """Run a job; what its ocean received, on the whole grid, axes (date, level, j, i)."""
    folder.mkdir()
    ocean_ranks, model_ranks = layout
    text = EXPERIMENT.replace("OCEAN", str(ocean_ranks)).replace("MODEL", str(model_ranks))
    experiment = write_experiment(folder, text)
    environment = {
        # A second MPI has a package of its own.
        "PYTHONPATH": f"{HOSTS.parent}:{mpi.job_environment().get('PYTHONPATH', '')}",
        "HALOCLINE_EXPERIMENT": str(experiment),
        "HALOCLINE_TRANSPORT": transport,
    }
    ranks = [
        Ranks(ocean_ranks, [sys.executable, "-m", "hosts.in_place_ocean"]),
        Ranks(model_ranks, [*model, mode]),
    ]
    outcome = run_ranks(mpi, folder, ranks, environment)
    assert outcome.status == 0, outcome
    parts = [np.load(folder / f"ocean.{rank}.npz") for rank in range(ocean_ranks)]
    return outcome, {name: np.concatenate([part[name] for part in parts], axis=2) for name in parts[0]}


def check(found: dict[str, np.ndarray]) -> None:
    """Compare with the numbers that the model must have made of what the ocean sent."""
    expected = [answers(date) for date in range(0, 40, 10)]
    for name, values in found.items():
        dates = expected[::2] if name == "w_f" else expected
        np.testing.assert_array_equal(values, [answer[name] for answer in dates], err_msg=name)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: "{}+{}".format(*layout))
@pytest.mark.parametrize("model", MODELS)
def test_answers_written_in_place_are_those_that_are_copied(
    mpi: Mpi, models: dict[str, Words], tmp_path: Path, model: str, layout: tuple[int, int]
) -> None:
    _, lent = run(mpi, tmp_path / "lent", models[model], "lent", layout)
    _, copied = run(mpi, tmp_path / "copied", models[model], "copied", layout)
    check(lent)
    for name, values in copied.items():
        assert values.tobytes() == lent[name].tobytes(), name


@pytest.mark.parametrize("model", MODELS)
def test_blocks_are_lent_and_answers_sent_through_messages_too(
    mpi: Mpi, models: dict[str, Words], tmp_path: Path, model: str
) -> None:
    _, lent = run(mpi, tmp_path / "messages", models[model], "lent", (2, 1), "messages")
    check(lent)


@pytest.mark.parametrize(
    ("layout", "transport", "u", "u_f"),
    [((1, 1), "auto", 1, 1), ((2, 1), "auto", 1, 0), ((1, 1), "messages", 0, 0)],
    ids=["1+1", "2+1: two receivers", "messages"],
)
def test_a_lent_pointer_lies_in_shared_memory_where_one_rank_receives_all(
    mpi: Mpi, models: dict[str, Words], tmp_path: Path, layout: tuple[int, int], transport: str, u: int, u_f: int
) -> None:
    outcome, _ = run(mpi, tmp_path / "lent", models["c"], "lent", layout, transport)
    assert outcome.output.count(f"u in shared memory: {u}, u_f in shared memory: {u_f}") == 4, outcome


FORTRAN_MISTAKES = {
    "real(4) for u": ["float32 (float, real(4))", "float64 (double, real(8))", "receive_as", "model", "'u'"],
    "real(4) for u_f": ["float32 (float, real(4))", "float64 (double, real(8))", "`wire`"],
    "real(8) for w": ["float64 (double, real(8))", "float32 (float, real(4))"],
    "real(8) for w_f": ["float64 (double, real(8))", "float32 (float, real(4))"],
    "two axes for u": ["2 axes", "3 levels of 12 x 9"],
    "unknown input": ["'uu'", "u, s, w"],
    "input as output": ["send of 'u'", "u_f"],
    "after the run": ["40 s is outside the run"],
    "give back before lend": ["give_back of a block that is not lent"],
    "send before lend": ["output that was not lent", "halocline_lend_output"],
    "lend output twice": ["lend_output for 0 s while that of 0 s has not been sent", "halocline_send_output"],
    "send for another date": ["send_output for 10 s of an output that was lent for 0 s"],
    "lend twice": ["lend for 10 s while the block of 0 s is still lent", "halocline_give_back"],
    "send twice": ["output that was not lent"],
}
C_MISTAKES = {
    "float for u": ["float32 (float, real(4))", "float64 (double, real(8))"],
    "double for w_f": ["float64 (double, real(8))", "float32 (float, real(4))"],
    "no kind": ["kind is 3", "HALOCLINE_FLOAT64"],
    "no block": ["block is NULL"],
    "no field": ["field is NULL"],
    "no session": ["no open session"],
    "give back before lend": ["give_back of a block that is not lent"],
    "send before lend": ["output that was not lent"],
}


@pytest.mark.parametrize(
    ("model", "mistakes"), [("fortran", FORTRAN_MISTAKES), ("c", C_MISTAKES)], ids=["fortran", "c"]
)
def test_a_mistake_is_named_and_leaves_everything_as_it_was(
    mpi: Mpi, models: dict[str, Words], tmp_path: Path, model: str, mistakes: dict[str, list[str]]
) -> None:
    outcome, found = run(mpi, tmp_path / "mistakes", models[model], "mistakes", (1, 1))
    for mistake, words in mistakes.items():
        # The lines of a message after its first are indented.
        told = re.search(rf"^{re.escape(mistake)}: .*(\n .*)*", outcome.output, re.MULTILINE)
        assert told is not None, (mistake, outcome)
        for word in words:
            assert word in told.group(), (mistake, outcome)
    check(found)
