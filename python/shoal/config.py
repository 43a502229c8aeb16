"""Settings: ``shoal.config.set(scheduler="threads", num_workers=4)``, a call or a ``with`` block.

Keys that Shoal reads:

``scheduler``
    ``"threads"`` (the default), ``"sync"`` or ``"processes"``: where a computation runs.
``num_workers``
    Threads or processes to use; the default is every core this process may use.
``pool``
    A ``concurrent.futures`` executor or ``multiprocessing`` pool of yours to run on.

Names may be nested with dots, as in Dask: ``set({"array.chunk-size": "64MiB"})``.
"""

from __future__ import annotations

import os
import threading
from typing import Any

config: dict[str, Any] = {}
_lock = threading.RLock()
_MISSING = object()


def _canonical(key: str) -> str:
    return key.replace("_", "-") if "." in key else key


def get(key: str, default: Any = _MISSING, override_with: Any = None) -> Any:
    """The value of a setting; ``KeyError`` when it is not set and no default is given."""
    if override_with is not None:
        return override_with
    with _lock:
        node: Any = config
        for part in _canonical(key).split("."):
            if not isinstance(node, dict) or part not in node:
                if default is _MISSING:
                    raise KeyError(f"setting {key!r} is not set; set it with shoal.config.set")
                return default
            node = node[part]
        return node


class set:
    """Changes settings at once; as a context manager, until the block ends.

    ``set({"scheduler": "sync"})`` and ``set(scheduler="sync")`` mean the same; in keywords ``__``
    stands for a dot.
    """

    def __init__(self, arg: dict[str, Any] | None = None, **kwargs: Any):
        changes = dict(arg or {})
        changes.update({key.replace("__", "."): value for key, value in kwargs.items()})
        self._undo: list[tuple[dict, str, Any]] = []
        with _lock:
            for key, value in changes.items():
                *parents, last = _canonical(key).split(".")
                node = config
                for part in parents:
                    node = node.setdefault(part, {})
                self._undo.append((node, last, node.get(last, _MISSING)))
                node[last] = value

    def __enter__(self) -> dict[str, Any]:
        return config

    def __exit__(self, *exc_info: object) -> None:
        with _lock:
            for node, key, before in reversed(self._undo):
                if before is _MISSING:
                    node.pop(key, None)
                else:
                    node[key] = before


def _start_anew_in_fork() -> None:
    # The threads and the workers of a pool do not follow into a forked process.
    global _lock
    _lock = threading.RLock()
    config.pop("pool", None)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_anew_in_fork)
