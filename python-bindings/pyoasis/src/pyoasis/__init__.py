"""The package halocline.oasis under the name that scripts of OASIS import."""

from __future__ import annotations

from halocline.oasis import *  # noqa: F403
from halocline.oasis import __all__ as __all__
