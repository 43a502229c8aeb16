"""What every lazy collection shares: compute, persist, visualize and explain."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from . import _engine, config
from .diagnostics import progress_is_shown
from .processes import call_elsewhere

SCHEDULERS = ("sync", "threads", "processes")
_SYNONYMS = {
    "synchronous": "sync",
    "single-threaded": "sync",
    "threading": "threads",
    "multiprocessing": "processes",
}


class Collection:
    """Base of the lazy handles. A subclass has an engine expression and knows its Python form."""

    __slots__ = ()

    def __shoal_expression__(self) -> _engine.Expr:
        raise NotImplementedError

    def __shoal_result__(self, values: list[_engine.Value]) -> Any:
        """The Python form of the computed blocks."""
        raise NotImplementedError

    def __shoal_request__(self) -> tuple[_engine.Expr, Callable[[list[_engine.Value]], Any]]:
        """What compute runs, and how the values of its blocks become the result."""
        return self.__shoal_expression__(), self.__shoal_result__

    def __shoal_rebuild__(self, expression: _engine.Expr) -> Collection:
        """The same kind of collection over another expression of the same meta."""
        raise NotImplementedError

    def compute(self, **kwargs: Any) -> Any:
        """Compute the result: a NumPy array, a pandas object, a list, or the function's value.

        ``scheduler`` is ``"threads"``, ``"sync"`` or ``"processes"``; ``num_workers`` the number of
        threads or processes; ``optimize_graph=False`` runs the program as it was written.
        """
        (result,) = compute(self, traverse=False, **kwargs)
        return result

    def persist(self, **kwargs: Any) -> Collection:
        """Compute the blocks and keep them in memory, behind a handle of the same kind."""
        (result,) = persist(self, traverse=False, **kwargs)
        return result

    def visualize(self, filename: str = "shoal.svg", optimize_graph: bool = False) -> str:
        """Draw the task graph with Graphviz into ``filename`` (svg, png, pdf or dot)."""
        return visualize(self, filename=filename, optimize_graph=optimize_graph)

    def explain(self) -> str:
        """The plan before and after the passes, and what each pass did."""
        return _engine.explain([self.__shoal_expression__()])

    def __bool__(self) -> bool:
        raise TypeError(
            f"the truth of a lazy {type(self).__name__} is not known before it is computed; "
            "call .compute() first"
        )


def is_collection(value: Any) -> bool:
    """Whether ``value`` is a lazy Shoal collection."""
    return isinstance(value, Collection)


def _run(expressions: list[_engine.Expr], **kwargs: Any) -> list[list[_engine.Value]]:
    scheduler = kwargs.pop("scheduler", None) or config.get("scheduler", None)
    num_workers = kwargs.pop("num_workers", None) or config.get("num_workers", None)
    pool = kwargs.pop("pool", None) or config.get("pool", None)
    optimize = kwargs.pop("optimize_graph", True)
    if kwargs:
        raise TypeError(
            f"compute got unexpected arguments {sorted(kwargs)}; it takes scheduler, num_workers, "
            "pool and optimize_graph"
        )
    if scheduler is not None and not isinstance(scheduler, str):
        raise TypeError(
            f"scheduler is {scheduler!r}; give one of the names {', '.join(SCHEDULERS)}"
        )
    scheduler = _SYNONYMS.get(scheduler, scheduler)
    if scheduler is not None and scheduler not in SCHEDULERS:
        raise ValueError(f"unknown scheduler {scheduler!r}; use one of {', '.join(SCHEDULERS)}")
    elsewhere, engine_scheduler, workers = call_elsewhere(scheduler, num_workers, pool)
    return _engine.compute(
        expressions,
        scheduler=engine_scheduler,
        num_workers=workers,
        optimize=optimize,
        progress=progress_is_shown(),
        call_elsewhere=elsewhere,
    )


def _collect(value: Any, found: list[Collection], traverse: bool) -> Any:
    """A function from the list of results to ``value`` with its collections replaced, or None."""
    if is_collection(value):
        position = len(found)
        found.append(value)
        return lambda results: results[position]
    if not traverse:
        return None
    if type(value) in (list, tuple, set):
        parts = [(_collect(item, found, traverse), item) for item in value]
        if any(part for part, _ in parts):
            kind = type(value)
            return lambda results: kind(part(results) if part else item for part, item in parts)
        return None
    if type(value) is dict:
        parts = [
            (_collect(key, found, traverse), key, _collect(item, found, traverse), item)
            for key, item in value.items()
        ]
        if any(part[0] or part[2] for part in parts):
            return lambda results: {
                (make_key(results) if make_key else key): (make(results) if make else item)
                for make_key, key, make, item in parts
            }
        return None
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {
            field.name: (_collect(getattr(value, field.name), found, traverse))
            for field in dataclasses.fields(value)
            if field.init
        }
        if any(fields.values()):
            return lambda results: dataclasses.replace(
                value, **{name: make(results) for name, make in fields.items() if make}
            )
    return None


def compute(*args: Any, traverse: bool = True, **kwargs: Any) -> tuple:
    """Compute several collections in one run, sharing their common work.

    Lists, tuples, sets, dicts and dataclasses are searched for collections unless
    ``traverse=False``. Everything else is returned as it is.
    """
    found: list[Collection] = []
    makers = [_collect(arg, found, traverse) for arg in args]
    if not found:
        return args
    requests = [collection.__shoal_request__() for collection in found]
    values = _run([expression for expression, _ in requests], **kwargs)
    results = [finish(blocks) for (_, finish), blocks in zip(requests, values, strict=True)]
    return tuple(make(results) if make else arg for make, arg in zip(makers, args, strict=True))


def persist(*args: Any, traverse: bool = True, **kwargs: Any) -> tuple:
    """Compute several collections in one run and keep their blocks in memory."""
    found: list[Collection] = []
    makers = [_collect(arg, found, traverse) for arg in args]
    if not found:
        return args
    values = _run([collection.__shoal_expression__() for collection in found], **kwargs)
    results = [
        collection.__shoal_rebuild__(_engine.persist(collection.__shoal_expression__(), blocks))
        for collection, blocks in zip(found, values, strict=True)
    ]
    return tuple(make(results) if make else arg for make, arg in zip(makers, args, strict=True))


def visualize(*args: Any, filename: str = "shoal.svg", optimize_graph: bool = False) -> str:
    """Draw the task graph of several collections with Graphviz; returns the file's name."""
    found: list[Collection] = []
    for arg in args:
        _collect(arg, found, True)
    if not found:
        raise TypeError("visualize: no lazy collection among the arguments")
    _engine.visualize([item.__shoal_expression__() for item in found], filename, optimize_graph)
    return filename
