"""A small convolutional network on tiles; its weights come from a fixed seed."""

from __future__ import annotations

from typing import Any

import halocline
import torch

HALO = 3


def network() -> torch.nn.Module:
    """Make the network: (batch, 3, nj + 6, ni + 6) to (batch, 2, nj, ni)."""
    torch.manual_seed(4)
    layers = torch.nn.Sequential(
        torch.nn.Conv2d(3, 24, 5),
        torch.nn.SiLU(),
        torch.nn.Conv2d(24, 24, 3),
        torch.nn.GELU(),
        torch.nn.Conv2d(24, 2, 1),
    )
    return layers.float().eval()


model = network()


def forcing(u: Any, v: Any) -> dict[str, Any]:
    """Compute the answers of tiles: u (batch, 2, j, i), v (batch, 1, j, i)."""
    assert u.shape[-2:] == (5 + 2 * HALO, 4 + 2 * HALO), u.shape
    assert u.data_ptr() % 64 == 0
    assert torch.get_num_threads() == 1
    channels = torch.cat((u.sin(), v.cos()), dim=-3).float()
    out = model(channels)
    return {"du": out, "dv": out[:, :1].double() * 3}


@halocline.worker
def one_by_one(u: Any, v: Any) -> dict[str, Any]:
    """Get one tile without a batch axis."""
    assert u.ndim == 3
    results = forcing(u[None], v[None])
    return {name: result[0] for name, result in results.items()}


@halocline.worker
def in_batches(u: Any, v: Any) -> dict[str, Any]:
    """Get batches of four tiles."""
    assert u.shape[0] == 4
    return forcing(u, v)


@halocline.worker
def tells_its_tile(u: Any, v: Any) -> dict[str, Any]:
    """Give back what came in, with its halo."""
    return {"du": u, "dv": v}
