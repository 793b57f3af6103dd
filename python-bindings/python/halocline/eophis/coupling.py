"""What a script does with its tunnels: register them, write the namcouple, open them, close them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from typing import Any

from . import logs
from .grid import Grid
from .namcouple import Namcouple, Section
from .params import Mode
from .runtime import Coupling
from .tunnel import Tunnel, is_static

__all__ = [
    "close_tunnels",
    "init_namcouple",
    "open_tunnels",
    "register_tunnels",
    "tunnels_ready",
    "write_coupling_namelist",
]

FILE = "namcouple"
REFERENCE = "namcouple_ref"
EXPERIMENT = "HALOCLINE_EXPERIMENT"
"""Environment variable: the file that all components of the job read, instead of the namcouple here."""
EXCHANGE_KEYS = ("freq", "grd", "lvl", "in", "out")
TUNNEL_KEYS = ("label", "grids", "exchs", "geo_aliases", "py_aliases")
LATER = 1.01
"""The namcouple's run is longer than the simulation by this factor, so that the last date lies within it."""


class _Registry:
    """The tunnels of this process and the namcouple that they are written into, or compared with."""

    def __init__(self, infile: str, outfile: str) -> None:
        self.infile, self.outfile = infile, outfile
        self.begin()

    def begin(self) -> None:
        """Read the namcouple anew and forget all tunnels."""
        self.namcouple = Namcouple.read(self.infile)
        self.tunnels: list[Tunnel] = []
        self.static: list[tuple[str, Section]] = []
        self.arriving = self.departing = self.added = 0
        self.coupling: Coupling | None = None

    def add(self, config: dict[str, Any]) -> Tunnel:
        """Check the description of a tunnel, give its fields their names, and make it."""
        label, grids, exchs = _checked(config)
        geo = _names(config, "geo_aliases", label)
        py = _names(config, "py_aliases", label)
        comments = [f"tunnel {label}"]
        for ex in exchs:
            grid = grids[ex["grd"]]
            for name in ex["in"]:
                geo.setdefault(name, f"E_OUT_{self.arriving}")
                py.setdefault(name, f"M_IN_{self.arriving}")
                self.arriving += 1
                self._section(geo[name], py[name], ex, grid, [*comments, f"{name}: ocean model -> script"])
                comments = []
            for name in ex["out"]:
                geo.setdefault(name, f"E_IN_{self.departing}")
                py.setdefault(name, f"M_OUT_{self.departing}")
                self.departing += 1
                self._section(py[name], geo[name], ex, grid, [*comments, f"{name}: script -> ocean model"])
                comments = []
        tunnel = Tunnel(label, grids, exchs, geo, py)
        self.tunnels.append(tunnel)
        return tunnel

    def _section(self, source: str, target: str, ex: dict[str, Any], grid: dict[str, Any], comments: list[str]) -> None:
        nx, ny = (int(points) for points in grid["npts"])
        period = None if is_static(ex) else int(ex["freq"])
        section = Section(source, target, period, str(ex["grd"]), nx, ny)
        if Mode.production:
            if not _reads_experiment_file():
                self._compare(section)
            return
        *above, comment = comments
        if self.namcouple.find(source, target) is None:
            for text in above:
                self.namcouple.comment(text)
        self.added += self.namcouple.put(comment, section)
        if period is None:
            self.static.append((comment, section))

    def _compare(self, section: Section) -> None:
        """In production the namcouple must hold what the tunnels need."""
        found = self.namcouple.find(section.source, section.target)
        wanted = " | ".join(section.lines(self.namcouple.run_time)[:2])
        if found is None:
            known = self.namcouple.known_names(section.source, section.target)
            logs.abort(f'{self.infile}: no section for\n  expected: "{wanted}"\n  found: {known}\n  {ADVICE}')
        differences = section.differences(found, self.namcouple.run_time)
        if differences:
            logs.abort(
                f"{self.infile}, line {found.position + 1}: the section is not that of the registered tunnel "
                f'({"; ".join(differences)})\n  expected: "{wanted}"\n  found: "{found.text()}"\n  {ADVICE}'
            )

    def write(self, seconds: int) -> None:
        """Write the namcouple for a run of this length."""
        self.namcouple.fields += self.added
        self.added = 0
        self.namcouple.run_time = max(self.namcouple.run_time, seconds)
        for comment, section in self.static:
            self.namcouple.put(comment, section)
        if logs.rank() == 0:
            self.namcouple.write(self.outfile)


ADVICE = "change: run the script in preproduction once more, or correct the grids and exchs of the tunnel"

_registry: _Registry | None = None
_instead: Callable[[int], None] | None = None


def write_instead(write: Callable[[int], None]) -> None:
    """Hand the length of the simulation [s] over instead of writing the namcouple."""
    global _instead
    _instead = write


def current() -> _Registry:
    """Return the tunnels of this process."""
    if _registry is None:
        begin()
    assert _registry is not None
    return _registry


def begin() -> None:
    """Look for the namcouple, as at import; keep the original of one that is there as namcouple_ref."""
    infile, outfile = os.path.abspath(FILE), os.path.abspath(FILE)
    reference = os.path.abspath(REFERENCE)
    logs.info("  Coupling: looking for namcouple and namcouple_ref")
    if os.path.isfile(infile):
        if os.path.isfile(reference):
            logs.info("      both are here, namcouple is read")
        else:
            logs.info("      namcouple is here, its copy is namcouple_ref")
            _copy(infile, reference)
    elif os.path.isfile(reference):
        logs.info("      namcouple_ref is here, its copy is namcouple")
        _copy(reference, infile)
    else:
        logs.info("      neither is here: it begins empty")
    _start(infile, outfile)


