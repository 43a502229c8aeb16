"""Bags: elements of any kind in partitions, for the first look at raw data.

``import shoal.bag as db``, then ``db.from_sequence([1, 2, 3, 4, 5], npartitions=2)``.
"""

from __future__ import annotations

import builtins
import heapq
import itertools
import operator
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial, reduce
from typing import Any

from . import _engine
from .collection import Collection, is_collection
from .delayed import Delayed, delayed

_MISSING = object()


class NoElements:
    """Stands for the partial result of a partition that has no elements."""


class Item(Collection):
    """One value to come out of a bag."""

    __slots__ = ("_expression",)

    def __init__(self, expression: _engine.Expr):
        self._expression = expression

    def __shoal_expression__(self) -> _engine.Expr:
        return self._expression

    def __shoal_result__(self, values: list[_engine.Value]) -> Any:
        return values[0].to_python()

    def __shoal_rebuild__(self, expression: _engine.Expr) -> Item:
        return Item(expression)

    def __repr__(self) -> str:
        return f"shoal.bag.Item<{self._expression.name}>"

    def to_delayed(self) -> Delayed:
        """The same value as a Delayed."""
        return _engine.delayed_from_expression(self._expression)

    @staticmethod
    def from_delayed(value: Any) -> Item:
        """An Item over a Delayed value."""
        return Item(delayed(value).__shoal_expression__())

    def apply(self, function: Callable[[Any], Any]) -> Item:
        """A function of the value."""
        return Item.from_delayed(delayed(function)(self.to_delayed()))


