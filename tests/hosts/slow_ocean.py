"""An ocean that takes half a second for each step."""

from __future__ import annotations

import time

import halocline
import numpy as np


def main() -> None:
    """Send the date in every cell."""
    with halocline.Session("ocean") as session:
        session.define_serial("g")
        session.end_definition()
        for date in range(0, session.length_seconds, 10):
            time.sleep(0.5)
            assert session.send("u", np.full((4, 5), float(date), dtype=np.float32), date)


if __name__ == "__main__":
    main()
