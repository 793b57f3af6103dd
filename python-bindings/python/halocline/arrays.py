"""Arrays of the user: numpy or torch, on any device, to and from the numpy arrays of a session."""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from .errors import ShapeError, WorkerError

if TYPE_CHECKING:
    from ._mpi import Lease

FloatArray: TypeAlias = npt.NDArray[np.floating[Any]]
"""Array of float32 or float64."""


def as_numpy(field: str, array: object) -> FloatArray:
    """View a numpy array or CPU tensor as numpy, bring a tensor of another device to the CPU.

    Anything that is no tensor is returned as it is: the session says what it wants instead.
    """
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(array, torch.Tensor):
        return cast("FloatArray", array)
    if array.dtype not in (torch.float32, torch.float64):
        raise ShapeError.of(
            f"tensor of dtype {array.dtype} and shape {tuple(array.shape)}",
            "float32 or float64",
            "convert it, for example with .double()",
            field=field,
        )
    return cast("FloatArray", array.detach().resolve_neg().cpu().numpy())


class Conversion(Protocol):
    """How a worker's function gets its arrays."""

    def lent(self, lease: Lease) -> Any:
        """View a lent block, or move a copy of it to the device."""

    def owned(self, array: FloatArray) -> Any:
        """Hand an array of our own over."""

    def call(self, function: Any, arguments: dict[str, Any]) -> object:
        """Call the worker's function."""


class NumpyConversion:
    """The function gets numpy arrays."""

    def lent(self, lease: Lease) -> FloatArray:
        """View a lent block."""
        return np.asarray(lease)

    def owned(self, array: FloatArray) -> FloatArray:
        """Hand the array over as it is."""
        return array

    def call(self, function: Any, arguments: dict[str, Any]) -> object:
        """Call the worker's function."""
        return function(**arguments)


class TorchConversion:
    """The function gets torch tensors, without gradients, on one device."""

    def __init__(self, torch: Any, device: str) -> None:
        """Move inputs to `device`; the CPU's are views."""
        self.torch = torch
        self.device = torch.device(device)

    def lent(self, lease: Lease) -> Any:
        """View a lent block through DLPack, or move a copy of it to the device."""
        return self.torch.from_dlpack(lease).to(self.device)

    def owned(self, array: FloatArray) -> Any:
        """View an array of our own, or move a copy of it to the device."""
        return self.torch.from_numpy(array).to(self.device)

    def call(self, function: Any, arguments: dict[str, Any]) -> object:
        """Call the worker's function without recording gradients."""
        with self.torch.no_grad():
            return function(**arguments)


def choose_conversion(arrays: str, device: str, threads: int, rank: int) -> Conversion:
    """Set the libraries up as the component's `arrays`, `device` and `threads` say."""
    if arrays == "numpy":
        if device.startswith("cuda"):
            raise WorkerError.of(
                f"`arrays: numpy` with `device: {device}`",
                "numpy arrays on the CPU",
                "set `arrays: torch`, or `device: cpu`, in the experiment file",
            )
        return NumpyConversion()
    torch = _import_torch()
    torch.set_num_threads(threads)
    return TorchConversion(torch, _choose_device(torch, device, rank))


def _import_torch() -> Any:
    try:
        return importlib.import_module("torch")
    except ImportError as error:
        raise WorkerError.of(
            f"torch cannot be imported by {sys.executable}: {error}",
            "torch, because `arrays:` is torch (the default)",
            "install torch for this Python, or set `arrays: numpy` in the experiment file",
        ) from error


def _choose_device(torch: Any, device: str, rank: int) -> str:
    number = torch.cuda.device_count() if device != "cpu" else 0
    if device == "cpu" or (device == "auto" and number == 0):
        return "cpu"
    wanted = int(device.removeprefix("cuda:")) if ":" in device else 0
    if wanted >= number:
        raise WorkerError.of(
            f"`device: {device}`, but torch sees {number} CUDA devices",
            "a device that is there",
            "set `device: auto` or `device: cpu` in the experiment file, or ask for a GPU",
        )
    return device if ":" in device else f"cuda:{_rank_on_node(rank) % number}"


def _rank_on_node(rank: int) -> int:
    """Number of this process on its node, as the launchers tell it; else the component's rank."""
    names = ("OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID", "SLURM_LOCALID")
    found = (os.environ.get(name) for name in names)
    return next((int(value) for value in found if value and value.isdigit()), rank)


def make_repeatable(torch_conversion: Conversion) -> None:
    """Ask torch for the same bits for the same tile, whichever rank computes it."""
    if isinstance(torch_conversion, TorchConversion):
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch = torch_conversion.torch
        torch.backends.cudnn.benchmark = False
        torch.use_deterministic_algorithms(True, warn_only=True)
        torch.utils.deterministic.fill_uninitialized_memory = False
