"""Call a worker's function at one date: for this rank's whole block, or tile by tile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .arrays import Conversion, FloatArray
from .errors import WorkerError
from .failures import excerpt
from .results import Expected, named_results, own_cells
from .settings import Output, Settings
from .step import Step
from .tiles import Tile, Tiling
from .worker import STEP, Arguments


@dataclass(frozen=True)
class WorkerFunction:
    """A worker's function with all that a call needs."""

    name: str
    function: Callable[..., Any]
    arguments: Arguments
    conversion: Conversion
    settings: Settings

    def __call__(self, step: Step, fields: dict[str, Any]) -> Mapping[str, object]:
        """Call the function; give what it returned, by field name."""
        if self.arguments.wants_step:
            fields[STEP] = step
        try:
            returned = self.conversion.call(self.function, fields)
        except Exception as error:
            raise WorkerError.of(
                f"{self.name} raised at date {step.date} s: {excerpt(error)}",
                "",
                "see this rank's log for the whole traceback",
            ) from error
        return named_results(returned, step.outputs, self.settings.outputs, self.who(step))

    def who(self, step: Step) -> str:
        """Name the call in messages."""
        return f"{self.name} at date {step.date} s"

    def halos(self) -> tuple[int, ...]:
        """Widths of halo that a result may have: those of the inputs."""
        widths = {field.halo for field in self.settings.inputs.values()}
        return tuple(sorted(widths - {0}))


def call_for_block(worker: WorkerFunction, step: Step) -> dict[str, FloatArray]:
    """Call the function for this rank's block; give its results on own cells (level, j, i)."""
    outputs = [worker.settings.outputs[name] for name in step.outputs]
    fields = {name: _lent(worker, step, name) for name in worker.arguments.fields}
    returned = worker(step, fields)
    return {
        output.name: own_cells(
            returned[output.name],
            Expected(output.name, output.shape, worker.halos()),
            worker.who(step),
        )
        for output in outputs
    }


def _lent(worker: WorkerFunction, step: Step, name: str) -> Any:
    lease = step.lease(name)
    return None if lease is None else worker.conversion.lent(lease)


def call_for_tiles(worker: WorkerFunction, tiling: Tiling, step: Step) -> dict[str, FloatArray]:
    """Call the function for each batch of tiles; give its results on own cells (level, j, i)."""
    outputs = [worker.settings.outputs[name] for name in step.outputs]
    blocks = {name: step[name] for name in worker.arguments.fields}
    own: dict[str, FloatArray] = {}
    for batch in tiling.batches():
        fields = {name: _tiles(worker, tiling, batch, name, blocks[name]) for name in blocks}
        returned = worker(step, fields)
        for output in outputs:
            results = _tile_results(worker, tiling, step, output, returned[output.name])
            if output.name not in own:
                own[output.name] = np.empty(output.shape, dtype=results.dtype)
            tiling.scatter(results, batch, own[output.name])
    return own


def _tiles(worker: WorkerFunction, tiling: Tiling, batch: list[Tile], name: str, block: FloatArray | None) -> Any:
    """Copy a batch's tiles of one field; without a batch axis where the batch is one tile."""
    if block is None:
        return None
    field = worker.settings.inputs[name]
    gathered = tiling.gather(block, batch, field.halo, field.fill)
    return worker.conversion.owned(gathered if tiling.shape.batch > 1 else gathered[0])


def _tile_results(worker: WorkerFunction, tiling: Tiling, step: Step, output: Output, returned: object) -> FloatArray:
    """View a batch's results of one field with a batch axis, their halo cut off."""
    batch = tiling.shape.batch
    tile = (output.shape[0], tiling.shape.ny, tiling.shape.nx)
    shape = (batch, *tile) if batch > 1 else tile
    results = own_cells(returned, Expected(output.name, shape, worker.halos()), worker.who(step))
    return results if batch > 1 else results[None]


def no_cells(worker: WorkerFunction, step: Step) -> dict[str, FloatArray]:
    """Give the results of a rank without cells: the function is not called."""
    outputs = [worker.settings.outputs[name] for name in step.outputs]
    return {output.name: np.empty(output.shape) for output in outputs}
