"""Bags against plain Python."""

import collections
import functools
import heapq
import itertools
import operator
import statistics
import warnings
from fractions import Fraction
from operator import add

import pytest
import shoal
import shoal.bag as db
from hypothesis import given, settings
from hypothesis import strategies as st
from shoal import delayed

ELEMENTS = [[], [3], [5, -1], list(range(5)), [7, 7, 2, 9, 2, 0, 4] * 4, list(range(103))]
PARTITIONS = [1, 2, 3, 200]


@pytest.fixture(params=["sync", "threads"])
def scheduler(request):
    with shoal.config.set(scheduler=request.param):
        yield request.param


@pytest.fixture(params=range(len(ELEMENTS)))
def elements(request):
    return ELEMENTS[request.param]


@pytest.fixture(params=PARTITIONS)
def bag(request, elements, scheduler):
    return db.from_sequence(elements, npartitions=request.param)


@pytest.fixture
def gaps(elements, scheduler):
    """The same elements, with empty partitions before, among and after them."""
    padded = [None] * 20 + [x for e in elements for x in (e, None, None, None)] + [None] * 20
    return db.from_sequence(padded, partition_size=2).filter(lambda x: x is not None)


def same(value, expected):
    assert value == expected and type(value) is type(expected), (value, expected)


def is_odd(x):
    return x % 2


def test_elements_stay_in_order(bag, gaps, elements):
    same(bag.compute(), elements)
    same(gaps.compute(), elements)
    assert list(bag) == elements


def test_steps(bag, gaps, elements):
    for b in (bag, gaps):
        same(b.map(str).compute(), [str(x) for x in elements])
        same(b.map(add, 10).compute(), [x + 10 for x in elements])
        same(b.map(pow, exp=2).compute(), [x**2 for x in elements])
        same(b.filter(is_odd).compute(), [x for x in elements if x % 2])
        same(b.filter(None).compute(), [x for x in elements if x])
        same(b.remove(is_odd).compute(), [x for x in elements if not x % 2])
        same(b.map(lambda x: [x] * 2).flatten().compute(), [y for x in elements for y in (x, x)])
        same(b.map(lambda x: (x, 1)).starmap(add).compute(), [x + 1 for x in elements])
        same(b.map_partitions(lambda part: (x for x in part)).compute(), elements)
        same(b.map(lambda x: {"a": x}).pluck("a").compute(), elements)
        same(b.map(lambda x: {"a": x}).pluck("b", 5).compute(), [5] * len(elements))
        same(b.map(lambda x: (x, -x)).pluck([1, 0]).compute(), [(-x, x) for x in elements])


def test_chains_of_steps_equal_plain_python(bag, elements):
    chain = bag.map(str).filter(lambda s: len(s) < 3).map(list).flatten().map(int).remove(is_odd)
    expected = [int(c) for x in elements for c in str(x) if len(str(x)) < 3 and c.isdigit()]
    if any(x < 0 for x in elements):
        with pytest.raises(ValueError, match="invalid literal"):
            chain.compute()
    else:
        expected = [c for c in expected if c % 2 == 0]
        same(chain.compute(), expected)
        same(chain.compute(optimize_graph=False), expected)


def test_reductions(bag, gaps, elements):
    for b in (bag, gaps):
        same(b.sum().compute(), sum(elements))
        same(b.count().compute(), len(elements))
        same(b.any().compute(), any(elements))
        same(b.all().compute(), all(elements))
        same(b.fold(add, initial=100).compute(), functools.reduce(add, elements, 100))
        same(b.sum(split_every=2).compute(), sum(elements))
        same(b.fold(lambda s, x: s | {x}, set.union, initial=set()).compute(), set(elements))
        same(b.reduction(sum, sum).compute(), sum(elements))
        if elements:
            same(b.min().compute(), min(elements))
            same(b.max().compute(), max(elements))
            same(b.mean().compute(), sum(elements) / len(elements))
            same(b.fold(add).compute(), functools.reduce(add, elements))
            assert b.var().compute() == pytest.approx(statistics.pvariance(elements))
            assert b.std().compute() == pytest.approx(statistics.pstdev(elements))
        else:
            for item in (b.min(), b.max()):
                with pytest.raises(ValueError, match="no elements"):
                    item.compute()
            with pytest.raises(ZeroDivisionError, match="no elements"):
                b.mean().compute()
            with pytest.raises(TypeError, match="no elements"):
                b.fold(add).compute()


