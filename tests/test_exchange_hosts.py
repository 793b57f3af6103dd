"""Exchanges between Fortran and C hosts on M x N ranks: each host checks every element against its own reference."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from coupled_job import HOSTS, Mpi, Ranks, assert_transport_was_had, compile_host, run_ranks, write_experiment

pytestmark = pytest.mark.usefixtures("each_transport")

STEP_SECONDS = 1200
STEPS = 6
TIME_LIMIT = 60.0

FORTRAN_SOURCES = ("exchange_case.f90", "exchange_reference.f90", "exchange_kinds.f90")
C_SOURCES = ("exchange_case.c", "exchange_reference.c")


@dataclass(frozen=True)
class Field:
    """One field and the exchange that carries it alone; times in steps."""

    name: str
    number: int
    point: str = "T"
    levels: int = 1
    vector: bool = False
    period: int = 1
    lag: int = 0
    static: bool = False
    halo: int = 0
    block: bool = False
    wire: str = "float64"
    fill: float = -5.0
    initial: float = 0.0
    sent_as: tuple[str, str] = ("f64", "plain")
    received_as: tuple[str, str] = ("f64", "plain")


@dataclass(frozen=True)
class Grid:
    """A grid as experiment file and case file name it."""

    nx: int
    ny: int
    edge_i: str
    edge_j: str
    row: str = "mirrored"


@dataclass(frozen=True)
class Side:
    """A component: which host runs it, and the lines of its partition file, one for each rank."""

    host: str
    partition: Sequence[str]
    mpi: str = "library"
    by_messages: int = 0
    """How many of its ranks use messages, the first ones."""


TRIPOLAR_T = Grid(12, 9, "cyclic", "fold_T")
TRIPOLAR_F = Grid(12, 9, "cyclic", "fold_F")

# Uneven boxes of a 12 x 9 grid; hole: the cells of rows 1 to 3 in columns 5 to 12 have no owner.
WHOLE = ("serial",)
HALVES = ("box 1 1 5 9", "box 6 1 7 9")
THIRDS = ("box 1 1 4 9", "box 5 4 8 2", "box 5 6 8 4")
QUARTERS = ("box 1 1 7 3", "box 8 1 5 3", "box 1 4 3 6", "box 4 4 9 6")
ROWS = ("box 1 1 12 1", "box 1 2 12 7", "box 1 9 12 1")
COLUMNS = ("box 1 1 1 9", "box 2 1 10 9", "box 12 1 1 9")
# All cells, odd ones first, backwards; then the even ones; one rank has none.
POINTS = (
    "points 54 " + " ".join(str(cell) for cell in range(107, 0, -2)),
    "points 54 " + " ".join(str(cell) for cell in range(2, 109, 2)),
    "empty",
)
SEGMENTS = ("apple 1 31", "orange 3 90 19 32 5 50 11", "orange 2 37 13 61 29")

# Boxes on some of 5 levels, `cube I J LEVEL NI NJ LEVELS`.
CUBE_OF_ALL = ("cube 1 1 1 12 9 5",)
UPPER_AND_LOWER = ("cube 1 1 1 12 9 2", "cube 1 1 3 12 9 3")
CUBES_OF_3 = ("cube 1 1 1 5 9 5", "cube 6 1 1 7 9 1", "cube 6 1 2 7 9 4")
CUBES_OF_4 = ("cube 1 1 1 7 4 2", "cube 8 1 1 5 4 2", "cube 1 5 1 12 5 2", "cube 1 1 3 12 9 3")
# No owner: level 3 in the west, levels 1 and 2 of rows 1 to 3 in the east, level 5.
CUBES_WITH_HOLES = ("cube 1 1 1 7 9 2", "cube 1 1 4 7 9 1", "cube 8 1 3 5 3 2", "cube 8 4 1 5 6 4")


@pytest.fixture(scope="session")
def hosts(mpi: Mpi, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Compile the hosts: Fortran with the usual kinds and with -fdefault-real-8, and C."""
    return compile_all(mpi, tmp_path_factory.mktemp("hosts"))


def compile_all(mpi: Mpi, folder: Path) -> dict[str, Path]:
    """Compile all hosts for one MPI."""
    # The program says at run time where a section became a temporary.
    fortran = ["-fcheck=array-temps", f"-I{HOSTS}", *(str(HOSTS / name) for name in FORTRAN_SOURCES)]
    c = [f"-I{HOSTS}", *(str(HOSTS / name) for name in C_SOURCES)]
    source = HOSTS / "exchange_host.f90"
    return {
        "fortran": compile_host(mpi, source, folder, fortran, "host_fortran"),
        "real8": compile_host(mpi, source, folder, ["-fdefault-real-8", *fortran], "host_real8"),
        "c": compile_host(mpi, HOSTS / "exchange_host.c", folder, c, "host_c"),
    }


