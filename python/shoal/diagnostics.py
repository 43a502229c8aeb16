"""Watching a computation: ``with ProgressBar(): x.compute()``."""

from __future__ import annotations

from typing import Self

_shown = 0


class ProgressBar:
    """Shows a bar on standard error while computations run, in a ``with`` block or until
    ``unregister`` after ``register``."""

    def register(self) -> None:
        global _shown
        _shown += 1

    def unregister(self) -> None:
        global _shown
        _shown -= 1

    def __enter__(self) -> Self:
        self.register()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.unregister()


def progress_is_shown() -> bool:
    """Whether a progress bar is registered."""
    return _shown > 0
