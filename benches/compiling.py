"""Compile the programs of the benchmarks against an installed Halocline."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from pathlib import Path

from jobs import JobError, run_checked

SOURCES = Path(__file__).resolve().parent / "programs"
FLAGS = ["-O3", "-Wall", "-Wextra"]


@dataclass(frozen=True)
class Programs:
    """The compiled programs."""

    memory_copy: Path
    ping_pong: Path
    ocean: Path
    partner: Path


def compile_all(prefix: Path, folder: Path) -> Programs:
    """Compile all programs into a folder; the flags come from the installed pkg-config file, as a user's would."""
    if not (prefix / "lib" / "pkgconfig" / "halocline.pc").exists():
        raise JobError(f"found no Halocline in {prefix}; run `make install PREFIX=...`, or set HALOCLINE_PREFIX")
    folder.mkdir(parents=True, exist_ok=True)
    mpicc = shlex.split(os.environ.get("MPICC", "mpicc"))
    mpifort = shlex.split(os.environ.get("FC", "mpifort"))
    cflags, libraries = pkg_config(prefix, "--cflags"), pkg_config(prefix, "--libs")
    for name in ("memory_copy", "ping_pong"):
        run_checked([*mpicc, "-std=gnu11", *FLAGS, SOURCES / f"{name}.c", "-o", folder / name], folder)
    for name in ("ocean", "partner"):
        sources = [SOURCES / "bench_setting.f90", SOURCES / f"{name}.f90"]
        run_checked([*mpifort, *FLAGS, *cflags, *sources, "-o", folder / name, *libraries], folder)
    return Programs(*(folder / name for name in ("memory_copy", "ping_pong", "ocean", "partner")))


def pkg_config(prefix: Path, what: str, package: str = "halocline") -> list[str]:
    """Ask pkg-config for the flags of a package that is installed in a prefix or in the system."""
    environment = {
        "PKG_CONFIG_PATH": f"{prefix / 'lib' / 'pkgconfig'}:{os.environ.get('PKG_CONFIG_PATH', '')}",
        # Otherwise pkg-config drops -I/usr/include and -L/usr/lib of an installation there.
        "PKG_CONFIG_ALLOW_SYSTEM_CFLAGS": "1",
        "PKG_CONFIG_ALLOW_SYSTEM_LIBS": "1",
    }
    return shlex.split(run_checked(["pkg-config", what, package], Path.cwd(), environment))
