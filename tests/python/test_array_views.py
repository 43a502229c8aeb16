"""Views: slices, transposes, broadcasts, chunks, joins and assignments."""

import numpy as np
import pytest
import shoal.array as da
from array_checks import assert_eq, chunkings
from hypothesis import given, settings
from hypothesis import strategies as st


@st.composite
def shapes_and_chunks(draw, max_rank=3, max_extent=9):
    shape = tuple(draw(st.lists(st.integers(0, max_extent), max_size=max_rank)))
    chunks = chunkings(shape, lambda low, high: draw(st.integers(low, high)))
    return shape, chunks


@st.composite
def indices(draw, shape):
    items = []
    used = draw(st.integers(0, len(shape)))
    from_the_end = draw(st.booleans())
    for extent in shape[len(shape) - used :] if from_the_end else shape[:used]:
        kinds = ["slice", "newaxis"] + (["int"] if extent else [])
        kind = draw(st.sampled_from(kinds))
        bound = st.none() | st.integers(-extent - 2, extent + 2)
        if kind == "newaxis":
            items.append(None)
        if kind == "int":
            items.append(draw(st.integers(-extent, extent - 1)))
        else:
            step = draw(st.none() | st.integers(-4, 4).filter(bool))
            items.append(slice(draw(bound), draw(bound), step))
    if from_the_end:
        items.insert(0, Ellipsis)
    elif draw(st.booleans()):
        items.append(Ellipsis)
    return tuple(items)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_slices_of_memory(data):
    shape, chunks = data.draw(shapes_and_chunks())
    index = data.draw(indices(shape))
    a = np.arange(int(np.prod(shape))).reshape(shape)
    x = da.from_array(a, chunks=chunks)
    assert_eq(x[index], a[index])
    assert_eq((x + 1)[index] * 2, (a + 1)[index] * 2)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_slices_move_into_random_arrays(data):
    shape, chunks = data.draw(shapes_and_chunks())
    index = data.draw(indices(shape))
    x = da.random.default_rng(7).random(shape, chunks=chunks)
    whole = np.asarray(x.compute())
    assert_eq(x[index], whole[index])
    turned = data.draw(indices(shape[::-1]))
    assert_eq((x.T + x.T)[turned], (whole.T + whole.T)[turned])


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_slices_of_computed_blocks(data):
    shape, chunks = data.draw(shapes_and_chunks())
    first = data.draw(indices(shape))
    a = np.arange(int(np.prod(shape))).reshape(shape)
    kept = (da.from_array(a, chunks=chunks) + 0).persist()
    assert_eq(kept[first], a[first])
    second = data.draw(indices(a[first].shape))
    assert_eq(kept[first][second], a[first][second])
    other = chunkings(a.shape, lambda low, high: data.draw(st.integers(low, high)))
    assert_eq(kept.rechunk(other), a)
    assert_eq(kept.T.rechunk(2) + 1, a.T + 1)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_selections_of_reductions(data):
    shape, chunks = data.draw(shapes_and_chunks(max_extent=6))
    a = np.arange(int(np.prod(shape))).reshape(shape)
    x = da.from_array(a, chunks=chunks)
    axes = tuple(data.draw(st.sets(st.integers(0, len(shape) - 1)))) if shape else ()
    keepdims = data.draw(st.booleans())
    expected = a.sum(axis=axes, keepdims=keepdims)
    index = data.draw(indices(expected.shape))
    assert_eq(x.sum(axis=axes, keepdims=keepdims)[index], expected[index])


def test_transposes():
    a = np.arange(24).reshape(2, 3, 4)
    x = da.from_array(a, chunks=2)
    assert_eq(x.T, a.T)
    assert_eq(x.transpose(1, 0, 2), a.transpose(1, 0, 2))
    assert_eq(x.transpose((2, -3, 1)), a.transpose((2, -3, 1)))
    assert_eq(da.transpose(x, (0, 2, 1)), a.transpose((0, 2, 1)))
    assert_eq(x.T.T, a)
    with pytest.raises(ValueError, match="each be given once"):
        x.transpose(0, 0, 1)
    with pytest.raises(ValueError, match="axis 3 is out of bounds"):
        x.transpose(0, 1, 3)


