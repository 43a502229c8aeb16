"""Arrays: NumPy's functions on lazy arrays that are cut into chunks, under Dask's names."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as _numpy
from numpy import (  # noqa: F401  names that programs expect beside the functions
    bool_,
    complex64,
    complex128,
    e,
    euler_gamma,
    float32,
    float64,
    inf,
    int8,
    int16,
    int32,
    int64,
    nan,
    newaxis,
    pi,
    uint8,
    uint16,
    uint32,
    uint64,
)

from .. import compute
from . import random
from .core import Array, asarray, from_array
from .creation import (
    arange,
    broadcast_to,
    concatenate,
    empty,
    empty_like,
    full,
    full_like,
    linspace,
    meshgrid,
    ones,
    ones_like,
    stack,
    where,
    zeros,
    zeros_like,
)
from .operations import FUNCTIONS as _FUNCTIONS
from .reductions import all, any, max, mean, min, prod, rechunk, std, sum, transpose, var

asanyarray = asarray
array = asarray
globals().update({name: function for name, function in _FUNCTIONS.items() if name != "where"})

__all__ = [
    "Array",
    "all",
    "any",
    "arange",
    "array",
    "asanyarray",
    "asarray",
    "broadcast_to",
    "compute",
    "concatenate",
    "empty",
    "empty_like",
    "from_array",
    "full",
    "full_like",
    "linspace",
    "max",
    "mean",
    "meshgrid",
    "min",
    "ones",
    "ones_like",
    "prod",
    "random",
    "rechunk",
    "stack",
    "std",
    "sum",
    "transpose",
    "var",
    "where",
    "zeros",
    "zeros_like",
    *[name for name in _FUNCTIONS if name != "where"],
]


@cache
def numpy_functions() -> dict[Callable, Callable]:
    """Our function for each of NumPy's that has the same name."""
    return {
        getattr(_numpy, name): globals()[name]
        for name in __all__
        if callable(getattr(_numpy, name, None)) and callable(globals()[name])
    }
