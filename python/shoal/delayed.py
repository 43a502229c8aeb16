"""Delayed functions: ``delayed(f)(x)`` builds a task instead of calling ``f``.

The module is callable, so that ``from shoal import delayed`` and
``from shoal.delayed import delayed`` give the same.
"""

from __future__ import annotations

import importlib
import io
import operator
import pickle
import sys
import types
from collections.abc import Iterator
from typing import Any

from . import _engine
from .collection import Collection

delayed = _engine.delayed


class Delayed(_engine.DelayedBase, Collection):
    """A value to come. Calling it, indexing it, taking attributes of it and using it in
    expressions builds further ones."""

    __slots__ = ()

    def __shoal_result__(self, values: list[_engine.Value]) -> Any:
        return values[0].to_python()

    def __repr__(self) -> str:
        return f"Delayed({self.key!r})"

    def __hash__(self) -> int:
        return hash(self.key)

    def __reduce__(self) -> tuple:
        if self._leaf is None:
            raise TypeError(
                f"{self!r} cannot be pickled: it is work to do, not a value; compute it first, or "
                "pass it as an argument"
            )
        return _delayed_again, (self._leaf[0], None if self._nout < 0 else self._nout)

    def __getattr__(self, name: str) -> Delayed:
        if name.startswith("_"):
            if self._leaf is not None and name in ("__name__", "__qualname__", "__wrapped__"):
                function = self._leaf[0]
                return function if name == "__wrapped__" else getattr(function, name)
            raise AttributeError(f"Delayed has no attribute {name!r}")
        return _engine.delayed_call(getattr, "getattr", self, name)

    def __getitem__(self, index: Any) -> Delayed:
        return _engine.delayed_call(operator.getitem, "getitem", self, index)

    def __setitem__(self, index: Any, value: Any) -> None:
        raise TypeError("Delayed values cannot be changed; write a function that returns a new one")

    def __delitem__(self, index: Any) -> None:
        raise TypeError("Delayed values cannot be changed; write a function that returns a new one")

    def __len__(self) -> int:
        if self._nout < 0:
            raise TypeError(
                "the length of a Delayed is not known before it is computed; give it as nout"
            )
        return self._nout

    def __iter__(self) -> Iterator[Delayed]:
        if self._nout < 0:
            raise TypeError(
                "a Delayed of unknown length cannot be iterated over; give its length as nout"
            )
        return (self[i] for i in range(self._nout))

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else types.MethodType(self, instance)


def _binary(function: Any, name: str) -> tuple[Any, Any]:
    def forward(self: Delayed, other: Any) -> Delayed:
        return _engine.delayed_call(function, name, self, other)

    def backward(self: Delayed, other: Any) -> Delayed:
        return _engine.delayed_call(function, name, other, self)

    return forward, backward


def _unary(function: Any, name: str) -> Any:
    def forward(self: Delayed) -> Delayed:
        return _engine.delayed_call(function, name, self)

    return forward


_TWO_SIDED = {
    name: getattr(operator, name)
    for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "lshift")
} | {
    "rshift": operator.rshift,
    "and": operator.and_,
    "or": operator.or_,
    "xor": operator.xor,
    "divmod": divmod,
}


def _add_operators() -> None:
    for name, function in _TWO_SIDED.items():
        forward, backward = _binary(function, name)
        setattr(Delayed, f"__{name}__", forward)
        setattr(Delayed, f"__r{name}__", backward)
    for name in ("eq", "ne", "lt", "le", "gt", "ge"):
        setattr(Delayed, f"__{name}__", _binary(getattr(operator, name), name)[0])
    for name in ("neg", "pos", "invert", "abs"):
        setattr(Delayed, f"__{name}__", _unary(getattr(operator, name), name))


_add_operators()


def _pure_token(function: Any, args: tuple, kwargs: dict) -> bytes:
    """Bytes that are equal for equal functions and arguments: the content of pure calls."""
    import cloudpickle

    class Pickler(cloudpickle.Pickler):
        def persistent_id(self, value: Any) -> str | None:
            if isinstance(value, Delayed):
                return value.key
            if isinstance(value, Collection):
                return value.__shoal_expression__().token
            return None

    content = io.BytesIO()
    try:
        Pickler(content).dump((function, args, sorted(kwargs.items())))
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise TypeError(
            f"delayed: pure=True needs a function and arguments that can be pickled; "
            f"{_engine.function_name(function)} and its arguments cannot: {error}"
        ) from error
    return content.getvalue()


def _delayed_again(value: Any, nout: int | None) -> Delayed:
    return delayed(value, nout=nout, traverse=False)


def _identity(value: Any) -> Any:
    return value


_engine.set_delayed_hooks(Delayed, Collection, _pure_token, _identity)


class _Module(types.ModuleType):
    __call__ = staticmethod(delayed)

    def __reduce__(self) -> tuple:  # for functions sent to worker processes that refer to it
        return importlib.import_module, (self.__name__,)


sys.modules[__name__].__class__ = _Module

__all__ = ["Delayed", "delayed"]
