"""Fortran namelists of the ocean model, read and written."""

from __future__ import annotations

import difflib
import os
from typing import Any

__all__ = ["FortranNamelist"]


class FortranNamelist:
    """A Fortran namelist file."""

    def __init__(self, file_path: str | os.PathLike[str]) -> None:
        """Read the file.

        Errors: FileNotFoundError; ModuleNotFoundError where the package f90nml is missing.
        """
        self.file_path = os.path.expanduser(os.fspath(file_path))
        self.formatted = _f90nml().read(self.file_path)

    def get(self, *labels: str) -> list[Any]:
        """Return the values of variables, in the order of `labels`; upper and lower case are the same.

        A variable that several groups have is taken from the last of them. Errors: KeyError for one that none has.
        """
        values = {}
        for (_, name), value in self.formatted.groups():
            values[name.lower()] = value
        return [values[self._known(label, values)] for label in labels]

    def set(self, **values: Any) -> None:
        """Change variables that the file has, in every group that has them. `write` puts them into the file."""
        names = {name.lower() for (_, name), _ in self.formatted.groups()}
        for label, value in values.items():
            self._known(label, dict.fromkeys(names))
            for group in self._groups():
                if label.lower() in group:
                    group[label.lower()] = value

    def write(self, file_path: str | os.PathLike[str] | None = None) -> None:
        """Write the namelist into the file that it came from, or into another."""
        target = self.file_path if file_path is None else os.path.expanduser(os.fspath(file_path))
        self.formatted.write(target, force=True)

    def _groups(self) -> list[Any]:
        groups: list[Any] = []
        for value in self.formatted.values():
            groups.extend(value if isinstance(value, list) else [value])
        return groups

    def _known(self, label: str, known: dict[str, Any]) -> str:
        name = label.lower()
        if name not in known:
            close = difflib.get_close_matches(name, list(known), n=1)
            meant = f"; did you mean '{close[0]}'?" if close else ""
            raise KeyError(f"namelist {self.file_path} has no variable '{label}'{meant}")
        return name


def _f90nml() -> Any:
    try:
        import f90nml
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "reading a Fortran namelist needs the package f90nml: install it, or Halocline with its extra: "
            "pip install 'halocline[eophis]'",
            name="f90nml",
        ) from error
    return f90nml
