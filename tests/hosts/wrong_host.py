"""A host that does one thing wrong; the exception's class, text and parts go to wrong.json."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

import halocline
import numpy as np

right = np.zeros((1, 4, 5))


def from_another_thread(session: halocline.Session) -> None:
    """Send from a thread that did not begin the session."""
    errors: list[BaseException] = []

    def send() -> None:
        try:
            session.send("u", right, 0)
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=send)
    thread.start()
    thread.join()
    raise errors[0]


def read_only(session: halocline.Session) -> None:
    """Receive into an array that cannot be written."""
    out = np.zeros((1, 4, 5))
    out.flags.writeable = False
    session.receive("echo", 0, out=out)


WRONG: dict[str, Callable[[halocline.Session], object]] = {
    "shape": lambda session: session.send("u", np.zeros((1, 5, 4)), 0),
    "dtype": lambda session: session.send("u", np.zeros((1, 4, 5), dtype=np.int64), 0),
    "list": lambda session: session.send("u", [[0.0]], 0),
    "name": lambda session: session.receive("ecoh", 0),
    "date": lambda session: session.send("u", right, 1000),
    "skip": lambda session: session.send("u", right, 10),
    "negative": lambda session: session.define_box("g", -1, 0, 5, 4),
    "define_late": lambda session: session.define_serial("g"),
    "thread": from_another_thread,
    "read_only": read_only,
}


def main() -> None:
    """Do it, write the error down, then do all right."""
    with halocline.Session("ocean") as session:
        session.define_box("g", 0, 0, 5, 4)
        session.end_definition()
        errors = {}
        for name, wrong in WRONG.items():
            try:
                wrong(session)
            except halocline.HaloclineError as error:
                errors[name] = {
                    "class": type(error).__name__,
                    "code": error.code,
                    "text": str(error),
                    "component": error.component,
                    "rank": error.rank,
                    "field": error.field,
                    "found": error.found,
                    "expected": error.expected,
                    "hint": error.hint,
                }
        Path("wrong.json").write_text(json.dumps(errors))
        for date in range(0, session.length_seconds, 10):
            session.send("u", right + date, date)
            echo = session.receive("echo", date)
            assert echo is not None
            assert (echo == date).all()


if __name__ == "__main__":
    main()
