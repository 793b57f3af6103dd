"""What a script does without MPI: describe tunnels, write the namcouple, compare it, read namelists, fail in words."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from eophis_jobs import search_path

START = """
import sys
import eophis
from eophis import Domains, Freqs
"""
TUNNEL = """
def tunnel(**changes):
    grids = {'gyre': {'npts': (62, 199), 'halos': 7, 'bnd': ('close', 'close')}}
    exchs = [{'freq': 2700., 'grd': 'gyre', 'lvl': 36, 'in': ['u', 'v'], 'out': ['u_f', 'v_f']}]
    return {'label': 'TO_OCEAN', 'grids': grids, 'exchs': exchs, **changes}
def masks(**changes):
    exchs = [{'freq': Freqs.STATIC, 'grd': 'gyre', 'lvl': 36, 'in': ['mask'], 'out': []}]
    return tunnel(label='MASKS', exchs=exchs, **changes)
"""


def script(folder: Path, text: str, status: int = 0, **environment: str) -> str:
    """Run a script in its folder; return what it printed."""
    launched = ("OMPI_", "PMI", "SLURM_")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(launched)}
    done = subprocess.run(
        [sys.executable, "-c", START + TUNNEL + text],
        cwd=folder,
        env={**inherited, "PYTHONPATH": search_path(), **environment},
        text=True,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def preproduction(folder: Path, configs: str = "[tunnel(), masks()]", seconds: int = 13500) -> str:
    """Write the namcouple; return it."""
    script(
        folder,
        f"eophis.set_mode('preprod')\neophis.register_tunnels({configs})\n"
        f"eophis.write_coupling_namelist(simulation_time={seconds})\n",
    )
    return (folder / "namcouple").read_text()


def sections(text: str) -> list[str]:
    """Give the lines of the sections, without comments."""
    lines = text.split("$STRINGS")[1].splitlines()
    return [line for line in lines if line and not line.startswith(("#", "$"))]


def test_import_writes_a_banner_and_needs_no_mpi(tmp_path: Path) -> None:
    """Both log files are there; modules of MPI are not."""
    out = script(tmp_path, "print([name for name in sys.modules if 'mpi' in name.lower().split('.')[-1]])")
    assert "mpi4py" not in out
    assert "_mpi" not in out
    assert "run by Halocline" in (tmp_path / "eophis.out").read_text()
    assert (tmp_path / "eophis.err").read_text() == ""
    assert not (tmp_path / "namcouple").exists()


def test_preproduction_writes_the_namcouple(tmp_path: Path) -> None:
    """Names are counted over all tunnels; what is static comes once in the whole run, which is a little longer."""
    text = preproduction(tmp_path)
    assert text.startswith("############# MODIFIED BY EOPHIS ###############\n$NFIELDS\n5\n$END\n")
    assert "$RUNTIME\n13635\n" in text
    assert "$NLOGPRT\n1 0\n" in text
    assert sections(text) == [
        "E_OUT_0 M_IN_0 1 2700 0 rst.nc EXPORTED",
        "62 199 62 199 gyre gyre LAG=0",
        "R 0 R 0",
        "E_OUT_1 M_IN_1 1 2700 0 rst.nc EXPORTED",
        "62 199 62 199 gyre gyre LAG=0",
        "R 0 R 0",
        "M_OUT_0 E_IN_0 1 2700 0 rst.nc EXPORTED",
        "62 199 62 199 gyre gyre LAG=0",
        "R 0 R 0",
        "M_OUT_1 E_IN_1 1 2700 0 rst.nc EXPORTED",
        "62 199 62 199 gyre gyre LAG=0",
        "R 0 R 0",
        "E_OUT_2 M_IN_2 1 13635 0 rst.nc EXPORTED",
        "62 199 62 199 gyre gyre LAG=0",
        "R 0 R 0",
    ]


def test_a_second_preproduction_changes_nothing_twice(tmp_path: Path) -> None:
    """Sections of the same names are written over, not added; the original is kept."""
    first = preproduction(tmp_path)
    assert preproduction(tmp_path) == first
    assert (tmp_path / "namcouple_ref").read_text() == first


def test_sections_of_others_stay(tmp_path: Path) -> None:
    """A namcouple with another coupling is completed."""
    other = "ATM_T OCE_T 1 3600 1 flx.nc EXPOUT\n4 4 62 199 lmdz gyre LAG=0\nP 0 R 0\nLOCTRANS\nAVERAGE\n"
    head = "# ours\n$NFIELDS\n 1\n$END\n$RUNTIME\n 99999\n$END\n$STRINGS\n"
    (tmp_path / "namcouple_ref").write_text(f"{head}{other}$END\n")
    text = preproduction(tmp_path)
    assert other in text
    assert "$NFIELDS\n6\n" in text
    assert "$RUNTIME\n99999\n" in text
    # What comes once comes once in the run that the file says.
    assert "E_OUT_2 M_IN_2 1 99999 0 rst.nc EXPORTED" in text


def test_names_and_grids_with_minus_one_in_them_stay(tmp_path: Path) -> None:
    """Only the period of static exchanges is replaced."""
    grids = "{'gyre': {'npts': (62, 199)}, 'ORCA-1': {'npts': (36, 33)}}"
    exchs = "[{'freq': Freqs.STATIC, 'grd': 'ORCA-1', 'lvl': 1, 'in': ['t-1'], 'out': []}]"
    config = f"[tunnel(grids={grids}, exchs={exchs}, geo_aliases={{'t-1': 'O-1'}}, py_aliases={{'t-1': 'M-1'}})]"
    text = preproduction(tmp_path, config)
    assert sections(text) == ["O-1 M-1 1 13635 0 rst.nc EXPORTED", "36 33 36 33 ORCA-1 ORCA-1 LAG=0", "R 0 R 0"]
    script(tmp_path, f"eophis.register_tunnels({config})")


def test_production_takes_the_namcouple_that_it_needs(tmp_path: Path) -> None:
    """And leaves it as it is."""
    text = preproduction(tmp_path)
    script(tmp_path, "assert len(eophis.register_tunnels([tunnel(), masks()])) == 2")
    assert (tmp_path / "namcouple").read_text() == text


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("E_OUT_1 M_IN_1 1 2700 ", "E_OUT_1 M_IN_1 1 3600 ", "period: found 3600, expected 2700"),
        ("E_OUT_0 M_IN_0", "E_OUT_7 M_IN_0", "no section for"),
        ("62 199 62 199 gyre gyre", "62 198 62 198 gyre gyre", "sizes: found 62 198 62 198, expected 62 199 62 199"),
        ("gyre gyre", "gyre toce", "grids: found gyre toce, expected gyre gyre"),
        ("E_OUT_2 M_IN_2 1 13635", "E_OUT_2 M_IN_2 1 100", "period: found 100, expected 13635"),
    ],
)
def test_production_refuses_another_namcouple_and_shows_both(tmp_path: Path, old: str, new: str, words: str) -> None:
    """A mismatch is an error with what was found and what is expected."""
    text = preproduction(tmp_path)
    assert old in text
    (tmp_path / "namcouple").write_text(text.replace(old, new, 1))
    out = script(tmp_path, "eophis.register_tunnels([tunnel(), masks()])", status=1)
    assert words in out
    assert "expected: " in out
    assert words in (tmp_path / "eophis.err").read_text()
    assert "RUN ABORTED" in (tmp_path / "eophis.out").read_text()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("tunnel(exchs=[{'freq': 1, 'grd': 'gire', 'lvl': 1, 'in': [], 'out': []}])", "unknown grid 'gire'"),
        ("tunnel(grids={'gyre': {'npts': (0, 9)}})", "1 or more points"),
        ("tunnel(grids={'gyre': {'npts': (9, 9), 'halo': 1}})", "unknown key 'halo'"),
        ("tunnel(grids={'gyre': {'npts': (9, 9), 'bnd': ('NFold', 'close')}})", "second dimension only"),
        ("tunnel(grids={'gyre': {'npts': (9, 9), 'bnd': ('close', 'NFold'), 'folding': ('W', 'T')}})", "grid type W"),
        ("tunnel(exchs=[{'freq': 0, 'grd': 'gyre', 'lvl': 1, 'in': [], 'out': []}])", "period 0 s"),
        ("tunnel(exchs=[{'freq': 1, 'grd': 'gyre', 'in': [], 'out': []}])", "without 'lvl'"),
    ],
)
def test_wrong_tunnels_are_refused_in_words(tmp_path: Path, call: str, words: str) -> None:
    """In preproduction already."""
    out = script(tmp_path, f"eophis.set_mode('preprod')\neophis.register_tunnels([{call}])", status=1)
    assert words in out


def test_kinds_in_lower_case_and_strange_boundaries_work(tmp_path: Path) -> None:
    """U and u are the same; a boundary that nobody knows is closed, with a warning."""
    grids = "{'gyre': {'npts': (62, 199), 'halos': 1, 'bnd': ('Cyclic', 'nFOLD'), 'folding': ('u', 'f')}}"
    script(
        tmp_path,
        f"eophis.set_mode('preprod')\nt, = eophis.register_tunnels([tunnel(grids={grids})])\n"
        "g = t.grids['gyre']\nassert (g.grd, g.fold, g.bnd) == ('U', 'F', ('cyclic', 'nfold'))",
    )
    odd = "{'gyre': {'npts': (62, 199), 'bnd': ('open', 'close')}}"
    script(tmp_path, f"eophis.set_mode('preprod')\neophis.register_tunnels([tunnel(grids={odd})])")
    assert "unrecognized x boundary 'open'" in (tmp_path / "eophis.err").read_text()


def test_known_grids_and_periods_are_those_of_eophis(tmp_path: Path) -> None:
    """Scripts use them by name."""
    script(
        tmp_path,
        "assert (Freqs.STATIC, Freqs.MINUTLY, Freqs.HOURLY, Freqs.DAILY) == (-1, 60, 3600, 86400)\n"
        "assert (Freqs.WEEKLY, Freqs.MONTHLY, Freqs.YEARLY) == (7 * 86400, 31 * 86400, 365 * 86400)\n"
        "assert (Domains.demo['npts'], Domains.demo['halos']) == ((720, 603), 0)\n"
        "assert Domains.eORCA05['npts'] == (720, 603)\n"
        "for point in 'UVF':\n"
        "    grid = getattr(Domains, f'eORCA025_{point}')\n"
        "    assert (grid['npts'], grid['halos'], grid['folding']) == ((1440, 1206), 1, (point, 'T'))\n"
        "    assert grid['bnd'] == ('cyclic', 'NFold')\n",
    )


def test_modes_allow_one_thing_each(tmp_path: Path) -> None:
    """Production writes nothing, preproduction couples nothing."""
    assert "preproduction" in script(tmp_path, "eophis.write_coupling_namelist(1)", status=1)
    assert "production" in script(tmp_path, "eophis.set_mode('preprod')\neophis.open_tunnels()", status=1)


def test_messages_name_their_place(tmp_path: Path) -> None:
    """Warnings and errors go into eophis.err, and the status of an abort is not 0."""
    script(tmp_path, "eophis.info('hello')\neophis.warning('beware')\neophis.abort('enough')", status=1)
    out, err = (tmp_path / "eophis.out").read_text(), (tmp_path / "eophis.err").read_text()
    assert "\nhello\n" in out
    assert "Warning raised by rank 0" in out
    assert "EOPHIS run finished" not in out
    assert err.splitlines()[0].startswith("WARNING [RANK:0] from <string> at line ")
    assert err.splitlines()[0].endswith(": beware")
    assert err.splitlines()[1].endswith(": enough")


def test_names_of_the_ocean_may_be_those_of_the_fields(tmp_path: Path) -> None:
    """An ocean model need not count."""
    text = preproduction(tmp_path, "[tunnel(geo_aliases='names')]")
    assert [line.split()[:2] for line in sections(text)[::3]] == [
        ["u", "M_IN_0"],
        ["v", "M_IN_1"],
        ["M_OUT_0", "u_f"],
        ["M_OUT_1", "v_f"],
    ]


def test_lists_of_a_tunnel_leave_static_fields_out(tmp_path: Path) -> None:
    """They are exchanged by hand."""
    script(
        tmp_path,
        "eophis.set_mode('preprod')\na, b = eophis.register_tunnels([tunnel(), masks()])\n"
        "assert (a.arriving_list(), a.departure_list()) == (['u', 'v'], ['u_f', 'v_f'])\n"
        "assert (b.label, b.arriving_list(), b.departure_list()) == ('MASKS', [], [])\n"
        "assert not eophis.tunnels_ready()\n",
    )


def test_the_fold_may_be_asked_for_at_the_last_row(tmp_path: Path) -> None:
    """By the grid, or by the environment for all grids that do not say; the log says which it is."""
    fold = "{'npts': (62, 199), 'halos': 1, 'bnd': ('cyclic', 'NFold'), 'folding': ('U', 'T')}"
    text = (
        f"eophis.set_mode('preprod')\ngrid = {{**{fold}, **CHANGES}}\n"
        "t, = eophis.register_tunnels([tunnel(grids={'gyre': grid})])\n"
        "g = t.grids['gyre']\nprint(g.folds_north, g.changes_sign(False), g.changes_sign(True))"
    )
    cases = [
        ("{}", "", "False False False", "at the first row"),
        ("{'fold_edge': 'north'}", "", "True True False", "at the last row"),
        ("{}", "north", "True True False", "at the last row"),
        ("{'fold_edge': 'first'}", "north", "False False False", "at the first row"),
        ("{'sign': 1}", "north", "True False False", "at the last row"),
        ("{'sign': -1}", "north", "True True True", "at the last row"),
    ]
    for changes, variable, printed, logged in cases:
        out = script(tmp_path, text.replace("CHANGES", changes), HALOCLINE_FOLD_EDGE=variable)
        assert printed in out
        assert logged in (tmp_path / "eophis.out").read_text()


def test_namelists_are_read_and_written(tmp_path: Path) -> None:
    """Upper and lower case are the same; a name that nobody knows has the nearest beside it."""
    (tmp_path / "namelist_cfg").write_text("&namrun\n nn_it000 = 1\n nn_itend = 20\n/\n&namdom\n rn_Dt = 2700.\n/\n")
    script(
        tmp_path,
        "n = eophis.FortranNamelist('namelist_cfg')\n"
        "assert n.get('RN_DT', 'nn_itend', 'nn_it000') == [2700.0, 20, 1]\n"
        "n.set(nn_itend=40)\nn.write()\n"
        "assert eophis.FortranNamelist('namelist_cfg').get('nn_itend', 'rn_dt') == [40, 2700.0]\n",
    )
    out = script(tmp_path, "eophis.FortranNamelist('namelist_cfg').get('rn_td')", status=1)
    assert "did you mean 'rn_dt'?" in out


FOLDED = "{'npts': (62, 199), 'halos': 1, 'bnd': ('cyclic', 'NFold'), 'folding': ('U', 'T')%s}"
IMPORTER = (
    "import sys\nsys.argv[1:] = ['main.py']\nfrom halocline.eophis import importing\nsys.exit(importing.main())\n"
)


def imported(folder: Path, configs: str, status: int = 0, **environment: str) -> str:
    """Write the experiment file of a script with these tunnels; return what was printed."""
    registration = f"eophis.register_tunnels({configs})\neophis.write_coupling_namelist(simulation_time=13500)\n"
    (folder / "main.py").write_text(f"{START}{TUNNEL}eophis.set_mode('preprod')\n{registration}")
    return script(folder, IMPORTER, status, **environment)


@pytest.mark.parametrize(
    ("changes", "variable", "boundary", "vectors"),
    [
        # Eophis folds at the first row, which no experiment file says: the tunnel itself asks for it.
        ("", "", "closed", set()),
        (", 'sign': -1", "", "closed", set()),
        ("", "north", "{north_fold: T}", {"u"}),
        (", 'fold_edge': 'north'", "", "{north_fold: T}", {"u"}),
        (", 'fold_edge': 'north', 'sign': 1", "", "{north_fold: T}", set()),
        (", 'fold_edge': 'north', 'sign': -1", "", "{north_fold: T}", {"u", "mask"}),
    ],
)
def test_the_imported_file_folds_and_signs_as_the_tunnel(
    tmp_path: Path, changes: str, variable: str, boundary: str, vectors: set[str]
) -> None:
    """What an experiment file says comes before the tunnel: it must say the same."""
    grids = f"{{'gyre': {FOLDED % changes}}}"
    aliases = "geo_aliases='names', py_aliases={}"
    imported(
        tmp_path, f"[tunnel(grids={grids}, {aliases}), masks(grids={grids}, {aliases})]", HALOCLINE_FOLD_EDGE=variable
    )
    text = (tmp_path / "experiment.yaml").read_text()
    assert f"    boundary: {{i: cyclic, j: {boundary}}}\n" in text
    for name in ("u", "mask"):
        (line,) = (line for line in text.splitlines() if line.startswith(f"  '{name}': "))
        assert (", kind: vector" in line) == (name in vectors), line


def test_one_grid_with_two_sizes_is_not_imported(tmp_path: Path) -> None:
    """An experiment file has one grid of a name; the tunnels and both sizes are named."""
    out = imported(tmp_path, "[tunnel(), masks(grids={'gyre': {'npts': (31, 100)}})]", status=1)
    for words in ("grid 'gyre'", "TO_OCEAN says nx: 62, ny: 199", "MASKS says nx: 31, ny: 100", "name of its own"):
        assert words in out
    assert not (tmp_path / "experiment.yaml").exists()


@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_arrays_are_float64_whatever_the_coupler_holds(tmp_path: Path, kind: str) -> None:
    """From the first date on, views or not; only float64 is handed out without a copy."""
    script(
        tmp_path,
        "import numpy as np\nfrom halocline.eophis.arrays import Handout\n"
        f"handout, block = Handout('u'), np.arange(24, dtype='{kind}').reshape(2, 3, 4)\n"
        "for date in range(4):\n"
        "    array = handout.hand_out(block)\n"
        "    assert (array.dtype, array.shape, array.flags.f_contiguous) == ('float64', (4, 3, 2), True)\n"
        "    assert np.array_equal(array, block.transpose(2, 1, 0))\n"
        f"    assert np.shares_memory(array, block) == (date >= 2 and '{kind}' == 'float64'), date\n"
        "    del array\n",
        HALOCLINE_EOPHIS_ARRAYS="",
    )
