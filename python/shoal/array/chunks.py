"""What users say of chunks, in the form that the engine reads."""

from __future__ import annotations

import operator
from typing import Any


def _axis(chunks: Any) -> int | str | list[int]:
    if chunks is None:
        return -1
    if isinstance(chunks, str):
        return chunks
    if isinstance(chunks, (tuple, list)):
        return [_size(size) for size in chunks]
    return _size(chunks)


def _size(size: Any) -> int:
    if isinstance(size, float) and size.is_integer():
        return int(size)
    try:
        return operator.index(size)
    except TypeError:
        raise TypeError(
            f"chunks: {size!r} is not a size; give an int, a tuple of ints, -1 for a whole axis, "
            "'auto', or the bytes of a block such as '64MiB'"
        ) from None


def engine_chunks(chunks: Any, ndim: int, missing: Any = None) -> int | str | list:
    """``chunks`` of an array of ``ndim`` axes. ``missing`` is for axes that a dict leaves out."""
    if isinstance(chunks, dict):
        unknown = [axis for axis in chunks if not -ndim <= axis < ndim]
        if unknown:
            raise ValueError(f"chunks: axis {unknown[0]} is not one of the array's {ndim} axes")
        by_axis = {axis % ndim: sizes for axis, sizes in chunks.items()}
        rest = [None] * ndim if missing is None else list(missing)
        return [_axis(by_axis.get(axis, rest[axis])) for axis in range(ndim)]
    if isinstance(chunks, (tuple, list)):
        return [_axis(sizes) for sizes in chunks]
    return _axis(chunks)
