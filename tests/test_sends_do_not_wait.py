"""A send does not wait for a receiver that computes, until two messages are in flight."""

from __future__ import annotations

import json
import re
import statistics
from pathlib import Path
from typing import Any

import pytest
from coupled_job import HOSTS, Mpi, Outcome, assert_transport_was_had
from worker_jobs import run_job

pytestmark = pytest.mark.usefixtures("each_transport")

NX, NY = 250, 240
# The first sends touch the memory that they write for the first time.
WARM_UP = 4
CALM = 12
SLEEP = 1.0
# Ranks and other programs share cores: a send that the kernel puts aside for one turn is late by some milliseconds.
# A send that waits for its receiver takes a second.
SLACK = 0.01


def run(mpi: Mpi, folder: Path, mode: str, levels: int, steps: int, calm: int) -> tuple[Outcome, list[float]]:
    """Let one rank send to another that sleeps after `calm` dates; give the seconds of each send."""
    fields = {"u": {"units": "1", "grid": "g", "levels": levels}}
    exchanges: list[dict[str, Any]] = [
        {"from": "ocean", "to": "receiver", "fields": ["u"], "period": "10 s", "halo": 1, "name": "downward"},
    ]
    if mode == "answered":
        fields["answer"] = {"units": "1", "grid": "g"}
        exchanges.append({"from": "receiver", "to": "ocean", "fields": ["answer"], "period": "10 s"})
    spec = {
        "time": {"start": "2000-01-01", "step": "10 s", "steps": steps},
        "components": {
            "ocean": {"ranks": 1, "command": "timed_sender.py"},
            "receiver": {"ranks": 1, "command": "sleepy_receiver.py"},
        },
        "grids": {"g": {"nx": NX, "ny": NY, "boundary": {"i": "closed", "j": "closed"}}},
        "fields": fields,
        "exchanges": exchanges,
        "watch": {"timeout": "60 s"},
    }
    hosts: dict[str, list[str | Path]] = {
        "ocean": [HOSTS / "timed_sender.py", mode, str(calm)],
        "receiver": [HOSTS / "sleepy_receiver.py", str(SLEEP), str(calm)],
    }
    outcome = run_job(mpi, folder, spec, hosts)
    assert outcome.status == 0, outcome
    assert_transport_was_had(outcome)
    seconds: list[float] = json.loads((folder / "sends.json").read_text())
    assert len(seconds) == steps
    return outcome, seconds


def test_a_send_to_a_sleeping_receiver_takes_as_long_as_packing(mpi: Mpi, tmp_path: Path) -> None:
    asleep = 3
    # A field of 24 MB: copying it takes milliseconds, far more than the calls around it.
    _, seconds = run(mpi, tmp_path, "answered", 50, CALM + asleep, CALM)
    # While nobody sleeps a send is nothing but packing: its answers have shown that no message was in flight.
    packing = statistics.median(seconds[WARM_UP:CALM])
    sleeping = seconds[CALM:]
    # The quickest of them: the others may have shared their core.
    assert min(sleeping) < 2 * packing + SLACK, (packing, sleeping)
    assert max(sleeping) < SLEEP / 2, (packing, sleeping)


def test_the_third_send_waits_while_two_messages_are_in_flight(mpi: Mpi, tmp_path: Path, each_transport: str) -> None:
    steps = 4
    outcome, seconds = run(mpi, tmp_path, "ahead", 5, steps, 0)
    first, second, *later = seconds
    assert max(first, second) < SLEEP / 2, seconds
    # The receiver begins to sleep before the first send ends, or the other way round: by less than half a sleep.
    assert later[0] > SLEEP / 2, seconds
    counted = re.search(r"exchange 'downward': (\d+) sent, (\d+) of them waited", outcome.output)
    assert counted is not None, outcome
    sent, waited = (int(number) for number in counted.groups())
    assert sent == steps, outcome
    if each_transport == "auto":
        # Each date frees the block of one earlier message.
        assert waited == len(later), outcome
    else:
        # A receiver that looks after its messages may let two of them in at once.
        assert 1 <= waited <= len(later), outcome