def test_broadcasts():
    a = np.arange(4.0).reshape(4, 1)
    x = da.from_array(a, chunks=3)
    assert_eq(da.broadcast_to(x, (2, 4, 5)), np.broadcast_to(a, (2, 4, 5)))
    assert_eq(da.broadcast_to(x, (4, 1)), a)
    assert_eq(da.broadcast_to(np.float64(3), (2, 2)), np.full((2, 2), 3.0))
    with pytest.raises(ValueError, match=r"\(4, 1\) cannot be broadcast to \(4,\)"):
        da.broadcast_to(x, (4,))
    with pytest.raises(ValueError, match="do not broadcast"):
        da.broadcast_to(x, (3, 5))


def test_index_errors():
    x = da.ones((3, 4), chunks=2)
    with pytest.raises(IndexError, match="index 3 is out of bounds for axis 0 with size 3"):
        x[3]
    with pytest.raises(IndexError, match="index -5 is out of bounds for axis 1 with size 4"):
        x[:, -5]
    with pytest.raises(IndexError, match="3 indices given"):
        x[0, 0, 0]
    with pytest.raises(IndexError, match="one ellipsis"):
        x[..., ...]
    with pytest.raises(ValueError, match="the step is 0"):
        x[::0]
    with pytest.raises(IndexError, match="not a float"):
        x[1.0]
    for fancy in ([0, 1], np.array([0, 1]), x > 0, True):
        with pytest.raises(NotImplementedError, match="not there yet"):
            x[fancy]


def test_len_and_rows():
    a = np.arange(12).reshape(3, 4)
    x = da.from_array(a, chunks=2)
    assert len(x) == 3
    for row, expected in zip(x, a, strict=True):
        assert_eq(row, expected)
    with pytest.raises(TypeError, match="no dimensions"):
        len(x.sum())


@pytest.mark.parametrize(
    ("shape", "chunks", "expected"),
    [
        ((10,), 3, ((3, 3, 3, 1),)),
        ((10,), (3,), ((3, 3, 3, 1),)),
        ((10,), (3, 7), ((3, 7),)),
        ((10,), ((3, 7),), ((3, 7),)),
        ((10, 4), (5, -1), ((5, 5), (4,))),
        ((10, 4), (5, None), ((5, 5), (4,))),
        ((10, 4), 4, ((4, 4, 2), (4,))),
        ((10, 4), {0: 6}, ((6, 4), (4,))),
        ((10, 4), {-1: (1, 3)}, ((10,), (1, 3))),
        ((10, 4), -1, ((10,), (4,))),
        ((10, 4), "auto", ((10,), (4,))),
        ((10, 4), 20, ((10,), (4,))),
        ((10, 4), np.int64(6), ((6, 4), (4,))),
        ((0, 4), 2, ((0,), (2, 2))),
        ((), "auto", ()),
        ((), 5, ()),
    ],
)
def test_chunks(shape, chunks, expected):
    assert da.zeros(shape, chunks=chunks).chunks == expected


@pytest.mark.parametrize(
    ("shape", "dtype", "auto", "eight_mebibytes"),
    [  # what Dask chooses
        ((10000, 10000), "f8", (4096, 4096), (1024, 1024)),
        ((100000000,), "f8", (16777216,), (1048576,)),
        ((10007,), "f8", (10007,), (10007,)),
        ((3000, 50000, 7), "c16", (1094, 1094, 7), (273, 273, 7)),
        ((123456789,), "i4", (33554432,), (2097152,)),
        ((17, 20000, 20000), "f4", (17, 1404, 1404), (17, 351, 351)),
        ((1, 100000000), "f8", (1, 16777216), (1, 1048576)),
    ],
)
def test_chunks_that_fit_a_number_of_bytes(shape, dtype, auto, eight_mebibytes):
    assert da.zeros(shape, dtype=dtype).chunksize == auto
    assert da.zeros(shape, dtype=dtype, chunks="8MiB").chunksize == eight_mebibytes


def test_chunks_of_one_axis_by_bytes():
    assert da.zeros((100, 10000), chunks=(10, "80kB")).chunks[1] == (1000,) * 10
    assert da.zeros((10000, 10000)).rechunk("32 MiB").chunksize == (2048, 2048)


@pytest.mark.parametrize(
    ("chunks", "message"),
    [
        (
            ((3, 3), -1),
            r"chunks of axis 0 add up to 6, not to the extent 10 of the shape \(10, 4\)",
        ),
        ((5,), "1 axis given"),
        ((5, 2, 1), "3 axes given"),
        (0, "must be positive"),
        (-2, "must be positive"),
        ((5, 0), "must be positive"),
        (((10, -0, 5, -5), 4), "negative"),
        ("many", "not a size in bytes"),
        ({2: 5}, "not one of the array's 2 axes"),
        (((), 4), "add up to 0"),
    ],
)
def test_bad_chunks(chunks, message):
    with pytest.raises(ValueError, match=message):
        da.ones((10, 4), chunks=chunks)
    with pytest.raises(ValueError, match=message):
        da.ones((10, 4), chunks=2).rechunk(chunks)


