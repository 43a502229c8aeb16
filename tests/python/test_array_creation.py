"""Making arrays: NumPy's to the last bit, random ones a function of the seed alone."""

import numpy as np
import pytest
import shoal.array as da
from array_checks import assert_eq
from hypothesis import given, settings
from hypothesis import strategies as st

NUMBERS = st.floats(-1e6, 1e6, allow_subnormal=False)


@settings(max_examples=200, deadline=None)
@given(NUMBERS, NUMBERS, st.integers(0, 60), st.booleans(), st.integers(1, 20))
def test_linspace_is_numpys_to_the_last_bit(start, stop, num, endpoint, chunks):
    assert_eq(
        da.linspace(start, stop, num, endpoint=endpoint, chunks=chunks),
        np.linspace(start, stop, num, endpoint=endpoint),
    )


def test_linspace():
    ours, our_step = da.linspace(0, 1, 11, retstep=True)
    theirs, their_step = np.linspace(0, 1, 11, retstep=True)
    assert_eq(ours, theirs)
    assert our_step == their_step
    assert np.isnan(da.linspace(0, 1, 1, retstep=True)[1])
    assert_eq(da.linspace(2.5, 2.5, 7), np.linspace(2.5, 2.5, 7))
    assert_eq(da.linspace(0, 5e-324, 7), np.linspace(0, 5e-324, 7))
    assert_eq(da.linspace(-3, 3, 5, dtype=int), np.linspace(-3, 3, 5, dtype=int))
    assert_eq(da.linspace(0, 1, 5, dtype="f4"), np.linspace(0, 1, 5, dtype="f4"))
    for n in (401, 2001, 8001):
        assert_eq(da.linspace(-2.5, 1.5, n, chunks=1000), np.linspace(-2.5, 1.5, n))
    with pytest.raises(ValueError, match="must not be negative"):
        da.linspace(0, 1, -1)


@settings(max_examples=200, deadline=None)
@given(
    st.floats(-1e3, 1e3, allow_subnormal=False),
    st.floats(-1e3, 1e3, allow_subnormal=False),
    st.floats(0.5, 50).flatmap(lambda step: st.sampled_from([step, -step])),
    st.integers(1, 50),
)
def test_arange_of_floats_is_numpys_to_the_last_bit(start, stop, step, chunks):
    assert_eq(da.arange(start, stop, step, chunks=chunks), np.arange(start, stop, step))


def test_arange():
    assert_eq(da.arange(10, chunks=3), np.arange(10))
    assert_eq(da.arange(3, 20, 4), np.arange(3, 20, 4))
    assert_eq(da.arange(20, 3, -4), np.arange(20, 3, -4))
    assert_eq(da.arange(5, 5), np.arange(5, 5))
    assert_eq(da.arange(5, 0), np.arange(5, 0))
    assert_eq(da.arange(0.1, 1.0, 0.1), np.arange(0.1, 1.0, 0.1))
    assert_eq(da.arange(10, dtype="f4"), np.arange(10, dtype="f4"))
    assert_eq(da.arange(10, dtype="i2"), np.arange(10, dtype="i2"))
    assert_eq(da.arange(np.int64(3), np.float64(7)), np.arange(3, 7.0))
    with pytest.raises(ValueError, match="the step is 0"):
        da.arange(0, 5, 0)
    with pytest.raises(TypeError, match="give real ones"):
        da.arange(0, 5j)


@pytest.mark.parametrize("indexing", ["xy", "ij"])
@pytest.mark.parametrize("sparse", [True, False])
@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_meshgrid(indexing, sparse, count):
    axes = [np.arange(3.0), np.arange(4), np.arange(2)][:count]
    lazy = [da.from_array(axis, chunks=2) for axis in axes]
    ours = da.meshgrid(*lazy, indexing=indexing, sparse=sparse)
    theirs = np.meshgrid(*axes, indexing=indexing, sparse=sparse)
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs, strict=True):
        assert_eq(a, b)
        assert_eq(a + 1, b + 1)


def test_bad_meshgrids():
    with pytest.raises(ValueError, match="'xy' or 'ij'"):
        da.meshgrid(da.arange(3), indexing="yx")
    with pytest.raises(ValueError, match="each must have one dimension"):
        da.meshgrid(da.ones((2, 2)))


@pytest.mark.parametrize("shape", [(), (0,), (7,), 7, (3, 0, 2), (5, 4)])
@pytest.mark.parametrize("dtype", [None, "int32", bool, complex])
def test_constants(shape, dtype):
    assert_eq(da.zeros(shape, dtype=dtype, chunks=3), np.zeros(shape, dtype))
    assert_eq(da.ones(shape, dtype=dtype, chunks=3), np.ones(shape, dtype))
    assert_eq(da.full(shape, 3, dtype=dtype, chunks=3), np.full(shape, 3, dtype))
    assert da.empty(shape, dtype=dtype, chunks=3).dtype == np.empty(shape, dtype).dtype
    x = da.ones(shape, dtype=dtype, chunks=2)
    a = np.ones(shape, dtype)
    assert da.zeros_like(x).chunks == x.chunks
    assert_eq(da.zeros_like(x), np.zeros_like(a))
    assert_eq(da.ones_like(x, dtype=float), np.ones_like(a, dtype=float))
    assert_eq(da.full_like(x, 1), np.full_like(a, 1))
    assert_eq(da.full_like(x, 1, shape=(2, 3)), np.full_like(a, 1, shape=(2, 3)))
    assert da.empty_like(x).shape == a.shape


