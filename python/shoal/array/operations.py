"""The elementwise functions: one for each row of the engine's registry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import _engine
from .core import Array, elementwise

_ALIASES = {
    "abs": "absolute",
    "true_divide": "divide",
    "mod": "remainder",
    "conjugate": "conj",
    "bitwise_not": "invert",
    "pow": "power",
    "atan2": "arctan2",
}


def _function(name: str, arity: int, numpy_name: str, doc: str) -> Callable[..., Array]:
    parameters = {1: ["x"], 2: ["x1", "x2"], 3: ["condition", "x", "y"]}[arity]

    def function(*operands: Any) -> Array:
        if len(operands) != arity:
            raise TypeError(
                f"{name}() takes {arity} arguments ({', '.join(parameters)}), {len(operands)} given"
            )
        return elementwise(name, *operands)

    function.__name__ = function.__qualname__ = name
    function.__module__ = "shoal.array"
    function.__doc__ = f"{doc}.\n\nElement by element, as ``{numpy_name}``."
    return function


FUNCTIONS: dict[str, Callable[..., Array]] = {
    name: _function(name, arity, numpy_name, doc)
    for name, arity, numpy_name, doc in _engine.array.operations
}
FUNCTIONS.update({alias: FUNCTIONS[name] for alias, name in _ALIASES.items() if name in FUNCTIONS})

# The registry's name of each of NumPy's ufuncs.
FROM_NUMPY: dict[np.ufunc, str] = {
    getattr(np, numpy_name.removeprefix("numpy.")): name
    for name, _, numpy_name, _ in _engine.array.operations
    if isinstance(getattr(np, numpy_name.removeprefix("numpy.")), np.ufunc)
}
