"""What bad input gets: the job ends within seconds, not with status 0, and says the first cause."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from coupled_job import HOSTS, Mpi, Outcome, Ranks, compile_host, run_ranks, write_experiment

EXPERIMENT = """\
time: {start: 2000-01-01, step: 20 min, steps: 4}
components:
  ocean: {ranks: 2, command: ocean}
  network: {ranks: 1, command: network}
grids:
  globe: {nx: 12, ny: 9, boundary: {i: cyclic, j: closed}}
fields:
  u: {units: m/s, grid: globe, point: U}
  back: {units: m/s, grid: globe, point: U}
exchanges:
  - {from: ocean, to: network, fields: [u], period: 20 min}
  - {from: network, to: ocean, fields: [back], period: 20 min}
watch: {warn_after: 1 s, timeout: 4 s}
"""
REFUSED_CALLS_EXPERIMENT = """\
time: {start: 2000-01-01, step: 20 min, steps: 1}
components:
  ocean: {ranks: 1, command: ocean}
  network: {ranks: 1, command: network}
grids:
  globe: {nx: 4, ny: 3, boundary: {i: cyclic, j: closed}}
fields:
  u: {units: m/s, grid: globe, point: U, levels: 2}
exchanges:
  - {from: ocean, to: network, fields: [u], period: 20 min}
watch: {warn_after: 1 s, timeout: 4 s}
"""
# Seconds within which every rank has ended, waits for the watchdog included.
PROMPT = 30.0
# Seconds after which the component of the mistake `late_start` begins.
LATE = 20.0
BOTH = (("ocean", 2), ("network", 1))


@pytest.fixture(scope="session")
def host(mpi: Mpi, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compile the host that makes one mistake."""
    return compile_host(mpi, HOSTS / "misbehaving_host.f90", tmp_path_factory.mktemp("misbehaving"))


def run(
    mpi: Mpi,
    host: Path,
    folder: Path,
    mistake: str,
    experiment: str = EXPERIMENT,
    parts: Sequence[tuple[str, int]] = BOTH,
) -> Outcome:
    """Run the host as both components; the job's folder is also its run directory."""
    write_experiment(folder, experiment)
    ranks = [Ranks(count, [host, component, mistake]) for component, count in parts]
    start = time.monotonic()
    outcome = run_ranks(mpi, folder, ranks, {"HALOCLINE_RUN_DIRECTORY": str(folder)}, time_limit=PROMPT)
    assert not outcome.timed_out, outcome
    assert time.monotonic() - start < PROMPT
    return outcome


def assert_ended_by(outcome: Outcome, component: str, rank: int | None, words: Sequence[str]) -> None:
    """Check status, the recorded first cause, and that the output holds it."""
    assert outcome.status != 0, outcome
    cause = outcome.first_cause
    assert cause is not None, outcome
    assert cause["component"] == component, outcome
    if rank is not None:
        assert cause["rank"] == rank, outcome
    for word in words:
        assert word in cause["message"], outcome
        assert word in outcome.output, outcome


def assert_mpi_abort(outcome: Outcome) -> None:
    """Check that MPI ended the job: not every launcher ends the other ranks when one process exits."""
    assert "mpi_abort" in outcome.output.lower(), outcome


def test_without_a_mistake_the_job_succeeds(mpi: Mpi, host: Path, tmp_path: Path) -> None:
    outcome = run(mpi, host, tmp_path, "none")
    assert outcome.status == 0, outcome
    assert outcome.output.count("finished") == 3
    assert outcome.first_cause is None