def exchange(mpi: Mpi, hosts: dict[str, Path], folder: Path, grid: Grid, sides: dict[str, Side], fields: Any) -> None:
    """Run two components; `fields` maps the sending component to its fields."""
    write_experiment(folder, experiment(grid, sides, fields))
    for name, side in sides.items():
        (folder / f"{name}.partition").write_text("".join(f"{line}\n" for line in side.partition))
        (folder / f"{name}.case").write_text(case(name, grid, sides, fields))
    ranks: list[Ranks] = []
    for name, side in sides.items():
        part = Ranks(len(side.partition), [hosts[side.host], f"{name}.case"])
        ranks += part.with_messages(side.by_messages)
    outcome = run_ranks(mpi, folder, ranks, time_limit=TIME_LIMIT)
    assert outcome.status == 0, outcome
    assert_transport_was_had(outcome)
    assert "array temporary" not in outcome.output, outcome
    assert outcome.output.count("all values as expected") == sum(part.count for part in ranks), outcome


def experiment(grid: Grid, sides: dict[str, Side], fields: dict[str, list[Field]]) -> dict[str, Any]:
    """Return the experiment file."""
    j: Any = {"north_fold": grid.edge_j[5:]} if grid.edge_j.startswith("fold") else grid.edge_j
    boundary = {"nx": grid.nx, "ny": grid.ny, "boundary": {"i": grid.edge_i, "j": j}}
    if grid.edge_j.startswith("fold"):
        boundary["fold_row"] = grid.row
    return {
        "time": {"start": "2000-01-01", "step": STEP_SECONDS, "steps": STEPS},
        "components": {name: {"ranks": len(side.partition), "command": side.host} for name, side in sides.items()},
        "grids": {"globe": boundary},
        "fields": {
            field.name: {
                "units": "1",
                "grid": "globe",
                "point": field.point,
                "levels": field.levels,
                "kind": "vector" if field.vector else "scalar",
            }
            for field in itertools.chain(*fields.values())
        },
        "exchanges": [
            {"from": sender, "to": other(sides, sender), **exchange_entry(field)}
            for sender, sent in fields.items()
            for field in sent
        ],
        "watch": {"warn_after": 10, "timeout": 30},
    }


def exchange_entry(field: Field) -> dict[str, Any]:
    """Return one entry of `exchanges`."""
    entry: dict[str, Any] = {"fields": [field.name], "halo": field.halo, "fill": field.fill, "wire": field.wire}
    if field.static:
        return {**entry, "static": True}
    entry |= {"period": field.period * STEP_SECONDS, "lag": field.lag * STEP_SECONDS}
    return {**entry, "initial": field.initial} if field.lag > 0 else entry


def case(name: str, grid: Grid, sides: dict[str, Side], fields: dict[str, list[Field]]) -> str:
    """Return the case file of one component."""
    lines = [
        f"component {name}",
        "experiment experiment.yaml",
        f"mpi {sides[name].mpi}",
        f"grid globe {grid.nx} {grid.ny} {grid.edge_i} {grid.edge_j} {grid.row}",
        f"steps {STEP_SECONDS} {STEPS}",
        f"partition {name}.partition",
    ]
    for sender, sent in fields.items():
        for field in sent:
            lines.append(send_line(field) if sender == name else receive_line(field, sender))
    return "\n".join(lines) + "\n"


def words(field: Field, element: tuple[str, str]) -> str:
    """Return what send and receive lines share."""
    sign = "vector" if field.vector else "scalar"
    period = 0 if field.static else field.period * STEP_SECONDS
    lag = 0 if field.static else field.lag * STEP_SECONDS
    return f"{field.name} {field.number} {field.point} {field.levels} {sign} {period} {lag} {element[0]} {element[1]}"


def send_line(field: Field) -> str:
    return f"send {words(field, field.sent_as)}"


def receive_line(field: Field, sender: str) -> str:
    shape = "block" if field.block else "own"
    tail = f"{field.halo} {shape} {field.fill} {field.initial} {sender}.partition"
    return f"receive {words(field, field.received_as)} {tail}"


def other(sides: dict[str, Side], name: str) -> str:
    """Return the partner of a component."""
    return next(side for side in sides if side != name)


