"""Two components that exchange fields for hours: `endless_pair.py COMPONENT`; each rank writes its process number."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import halocline
import numpy as np

# Dates after which a rank is sure to be in the middle of exchanges.
WARM = 20


def main() -> None:
    """Give u to the others and take v from them, or the other way round, until the end, which is far away."""
    component = sys.argv[1]
    with halocline.Session(component) as session:
        if component == "ocean":
            session.define_box("g", 0, 60 * session.rank, 200, 60)
        else:
            session.define_serial("g")
        session.end_definition()
        [sent], [received] = session.sent_fields, session.received_fields
        values = np.zeros(session.own_shape(sent))
        for date in range(0, session.length_seconds, 10):
            values[...] = date
            if component == "ocean":
                session.send(sent, values, date)
            came = session.receive(received, date)
            assert came is not None
            if component != "ocean":
                session.send(sent, values, date)
            if date == 10 * WARM:
                Path(f"running.{component}.{session.rank}").write_text(str(os.getpid()))
            # The ranks of this test shall not take the cores of others.
            time.sleep(0.001)


if __name__ == "__main__":
    main()
