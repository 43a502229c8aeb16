"""Reductions as functions, and functions of views."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .core import Array, asarray


def _reduction(name: str) -> Callable[..., Array]:
    method = getattr(Array, name)

    def function(a: Any, axis: Any = None, **kwargs: Any) -> Array:
        return method(asarray(a), axis=axis, **kwargs)

    function.__name__ = function.__qualname__ = name
    function.__module__ = "shoal.array"
    function.__doc__ = f"``{name}`` of the elements, along ``axis`` or all; see ``numpy.{name}``."
    return function


sum = _reduction("sum")
prod = _reduction("prod")
mean = _reduction("mean")
min = _reduction("min")
max = _reduction("max")
any = _reduction("any")
all = _reduction("all")
var = _reduction("var")
std = _reduction("std")


def transpose(a: Any, axes: Any = None) -> Array:
    """The array with its axes in another order, reversed when none is given."""
    return asarray(a).transpose(axes)


def rechunk(x: Array, chunks: Any = "auto") -> Array:
    """The array in other chunks."""
    return x.rechunk(chunks)