@pytest.mark.parametrize(
    ("mistake", "words"),
    [
        ("wrong_shape", ["'u'", "(6, 8, 1)", "(6, 9, 1)"]),
        ("wrong_received_shape", ["'back'", "(5, 9, 1)", "(6, 9, 1)"]),
        ("unknown_field", ["'uu'", "u"]),
        ("not_a_sender", ["'back'", "u"]),
        ("date_backwards", ["'u'", "0 s"]),
        ("date_skipped", ["'u'", "3600 s"]),
        ("date_outside", ["4800 s", "0 <= date < 4800 s"]),
        ("outside", ["globe", "12 x 9"]),
        ("unknown_grid", ["'glob'", "globe"]),
        ("two_domains", ["globe", "one domain"]),
        ("no_domain", ["globe"]),
        ("send_too_early", ["'u'", "end_definition"]),
        ("stop", ["before finish", "1200 s of 4800 s"]),
        ("stop_with_code", ["before finish"]),
        ("error_stop", ["before finish"]),
        ("mpi_finalize", ["ends MPI", "before finish"]),
        ("finalize_early", ["finish before", "2400 s"]),
        ("abort", ["the sea is empty"]),
    ],
)
def test_the_guilty_rank_of_the_ocean_is_named(
    mpi: Mpi, host: Path, tmp_path: Path, mistake: str, words: list[str]
) -> None:
    assert_ended_by(run(mpi, host, tmp_path, mistake), "ocean", 1, words)


def test_a_network_that_stops_early_is_named(mpi: Mpi, host: Path, tmp_path: Path) -> None:
    assert_ended_by(run(mpi, host, tmp_path, "network_stop"), "network", 0, ["before finish"])


def test_every_rank_says_whose_failure_ended_it(mpi: Mpi, host: Path, tmp_path: Path) -> None:
    outcome = run(mpi, host, tmp_path, "wrong_shape")
    assert outcome.output.count("component 'ocean' rank 1 ended the job") >= 2, outcome


def test_overlapping_owners_are_both_named(mpi: Mpi, host: Path, tmp_path: Path) -> None:
    outcome = run(mpi, host, tmp_path, "overlap")
    assert_ended_by(outcome, "ocean", None, ["ranks 0 and 1 of component 'ocean'", "cell (i, j) = (5, 0)", "'globe'"])


def test_a_field_that_never_comes_ends_the_job_after_the_timeout(mpi: Mpi, host: Path, tmp_path: Path) -> None:
    outcome = run(mpi, host, tmp_path, "never_sent")
    assert outcome.status != 0, outcome
    assert "still waiting for" in outcome.output, outcome
    cause = outcome.first_cause
    assert cause is not None, outcome
    assert "waited 4 s" in cause["message"], outcome