class Bag(Collection):
    """Elements of any kind in partitions. Steps are lazy; ``compute`` gives a list."""

    __slots__ = ("_expression",)

    def __init__(self, expression: _engine.Expr):
        self._expression = expression

    def __shoal_expression__(self) -> _engine.Expr:
        return self._expression

    def __shoal_result__(self, values: list[_engine.Value]) -> list:
        return list(itertools.chain.from_iterable(value.to_python() for value in values))

    def __shoal_rebuild__(self, expression: _engine.Expr) -> Bag:
        return Bag(expression)

    def __repr__(self) -> str:
        return _engine.bag_text(self._expression)

    def __iter__(self) -> Iterator:
        return iter(self.compute())

    @property
    def npartitions(self) -> int:
        """The number of partitions."""
        return self._expression.block_count

    # One element at a time.

    def map(self, func: Callable, *args: Any, **kwargs: Any) -> Bag:
        """``func(element, ...)`` of each element. Further arguments are other bags, divided alike,
        whose elements go beside this one's, lazy values, or plain ones."""
        return self._step("map", func, args, kwargs, each=True)

    def starmap(self, func: Callable, **kwargs: Any) -> Bag:
        """``func(*element, **kwargs)`` of each element."""
        return self._step("starmap", func, (), kwargs)

    def filter(self, predicate: Callable[[Any], Any] | None) -> Bag:
        """The elements for which ``predicate`` is true."""
        return self._step("filter", predicate)

    def remove(self, predicate: Callable[[Any], Any]) -> Bag:
        """The elements for which ``predicate`` is false."""
        return self._step("remove", predicate)

    def pluck(self, key: Any, default: Any = _MISSING) -> Bag:
        """``element[key]`` of each element; for a list of keys, a tuple of items."""
        if isinstance(key, list):
            return self._step("map", partial(_pluck_several, key, default), name="pluck")
        args = (key,) if default is _MISSING else (key, default)
        return self._step("pluck", None, args)

    def flatten(self) -> Bag:
        """The elements of the elements."""
        return self._step("flatten", None)

    def map_partitions(self, func: Callable, *args: Any, **kwargs: Any) -> Bag:
        """``func(partition, ...)`` of each partition, a list, gives the new partition's elements.
        Other bags among the arguments give their partition."""
        return self._step("partition", func, args, kwargs, name="map_partitions")

    # One value of all elements.

    def fold(
        self,
        binop: Callable[[Any, Any], Any],
        combine: Callable[[Any, Any], Any] | None = None,
        initial: Any = _MISSING,
        split_every: int | None = None,
    ) -> Item:
        """Reduce with an associative ``binop``, in each partition and then over the partitions.

        ``initial`` counts once. With a ``combine`` of its own, for when results are of another kind
        than elements, every partition starts from ``initial``, which must change nothing when it is
        combined: 0 for sums, ``set()`` for unions.
        """
        if initial is _MISSING:
            initial = NoElements
        join = binop if combine is None else combine
        start = NoElements if join is binop else initial
        return self._reduce(
            "fold",
            binop,
            partial(_fold_partition, binop, start),
            partial(_join_partials, join),
            partial(_finish_fold, join, initial, join is binop),
            split_every,
        )

    def reduction(
        self,
        perpartition: Callable[[list], Any],
        aggregate: Callable[[list], Any],
        split_every: int | bool | None = None,
        out_type: type = Item,
        name: str | None = None,
    ) -> Any:
        """``aggregate`` of the list of each partition's ``perpartition(list)``; with more than
        ``split_every`` partitions (8 unless given), of its own results again."""
        combine = None if split_every is False else aggregate
        item = self._reduce(
            name or "reduction", perpartition, perpartition, combine, aggregate, split_every
        )
        return item if out_type is Item else out_type(_engine.bag_of_values([item._expression]))

    def sum(self, split_every: int | None = None) -> Item:
        """The sum of the elements, 0 for none."""
        return self._reduce("sum", sum, sum, sum, sum, split_every)

    def count(self, split_every: int | None = None) -> Item:
        """The number of elements."""
        return self._reduce("count", len, len, sum, sum, split_every)

    def min(self, split_every: int | None = None) -> Item:
        """The least element."""
        return self._extreme("min", min, split_every)

    def max(self, split_every: int | None = None) -> Item:
        """The greatest element."""
        return self._extreme("max", max, split_every)

    def any(self, split_every: int | None = None) -> Item:
        """Whether any element is true."""
        return self._reduce("any", any, any, any, any, split_every)

    def all(self, split_every: int | None = None) -> Item:
        """Whether all elements are true."""
        return self._reduce("all", all, all, all, all, split_every)

    def mean(self) -> Item:
        """The sum of the elements over their number."""
        return self._reduce("mean", sum, _sum_and_count, _add_pairs, _finish_mean, None)

    def var(self, ddof: int = 0) -> Item:
        """The variance of the elements."""
        finish = partial(_finish_var, ddof)
        return self._reduce("var", sum, _moments, _add_moments, finish, None)

    def std(self, ddof: int = 0) -> Item:
        """The standard deviation of the elements."""
        return self.var(ddof).apply(_square_root)

    def frequencies(self, split_every: int | None = None, sort: bool = False) -> Bag:
        """Pairs (element, how often it occurs), in the order in which elements first come."""
        item = self._reduce(
            "frequencies", Counter, Counter, _add_counts, partial(_finish_counts, sort), split_every
        )
        return Bag(_engine.bag_of_values([item._expression]))

    def distinct(self, key: Callable | Any = None) -> Bag:
        """The elements without repetition, by ``key(element)`` or ``element[key]`` if given; of
        equal ones the first stays."""
        if key is not None and not callable(key):
            key = operator.itemgetter(key)
        first = partial(_distinct, key)
        return self._bag_of_one(first, partial(_distinct_of_lists, key), "distinct")

    def topk(self, k: int, key: Callable | Any = None, split_every: int | None = None) -> Bag:
        """The ``k`` greatest elements, by ``key(element)`` or ``element[key]`` if given, the
        greatest first."""
        if key is not None and not callable(key):
            key = operator.itemgetter(key)
        largest = partial(heapq.nlargest, k, key=key)
        return self._bag_of_one(largest, partial(_topk_of_lists, k, key), "topk", split_every)

    def take(
        self, k: int, npartitions: int = 1, compute: bool = True, warn: bool = True
    ) -> tuple | Bag:
        """The first ``k`` elements of the first ``npartitions`` partitions (-1: of all)."""
        if k < 0:
            raise ValueError(f"bag.take: k is {k}; give 0 or more")
        heads = self._step("partition", partial(_head, k), name="take")
        first = Bag(_engine.bag_first_partitions(heads._expression, npartitions))
        if first.npartitions > 1:
            first = first._bag_of_one(_identity, partial(_head_of_lists, k), "take")
        if not compute:
            return first
        elements = tuple(first.compute())
        if warn and len(elements) < k:
            warnings.warn(
                f"bag.take: {k} elements were asked for, the first partitions have only "
                f"{len(elements)}; npartitions=-1 looks into all",
                stacklevel=2,
            )
        return elements

    # Parts.

    def to_delayed(self, optimize_graph: bool = True) -> list[Delayed]:
        """One Delayed a partition, each a list."""
        return [
            _engine.delayed_from_expression(_engine.bag_partition(self._expression, i))
            for i in builtins.range(self.npartitions)
        ]

    def _step(
        self,
        kind: str,
        func: Callable | None,
        args: tuple = (),
        kwargs: dict | None = None,
        name: str | None = None,
        each: bool = False,
    ) -> Bag:
        name = name or kind
        if func is not None and not callable(func):
            raise TypeError(f"bag.{name}: {func!r} is not callable; give a function")
        inputs: list[Any] = [self._expression]
        positional = []
        for arg in itertools.chain(args, (kwargs or {}).values()):
            if isinstance(arg, Bag):
                positional.append(("each_input" if each else "input", len(inputs)))
                inputs.append(arg._expression)
            elif is_collection(arg):
                positional.append(("input", len(inputs)))
                inputs.append(_engine.delayed_from_collection(arg))
            else:
                positional.append(("constant", arg))
        step = (kind, func, tuple(positional), tuple(kwargs or ()))
        return Bag(_engine.bag_step(inputs, name, _runs(func), step))

    def _reduce(
        self,
        name: str,
        shown: Callable,
        per_partition: Callable,
        combine: Callable | None,
        finish: Callable,
        split_every: int | bool | None,
    ) -> Item:
        if not callable(per_partition) or not callable(finish):
            raise TypeError(f"bag.{name}: {shown!r} is not callable; give a function")
        step = ("reduce", per_partition, (), ())
        partials = _engine.bag_step([self._expression], name, _runs(shown), step)
        every = 8 if split_every is None or isinstance(split_every, bool) else split_every
        return Item(
            _engine.bag_reduce(
                partials,
                name=name,
                combine=combine,
                finish=finish,
                split_every=every,
                runs=_runs(shown),
            )
        )

    def _extreme(self, name: str, function: Callable, split_every: int | None) -> Item:
        return self._reduce(
            name,
            function,
            partial(_extreme_of_partition, function),
            partial(_extreme_of_partials, function),
            partial(_finish_extreme, name, function),
            split_every,
        )

    def _bag_of_one(
        self, first: Callable, again: Callable, name: str, split_every: int | None = None
    ) -> Bag:
        item = self._reduce(name, first, first, again, again, split_every)
        return Bag(_engine.bag_of_values([item._expression]))


