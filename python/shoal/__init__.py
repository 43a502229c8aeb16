"""Shoal: parallel arrays, data frames, bags, delayed functions and futures on one C++ engine."""

import atexit as _atexit

import pyarrow as _pyarrow  # noqa: F401  its Arrow libraries are the engine's

try:
    from . import _engine
except ImportError as _error:
    from ._loading import explain as _explain

    _explain(_error)
    raise

from . import config, delayed
from .collection import compute, is_collection, persist, visualize

__version__ = "0.1.0"

_atexit.register(_engine.note_interpreter_exit)

__all__ = ["compute", "config", "delayed", "is_collection", "persist", "visualize"]
