"""The time loop of a script: receive everything, compute, send everything."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from . import logs
from .coupling import tunnels_ready
from .tunnel import Tunnel

__all__ = ["all_in_all_out", "starter"]

Router = Callable[..., Any]


def starter(loop_router: Callable[[], Any]) -> None:
    """Run a loop that `all_in_all_out` made."""
    loop_router()


def all_in_all_out(geo_model: Tunnel, step: float, niter: int) -> Callable[[Router | None], Callable[..., None]]:
    """Make a loop of `niter` steps of `step` seconds around a function.

    At each step the function is called with all fields of the tunnel that are not static, by name: arrays of float64
    with the axes (i, j, level), halo included, or None where nothing is due. It returns a dictionary of the fields to
    send back; None among them is not sent.
    """
    niter = int(niter)

    def assemble(router: Router | None = None) -> Callable[..., None]:
        def loop(*_: Any, **__: Any) -> None:
            length = datetime.timedelta(seconds=float(niter * step))
            logs.info("\n-------------------- RUN LOOP ----------------------")
            logs.info(f"{niter} iterations of {step} s, {length} altogether\n")
            if not callable(router):
                logs.abort("No Router defined: all_in_all_out decorates a function")
            if not tunnels_ready():
                logs.abort("Static variables must be exchanged before starting any loop: call receive or send for each")
            for iteration in range(niter):
                _step(geo_model, router, iteration, int(step * iteration))
            logs.info("------------------- END OF LOOP -------------------")

        return loop

    return assemble


def _step(tunnel: Tunnel, router: Router, iteration: int, date: int) -> None:
    inputs = {name: tunnel.receive(name, date) for name in tunnel.arriving_list()}
    arrived = [name for name, array in inputs.items() if array is not None]
    if arrived:
        logs.info(f"Iteration {iteration + 1}: {date}s -- {datetime.timedelta(seconds=date)}")
        logs.info(f"   {', '.join(arrived)} received through tunnel {tunnel.label}")
    outputs = router(**inputs)
    # Nothing of this step may outlive it here: the memory of the blocks goes back to the ocean model.
    del inputs
    if not isinstance(outputs, dict):
        logs.abort(f"The router returned a {type(outputs).__name__}, expected: a dictionary of the fields to send")
    sent = []
    for name in list(outputs):
        values = outputs.pop(name)
        tunnel.send(name, values, date)
        if values is not None:
            sent.append(name)
    if arrived:
        logs.info(f"   {', '.join(sent)} sent back through tunnel {tunnel.label}")