def from_sequence(
    seq: Iterable, partition_size: int | None = None, npartitions: int | None = None
) -> Bag:
    """A bag of the elements of ``seq``: ``partition_size`` elements in each partition, or about
    ``npartitions`` partitions; without either, 100 partitions at most."""
    return Bag(_engine.bag_from_sequence(list(seq), partition_size, npartitions))


def from_delayed(values: Any) -> Bag:
    """A bag of which each partition is a Delayed iterable."""
    if isinstance(values, Delayed):
        values = [values]
    return Bag(_engine.bag_of_values([delayed(value) for value in values]))


def range(n: int, npartitions: int) -> Bag:
    """The numbers below ``n``."""
    return from_sequence(builtins.range(n), npartitions=npartitions)


def run_steps(steps: list, inputs: list) -> Any:
    """Steps over one partition, in a worker process."""
    return _engine.bag_run_steps(tuple(steps), inputs)


def _runs(function: Callable | None) -> str:
    return "" if function is None else f"Python function {_engine.function_name(function)}"


def _identity(value: Any) -> Any:
    return value


def _pluck_several(keys: list, default: Any, element: Any) -> tuple:
    if default is _MISSING:
        return tuple(element[key] for key in keys)
    return tuple(_get(element, key, default) for key in keys)


def _get(element: Any, key: Any, default: Any) -> Any:
    try:
        return element[key]
    except LookupError:
        return default


