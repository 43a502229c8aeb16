"""assert_eq: everything that must hold of a lazy array, checked against NumPy's."""

import itertools

import numpy as np
from shoal.collection import Collection

SCHEDULERS = ("sync", "threads")


def assert_same(found, expected, rtol=0.0, atol=0.0):
    """Equal dtype, shape and elements; NaNs are equal; a zero's sign counts when rtol is 0."""
    expected = np.asarray(expected)
    found = np.asarray(found)
    assert found.dtype == expected.dtype
    assert found.shape == expected.shape
    if rtol or atol:
        np.testing.assert_allclose(found, expected, rtol=rtol, atol=atol, equal_nan=True)
    else:
        np.testing.assert_array_equal(found, expected)


class Blocks(Collection):
    """The blocks of an array as they are computed, in row-major order."""

    def __init__(self, array):
        self.array = array

    def __shoal_expression__(self):
        return self.array.__shoal_expression__()

    def __shoal_result__(self, values):
        return [value.to_python() for value in values]


def assert_eq(lazy, expected, rtol=0.0, atol=0.0):
    """The meta is right before anything is computed; every scheduler, with and without the
    passes, computes NumPy's elements; every block is as the meta says."""
    expected = np.asarray(expected)
    assert lazy.dtype == expected.dtype
    assert lazy.shape == expected.shape
    assert lazy.ndim == expected.ndim and lazy.size == expected.size
    assert tuple(sum(axis) for axis in lazy.chunks) == expected.shape
    assert lazy.numblocks == tuple(len(axis) for axis in lazy.chunks)

    for scheduler, optimize in itertools.product(SCHEDULERS, (True, False)):
        found = lazy.compute(scheduler=scheduler, optimize_graph=optimize)
        assert isinstance(found, np.ndarray if expected.ndim else np.generic)
        assert_same(found, expected, rtol, atol)

    blocks = Blocks(lazy).compute(scheduler="sync")
    extents = list(itertools.product(*lazy.chunks))
    origins = list(
        itertools.product(*[np.cumsum([0, *axis[:-1]]).tolist() for axis in lazy.chunks])
    )
    assert len(blocks) == len(extents) == lazy.npartitions
    for block, extent, origin in zip(blocks, extents, origins, strict=True):
        region = tuple(slice(o, o + n) for o, n in zip(origin, extent, strict=True))
        assert_same(block, expected[region], rtol, atol)

    kept = lazy.persist(scheduler="threads")
    assert kept.chunks == lazy.chunks
    assert_same(kept.compute(), expected, rtol, atol)


def chunkings(shape, draw):
    """Random chunks of a shape: `draw(low, high)` is an integer in [low, high]."""
    chunks = []
    for extent in shape:
        axis = []
        left = extent
        while left:
            axis.append(draw(1, left))
            left -= axis[-1]
        chunks.append(tuple(axis) or (0,))
    return tuple(chunks)
