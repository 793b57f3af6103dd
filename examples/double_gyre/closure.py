"""The worker that experiment.yaml names: the trained network as a function of the fields."""

from __future__ import annotations

from pathlib import Path

import halocline
import torch
from network import load_closure

NETWORK = load_closure(Path(__file__).resolve().parent / "weights" / "closure.pt")


@halocline.worker
def closure(
    u: torch.Tensor, v: torch.Tensor, h: torch.Tensor, f: torch.Tensor, x: torch.Tensor
) -> dict[str, torch.Tensor]:
    """Give the subgrid forcing [m/s^2] for one tile.

    u, v [m/s], h [m], f [1/s], x [m] are (level, j, i) with a halo; the level serves as the network's
    batch axis. The result has no halo: the network's convolutions consumed it.
    """
    with torch.no_grad():
        u_f, v_f = NETWORK(u.float(), v.float(), h.float(), f.float(), x.float())
    return {"u_f": u_f.double(), "v_f": v_f.double()}
