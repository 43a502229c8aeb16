"""Worker processes for Python functions: where the interpreter's lock would serialise threads."""

from __future__ import annotations

from typing import Any


def call_elsewhere(
    scheduler: str | None, num_workers: int | None, pool: Any
) -> tuple[Any, str | None, int | None]:
    """How a run calls Python functions: (a callable for worker processes or None, the engine's
    scheduler, the number of workers)."""
    return None, scheduler, num_workers
