"""OASIS for Python models, on Halocline: the classes of pyoasis.

    import halocline.oasis as pyoasis

    component = pyoasis.Component("ocean")
    partition = pyoasis.SerialPartition(12)
    heat = pyoasis.Var("HEAT", partition, pyoasis.OASIS.OUT)
    component.enddef()
    heat.put(0, numpy.zeros(12))
    del component  # ends the coupling

Scripts that say `import pyoasis` run unchanged with the package `pyoasis` of the folder python-bindings/pyoasis, which
is this one under that name.
"""

from __future__ import annotations

from .arrays import asarray
from .component import Component
from .control import check_types, get_debug, oasis_abort, set_debug
from .exceptions import OasisException, PyOasisException
from .grid import Grid
from .parameters import OASIS, OasisParameters
from .partition import (
    ApplePartition,
    BoxPartition,
    CubePartition,
    OrangePartition,
    Partition,
    PointsPartition,
    SerialPartition,
)
from .variable import Var

__all__ = [
    "OASIS",
    "ApplePartition",
    "BoxPartition",
    "Component",
    "CubePartition",
    "Grid",
    "OasisException",
    "OasisParameters",
    "OrangePartition",
    "Partition",
    "PointsPartition",
    "PyOasisException",
    "SerialPartition",
    "Var",
    "asarray",
    "check_types",
    "get_debug",
    "oasis_abort",
    "set_debug",
]
