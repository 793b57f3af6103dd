"""An ocean that times its sends: `timed_sender.py MODE CALM`; seconds of each send go to sends.json.

With mode `answered` it waits for the answer of each date, with mode `ahead` it sends as fast as it may. The first
CALM dates are those at which the receiver does not sleep.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import halocline
import numpy as np


def main() -> None:
    """Send u of each date: its cells hold the date and where they are."""
    waits_for_answers = sys.argv[1] == "answered"
    with halocline.Session("ocean") as session:
        session.define_serial("g")
        session.end_definition()
        levels, nj, ni = session.own_shape("u")
        u = np.arange(levels * nj * ni, dtype=np.float64).reshape(levels, nj, ni)
        seconds = []
        for date in range(0, session.length_seconds, 10):
            start = time.perf_counter()
            session.send("u", u, date)
            seconds.append(time.perf_counter() - start)
            if waits_for_answers:
                answer = session.receive("answer", date)
                assert answer is not None
                assert (answer == u[0, 0, -1] + u[-1, -1, -1]).all()
            u += 1
    Path("sends.json").write_text(json.dumps(seconds))


if __name__ == "__main__":
    main()
