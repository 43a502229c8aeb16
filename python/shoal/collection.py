"""What every lazy collection shares: compute, persist, visualize and explain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import _engine, config
from .diagnostics import progress_is_shown
from .processes import Workers, choose_workers

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


def _settings(**kwargs: Any) -> tuple[_engine.RunSettings, Workers]:
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
    workers = choose_workers(scheduler, num_workers, pool)
    settings = _engine.RunSettings(
        scheduler=workers.scheduler,
        num_workers=workers.num_workers,
        optimize=optimize,
        progress=progress_is_shown(),
        call_elsewhere=workers.call_elsewhere,
        spawn=workers.spawn,
    )
    return settings, workers


def _run(expressions: list[_engine.Expr], **kwargs: Any) -> list[list[_engine.Value]]:
    settings, workers = _settings(**kwargs)
    with workers:
        return _engine.compute(expressions, settings)


def compute(*args: Any, traverse: bool = True, **kwargs: Any) -> tuple:
    """Compute several collections in one run, sharing their common work.

    Lists, tuples, sets, dicts and dataclasses are searched for collections unless
    ``traverse=False``. Everything else is returned as it is.
    """
    tree, found = _engine.find_collections(args, traverse)
    if not found:
        return args
    if all(isinstance(item, _engine.DelayedBase) for item in found):
        settings, workers = _settings(**kwargs)
        with workers:
            return tree.build(_engine.compute_values(found, settings))
    requests = [collection.__shoal_request__() for collection in found]
    values = _run([expression for expression, _ in requests], **kwargs)
    results = [finish(blocks) for (_, finish), blocks in zip(requests, values, strict=True)]
    return tree.build(results)


def persist(*args: Any, traverse: bool = True, **kwargs: Any) -> tuple:
    """Compute several collections in one run and keep their blocks in memory."""
    tree, found = _engine.find_collections(args, traverse)
    if not found:
        return args
    values = _run([collection.__shoal_expression__() for collection in found], **kwargs)
    results = [
        collection.__shoal_rebuild__(_engine.persist(collection.__shoal_expression__(), blocks))
        for collection, blocks in zip(found, values, strict=True)
    ]
    return tree.build(results)


def visualize(*args: Any, filename: str = "shoal.svg", optimize_graph: bool = False) -> str:
    """Draw the task graph of several collections with Graphviz; returns the file's name."""
    _, found = _engine.find_collections(args, True)
    if not found:
        raise TypeError("visualize: no lazy collection among the arguments")
    _engine.visualize([item.__shoal_expression__() for item in found], filename, optimize_graph)
    return filename