def points_of_all_kinds(halo: int) -> list[Field]:
    """Return one field for each point kind, 2D and 3D, with and without a sign, in different sections."""
    return [
        Field("t", 1, "T", 3, halo=halo, block=True, sent_as=("f64", "inner"), received_as=("f64", "inner")),
        Field("u", 2, "U", 1, True, halo=halo, block=True, sent_as=("f32", "stride"), received_as=("f64", "reversed")),
        Field("v", 3, "V", 2, True, halo=halo, block=True, wire="float32", sent_as=("f64", "reversed")),
        Field("f", 4, "F", 1, halo=halo, block=True, sent_as=("default", "inner"), received_as=("default", "stride")),
    ]


def answers() -> list[Field]:
    """Return fields on the way back, without halo."""
    return [
        Field("t_f", 5, "T", 3, sent_as=("f64", "stride"), received_as=("f32", "inner")),
        Field("u_f", 6, "U", 1, True, received_as=("f64", "stride")),
    ]


LAYOUTS = {
    "1 to 1": (WHOLE, WHOLE),
    "2 to 1": (HALVES, WHOLE),
    "3 to 2": (THIRDS, HALVES),
    "4 to 3": (QUARTERS, THIRDS),
    "3 rows to 3 columns": (ROWS, COLUMNS),
    "3 with points to 2": (POINTS, HALVES),
    "3 with segments to 4": (SEGMENTS, QUARTERS),
}


CUBE_LAYOUTS = {
    "1 cube to 1 box": (CUBE_OF_ALL, WHOLE),
    "1 box to 1 cube": (WHOLE, CUBE_OF_ALL),
    "2 cubes to 1 cube": (UPPER_AND_LOWER, CUBE_OF_ALL),
    "2 cubes to 2 boxes": (UPPER_AND_LOWER, HALVES),
    "3 cubes to 2 boxes": (CUBES_OF_3, HALVES),
    "3 cubes to 2 cubes": (CUBES_OF_3, UPPER_AND_LOWER),
    "4 cubes to 3 boxes": (CUBES_OF_4, THIRDS),
    "4 cubes to 3 cubes": (CUBES_OF_4, CUBES_OF_3),
    "4 boxes to 3 cubes": (QUARTERS, CUBES_OF_3),
    "4 cubes with holes to 3 boxes": (CUBES_WITH_HOLES, THIRDS),
    "4 cubes with holes to 3 cubes": (CUBES_WITH_HOLES, CUBES_OF_3),
}


def fields_on_levels(halo: int) -> list[Field]:
    """Return fields of 1 to 5 levels: some cubes have a part of their levels, some have none."""
    return [
        Field("t", 1, "T", 5, halo=halo, block=True, sent_as=("f64", "inner"), received_as=("f64", "inner")),
        Field("u", 2, "U", 4, True, halo=halo, block=True, sent_as=("f32", "stride"), received_as=("f64", "reversed")),
        Field("v", 3, "V", 2, True, halo=halo, block=True, wire="float32", sent_as=("f64", "reversed")),
        Field("f", 4, "F", 1, halo=halo, block=True, sent_as=("f64", "plain"), received_as=("f32", "stride")),
    ]


def answers_on_levels() -> list[Field]:
    """Return fields on the way back, without halo."""
    return [
        Field("t_f", 5, "T", 5, sent_as=("f64", "stride"), received_as=("f32", "inner")),
        Field("u_f", 6, "U", 1, True, received_as=("f64", "stride")),
    ]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("grid", [TRIPOLAR_T, TRIPOLAR_F], ids=["pivot T", "pivot F"])
def test_blocks_with_halo_across_the_fold_are_those_of_the_whole_grid(
    mpi: Mpi, hosts: dict[str, Path], tmp_path: Path, layout: str, grid: Grid
) -> None:
    ocean, network = LAYOUTS[layout]
    sides = {"ocean": Side("fortran", ocean), "network": Side("c", network)}
    exchange(mpi, hosts, tmp_path, grid, sides, {"ocean": points_of_all_kinds(2), "network": answers()})


@pytest.mark.parametrize("halo", [0, 1, 7])
@pytest.mark.parametrize("edges", list(itertools.product(["closed", "cyclic"], repeat=2)), ids=str)
def test_closed_and_cyclic_halos_are_filled_and_wrapped(
    mpi: Mpi, hosts: dict[str, Path], tmp_path: Path, halo: int, edges: tuple[str, str]
) -> None:
    sides = {"ocean": Side("c", QUARTERS), "network": Side("fortran", HALVES)}
    fields = {"ocean": points_of_all_kinds(halo), "network": answers()}
    exchange(mpi, hosts, tmp_path, Grid(12, 9, *edges), sides, fields)


