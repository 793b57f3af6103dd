"""A receiver that sleeps before it receives, as one that computes: `sleepy_receiver.py SECONDS CALM`.

At the first CALM dates it does not sleep. It answers with the sum of two cells, where its component sends anything.
"""

from __future__ import annotations

import sys
import time

import halocline
import numpy as np


def main() -> None:
    """Receive u of each date in place."""
    seconds, calm = float(sys.argv[1]), int(sys.argv[2])
    with halocline.Session("receiver") as session:
        session.define_serial("g")
        session.end_definition()
        for number, step in enumerate(session.steps()):
            if number >= calm:
                time.sleep(seconds)
            u = step["u"]
            assert u is not None
            # Own cells: there is a halo of one around them.
            total = u[0, 1, -2] + u[-1, -2, -2]
            del u
            for name in step.outputs:
                step.send(name, np.full(session.own_shape(name), total))


if __name__ == "__main__":
    main()