def test_chunks_of_wrong_types():
    with pytest.raises(TypeError, match="is not a size"):
        da.ones(4, chunks=2.5)
    with pytest.raises(TypeError, match="unexpected keyword"):
        da.ones(4, chunk=2)


def test_rechunking():
    a = np.arange(60).reshape(10, 6)
    x = da.from_array(a, chunks=(3, 4))
    assert x.rechunk({0: 5}).chunks == ((5, 5), (4, 2))
    assert_eq(x.rechunk({0: 5}), a)
    kept = (x + 1).persist()
    assert_eq(kept.rechunk((4, 5)), a + 1)
    assert_eq(kept.rechunk(-1), a + 1)
    assert_eq(da.rechunk(kept, 1), a + 1)


def test_joining():
    a = np.arange(12).reshape(3, 4)
    x = da.from_array(a, chunks=2)
    y = da.from_array(a * 0.5, chunks=3)
    assert_eq(da.concatenate([x, y]), np.concatenate([a, a * 0.5]))
    assert_eq(da.concatenate([x, y, x], axis=-1), np.concatenate([a, a * 0.5, a], axis=-1))
    assert_eq(da.concatenate([x + 1])[1:], (a + 1)[1:])
    assert_eq(da.concatenate([x, y]).sum(axis=0), np.concatenate([a, a * 0.5]).sum(axis=0))
    for axis in (0, 1, 2, -1):
        assert_eq(da.stack([x, y], axis=axis), np.stack([a, a * 0.5], axis=axis))
    with pytest.raises(ValueError, match="differ beside axis 0"):
        da.concatenate([x, x.T])
    with pytest.raises(ValueError, match="no arrays"):
        da.concatenate([])
    with pytest.raises(ValueError, match="all must be equal"):
        da.stack([x, x.T])


def test_assignment_by_masks():
    a = np.arange(12.0).reshape(3, 4)
    b = a.copy()
    x = da.from_array(a, chunks=2)
    y = x
    x[x > 5] = 0
    b[b > 5] = 0
    assert_eq(x, b)
    assert y is x
    untouched = x.copy()
    x[a == 3] = np.float64(7)
    b[a == 3] = 7
    x[x == 1] = x * 10
    b[b == 1] = (b * 10)[b == 1]
    assert_eq(x, b)
    assert_eq(untouched, np.where(np.arange(12.0).reshape(3, 4) > 5, 0, a))
    whole = da.zeros(5, dtype=int, chunks=2)
    whole[whole == 0] = 2.75
    assert_eq(whole, np.full(5, 2))
    assert_eq(da.from_array(a, chunks=2), np.arange(12.0).reshape(3, 4))


def test_bad_assignments():
    x = da.zeros((3, 4), chunks=2)
    with pytest.raises(IndexError, match=r"mask has shape \(4,\)"):
        x[da.ones(4, dtype=bool)] = 1
    with pytest.raises(IndexError, match="must be bool"):
        x[x] = 1
    with pytest.raises(TypeError, match="complex number does not fit"):
        x[x == 0] = 1j
    with pytest.raises(TypeError, match="complex numbers do not fit"):
        x[x == 0] = da.ones((3, 4), dtype=complex)
    with pytest.raises(ValueError, match="do not broadcast"):
        x[x == 0] = da.ones(3)
    with pytest.raises(ValueError, match="does not fit"):
        x[x == 0] = da.ones((2, 3, 4))
    whole = da.zeros(3, dtype=int)
    for number in (float("nan"), float("-inf"), 1e300):
        with pytest.raises(ValueError, match="does not fit into an array of int64"):
            whole[whole == 0] = number
    with pytest.raises(IndexError, match="out of bounds"):
        x[3] = 1
    with pytest.raises(ValueError, match="only a number"):
        x[0] = da.ones(4)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_assignment_by_slices(data):
    shape, chunks = data.draw(shapes_and_chunks())
    index = data.draw(indices(shape))
    a = np.arange(int(np.prod(shape))).reshape(shape)
    x = da.from_array(a.copy(), chunks=chunks)
    a[index] = -5
    x[index] = -5
    assert_eq(x, a)
