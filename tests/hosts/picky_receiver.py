"""A receiver that asks for fields in another order than they are sent, and not for all of them.

It asks for v before u, for v alone at every third date; at the last date for u alone. What it got goes to seen.npz.
"""

from __future__ import annotations

from typing import Any

import halocline
import numpy as np


def main() -> None:
    """Receive into arrays of the session's kind: float64, with the halo."""
    with halocline.Session("receiver") as session:
        session.define_serial("g")
        session.end_definition()
        seen: dict[str, Any] = {}
        last = session.length_seconds - 10
        for number, date in enumerate(range(0, session.length_seconds, 10)):
            names = ["u"] if date == last else ["v"] if number % 3 == 1 else ["v", "u"]
            for name in names:
                seen[f"{name}{date}"] = session.receive(name, date)
    np.savez("seen.npz", **seen)


if __name__ == "__main__":
    main()
