"""From `closure.py:closure` to the function."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .errors import WorkerError
from .failures import nearest


def load_function(reference: str, folder: Path) -> Callable[..., Any]:
    """Load a worker's function from `file.py:function`, the file relative to `folder`.

    The file's own folder comes first on sys.path, as for a script.
    """
    file, colon, name = reference.rpartition(":")
    if not colon or not file or not name:
        raise WorkerError.of(f"worker '{reference}'", "FILE.py:FUNCTION, for example closure.py:closure", "add both")
    path = (folder / file).resolve()
    if not path.is_file():
        raise WorkerError.of(
            f"worker file {path} does not exist",
            "a Python file; its name is relative to the experiment file",
            "correct `worker:` in the experiment file",
        )
    return _function(_load_module(path), name, path)


def _load_module(path: Path) -> Any:
    if str(path.parent) not in sys.path:
        sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise WorkerError.of(f"{path} is no Python file", "a file that ends with .py", "rename it")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def _function(module: Any, name: str, path: Path) -> Callable[..., Any]:
    function = getattr(module, name, None)
    if callable(function):
        return function  # type: ignore[no-any-return]
    functions = [
        known for known, value in vars(module).items() if getattr(value, "__module__", None) == module.__name__
    ]
    found = "is no function" if hasattr(module, name) else "does not exist"
    raise WorkerError.of(
        f"worker function '{name}' {found} in {path}",
        nearest(name, functions),
        "correct `worker:` in the experiment file, or the function's name",
    )
