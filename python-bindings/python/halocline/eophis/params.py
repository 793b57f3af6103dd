"""Constants of Eophis scripts: periods, well-known grids, and what the script is about to do."""

from __future__ import annotations

from typing import Any, ClassVar

__all__ = ["Domains", "Freqs", "set_mode"]


class Freqs:
    """Periods of exchanges [s]. STATIC: once, before anything else."""

    STATIC = -1
    MINUTLY = 60
    HOURLY = 60 * MINUTLY
    DAILY = 24 * HOURLY
    WEEKLY = 7 * DAILY
    MONTHLY = 31 * DAILY
    YEARLY = 365 * DAILY


def _orca(npts: tuple[int, int], point: str) -> dict[str, Any]:
    return {"npts": npts, "halos": 1, "bnd": ("cyclic", "NFold"), "folding": (point, "T")}


class Domains:
    """Grids by name: number of points, halo, boundaries, (point, pivot) of the fold."""

    demo: ClassVar[dict[str, Any]] = {
        "npts": (720, 603),
        "halos": 0,
        "bnd": ("close", "close"),
        "folding": ("T", "T"),
    }
    eORCA05: ClassVar[dict[str, Any]] = _orca((720, 603), "T")  # noqa: N815
    eORCA025: ClassVar[dict[str, Any]] = _orca((1440, 1206), "T")  # noqa: N815
    eORCA025_U: ClassVar[dict[str, Any]] = _orca((1440, 1206), "U")  # noqa: N815
    eORCA025_V: ClassVar[dict[str, Any]] = _orca((1440, 1206), "V")  # noqa: N815
    eORCA025_F: ClassVar[dict[str, Any]] = _orca((1440, 1206), "F")  # noqa: N815


class Mode:
    """What the script may do: write the coupling namelist, or couple. A script that says nothing couples."""

    preproduction = False
    production = True


def set_mode(mode_to_set: str) -> None:
    """Choose 'preprod' (namelists are written, nothing is coupled) or 'prod' (coupled, nothing is written).

    Any other word allows neither, as in Eophis: the script is about to say so itself.
    """
    Mode.preproduction = mode_to_set == "preprod"
    Mode.production = mode_to_set == "prod"