@pytest.mark.parametrize("grid", [TRIPOLAR_T, TRIPOLAR_F], ids=["pivot T", "pivot F"])
def test_deep_halos_across_the_fold_reach_far_into_the_grid(
    mpi: Mpi, hosts: dict[str, Path], tmp_path: Path, grid: Grid
) -> None:
    sides = {"ocean": Side("real8", THIRDS), "network": Side("fortran", HALVES)}
    exchange(mpi, hosts, tmp_path, grid, sides, {"ocean": points_of_all_kinds(7), "network": answers()})


@pytest.mark.parametrize("row", ["mirrored", "owned"])
@pytest.mark.parametrize("pivot", ["T", "F"])
def test_cells_that_nobody_owns_are_filled_also_in_the_fold_row(
    mpi: Mpi, hosts: dict[str, Path], tmp_path: Path, pivot: str, row: str
) -> None:
    # No owner: columns 1 to 4 of rows 1 to 3, and the second half of the fold row but for column 12.
    holes = ("box 5 1 8 3", "box 1 4 12 5", "box 1 9 6 1", "box 12 9 1 1")
    sides = {"ocean": Side("fortran", holes), "network": Side("c", HALVES)}
    grid = Grid(12, 9, "cyclic", f"fold_{pivot}", row)
    exchange(mpi, hosts, tmp_path, grid, sides, {"ocean": points_of_all_kinds(3), "network": answers()})


@pytest.mark.parametrize("row", ["mirrored", "owned"])
@pytest.mark.parametrize("pivot", ["T", "F"])
def test_points_and_segments_receive_the_fold_row(
    mpi: Mpi, hosts: dict[str, Path], tmp_path: Path, pivot: str, row: str
) -> None:
    sides = {"ocean": Side("fortran", POINTS), "network": Side("c", SEGMENTS)}
    fields = [replace(field, block=False) for field in points_of_all_kinds(0)]
    grid = Grid(12, 9, "cyclic", f"fold_{pivot}", row)
    exchange(mpi, hosts, tmp_path, grid, sides, {"ocean": fields, "network": answers()})


@pytest.mark.parametrize("layout", CUBE_LAYOUTS)
@pytest.mark.parametrize("pair", [("fortran", "c"), ("c", "fortran")], ids=" to ".join)
def test_cubes_send_and_receive_their_levels(
    mpi: Mpi, hosts: dict[str, Path], tmp_path: Path, layout: str, pair: tuple[str, str]
) -> None:
    ocean, network = CUBE_LAYOUTS[layout]
    sides = {"ocean": Side(pair[0], ocean), "network": Side(pair[1], network)}
    fields = {"ocean": fields_on_levels(2), "network": answers_on_levels()}
    exchange(mpi, hosts, tmp_path, TRIPOLAR_T, sides, fields)


@pytest.mark.parametrize("grid", [TRIPOLAR_F, Grid(12, 9, "closed", "cyclic")], ids=["pivot F", "cyclic"])
def test_cubes_have_halos_on_their_own_levels(mpi: Mpi, hosts: dict[str, Path], tmp_path: Path, grid: Grid) -> None:
    sides = {"ocean": Side("fortran", CUBES_WITH_HOLES), "network": Side("real8", CUBES_OF_4)}
    exchange(mpi, hosts, tmp_path, grid, sides, {"ocean": fields_on_levels(7), "network": answers_on_levels()})


def test_points_and_segments_exchange_with_cubes(mpi: Mpi, hosts: dict[str, Path], tmp_path: Path) -> None:
    for number, (ocean, network) in enumerate([(POINTS, CUBES_OF_4), (CUBES_WITH_HOLES, SEGMENTS)]):
        folder = tmp_path / str(number)
        folder.mkdir()
        sides = {"ocean": Side("fortran", ocean), "network": Side("c", network)}
        fields = [replace(field, block=False) for field in fields_on_levels(0)]
        exchange(mpi, hosts, folder, TRIPOLAR_T, sides, {"ocean": fields, "network": answers_on_levels()})


def test_initial_values_of_cubes_are_those_of_their_levels(mpi: Mpi, hosts: dict[str, Path], tmp_path: Path) -> None:
    sides = {"ocean": Side("c", CUBES_OF_4), "network": Side("fortran", CUBES_OF_3)}
    late = Field("late", 1, "U", 5, True, period=2, lag=1, initial=0.25, halo=2, block=True)
    fields = {
        "ocean": [late, Field("mask", 2, levels=3, static=True)],
        "network": [Field("back", 3, levels=4, period=2)],
    }
    exchange(mpi, hosts, tmp_path, TRIPOLAR_F, sides, fields)


