"""Scripts written for Eophis, on Halocline's runtime.

A script that imports `eophis` describes tunnels to an ocean model, writes the namcouple (preproduction) and exchanges
fields with the running model (production)::

    import eophis

    tunnel, = eophis.register_tunnels(config)
    eophis.open_tunnels()

    @eophis.all_in_all_out(geo_model=tunnel, step=1200, niter=100)
    def loop_core(**inputs):
        return {"u_f": network(inputs["u"])}

    eophis.starter(loop_core)

MPI is loaded when tunnels open, not before. Arrays have the axes (i, j, level), halo included.
"""

from __future__ import annotations

import atexit
import platform
import sys

from . import coupling as _coupling
from . import logs as _logs
from .coupling import (
    close_tunnels,
    init_namcouple,
    open_tunnels,
    register_tunnels,
    tunnels_ready,
    write_coupling_namelist,
)
from .logs import abort, info, warning
from .loop import all_in_all_out, starter
from .namelist import FortranNamelist
from .params import Domains, Freqs, set_mode
from .tunnel import Tunnel

__all__ = [
    "Domains",
    "FortranNamelist",
    "Freqs",
    "Tunnel",
    "abort",
    "all_in_all_out",
    "close_tunnels",
    "info",
    "init_namcouple",
    "open_tunnels",
    "register_tunnels",
    "set_mode",
    "starter",
    "tunnels_ready",
    "warning",
    "write_coupling_namelist",
]

REPLACES = "1.0.2"
"""The version of Eophis whose scripts run."""


def _banner() -> None:
    from importlib.metadata import PackageNotFoundError, version

    info("=" * 47)
    info(f"|  eophis {REPLACES} scripts, run by Halocline".ljust(46) + "|")
    info("=" * 47)
    info(f"Python {platform.python_version()} ({sys.executable})")
    for package in ("halocline", "numpy", "f90nml"):
        try:
            info(f"{package} {version(package)}")
        except PackageNotFoundError:
            info(f"{package} (not installed as a package)")
    info("-" * 47)


def _end() -> None:
    if _logs.aborted():
        return
    failure = _logs.failure()
    if failure is None:
        close_tunnels(reread=False)
        info("\nEOPHIS run finished")
    else:
        info(f"\nEOPHIS run ended by {type(failure).__name__}: {failure}")
    _logs.end()


_logs.begin()
_banner()
_coupling.begin()
atexit.register(_end)
