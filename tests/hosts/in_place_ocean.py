"""The ocean of the tests of blocks in place: sends u, s and w, keeps what comes back in `ocean.RANK.npz`."""

from __future__ import annotations

import halocline
import numpy as np
from hosts.in_place_values import NX, rows, values


def main() -> None:
    """Send the values of every cell at every date, and receive the answers."""
    with halocline.Session("ocean") as session:
        first, nj = rows(session.rank, session.size)
        session.define_box("globe", 0, first, NX, nj)
        session.end_definition()
        found: dict[str, list[np.ndarray]] = {"u_f": [], "s_f": [], "w_f": []}
        for date in range(0, session.length_seconds, 10):
            for name in ("u", "s", "w"):
                session.send(name, values(name, date)[:, first : first + nj], date)
            for name, answers in found.items():
                answer = session.receive(name, date)
                if answer is not None:
                    answers.append(answer)
        assert [len(answers) for answers in found.values()] == [4, 4, 2]
        u_f, s_f, w_f = (np.stack(found[name]) for name in ("u_f", "s_f", "w_f"))
        np.savez(f"ocean.{session.rank}.npz", u_f=u_f, s_f=s_f, w_f=w_f)


if __name__ == "__main__":
    main()