def test_bags_of_all(bag, gaps, elements):
    for b in (bag, gaps):
        same(b.frequencies().compute(), list(collections.Counter(elements).items()))
        same(b.frequencies(sort=True).compute(), collections.Counter(elements).most_common())
        same(b.distinct().compute(), list(dict.fromkeys(elements)))
        same(b.topk(3).compute(), heapq.nlargest(3, elements))
        same(b.topk(2, key=lambda x: -x).compute(), heapq.nsmallest(2, elements))
    assert db.from_sequence([(1, "a"), (1, "b"), (2, "a")]).distinct(key=0).compute() == [
        (1, "a"),
        (2, "a"),
    ]


def test_take(bag, elements):
    for k in (0, 1, 2, 1000):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            same(bag.take(k, npartitions=-1), tuple(elements[:k]))
            same(bag.take(k, npartitions=-1, compute=False).compute(), elements[:k])


def test_take_looks_into_the_first_partition_only():
    seen = []
    b = db.from_sequence(range(10), npartitions=5).map(lambda x: seen.append(x) or x)
    assert b.take(1, warn=False) == (0,)
    assert sorted(seen) == [0, 1]
    with pytest.warns(UserWarning, match="npartitions=-1"):
        assert b.take(3) == (0, 1)
    with pytest.raises(ValueError, match="npartitions"):
        b.take(1, npartitions=6)
    with pytest.raises(ValueError, match="k is"):
        b.take(-1)


def test_folds_keep_the_order(bag, elements):
    texts = [str(x) for x in elements]
    same(bag.map(str).fold(add, initial="<").compute(), "<" + "".join(texts))


def test_several_bags(scheduler):
    a = db.from_sequence(range(10), npartitions=3)
    b = db.from_sequence("abcdefghij", npartitions=3)
    assert a.map(lambda x, y, z: (x, y, z), b, z=a).compute() == list(
        zip(range(10), "abcdefghij", range(10), strict=True)
    )
    assert a.map(lambda x, total: x / total, a.sum()).compute() == [x / 45 for x in range(10)]
    assert a.map(add, delayed(int)("5")).compute() == [x + 5 for x in range(10)]
    assert a.map_partitions(lambda x, y: [len(x), len(y)], b).compute() == [4, 4, 4, 4, 2, 2]
    with pytest.raises(ValueError, match="partitions"):
        a.map(add, db.from_sequence(range(10), npartitions=2))
    with pytest.raises(ValueError, match="unequal"):
        a.map(add, a.filter(is_odd)).compute()
    with pytest.raises(ValueError, match="unequal"):
        a.filter(is_odd).map(add, a).compute()


def test_types_are_kept(scheduler):
    mixed = [1, 2.5, "x", None, (1,), Fraction(1, 3), True]
    for value, expected in zip(db.from_sequence(mixed).compute(), mixed, strict=True):
        same(value, expected)
    same(db.from_sequence([True, True]).sum().compute(), 2)
    same(db.from_sequence([Fraction(1, 3)] * 3).sum().compute(), Fraction(1))
    with pytest.raises(TypeError):
        db.from_sequence(["a"]).sum().compute()