def test_own_cells_are_received_without_the_halo_of_the_exchange(
    mpi: Mpi, hosts: dict[str, Path], tmp_path: Path
) -> None:
    sides = {"ocean": Side("fortran", HALVES), "network": Side("real8", THIRDS)}
    fields = [replace(field, block=False) for field in points_of_all_kinds(2)]
    exchange(mpi, hosts, tmp_path, TRIPOLAR_T, sides, {"ocean": fields, "network": answers()})


def test_periods_lags_and_statics_bring_the_right_date(mpi: Mpi, hosts: dict[str, Path], tmp_path: Path) -> None:
    sides = {"ocean": Side("fortran", HALVES), "network": Side("c", THIRDS)}
    fields = {
        "ocean": [
            Field("mask", 1, static=True, levels=2, halo=1, block=True),
            Field("slow", 2, period=3, halo=1, block=True),
            Field("late", 3, "U", vector=True, period=2, lag=1, initial=0.25, halo=2, block=True),
            Field("last", 4, period=2, lag=2, initial=-3.0),
        ],
        "network": [Field("back", 5, period=2), Field("held", 6, "V", vector=True, period=1, lag=1, initial=7.5)],
    }
    exchange(mpi, hosts, tmp_path, TRIPOLAR_F, sides, fields)


def test_a_negative_lag_serves_an_earlier_date(mpi: Mpi, hosts: dict[str, Path], tmp_path: Path) -> None:
    sides = {"ocean": Side("fortran", HALVES), "network": Side("c", WHOLE)}
    fields = {"ocean": [Field("early", 1, period=3, lag=-1), Field("mask", 2, static=True)]}
    exchange(mpi, hosts, tmp_path, TRIPOLAR_T, sides, fields)


MIXED = pytest.mark.parametrize("each_transport", ["mixed"], indirect=True)


@MIXED
@pytest.mark.parametrize(("ocean", "network"), [(2, 0), (0, 1), (3, 1)], ids=str)
@pytest.mark.parametrize("pair", [("c", "fortran"), ("fortran", "c")], ids=" to ".join)
def test_a_block_gets_some_cells_by_memory_and_others_by_messages(
    mpi: Mpi, hosts: dict[str, Path], tmp_path: Path, pair: tuple[str, str], ocean: int, network: int
) -> None:
    # Each block of the network has cells of all ranks of the ocean around it, across the fold too.
    sides = {"ocean": Side(pair[0], QUARTERS, by_messages=ocean), "network": Side(pair[1], HALVES, by_messages=network)}
    exchange(mpi, hosts, tmp_path, TRIPOLAR_T, sides, {"ocean": points_of_all_kinds(7), "network": answers()})


@MIXED
def test_levels_come_by_memory_and_by_messages(mpi: Mpi, hosts: dict[str, Path], tmp_path: Path) -> None:
    # The first two cubes have the upper levels: a column of a block comes in both ways.
    sides = {"ocean": Side("c", CUBES_OF_4, by_messages=2), "network": Side("fortran", HALVES)}
    exchange(mpi, hosts, tmp_path, TRIPOLAR_F, sides, {"ocean": fields_on_levels(2), "network": answers_on_levels()})


@pytest.mark.parametrize("host", ["fortran", "real8", "c"])
def test_the_host_may_start_and_end_mpi_itself(mpi: Mpi, hosts: dict[str, Path], tmp_path: Path, host: str) -> None:
    sides = {"ocean": Side(host, HALVES, mpi="host"), "network": Side("c", WHOLE, mpi="library")}
    exchange(mpi, hosts, tmp_path, TRIPOLAR_T, sides, {"ocean": points_of_all_kinds(1), "network": answers()})


def test_hosts_exchange_on_each_mpi(each_mpi: Mpi, tmp_path: Path) -> None:
    hosts = compile_all(each_mpi, tmp_path)
    for number, (ocean, network) in enumerate([("fortran", "c"), ("c", "real8")]):
        folder = tmp_path / str(number)
        folder.mkdir()
        sides = {"ocean": Side(ocean, QUARTERS), "network": Side(network, THIRDS, mpi="host")}
        exchange(each_mpi, hosts, folder, TRIPOLAR_T, sides, {"ocean": points_of_all_kinds(2), "network": answers()})
