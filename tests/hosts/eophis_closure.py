"""A script of the usual kind: two tunnels, masks once, 3D fields with a wide halo, period from the namelist."""

import argparse
import os
from typing import Any

import eophis
from eophis import Freqs


def ocean_info() -> tuple[list[dict[str, Any]], eophis.FortranNamelist]:
    """Describe the tunnels."""
    nemo_nml = eophis.FortranNamelist(os.path.join(os.getcwd(), "namelist_cfg"))
    step, nlvl = nemo_nml.get("rn_Dt", "nn_lvl")
    grid = {"npts": (62, 199), "halos": 7, "bnd": ("close", "close")}
    fields = {"freq": step, "grd": "gyre", "lvl": nlvl, "in": ["u", "v"], "out": ["u_f", "v_f"]}
    masks = {"freq": Freqs.STATIC, "grd": "gyre", "lvl": nlvl, "in": ["mask_u", "mask_v"], "out": []}
    return [
        {"label": "TO_OCEAN_FIELDS", "grids": {"gyre": grid}, "exchs": [fields]},
        {"label": "TO_OCEAN_MASKS", "grids": {"gyre": grid}, "exchs": [masks]},
    ], nemo_nml


def closure(field: Any, mask: Any) -> Any:
    """Take the differences to the cells seven away, which need the whole halo."""
    if field is None:
        return None
    h = 7
    result = 0.0 * field
    inner = field[h:-h, h:-h, :]
    around = field[: -2 * h, h:-h, :] + field[2 * h :, h:-h, :] + field[h:-h, : -2 * h, :] + field[h:-h, 2 * h :, :]
    result[h:-h, h:-h, :] = mask[h:-h, h:-h, :] * (around - 4.0 * inner)
    return result


def preproduction() -> None:
    """Write the namcouple."""
    tunnel_config, nemo_nml = ocean_info()
    step, it_end, it_0 = nemo_nml.get("rn_Dt", "nn_itend", "nn_it000")
    eophis.register_tunnels(tunnel_config)
    eophis.write_coupling_namelist(simulation_time=(it_end - it_0 + 1) * step)


def production() -> None:
    """Couple."""
    tunnel_config, nemo_nml = ocean_info()
    step, it_end, it_0 = nemo_nml.get("rn_Dt", "nn_itend", "nn_it000")
    niter = it_end - it_0 + 1
    nemo, nemo_masks = eophis.register_tunnels(tunnel_config)
    eophis.open_tunnels()
    mask_u = nemo_masks.receive("mask_u")
    mask_v = nemo_masks.receive("mask_v")

    @eophis.all_in_all_out(geo_model=nemo, step=step, niter=niter)
    def loop_core(**inputs: Any) -> dict[str, Any]:
        outputs = {}
        outputs["u_f"], outputs["v_f"] = closure(inputs["u"], mask_u), closure(inputs["v"], mask_v)
        return outputs

    eophis.starter(loop_core)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--exec", dest="exec", type=str, default="prod", help="preprod or prod")
    args = parser.parse_args()
    eophis.set_mode(args.exec)
    if args.exec == "preprod":
        preproduction()
    elif args.exec == "prod":
        production()
    else:
        eophis.abort(f"unknown execution mode {args.exec}")
