"""The network sees RADIUS cells to each side and no more; the metrics measure what they say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from metrics import Climate, errors, spectrum
from network import RADIUS, load_closure

HERE = Path(__file__).resolve().parent


def fields(ny: int, nx: int) -> list[torch.Tensor]:
    """Random u, v [m/s], h [m], f [1/s], x [m], each (1, ny, nx)."""
    generator = torch.Generator().manual_seed(3)
    noise = [torch.randn(1, ny, nx, generator=generator) for _ in range(5)]
    return [
        0.3 * noise[0],
        0.3 * noise[1],
        1000.0 + 100.0 * noise[2],
        8.0e-5 + 1.0e-5 * noise[3],
        9.6e5 + 3.0e5 * noise[4],
    ]


def test_tiles_computed_apart_equal_the_whole() -> None:
    closure = load_closure(HERE / "weights" / "closure.pt")
    whole = fields(24 + 2 * RADIUS, 12 + 2 * RADIUS)
    with torch.no_grad():
        together = closure(*whole)
        south = closure(*(field[:, : 12 + 2 * RADIUS] for field in whole))
        north = closure(*(field[:, 12:] for field in whole))
    for one, low, high in zip(together, south, north, strict=True):
        torch.testing.assert_close(one, torch.cat((low, high), dim=1), rtol=1e-4, atol=1e-12)


def test_a_cell_farther_than_the_halo_changes_nothing() -> None:
    closure = load_closure(HERE / "weights" / "closure.pt")
    block = fields(3 + 2 * RADIUS, 3 + 2 * RADIUS)
    changed = [field.clone() for field in block]
    changed[0][0, 0, 0] += 1.0
    with torch.no_grad():
        difference = (closure(*block)[0] - closure(*changed)[0]).abs()[0]
    assert difference[0, 0] > 0
    assert difference[1:, :].max() == 0
    assert difference[:, 1:].max() == 0


def test_forcing_stays_within_its_bound() -> None:
    closure = load_closure(HERE / "weights" / "closure.pt")
    with torch.no_grad():
        forcing = closure(*(1.0e4 * field for field in fields(20, 20)))
    assert max(float(part.abs().max()) for part in forcing) <= closure.largest


def test_a_wave_of_six_lies_at_wavenumber_six() -> None:
    x = np.arange(48) / 48
    u = np.broadcast_to(np.sin(2 * np.pi * 6 * x), (2, 48, 48))
    wavenumber, energy = spectrum(u, np.zeros((2, 48, 48)))
    assert wavenumber[energy.argmax()] == 6
    # Half of the mean square of a sine, 1/4, spread over neighbouring rings by the window.
    np.testing.assert_allclose(energy.sum(), 0.25, rtol=0.02)


def test_errors_are_relative_to_the_truth() -> None:
    one = np.ones((4, 4))
    truth = Climate(2.0, np.array([1.0]), np.array([1.0]), one, one, one)
    run = Climate(1.5, np.array([1.0]), np.array([10.0]), one, 0 * one, one)
    found = errors(run, truth)
    np.testing.assert_allclose(list(found.values()), [0.25, 1.0, np.sqrt(0.5)])
