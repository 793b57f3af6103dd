"""Two components of which some ranks cannot have memory: `limited_pair.py COMPONENT LIMIT RANK`.

That rank gives itself a limit before the definition phase ends, and takes it back afterwards. Every rank checks what
it receives.
"""

from __future__ import annotations

import os
import resource
import signal
import sys

import halocline
import numpy as np
from hosts.mapped_memory import status_bytes

KIBIBYTE = 1 << 10
NX, NY = 300, 200


def limit(kind: str) -> tuple[int, int]:
    """Give the limit of the system and its value: too little for the fields of this test."""
    if kind == "file_size":
        # Python ignores the signal that the kernel sends to who exceeds this limit; it ends a Fortran or C program.
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        return resource.RLIMIT_FSIZE, 64 * KIBIBYTE
    if kind == "address_space":
        # Two blocks of u are 29 MB; its messages, of single precision and two to each sender, 14 MB.
        return resource.RLIMIT_AS, status_bytes("VmSize") + 24 * KIBIBYTE**2
    if kind == "descriptors":
        return resource.RLIMIT_NOFILE, os.dup(0)
    raise ValueError(kind)


def end_definition(session: halocline.Session, kind: str, rank: int) -> None:
    """End the definition phase with less than is needed."""
    if session.rank != rank:
        session.end_definition()
        return
    number, value = limit(kind)
    before = resource.getrlimit(number)
    resource.setrlimit(number, (value, before[1]))
    session.end_definition()
    resource.setrlimit(number, before)


def ocean(session: halocline.Session) -> None:
    """Send u, own rows only; receive twice the same."""
    i, j, ni, nj = session.own_box("g") or (0, 0, 0, 0)
    levels = session.own_shape("u")[0]
    cells = np.arange(levels * NY * NX, dtype=np.float64).reshape(levels, NY, NX)[:, j : j + nj, i : i + ni]
    for date in range(0, session.length_seconds, 10):
        session.send("u", cells + date, date)
        answer = session.receive("answer", date)
        assert answer is not None
        assert (answer[:, 1:-1, 1:-1] == 2 * (cells[:1] + date)).all()


def network(session: halocline.Session) -> None:
    """Check u in place, with its closed halo, and write the answer in place."""
    for step in session.steps():
        u = step["u"]
        assert u is not None
        levels = u.shape[0]
        cells = np.arange(levels * NY * NX, dtype=np.float64).reshape(levels, NY, NX)
        assert (u[:, 1:-1, 1:-1] == cells + step.date).all()
        for edge in (u[:, 0], u[:, -1], u[:, :, 0], u[:, :, -1]):
            assert (edge == -5).all()
        out = step.out("answer")
        assert out is not None
        out[...] = 2 * u[:1, 1:-1, 1:-1]
        step.send("answer", out)
        u[...] = np.nan
        del u


def main() -> None:
    """Run to the end."""
    component, kind, rank = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with halocline.Session(component) as session:
        if component == "ocean":
            session.define_box("g", 0, NY // 2 * session.rank, NX, NY // 2)
        else:
            session.define_serial("g")
        end_definition(session, kind, rank)
        {"ocean": ocean, "network": network}[component](session)


if __name__ == "__main__":
    main()
