"""Halocline puts machine learning inside ocean models.

A worker is a function with a decorator; `halocline run experiment.yaml` couples it to the ocean::

    import halocline

    @halocline.worker
    def closure(u, v):  # names are fields of the experiment file, axes (level, j, i)
        return {"u_f": -0.1 * u, "v_f": -0.1 * v}

`Session` is the lower level, for an ocean in Python or a loop of one's own; `Experiment` checks,
plans and runs an experiment file. MPI is loaded when a session begins, not before.
"""

from .errors import (
    DateError,
    ExperimentError,
    FileError,
    HaloclineError,
    InternalError,
    JobEndedError,
    JobFailedError,
    LaunchError,
    MismatchError,
    OrderError,
    PartitionError,
    ShapeError,
    TransportError,
    UnknownNameError,
    WaitedTooLongError,
    WorkerError,
)
from .experiment import Experiment
from .session import Session
from .step import Step
from .worker import worker

__all__ = [
    "DateError",
    "Experiment",
    "ExperimentError",
    "FileError",
    "HaloclineError",
    "InternalError",
    "JobEndedError",
    "JobFailedError",
    "LaunchError",
    "MismatchError",
    "OrderError",
    "PartitionError",
    "Session",
    "ShapeError",
    "Step",
    "TransportError",
    "UnknownNameError",
    "WaitedTooLongError",
    "WorkerError",
    "worker",
]