def _fold_partition(binop: Callable, start: Any, elements: list) -> Any:
    if not elements:
        return NoElements
    return reduce(binop, elements) if start is NoElements else reduce(binop, elements, start)


def _join_partials(join: Callable, partials: list) -> Any:
    present = [part for part in partials if part is not NoElements]
    return reduce(join, present) if present else NoElements


def _finish_fold(join: Callable, initial: Any, counts_initial: bool, partials: list) -> Any:
    total = _join_partials(join, partials)
    if total is NoElements:
        if initial is NoElements:
            raise TypeError("bag.fold: the bag has no elements, and no initial value is given")
        return initial
    return total if initial is NoElements or not counts_initial else join(initial, total)


def _extreme_of_partition(function: Callable, elements: list) -> Any:
    return function(elements) if elements else NoElements


def _extreme_of_partials(function: Callable, partials: list) -> Any:
    return _extreme_of_partition(function, [part for part in partials if part is not NoElements])


def _finish_extreme(name: str, function: Callable, partials: list) -> Any:
    result = _extreme_of_partials(function, partials)
    if result is NoElements:
        raise ValueError(f"bag.{name}: the bag has no elements")
    return result


def _sum_and_count(elements: list) -> tuple:
    return sum(elements), len(elements)


def _add_pairs(pairs: list) -> tuple:
    return sum(total for total, _ in pairs), sum(count for _, count in pairs)


def _finish_mean(pairs: list) -> Any:
    total, count = _add_pairs(pairs)
    if count == 0:
        raise ZeroDivisionError("bag.mean: the bag has no elements")
    return total / count


def _moments(elements: list) -> tuple:
    """Count, mean, and the sum of squared distances from the mean."""
    count = len(elements)
    if count == 0:
        return 0, 0.0, 0.0
    mean = sum(elements) / count
    return count, mean, sum((element - mean) ** 2 for element in elements)


def _add_moments(partials: list) -> tuple:
    count, mean, squares = 0, 0.0, 0.0
    for n, other, more in partials:
        if n:
            distance = other - mean
            squares += more + distance * distance * count * n / (count + n)
            mean += distance * n / (count + n)
            count += n
    return count, mean, squares


def _finish_var(ddof: int, partials: list) -> float:
    count, _, squares = _add_moments(partials)
    if count - ddof <= 0:
        raise ZeroDivisionError(f"bag.var: {count} elements are too few for ddof={ddof}")
    return squares / (count - ddof)


def _square_root(value: float) -> float:
    return value**0.5


def _add_counts(partials: list) -> Counter:
    total: Counter = Counter()
    for counts in partials:
        total.update(counts)
    return total


def _finish_counts(sort: bool, partials: list) -> list:
    counts = _add_counts(partials)
    return counts.most_common() if sort else list(counts.items())


def _distinct(key: Callable | None, elements: list) -> list:
    if key is None:
        return list(dict.fromkeys(elements))
    first: dict = {}
    for element in elements:
        first.setdefault(key(element), element)
    return list(first.values())


def _distinct_of_lists(key: Callable | None, lists: list) -> list:
    return _distinct(key, list(itertools.chain.from_iterable(lists)))


def _topk_of_lists(k: int, key: Callable | None, lists: list) -> list:
    return heapq.nlargest(k, itertools.chain.from_iterable(lists), key=key)


def _head(k: int, elements: list) -> list:
    return elements[:k]


def _head_of_lists(k: int, lists: list) -> list:
    return list(itertools.islice(itertools.chain.from_iterable(lists), k))


__all__ = ["Bag", "Item", "from_delayed", "from_sequence", "range"]
