"""The module name `eophis` for `halocline.eophis`, for scripts that say `import eophis`."""

import sys

from halocline import eophis
from halocline.eophis import *  # noqa: F403  (for tools that read this file; see below)
from halocline.eophis import logs as logs

# The module itself, not its names: what a script sets here is set there.
sys.modules[__name__] = eophis
