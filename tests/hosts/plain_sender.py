"""An ocean that sends u and then v at each date: the number of the cell, the date, and for v another 0.5."""

from __future__ import annotations

import halocline
import numpy as np


def main() -> None:
    """Send as fast as it may."""
    with halocline.Session("ocean") as session:
        session.define_serial("g")
        session.end_definition()
        levels, nj, ni = session.own_shape("u")
        cells = np.arange(levels * nj * ni, dtype=np.float64).reshape(levels, nj, ni)
        for date in range(0, session.length_seconds, 10):
            session.send("u", cells + date, date)
            session.send("v", cells + date + 0.5, date)


if __name__ == "__main__":
    main()