def test_different_experiment_files_are_both_named(mpi: Mpi, host: Path, tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(EXPERIMENT + "# another text\n")
    outcome = run(mpi, host, tmp_path, "other_file")
    assert outcome.status != 0, outcome
    assert "other.yaml" in outcome.output
    assert "experiment.yaml" in outcome.output


def test_a_component_that_the_file_does_not_know_gets_the_nearest_name(mpi: Mpi, host: Path, tmp_path: Path) -> None:
    outcome = run(mpi, host, tmp_path, "unknown_component")
    assert outcome.status != 0, outcome
    assert_mpi_abort(outcome)
    assert "netwrok" in outcome.output
    assert "did you mean 'network'" in outcome.output, outcome


def test_a_host_that_stops_after_a_refused_beginning_ends_the_job(mpi: Mpi, host: Path, tmp_path: Path) -> None:
    outcome = run(mpi, host, tmp_path, "begin_refused")
    assert outcome.status != 0, outcome
    assert_mpi_abort(outcome)
    assert "did you mean 'network'" in outcome.output, outcome


def test_who_waits_for_a_slow_beginning_is_told_which_variable_to_set(mpi: Mpi, host: Path, tmp_path: Path) -> None:
    write_experiment(tmp_path, EXPERIMENT)
    ranks = [Ranks(count, [host, component, "late_start"]) for component, count in BOTH]
    start = time.monotonic()
    outcome = run_ranks(mpi, tmp_path, ranks, {"HALOCLINE_START_TIMEOUT": "2"}, time_limit=PROMPT)
    assert outcome.status != 0, outcome
    assert time.monotonic() - start < LATE, outcome
    assert_mpi_abort(outcome)
    assert "waited 2 s for all 3 ranks to begin the coupling" in outcome.output, outcome
    assert "set HALOCLINE_START_TIMEOUT to more seconds" in outcome.output, outcome


def test_a_start_timeout_that_is_no_number_is_refused(mpi: Mpi, host: Path, tmp_path: Path) -> None:
    write_experiment(tmp_path, EXPERIMENT)
    ranks = [Ranks(count, [host, component, "none"]) for component, count in BOTH]
    outcome = run_ranks(mpi, tmp_path, ranks, {"HALOCLINE_START_TIMEOUT": "soon"}, time_limit=PROMPT)
    assert outcome.status != 0, outcome
    assert "HALOCLINE_START_TIMEOUT is 'soon'" in outcome.output, outcome


def test_a_component_that_was_not_started_is_named(mpi: Mpi, host: Path, tmp_path: Path) -> None:
    outcome = run(mpi, host, tmp_path, "none", parts=(("ocean", 2),))
    assert outcome.status != 0, outcome
    assert "network" in outcome.output


def test_a_missing_experiment_file_is_named(mpi: Mpi, host: Path, tmp_path: Path) -> None:
    ranks = [Ranks(count, [host, component, "none"]) for component, count in BOTH]
    outcome = run_ranks(mpi, tmp_path, ranks, {"HALOCLINE_EXPERIMENT": "absent.yaml"}, time_limit=PROMPT)
    assert outcome.status != 0, outcome
    assert not outcome.timed_out
    assert "absent.yaml" in outcome.output


def test_a_wrong_experiment_file_says_line_and_name(mpi: Mpi, host: Path, tmp_path: Path) -> None:
    outcome = run(mpi, host, tmp_path, "none", EXPERIMENT.replace("fields: [back]", "fields: [bakc]"))
    assert outcome.status != 0, outcome
    assert "bakc" in outcome.output
    assert "back" in outcome.output


@pytest.mark.parametrize("mistake", ["no_finalize", "crash"])
def test_a_rank_that_leaves_without_a_word_ends_the_job(mpi: Mpi, host: Path, tmp_path: Path, mistake: str) -> None:
    assert run(mpi, host, tmp_path, mistake).status != 0


def test_an_error_is_the_hosts_affair_when_it_asks_for_the_code(mpi: Mpi, host: Path, tmp_path: Path) -> None:
    outcome = run(mpi, host, tmp_path, "tolerated")
    assert outcome.status == 0, outcome
    assert "tolerated: component 'ocean' rank 1, field 'u': array of shape (i, j, level) = (6, 8, 1)" in outcome.output


def test_wrong_arguments_from_c_are_refused_and_the_session_goes_on(mpi: Mpi, tmp_path: Path) -> None:
    program = compile_host(mpi, HOSTS / "refused_calls.c", tmp_path)
    write_experiment(tmp_path, REFUSED_CALLS_EXPERIMENT)
    outcome = run_ranks(
        mpi, tmp_path, [Ranks(1, [program, "ocean"]), Ranks(1, [program, "network"])], time_limit=PROMPT
    )
    assert outcome.status == 0, outcome
    assert outcome.output.count("all refused") == 2, outcome


@pytest.mark.parametrize("mistake", ["stop", "wrong_shape", "mpi_finalize"])
def test_failures_end_the_job_on_each_mpi(each_mpi: Mpi, tmp_path: Path, mistake: str) -> None:
    host = compile_host(each_mpi, HOSTS / "misbehaving_host.f90", tmp_path)
    assert_ended_by(
        run(each_mpi, host, tmp_path, mistake), "ocean", 1, ["'u'" if mistake == "wrong_shape" else "finish"]
    )