def test_partitions():
    sizes = lambda bag: [len(part) for part in shoal.compute(*bag.to_delayed())]  # noqa: E731
    assert sizes(db.from_sequence([1, 2, 3, 4, 5], npartitions=2)) == [3, 2]
    assert sizes(db.from_sequence(range(10), partition_size=3)) == [3, 3, 3, 1]
    assert sizes(db.from_sequence(range(5))) == [1] * 5
    assert sizes(db.from_sequence(range(1000))) == [10] * 100
    assert sizes(db.from_sequence([])) == [0]
    assert sizes(db.range(5, npartitions=2)) == [3, 2]
    assert db.from_sequence(range(1000)).npartitions == 100
    for wrong in ({"npartitions": 0}, {"partition_size": -1}):
        with pytest.raises(ValueError):
            db.from_sequence([1], **wrong)


def test_delayed_and_back(scheduler):
    b = db.from_sequence(range(5), npartitions=2).map(add, 1)
    assert [part.compute() for part in b.to_delayed()] == [[1, 2, 3], [4, 5]]
    again = db.from_delayed([delayed(range)(3), delayed(list)("ab")])
    assert again.npartitions == 2
    assert again.map(str).compute() == ["0", "1", "2", "a", "b"]
    assert again.compute() == [0, 1, 2, "a", "b"]
    assert (b.sum().to_delayed() + 1).compute() == 16
    assert b.sum().apply(str).compute() == "15"


def test_looks():
    b = db.from_sequence([1, 2, 3, 4, 5], npartitions=2).map(str)
    assert repr(b) == "shoal.bag<map, npartitions=2>"
    assert repr(b.count()) == "shoal.bag.Item<count>"
    text = b.map(int).explain()
    assert "Python function int" in text and "map, map" in text
    with pytest.raises(TypeError, match="callable"):
        b.map(5)
    with pytest.raises(TypeError, match="callable"):
        b.reduction(sum, 5)


def test_user_data_stays_as_it_is(scheduler):
    source = [[2, 1], [3]]
    b = db.from_sequence(source, npartitions=1)
    assert b.map_partitions(lambda part: part.sort() or part).compute() == [[2, 1], [3]]
    assert b.map_partitions(lambda part: part.clear() or part).compute() == []
    assert b.compute() == source == [[2, 1], [3]]


def test_several_results_share_their_steps():
    seen = []
    b = db.from_sequence(range(10), npartitions=3).map(lambda x: seen.append(x) or x)
    assert shoal.compute(b.min(), b.max(), b) == (0, 9, list(range(10)))
    assert sorted(seen) == list(range(10))


def test_persist():
    seen = []
    b = db.from_sequence(range(4), npartitions=2).map(lambda x: seen.append(x) or x).persist()
    assert sorted(seen) == [0, 1, 2, 3]
    assert b.sum().compute() == 6 and b.compute() == [0, 1, 2, 3]
    assert len(seen) == 4


def test_exceptions_come_from_the_users_line(scheduler):
    def reciprocal(x):
        return 1 / x

    with pytest.raises(ZeroDivisionError) as caught:
        db.from_sequence(range(5)).map(reciprocal).compute()
    assert "reciprocal" in [entry.name for entry in caught.traceback]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(-50, 50) | st.text(max_size=2), max_size=40),
    st.integers(1, 12),
    st.lists(st.sampled_from(["map", "filter", "remove", "flatten"]), max_size=6),
)
def test_any_chain_equals_plain_python(elements, npartitions, steps):
    bag, expected = db.from_sequence(elements, npartitions=npartitions), list(elements)
    for step in steps:
        if step == "map":
            bag, expected = bag.map(repr), [repr(x) for x in expected]
        elif step == "filter":
            bag = bag.filter(lambda x: len(str(x)) > 1)
            expected = [x for x in expected if len(str(x)) > 1]
        elif step == "remove":
            bag = bag.remove(lambda x: str(x).startswith("'"))
            expected = [x for x in expected if not str(x).startswith("'")]
        else:
            bag = bag.map(str).flatten()
            expected = list(itertools.chain.from_iterable(str(x) for x in expected))
    assert bag.compute() == expected
    assert bag.count().compute(scheduler="sync") == len(expected)
    assert bag.distinct().compute() == list(dict.fromkeys(expected))
    assert bag.map(str).fold(operator.add, initial="").compute() == "".join(map(str, expected))
