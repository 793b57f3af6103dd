"""The model of the tests of blocks in place, in Python: `Session.out` instead of arrays of its own.

in_place_model.py lent|copied
"""

from __future__ import annotations

import sys

import halocline
import numpy as np
from hosts.in_place_values import NX, rows


def main(lends: bool) -> None:
    """Answer the ocean."""
    with halocline.Session("model") as session:
        first, nj = rows(session.rank, session.size)
        session.define_box("globe", 0, first, NX, nj)
        session.end_definition()
        own = (slice(None), slice(1, -1), slice(1, -1))
        for date in range(0, session.length_seconds, 10):
            u, s, w = (session.receive(name, date) for name in ("u", "s", "w"))
            assert u is not None
            assert s is not None
            found = {"u_f": 0.5 * u[own] + 0.25 * (u[:, 1:-1, :-2] + u[:, 2:, 1:-1]), "s_f": -s[own]}
            assert (w is None) == (date % 20 != 0)
            if w is not None:
                found["w_f"] = w[own] + u[own]
            elif lends:
                assert session.out("w_f", date) is None, "nothing is due"
            for name, values in found.items():
                if not lends:
                    session.send(name, values, date)
                    continue
                answer = session.out(name, date)
                assert answer is not None
                assert answer.dtype == (np.float32 if name == "w_f" else np.float64)
                assert session.out(name, date).ctypes.data == answer.ctypes.data  # type: ignore[union-attr]
                answer[...] = values
                assert session.send(name, answer, date)


if __name__ == "__main__":
    main(sys.argv[1] == "lent")
