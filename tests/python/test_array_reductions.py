"""Reductions against NumPy."""

import warnings

import numpy as np
import pytest
import shoal.array as da
from array_checks import assert_eq, chunkings
from hypothesis import given, settings
from hypothesis import strategies as st

NAMES = ["sum", "prod", "min", "max", "any", "all", "mean", "var", "std"]
DTYPES = ["bool", "int8", "int32", "int64", "uint16", "float32", "float64", "complex128"]


@settings(max_examples=250, deadline=None)
@given(st.data())
def test_every_reduction_equals_numpys(data):
    name = data.draw(st.sampled_from(NAMES))
    dtype = data.draw(st.sampled_from(DTYPES))
    if np.dtype(dtype).kind == "c" and name in ("min", "max"):
        name = "sum"
    shape = tuple(data.draw(st.lists(st.integers(0, 7), max_size=3)))
    a = np.random.default_rng(data.draw(st.integers(0, 99))).normal(size=shape) * 2
    a = a.astype(dtype)
    chunks = chunkings(shape, lambda low, high: data.draw(st.integers(low, high)))
    axis = None
    if shape and data.draw(st.booleans()):
        axis = tuple(data.draw(st.sets(st.integers(0, len(shape) - 1))))
    keepdims = data.draw(st.booleans())
    split_every = data.draw(st.none() | st.integers(2, 4))
    x = da.from_array(a, chunks=chunks)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            expected = getattr(a, name)(axis=axis, keepdims=keepdims)
        except ValueError:
            with pytest.raises(ValueError, match="no elements"):
                getattr(x, name)(axis=axis, keepdims=keepdims)
            return
    lazy = getattr(x, name)(axis=axis, keepdims=keepdims, split_every=split_every)
    single = np.dtype(dtype) == np.float32
    exact = name in ("min", "max", "any", "all") or np.asarray(expected).dtype.kind in "biu"
    rtol = 0.0 if exact else 2e-5 if single else 1e-12
    assert_eq(lazy, expected, rtol=rtol, atol=rtol)


def test_arguments():
    a = np.random.default_rng(0).normal(size=(9, 10))
    x = da.from_array(a, chunks=4)
    assert_eq(x.var(ddof=1), a.var(ddof=1), rtol=1e-14)
    assert_eq(x.std(axis=-1, ddof=2), a.std(axis=-1, ddof=2), rtol=1e-14)
    assert_eq(da.sum(x, axis=0), a.sum(axis=0), rtol=1e-14, atol=1e-14)
    assert_eq(da.mean(x, axis=(0, 1), keepdims=True), a.mean(axis=(0, 1), keepdims=True), 1e-13)
    assert_eq(x.sum(dtype="f4"), a.astype("f4").sum(), rtol=1e-4)
    assert_eq((x > 0).sum(), (a > 0).sum())
    with pytest.raises(ValueError, match="sum: axis 2 is out of bounds"):
        x.sum(axis=2)
    with pytest.raises(ValueError, match="given twice"):
        x.sum(axis=(0, -2))
    with pytest.raises(ValueError, match="at least 2"):
        x.sum(split_every=1)
    with pytest.raises(TypeError, match="unexpected keyword"):
        x.sum(axes=1)
    with pytest.raises(ValueError, match=r"min: an array of shape \(0, 3\)"):
        da.ones((0, 3)).min()


def test_nan_is_carried():
    a = np.array([1.0, np.nan, 3.0, 2.0])
    x = da.from_array(a, chunks=2)
    for name in ("min", "max", "sum", "mean", "std"):
        assert_eq(getattr(x, name)(), getattr(a, name)())


def test_of_expressions():
    rng = np.random.default_rng(5)
    a = rng.normal(size=(40, 30))
    x = da.from_array(a, chunks=(7, 11))
    assert_eq((x + 1).sum(axis=0), (a + 1).sum(axis=0), rtol=1e-13)
    assert_eq(((x - x.mean()) / x.std()).max(), ((a - a.mean()) / a.std()).max(), rtol=1e-13)
    assert_eq((x.T * 2).mean(axis=1), (a.T * 2).mean(axis=1), 1e-12, 1e-14)
    centred = x - x.mean(axis=1, keepdims=True)
    expected = a - a.mean(axis=1, keepdims=True)
    assert_eq(centred, expected, 1e-12, 1e-14)
    assert_eq((centred**2).sum(axis=1) / 29, expected.var(axis=1, ddof=1), 1e-12)
    assert_eq(da.exp(x).sum() + da.exp(x).max(), np.exp(a).sum() + np.exp(a).max(), 1e-12)


def test_an_array_of_one_element_is_a_number():
    x = da.arange(5, chunks=2)
    assert float(x.sum()) == 10.0
    assert int(x.max()) == 4
    assert complex(x.sum()) == 10
    assert [10, 20, 30][x[2]] == 30
    for number in (float, int, complex):
        with pytest.raises(TypeError, match="5 elements"):
            number(x)
    with pytest.raises(TypeError):
        [10, 20, 30][x.mean()]