def _copy(source: str, target: str) -> None:
    """Copy a file; where several ranks do so at once, nobody sees half of it."""
    part = f"{target}.{os.getpid()}"
    shutil.copy(source, part)
    os.replace(part, target)


def _start(infile: str, outfile: str) -> None:
    global _registry
    _registry = _Registry(infile, outfile)


def init_namcouple(cpl_nml_tmp: str, cpl_nml: str) -> None:
    """Begin again with another namcouple: read `cpl_nml_tmp`, write `cpl_nml`. Registered tunnels are forgotten."""
    if _registry is not None and _registry.coupling is not None:
        logs.abort("init_namcouple while tunnels are open; close_tunnels comes first")
    logs.info(f"  Reading {cpl_nml_tmp}")
    _start(os.fspath(cpl_nml_tmp), os.fspath(cpl_nml))


def register_tunnels(configs: list[dict[str, Any]]) -> list[Tunnel]:
    """Make tunnels from their descriptions, in this order.

    In preproduction their sections are put into the namcouple; in production they are compared with it, and what does
    not agree ends the job.
    """
    registry = current()
    # What cannot be registered any more is None, as in Eophis; no script reads on from there.
    tunnels: list[Any] = []
    for config in configs:
        if registry.coupling is not None:
            logs.warning(f"Tunnels are opened, cannot register new tunnel {config.get('label', '')}")
            tunnels.append(None)
        else:
            tunnels.append(registry.add(config))
    return tunnels


def write_coupling_namelist(simulation_time: float = 31536000.0) -> None:
    """Write the namcouple for a simulation of this length [s]; in preproduction only."""
    logs.info("\n  Writing namcouple with registered tunnels")
    if not Mode.preproduction:
        logs.abort("the namcouple can only be written in preproduction: eophis.set_mode('preprod')")
    registry = current()
    if registry.coupling is not None:
        logs.warning("Tunnels are opened, cannot write coupling namelist")
        return
    if _instead is not None:
        _instead(int(simulation_time))
    else:
        registry.write(int(simulation_time * LATER))


def open_tunnels() -> None:
    """Join the coupled job and open all tunnels; in production only. Collective over all processes of the job."""
    logs.info("\n  Opening tunnels")
    if not Mode.production:
        logs.abort("tunnels can only be opened in production: eophis.set_mode('prod')")
    registry = current()
    if registry.coupling is not None:
        logs.warning("Tunnels are opened already")
        return
    # Where the script reads another file, the session must read the same.
    if registry.infile != os.path.abspath(FILE):
        os.environ.setdefault(EXPERIMENT, registry.infile)
    if _reads_experiment_file():
        logs.info(f"  The job reads {os.environ[EXPERIMENT]}; a north fold of its grids comes before those of tunnels")
    registry.coupling = Coupling()
    for tunnel in registry.tunnels:
        tunnel.configure(registry.coupling)
    registry.coupling.end_definition()
    for tunnel in registry.tunnels:
        tunnel.check()


def tunnels_ready() -> bool:
    """Whether all static fields have been exchanged."""
    return all(tunnel.static_done() for tunnel in current().tunnels)


def close_tunnels(reread: bool = True) -> None:
    """Leave the coupled job, forget all tunnels and read the namcouple anew."""
    logs.info("\n  Closing tunnels")
    registry = current()
    if registry.coupling is not None:
        coupling, registry.coupling = registry.coupling, None
        if logs.failure() is None:
            coupling.close()
    if reread:
        registry.begin()


def _reads_experiment_file() -> bool:
    """Whether the job is described by an experiment file, and not by a namcouple."""
    return os.environ.get(EXPERIMENT, "").endswith((".yaml", ".yml"))


def _checked(config: dict[str, Any]) -> tuple[str, dict[str, Any], list[dict[str, Any]]]:
    """Take a description of a tunnel apart; what cannot be meant ends the job."""
    label = str(config.get("label", ""))
    for key in ("label", "grids", "exchs"):
        if key not in config:
            logs.abort(f"Tunnel {label}: no '{key}', expected: {', '.join(TUNNEL_KEYS)}")
    for key in config:
        if key not in TUNNEL_KEYS:
            logs.abort(f"Tunnel {label}: unknown key '{key}', expected: {', '.join(TUNNEL_KEYS)}")
    grids, exchs = config["grids"], config["exchs"]
    for ex in exchs:
        for key in EXCHANGE_KEYS:
            if key not in ex:
                logs.abort(f"Tunnel {label}: an exchange without '{key}', expected: {', '.join(EXCHANGE_KEYS)}")
        if ex["grd"] not in grids:
            logs.abort(f"Tunnel {label}: unknown grid '{ex['grd']}', expected one of: {', '.join(map(str, grids))}")
        if not is_static(ex) and int(ex["freq"]) < 1:
            logs.abort(f"Tunnel {label}: period {ex['freq']} s, expected: 1 or more, or Freqs.STATIC")
        if int(ex["lvl"]) < 1:
            logs.abort(f"Tunnel {label}: {ex['lvl']} levels, expected: 1 or more")
    for grid in grids.values():
        if "npts" not in grid:
            Grid.described(label, grid)
    return label, grids, exchs


def _names(config: dict[str, Any], key: str, label: str) -> dict[str, str]:
    """Give the names of fields on one side: as the script says, or, with `'names'`, those of the fields themselves."""
    said = config.get(key) or {}
    if said == "names":
        return {name: name for ex in config["exchs"] for name in [*ex["in"], *ex["out"]]}
    if not isinstance(said, dict):
        logs.abort(f"Tunnel {label}: {key} {said!r}, expected: a dictionary of names, or 'names'")
    return dict(said)
