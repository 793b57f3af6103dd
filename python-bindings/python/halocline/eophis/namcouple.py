"""The text of a namcouple: what is there stays as it is, sections of tunnels are put in, compared, found again."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path

HEADER = "############# MODIFIED BY EOPHIS ###############"
RESTART_FILE = "rst.nc"
RULE = "############"


@dataclass(frozen=True)
class Section:
    """One field of a namcouple, as a tunnel needs it. Period in seconds; None: once, with the length of the run."""

    source: str
    target: str
    period: int | None
    grid: str
    nx: int
    ny: int

    def lines(self, run_time: int) -> list[str]:
        """Write it out."""
        period = run_time if self.period is None else self.period
        return [
            f"{self.source} {self.target} 1 {period} 0 {RESTART_FILE} EXPORTED",
            f"{self.nx} {self.ny} {self.nx} {self.ny} {self.grid} {self.grid} LAG=0",
            "R 0 R 0",
        ]

    def differences(self, found: FoundSection, run_time: int) -> list[str]:
        """Say where a section of a file is not this one."""
        period = run_time if self.period is None else self.period
        sizes = [str(self.nx), str(self.ny)] * 2
        pairs = [
            ("period", found.first[3], str(period)),
            ("status", found.first[6], "EXPORTED"),
            ("sizes", " ".join(found.second[:4]), " ".join(sizes)),
            ("grids", " ".join(found.second[4:6]), f"{self.grid} {self.grid}"),
        ]
        return [f"{what}: found {said}, expected {wanted}" for what, said, wanted in pairs if said != wanted]


@dataclass(frozen=True)
class FoundSection:
    """One field of a namcouple that was read: the words of its first two lines, and where the first stands."""

    position: int
    second_position: int
    first: list[str]
    second: list[str]

    def text(self) -> str:
        """Give both lines as one."""
        return f"{' '.join(self.first)} | {' '.join(self.second)}"


class Namcouple:
    """The lines of a namcouple."""

    def __init__(self, lines: list[str]) -> None:
        """Take lines, or begin with an empty namcouple where there are none."""
        self.lines = list(lines)
        if not any(line.strip() for line in lines):
            for keyword, value in (("$NFIELDS", "0"), ("$RUNTIME", "0"), ("$NLOGPRT", "1 0")):
                self.lines += [keyword, value, "$END", RULE]
            self.lines += ["$STRINGS", "#", "$END"]

    @classmethod
    def read(cls, path: str) -> Namcouple:
        """Read a file; one that does not exist is empty."""
        file = Path(path)
        return cls(file.read_text().splitlines() if file.is_file() else [])

    def write(self, path: str) -> None:
        """Write the lines, with a header that says who changed them."""
        lines = self.lines if HEADER in self.lines[:1] else [HEADER, *self.lines]
        Path(path).write_text("\n".join(lines) + "\n")

    @property
    def run_time(self) -> int:
        """Length of the run [s]."""
        return int(float(self._value("$RUNTIME")))

    @run_time.setter
    def run_time(self, seconds: int) -> None:
        self._set("$RUNTIME", str(seconds))

    @property
    def fields(self) -> int:
        """Number of fields that the file announces."""
        return int(float(self._value("$NFIELDS")))

    @fields.setter
    def fields(self, number: int) -> None:
        self._set("$NFIELDS", str(number))

    def find(self, source: str, target: str) -> FoundSection | None:
        """Find the section that carries `source` to `target`."""
        return next((found for found in self.sections() if found.first[:2] == [source, target]), None)

    def sections(self) -> list[FoundSection]:
        """Read all sections: a line of 7 words or more that ends with a status, and the line after it."""
        begin, end = self._strings()
        lines = [(number, self.lines[number].split("#")[0].split()) for number in range(begin, end)]
        lines = [(number, words) for number, words in lines if words]
        statuses = ("EXPORTED", "EXPOUT", "IGNORED", "IGNOUT", "OUTPUT", "INPUT", "AUXILARY")
        found = []
        following = [*lines[1:], (end, [])][: len(lines)]
        for (number, words), (second, second_words) in zip(lines, following, strict=True):
            if len(words) >= 7 and words[6].upper() in statuses:
                found.append(FoundSection(number, second, words, second_words))
        return found

    def put(self, comment: str, section: Section) -> bool:
        """Add a section at the end, or write it over the one of the same names; return whether it was added."""
        lines = section.lines(self.run_time)
        known = self.find(section.source, section.target)
        if known is not None:
            self.lines[known.position] = lines[0]
            self.lines[known.second_position] = lines[1]
            return False
        self.comment(comment)
        _, end = self._strings()
        self.lines[end:end] = lines
        return True

    def comment(self, text: str) -> None:
        """Add a comment at the end of the sections."""
        _, end = self._strings()
        self.lines.insert(end, f"# {text}")

    def known_names(self, source: str, target: str) -> str:
        """Say which sections the file has, the nearest first."""
        pairs = [f"{found.first[0]} -> {found.first[1]}" for found in self.sections()]
        near = difflib.get_close_matches(f"{source} -> {target}", pairs, n=1)
        if not pairs:
            return "it has no sections"
        return (f"nearest: {near[0]}; " if near else "") + "it has " + ", ".join(pairs)

    def _strings(self) -> tuple[int, int]:
        """Give the numbers of the first line of the sections and of the $END after them."""
        begin = self._position("$STRINGS") + 1
        ends = (number for number in range(begin, len(self.lines)) if self.lines[number].split()[:1] == ["$END"])
        end = next(ends, None)
        if end is None:
            self.lines.append("$END")
            end = len(self.lines) - 1
        return begin, end

    def _position(self, keyword: str) -> int:
        for number, line in enumerate(self.lines):
            if line.split()[:1] == [keyword]:
                return number
        raise ValueError(f"the namcouple has no {keyword}")

    def _value_position(self, keyword: str) -> int:
        begin = self._position(keyword) + 1
        for number in range(begin, len(self.lines)):
            words = self.lines[number].split("#")[0].split()
            if words:
                return number
        raise ValueError(f"the namcouple has nothing after {keyword}")

    def _value(self, keyword: str) -> str:
        return self.lines[self._value_position(keyword)].split("#")[0].split()[0]

    def _set(self, keyword: str, value: str) -> None:
        self.lines[self._value_position(keyword)] = value
