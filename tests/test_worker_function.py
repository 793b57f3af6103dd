"""The parts of a worker that need no job: its arguments, its results, its tiles, its file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import halocline
import numpy as np
import pytest
import torch
from coupled_job import PACKAGE
from halocline import failures, tiles
from halocline.arrays import TorchConversion, choose_conversion
from halocline.errors import CLASS_OF_CODE, HaloclineError, ShapeError, UnknownNameError, WorkerError
from halocline.loading import load_function
from halocline.results import Expected, named_results, own_cells
from halocline.settings import TileShape
from halocline.tiles import Tiling
from halocline.worker import read_arguments


def test_there_is_one_class_for_each_code_of_the_table() -> None:
    from halocline import _mpi

    assert list(CLASS_OF_CODE) == [name for _, name in _mpi.CODES]


def test_the_stubs_say_what_the_extensions_have() -> None:
    command = [sys.executable, "-m", "mypy.stubtest", "halocline._mpi", "halocline._core"]
    package = PACKAGE.parent
    environment = {**os.environ, "MYPYPATH": str(package)}
    compared = subprocess.run(command, cwd=package, env=environment, capture_output=True, text=True)
    assert compared.returncode == 0, compared.stdout + compared.stderr


def test_the_decorator_leaves_the_function_as_it_is() -> None:
    def closure(u: int) -> int:
        return u + 1

    assert halocline.worker(closure) is closure


def test_a_positional_only_argument_is_refused_at_import() -> None:
    with pytest.raises(WorkerError, match="argument 'u' of closure is positional-only"):

        @halocline.worker
        def closure(u: int, /) -> int:
            return u


def test_arguments_are_fields_defaults_and_the_step() -> None:
    def closure(v: Any, step: Any, scale: float = 2.0, **rest: Any) -> None: ...

    arguments = read_arguments(closure, ["u", "v", "w"])
    assert arguments.fields == ("v", "u", "w")
    assert arguments.wants_step


def test_a_field_called_step_is_a_field() -> None:
    def closure(step: Any) -> None: ...

    arguments = read_arguments(closure, ["step"])
    assert (arguments.fields, arguments.wants_step) == (("step",), False)


def test_an_unknown_argument_gets_the_nearest_name() -> None:
    def closure(velocty: Any) -> None: ...

    with pytest.raises(UnknownNameError) as caught:
        read_arguments(closure, ["velocity", "mask"])
    assert caught.value.field == "velocty"
    assert "did you mean 'velocity'?" in caught.value.expected


EXPECTED = Expected("du", (1, 4, 5), (2,))


@pytest.mark.parametrize("shape", [(1, 4, 5), (4, 5), (1, 8, 9), (8, 9)])
@pytest.mark.parametrize("library", ["numpy", "torch"])
def test_a_result_may_have_a_halo_or_no_level_axis(shape: tuple[int, ...], library: str) -> None:
    array = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    returned: Any = torch.from_numpy(array).requires_grad_() if library == "torch" else array
    halo = (shape[-1] - 5) // 2
    own = array.reshape(shape[-2:])[halo : halo + 4, halo : halo + 5]
    cells = own_cells(returned, EXPECTED, "closure")
    assert cells.shape == (1, 4, 5)
    np.testing.assert_array_equal(cells[0], own)


@pytest.mark.parametrize("shape", [(2, 4, 5), (1, 5, 4), (6, 7), (1, 1, 4, 5), (20,), (1, 8, 5)])
def test_a_result_of_another_shape_shows_both_sides(shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError) as caught:
        own_cells(np.zeros(shape), EXPECTED, "closure at date 0 s")
    assert caught.value.found == f"closure at date 0 s returned an array of shape {shape}"
    assert caught.value.expected.startswith("shape (level, j, i) = (1, 4, 5) or, with halo, (1, 8, 9)")


def test_a_batch_of_results_loses_its_halo_and_gains_its_level_axis() -> None:
    expected = Expected("du", (3, 1, 4, 5), (2,))
    assert own_cells(np.zeros((3, 8, 9)), expected, "closure").shape == (3, 1, 4, 5)
    assert own_cells(np.zeros((3, 1, 4, 5)), expected, "closure").shape == (3, 1, 4, 5)


@pytest.mark.parametrize(
    ("returned", "words"),
    [
        (None, "returned None"),
        ([1], "returned a list"),
        (np.zeros((2, 3)), r"returned a ndarray of shape \(2, 3\)"),
        ({"du": 1}, "no field 'dv'"),
        ({"du": 1, "dv": None}, "no field 'dv'"),
        ({"du": 1, "dv": 1, "dw": 1}, "'dw'.*\n.*did you mean"),
    ],
)
def test_results_are_checked_by_name(returned: object, words: str) -> None:
    with pytest.raises(HaloclineError, match=words):
        named_results(returned, ["du", "dv"], ["du", "dv"], "closure")


def test_a_result_that_is_not_due_is_let_go() -> None:
    assert set(named_results({"du": 1, "dv": 1}, ["du"], ["du", "dv"], "closure")) == {"du", "dv"}
    assert named_results(None, [], [], "closure") == {}


# ------------------------------------------------------------------------------------------------------------ device


@pytest.mark.parametrize(
    ("device", "rank_on_node", "chosen"),
    [("auto", "3", "cuda:1"), ("cuda", "2", "cuda:0"), ("cuda:1", "0", "cuda:1"), ("cpu", "1", "cpu")],
)
def test_ranks_of_a_node_share_its_devices(
    monkeypatch: pytest.MonkeyPatch, device: str, rank_on_node: str, chosen: str
) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setenv("OMPI_COMM_WORLD_LOCAL_RANK", rank_on_node)
    conversion = choose_conversion("torch", device, 1, 0)
    assert isinstance(conversion, TorchConversion)
    assert conversion.device == torch.device(chosen)


@pytest.mark.parametrize(
    ("arrays", "device", "words"),
    [("torch", "cuda:2", "`device: cuda:2`, but torch sees 2 CUDA devices"), ("numpy", "cuda", "`arrays: numpy`")],
)
def test_a_device_that_is_not_there_is_an_error(
    monkeypatch: pytest.MonkeyPatch, arrays: str, device: str, words: str
) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    with pytest.raises(WorkerError, match=words):
        choose_conversion(arrays, device, 1, 0)


# ------------------------------------------------------------------------------------------------------------- tiles

GRID = (18, 12)
SHAPE = TileShape(nx=4, ny=5, batch=4)


def test_tiles_are_counted_over_the_whole_grid() -> None:
    tiling = Tiling.of_box(SHAPE, GRID, (8, 5, 10, 7))
    assert [tile.number for tile in tiling.tiles] == [7, 8, 9, 12, 13, 14]
    assert [[tiling.slot(tile) for tile in batch] for batch in tiling.batches()] == [[3], [0, 1], [0, 1, 2]]


def test_gathered_and_scattered_tiles_are_the_block_again() -> None:
    tiling = Tiling.of_box(SHAPE, GRID, (0, 0, *GRID))
    block = np.random.default_rng(1).normal(size=(2, 12 + 6, 18 + 6))
    own = np.empty((2, 12, 18))
    for batch in tiling.batches():
        gathered = tiling.gather(block, batch, 3, -9.0)
        assert gathered.shape == (4, 2, 11, 10)
        assert gathered.ctypes.data % 64 == 0
        absent = set(range(4)) - {tiling.slot(tile) for tile in batch}
        assert all((gathered[slot] == -9).all() for slot in absent)
        tiling.scatter(gathered[:, :, 3:-3, 3:-3], batch, own)
    np.testing.assert_array_equal(own, block[:, 3:-3, 3:-3])


def test_a_tile_is_the_same_whichever_box_it_is_cut_from() -> None:
    halo = 3
    whole = np.random.default_rng(2).normal(size=(1, 12 + 6, 18 + 6))
    part = (8, 5, 10, 7)
    block = whole[:, part[1] :, part[0] :]
    of_part = {tile.number: tile for tile in Tiling.of_box(SHAPE, GRID, part).tiles}
    tiling = Tiling.of_box(SHAPE, GRID, (0, 0, *GRID))
    for tile in tiling.tiles:
        if tile.number in of_part:
            from_whole = tiling.gather(whole, [tile], halo, 0.0)
            from_part = tiling.gather(block, [of_part[tile.number]], halo, 0.0)
            assert from_whole.tobytes() == from_part.tobytes()


def test_a_box_off_the_tiles_edges_is_refused() -> None:
    with pytest.raises(HaloclineError, match=r"\(i, j\) = \(3, 0\)"):
        Tiling.of_box(SHAPE, GRID, (3, 0, 4, 5))


def test_aligned_memory_starts_at_a_cache_line() -> None:
    for _ in range(20):
        assert tiles.aligned((3, 7), np.float32).ctypes.data % 64 == 0


# --------------------------------------------------------------------------------------------------------------- file


def test_a_worker_file_may_import_its_neighbours(tmp_path: Path) -> None:
    (tmp_path / "neighbour_of_worker.py").write_text("two = 2\n")
    (tmp_path / "worker_with_neighbour.py").write_text(
        "from neighbour_of_worker import two\ndef closure(u):\n    return two\n"
    )
    assert load_function("worker_with_neighbour.py:closure", tmp_path)(1) == 2


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("closure.py", "FILE.py:FUNCTION"),
        ("absent.py:closure", "does not exist"),
        ("present.py:closuer", "did you mean 'closure'"),
        ("present.py:number", "'number' is no function"),
    ],
)
def test_a_wrong_reference_says_what_is_wrong(tmp_path: Path, reference: str, words: str) -> None:
    (tmp_path / "present.py").write_text("number = 1\ndef closure(u): return u\n")
    with pytest.raises(WorkerError, match=words):
        load_function(reference, tmp_path)


def test_an_excerpt_shows_the_error_and_the_last_frames() -> None:
    def outer() -> None:
        inner()

    def inner() -> None:
        raise ValueError("too cold")

    with pytest.raises(ValueError, match="too cold") as caught:
        outer()
    lines = failures.excerpt(caught.value).splitlines()
    assert lines[0] == "ValueError: too cold"
    assert "in inner: raise ValueError" in lines[-1]
    assert "test_worker_function.py" in lines[-1]
