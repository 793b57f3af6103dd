"""An ocean that sends u and receives the answer, and tells what /proc knows of its memory in ocean.RANK.json."""

from __future__ import annotations

import json
from pathlib import Path

import halocline
import numpy as np
from hosts.mapped_memory import mappings, owned_inodes, status_bytes


def main() -> None:
    """Run to the end; u is the date in every cell."""
    with halocline.Session("ocean") as session:
        before = status_bytes("VmRSS")
        session.define_serial("g")
        session.end_definition()
        u = np.zeros(session.own_shape("u"))
        answer = np.empty(session.own_shape("answer"))
        for date in range(0, session.length_seconds, 10):
            u[...] = date
            session.send("u", u, date)
            assert session.receive("answer", date, out=answer) is not None
            assert (answer == 2 * date).all()
        told = {
            "mappings": mappings(),
            "owned": owned_inodes(),
            "before": before,
            "peak": status_bytes("VmHWM"),
            "arrays": u.nbytes + answer.nbytes,
        }
        Path("ocean.json").write_text(json.dumps(told))


if __name__ == "__main__":
    main()
