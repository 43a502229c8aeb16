"""Random arrays. Element i of a seed is a pure function of both: the result does not depend on
chunks, threads or the order of the work, and a slice of an array generates only what it keeps."""

from __future__ import annotations

import operator
import secrets
import threading
from typing import Any

from .. import _engine
from .chunks import engine_chunks
from .core import Array
from .creation import shape_of

_MASK = (1 << 64) - 1


def _mixed(seed: int, number: int) -> int:
    """The seed of the number-th array of a generator (splitmix64)."""
    z = (seed + (number + 1) * 0x9E3779B97F4A7C15) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)


class Generator:
    """Makes random arrays; those of one seed are the same in every run."""

    def __init__(self, seed: int | None = None):
        self._seed = secrets.randbits(64) if seed is None else operator.index(seed) & _MASK
        self._made = 0
        self._lock = threading.Lock()

    def _next_seed(self) -> int:
        with self._lock:
            self._made += 1
            return _mixed(self._seed, self._made)

    def random(self, size: Any = None, chunks: Any = "auto") -> Array:
        """Uniform numbers in [0, 1)."""
        shape = [] if size is None else shape_of(size)
        return Array(
            _engine.array.random(shape, engine_chunks(chunks, len(shape)), self._next_seed())
        )


_default = Generator()


def default_rng(seed: int | None = None) -> Generator:
    """A generator of its own; without a seed the operating system gives one."""
    return Generator(seed)


def seed(seed: int | None = None) -> None:
    """Starts the module's own functions anew from a seed."""
    global _default
    _default = Generator(seed)


def random(size: Any = None, chunks: Any = "auto") -> Array:
    """Uniform numbers in [0, 1); other ones at each call."""
    return _default.random(size, chunks)


random_sample = random
