"""Making arrays."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import _engine
from .chunks import engine_chunks
from .core import Array, asarray, dtype_name, operand

_engine_array = _engine.array


def shape_of(shape: Any) -> list[int]:
    """A shape from an int or a sequence of ints."""
    if isinstance(shape, Sequence):
        return [operator.index(extent) for extent in shape]
    return [operator.index(shape)]


def _constant(name: str, shape: Any, value: Any, dtype: Any, chunks: Any) -> Array:
    extents = shape_of(shape)
    return Array(
        _engine_array.full(
            extents, value, engine_chunks(chunks, len(extents)), dtype_name(dtype), name
        )
    )


def zeros(shape: Any, dtype: Any = None, chunks: Any = "auto") -> Array:
    """An array of zeros."""
    return _constant("zeros", shape, 0, dtype, chunks)


def ones(shape: Any, dtype: Any = None, chunks: Any = "auto") -> Array:
    """An array of ones."""
    return _constant("ones", shape, 1, dtype, chunks)


def empty(shape: Any, dtype: Any = None, chunks: Any = "auto") -> Array:
    """An array whose elements are to be assigned. They are zeros: nothing else is faster."""
    return _constant("empty", shape, 0, dtype, chunks)


def full(shape: Any, fill_value: Any, dtype: Any = None, chunks: Any = "auto") -> Array:
    """An array of ``fill_value``."""
    scalar = np.asarray(fill_value)
    if scalar.ndim:
        raise ValueError(f"full: the value has shape {scalar.shape}; it must be one number")
    return _constant("full", shape, scalar.item(), scalar.dtype if dtype is None else dtype, chunks)


def _like(name: str, a: Any, value: Any, dtype: Any, chunks: Any, shape: Any) -> Array:
    if not isinstance(a, Array):
        a = asarray(a)
    if shape is None:
        shape = a.shape
        chunks = a.chunks if chunks is None else chunks
    dtype = a.dtype if dtype is None else dtype
    return _constant(name, shape, value, dtype, "auto" if chunks is None else chunks)


def zeros_like(a: Any, dtype: Any = None, chunks: Any = None, shape: Any = None) -> Array:
    """Zeros of the shape, dtype and chunks of ``a``."""
    return _like("zeros", a, 0, dtype, chunks, shape)


def ones_like(a: Any, dtype: Any = None, chunks: Any = None, shape: Any = None) -> Array:
    """Ones of the shape, dtype and chunks of ``a``."""
    return _like("ones", a, 1, dtype, chunks, shape)


def empty_like(a: Any, dtype: Any = None, chunks: Any = None, shape: Any = None) -> Array:
    """An array to be assigned, of the shape, dtype and chunks of ``a``."""
    return _like("empty", a, 0, dtype, chunks, shape)


def full_like(
    a: Any, fill_value: Any, dtype: Any = None, chunks: Any = None, shape: Any = None
) -> Array:
    """``fill_value`` in the shape, dtype and chunks of ``a``."""
    return _like("full", a, np.asarray(fill_value).item(), dtype, chunks, shape)


def _number(value: Any) -> Any:
    return value.item() if isinstance(value, (np.generic, np.ndarray)) else value


def arange(
    start: Any, stop: Any = None, step: Any = 1, *, chunks: Any = "auto", dtype: Any = None
) -> Array:
    """Numbers from ``start`` (or 0) up to ``stop``, which is left out; NumPy's to the last bit."""
    if stop is None:
        start, stop = 0, start
    return Array(
        _engine_array.arange(
            _number(start),
            _number(stop),
            _number(step),
            engine_chunks(chunks, 1),
            dtype_name(dtype),
        )
    )


def linspace(
    start: float,
    stop: float,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    chunks: Any = "auto",
    dtype: Any = None,
) -> Array | tuple[Array, float]:
    """``num`` evenly spaced numbers from ``start`` to ``stop``; NumPy's to the last bit."""
    start, stop, num = float(start), float(stop), operator.index(num)
    array = Array(
        _engine_array.linspace(
            start, stop, num, engine_chunks(chunks, 1), dtype_name(dtype), endpoint
        )
    )
    if retstep:
        return array, _engine_array.linspace_step(start, stop, num, endpoint)
    return array


def meshgrid(*xi: Any, sparse: bool = False, indexing: str = "xy") -> list[Array]:
    """Coordinate matrices of 1-d arrays: views, nothing is computed."""
    if indexing not in ("xy", "ij"):
        raise ValueError(f"meshgrid: indexing is {indexing!r}; it must be 'xy' or 'ij'")
    handles = [asarray(x)._handle for x in xi]
    return [Array(grid) for grid in _engine_array.meshgrid(handles, indexing == "ij", sparse)]


def broadcast_to(x: Any, shape: Any) -> Array:
    """A view of ``x`` in another shape."""
    return Array(_engine_array.broadcast_to(asarray(x)._handle, shape_of(shape)))


def concatenate(seq: Sequence[Any], axis: int = 0) -> Array:
    """Arrays end to end along an axis."""
    return Array(_engine_array.concatenate([asarray(x)._handle for x in seq], axis))


def stack(seq: Sequence[Any], axis: int = 0) -> Array:
    """Arrays of equal shapes along a new axis."""
    return Array(_engine_array.stack([asarray(x)._handle for x in seq], axis))


def where(condition: Any, x: Any, y: Any) -> Array:
    """``x`` where the condition holds, else ``y``."""
    return Array(_engine_array.elementwise("where", [operand(condition), operand(x), operand(y)]))