def test_constants_take_their_values_dtype():
    for value in (True, 3, 2.5, 1 + 2j, np.float32(2), np.int8(3)):
        assert_eq(da.full(3, value), np.full(3, value))
    with pytest.raises(ValueError, match="must be one number"):
        da.full(3, [1, 2])
    with pytest.raises(ValueError, match="negative extent"):
        da.ones((-1, 2))
    with pytest.raises(TypeError):
        da.ones(2.5)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("shape", [(), (0,), (11,), (4, 5, 3)])
def test_from_array(shape, order):
    a = np.array(np.arange(int(np.prod(shape))).reshape(shape), order=order)
    assert_eq(da.from_array(a, chunks=2), a)
    assert_eq(da.from_array(a), a)


def test_from_array_of_unusual_memory():
    a = np.arange(60).reshape(6, 10)
    for view in (a[::2, ::-3], a.T, a[:, 5:], np.broadcast_to(a[0], (3, 10))):
        assert_eq(da.from_array(view, chunks=2), view)
    swapped = np.arange(5.0).astype(">f8")
    assert_eq(da.from_array(swapped), swapped.astype("f8"))
    frozen = np.arange(5)
    frozen.flags.writeable = False
    assert_eq(da.from_array(frozen, chunks=2), frozen)
    assert_eq(da.from_array([[1, 2], [3, 4]]), np.array([[1, 2], [3, 4]]))
    with pytest.raises(ValueError, match="already"):
        da.from_array(da.ones(3))
    with pytest.raises(TypeError):
        da.from_array(np.array([None, "a"]))


def test_from_array_shares_memory_and_holds_it():
    a = np.zeros(4)
    x = da.from_array(a)
    a[2] = 5
    assert x.sum().compute() == 5
    y = da.from_array(np.arange(1000000.0), chunks=1000) + 0
    np.zeros(1000000)
    assert y.sum().compute() == 499999500000.0


def test_results_are_writable_and_their_own():
    x = da.ones((20, 30), chunks=7)
    first = x.compute()
    assert first.flags.writeable and first.flags.c_contiguous
    first[:] = 5
    assert (x.compute() == 1).all()
    a = np.arange(4)
    copy = da.from_array(a).compute()
    copy[0] = 9
    assert a[0] == 0
    kept = x.persist()
    kept.compute()[:] = 3
    assert (kept.compute() == 1).all()


def test_random_is_a_function_of_the_seed():
    x = da.random.default_rng(3).random((30, 40), chunks=7)
    same = da.random.default_rng(3).random((30, 40), chunks=(11, 40))
    a = x.compute()
    assert_eq(same, a)
    assert ((a >= 0) & (a < 1)).all()
    assert len(np.unique(a)) == a.size
    assert abs(a.mean() - 0.5) < 0.05
    assert abs(a.var() - 1 / 12) < 0.01
    assert (da.random.default_rng(4).random((30, 40)).compute() != a).all()
    rng = da.random.default_rng(3)
    assert_eq(rng.random((30, 40)), a)
    assert (rng.random((30, 40)).compute() != a).all()


def test_random_without_a_seed_differs_each_time():
    x = da.random.random((5, 6), chunks=2)
    y = da.random.random((5, 6), chunks=2)
    assert (x.compute() != y.compute()).all()
    assert_eq(x, x.compute())
    assert (x + y - y - x).compute().max() < 1e-15
    assert da.random.random().compute().shape == ()


def test_the_modules_seed():
    da.random.seed(11)
    first = da.random.random(5).compute()
    da.random.seed(11)
    assert_eq(da.random.random(5, chunks=2), first)
    assert (da.random.random(5).compute() != first).all()
    da.random.seed()


def test_repr():
    x = da.random.random((10000, 10000), chunks=(1000, 1000))
    assert (
        repr(x)
        == "shoal.array<random, shape=(10000, 10000), dtype=float64, chunksize=(1000, 1000)>"
    )
    assert repr(x.sum()) == "shoal.array<sum, shape=(), dtype=float64, chunksize=()>"
    assert x.nbytes == 800_000_000 and x.npartitions == 100 and x.itemsize == 8


def test_integers_print_as_numpys_do():
    assert repr(da.arange(3, chunks=2).compute()) == repr(np.arange(3))
    result = da.ones(3, chunks=2, dtype="uint64").compute()
    assert result.dtype.char == np.dtype("uint64").char
    assert result.flags.writeable
