"""Models of OASIS may end before the run does, and before each other: nobody waits for who has left."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from coupled_job import HOSTS, Mpi, Ranks, run_ranks
from oasis_jobs import Coupling, Exchange
from test_oasis_hosts import PYOASIS

pytestmark = pytest.mark.usefixtures("each_transport")

HOST = HOSTS / "oasis_early.py"
# Of `watch: timeout`: shorter than the sender computes alone.
PATIENCE = {"warn_after": "1 s", "timeout": "4 s"}
ALONE = "6"


@pytest.mark.parametrize(("senders", "receivers"), [(1, 1), (2, 1), (3, 2)])
def test_a_sender_goes_on_when_its_receiver_has_left(mpi: Mpi, tmp_path: Path, senders: int, receivers: int) -> None:
    """Through seven more dates, and for longer than anybody waits for a field."""
    experiment = Coupling(length=80, exchanges=[Exchange("S_FLAT", "R_FLAT", 10)]).experiment()
    experiment["watch"] = PATIENCE
    (tmp_path / "experiment.yaml").write_text(json.dumps(experiment))
    ranks = [
        Ranks(senders, [sys.executable, HOST, "sender", ALONE]),
        Ranks(receivers, [sys.executable, HOST, "receiver", ALONE]),
    ]
    outcome = run_ranks(mpi, tmp_path, ranks, PYOASIS, time_limit=40)
    assert outcome.status == 0, outcome
    assert outcome.output.count("sender has left") == senders, outcome
    assert outcome.output.count("receiver has left") == receivers, outcome
