"""Which transport a job uses: what HALOCLINE_TRANSPORT asks for, and messages where memory cannot be had."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from coupled_job import HOSTS, TRANSPORT, Mpi, Outcome, run_experiment, write_experiment
from worker_jobs import run_job

LEVELS = 30
COMPONENTS: Mapping[str, Mapping[str, Any]] = {
    "ocean": {"ranks": 2, "command": "limited_pair.py"},
    "network": {"ranks": 1, "command": "limited_pair.py"},
}
EXPERIMENT: Mapping[str, Any] = {
    "time": {"start": "2000-01-01", "step": "10 s", "steps": 4},
    "components": COMPONENTS,
    "grids": {"g": {"nx": 300, "ny": 200, "boundary": {"i": "closed", "j": "closed"}}},
    "fields": {"u": {"units": "1", "grid": "g", "levels": LEVELS}, "answer": {"units": "1", "grid": "g"}},
    "exchanges": [
        {
            "from": "ocean",
            "to": "network",
            "fields": ["u"],
            "period": "10 s",
            "halo": 1,
            "fill": -5,
            "wire": "float32",
            "receive_as": "float64",
        },
        {"from": "network", "to": "ocean", "fields": ["answer"], "period": "10 s", "halo": 1},
    ],
    "watch": {"timeout": "60 s"},
}
# What a rank says that cannot have memory, and goes on.
NO_SEGMENT = r"WARN cannot reserve \d+ bytes of shared memory: {}.*: messages are used instead"
NOT_OPENED = r"WARN cannot open the shared memory of process \d+: {}.*: rank \d of the job gets messages instead"
NO_NODE = r"WARN /proc does not tell which processes are on this node \({}.*\): messages instead of memory"


def run_limited(mpi: Mpi, folder: Path, component: str, kind: str) -> Outcome:
    """Run the pair; the last rank of one component cannot have memory."""
    last = {name: part["ranks"] - 1 if name == component else -1 for name, part in COMPONENTS.items()}
    script = HOSTS / "limited_pair.py"
    hosts: dict[str, list[str | Path]] = {name: [script, name, kind, str(last[name])] for name in COMPONENTS}
    return run_job(mpi, folder, EXPERIMENT, hosts)


@pytest.mark.parametrize(
    ("component", "kind", "warning"),
    [
        ("network", "file_size", NO_SEGMENT.format("files of this process may have 65536 bytes")),
        ("ocean", "file_size", NO_SEGMENT.format("files of this process may have 65536 bytes")),
        ("network", "address_space", NO_SEGMENT.format("Cannot allocate memory")),
        ("ocean", "address_space", NOT_OPENED.format("Cannot allocate memory")),
        ("network", "descriptors", NO_NODE.format("Too many open files")),
    ],
    ids=["blocks", "bell", "mapping", "opening", "descriptors"],
)
def test_messages_take_over_where_memory_cannot_be_had(
    mpi: Mpi, tmp_path: Path, component: str, kind: str, warning: str
) -> None:
    outcome = run_limited(mpi, tmp_path, component, kind)
    assert outcome.status == 0, outcome
    assert re.search(warning, outcome.output), outcome
    # One rank has less, the others say nothing.
    assert outcome.output.count("WARN") == 1, outcome


def test_an_unknown_transport_is_refused_once_with_what_to_change(mpi: Mpi, tmp_path: Path) -> None:
    host = f"{shlex.quote(sys.executable)} {shlex.quote(str(HOSTS / 'limited_pair.py'))}"
    components = {name: {**part, "command": f"{host} {name} none -1"} for name, part in COMPONENTS.items()}
    file = write_experiment(tmp_path, {**EXPERIMENT, "components": components})
    packages = f"{HOSTS.parent}:{os.environ.get('PYTHONPATH', '')}"
    outcome = run_experiment(mpi, file, environment={TRANSPORT: "nonsense", "PYTHONPATH": packages})
    assert outcome.status != 0, outcome
    assert not outcome.timed_out, outcome
    assert outcome.output.count(f"{TRANSPORT} is 'nonsense'") == 1, outcome
    assert outcome.first_cause is not None, outcome
    for words in [f"{TRANSPORT} is 'nonsense'", "expected: 'auto'", "'messages'", f"change: correct {TRANSPORT}"]:
        assert words in outcome.first_cause["message"], outcome
        assert words in outcome.output, outcome
