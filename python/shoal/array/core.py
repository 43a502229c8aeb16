"""The lazy array."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .. import _engine
from ..collection import Collection
from .chunks import engine_chunks

_engine_array = _engine.array


def dtype_name(dtype: Any) -> str | None:
    """The engine's name of a NumPy dtype, in whatever form NumPy takes one."""
    return None if dtype is None else np.dtype(dtype).name


def from_array(x: Any, chunks: Any = "auto") -> Array:
    """An array over the memory of ``x``, which is not copied and must not change meanwhile."""
    if isinstance(x, Array):
        raise ValueError("from_array: the array is a Shoal array already; use rechunk")
    memory = np.asarray(x)
    if not memory.dtype.isnative:
        memory = memory.astype(memory.dtype.newbyteorder("="))
    return Array(
        _engine_array.from_numpy(
            memory,
            memory.__array_interface__["data"][0],
            list(memory.shape),
            list(memory.strides),
            memory.dtype.name,
            engine_chunks(chunks, memory.ndim),
        )
    )


def asarray(x: Any, chunks: Any = "auto") -> Array:
    """``x`` itself when it is a Shoal array, else an array over it."""
    return x if isinstance(x, Array) else from_array(x, chunks)


def operand(value: Any) -> Any:
    """What the engine takes as an operand: a handle, or a Python number, which is weak."""
    if isinstance(value, Array):
        return value._handle
    if isinstance(value, (bool, int, float, complex)) and not isinstance(value, np.generic):
        return value
    if isinstance(value, (np.ndarray, np.generic, list, tuple)):
        return from_array(value)._handle
    raise TypeError(
        f"an array operation got a {type(value).__name__}; it takes Shoal and NumPy arrays, lists "
        "of numbers, and numbers"
    )


def elementwise(name: str, *operands: Any) -> Array:
    """The operation of that name in the engine's registry."""
    return Array(_engine_array.elementwise(name, [operand(value) for value in operands]))


def _is_operand(value: Any) -> bool:
    return isinstance(
        value, (Array, np.ndarray, np.generic, bool, int, float, complex, list, tuple)
    )


def _binary(name: str) -> tuple[Callable, Callable]:
    def forward(self: Array, other: Any) -> Array:
        return elementwise(name, self, other) if _is_operand(other) else NotImplemented

    def reflected(self: Array, other: Any) -> Array:
        return elementwise(name, other, self) if _is_operand(other) else NotImplemented

    return forward, reflected


def _normalized_axes(axis: Any) -> list[int] | None:
    if axis is None:
        return None
    if isinstance(axis, (tuple, list)):
        return [operator.index(item) for item in axis]
    return [operator.index(axis)]


class Array(Collection):
    """A lazy array of one dtype, cut into chunks. Its methods and operators are NumPy's."""

    __slots__ = ("_handle",)
    __array_priority__ = 11
    __hash__ = None

    def __init__(self, handle: _engine.array.Array):
        self._handle = handle

    # What the base class needs.

    def __shoal_expression__(self) -> _engine.Expr:
        return self._handle.expression

    def __shoal_request__(self) -> tuple[_engine.Expr, Callable[[list], Any]]:
        return self._handle.stored(), _stored_result

    def __shoal_rebuild__(self, expression: _engine.Expr) -> Array:
        return Array(_engine_array.Array(expression))

    # What is known without computing.

    @property
    def shape(self) -> tuple[int, ...]:
        return self._handle.shape

    @property
    def dtype(self) -> np.dtype:
        return np.dtype(self._handle.dtype)

    @property
    def chunks(self) -> tuple[tuple[int, ...], ...]:
        """The extents of the chunks along each axis."""
        return self._handle.chunks

    @property
    def chunksize(self) -> tuple[int, ...]:
        """The extents of the largest chunk."""
        return self._handle.chunksize

    @property
    def numblocks(self) -> tuple[int, ...]:
        return self._handle.numblocks

    @property
    def npartitions(self) -> int:
        return self._handle.npartitions

    @property
    def ndim(self) -> int:
        return len(self._handle.shape)

    @property
    def size(self) -> int:
        count = 1
        for extent in self._handle.shape:
            count *= extent
        return count

    @property
    def itemsize(self) -> int:
        return self.dtype.itemsize

    @property
    def nbytes(self) -> int:
        return self.size * self.itemsize

    @property
    def name(self) -> str:
        """The name of the operation, and of its content: equal work has an equal name."""
        return f"{self._handle.name}-{self._handle.expression.token}"

    def __repr__(self) -> str:
        return self._handle.repr()

    def copy(self) -> Array:
        """Another handle of the same array: assigning to one does not change the other."""
        return Array(self._handle)

    def __copy__(self) -> Array:
        return self.copy()

    def __deepcopy__(self, memo: dict) -> Array:
        return self.copy()

    def __len__(self) -> int:
        if not self._handle.shape:
            raise TypeError("len() of an array of no dimensions")
        return self._handle.shape[0]

    def __iter__(self) -> Iterator[Array]:
        for row in range(len(self)):
            yield self[row]

    # Views.

    @property
    def T(self) -> Array:
        return self.transpose()

    def transpose(self, *axes: Any) -> Array:
        """The array with its axes in another order, reversed when none is given."""
        if len(axes) == 1 and (axes[0] is None or isinstance(axes[0], (tuple, list))):
            axes = tuple(axes[0] or ())
        return Array(self._handle.transpose([operator.index(axis) for axis in axes]))

    @property
    def real(self) -> Array:
        return Array(self._handle.real)

    @property
    def imag(self) -> Array:
        return Array(self._handle.imag)

    def conj(self) -> Array:
        return elementwise("conj", self)

    def astype(self, dtype: Any) -> Array:
        return Array(self._handle.astype(dtype_name(dtype)))

    def rechunk(self, chunks: Any = "auto") -> Array:
        """The array in other chunks; axes that a dict leaves out keep theirs."""
        return Array(self._handle.rechunk(engine_chunks(chunks, self.ndim, missing=self.chunks)))

    def __getitem__(self, index: Any) -> Array:
        items = index if isinstance(index, tuple) else (index,)
        return Array(self._handle.index([_checked_index(item) for item in items]))

    def __setitem__(self, index: Any, value: Any) -> None:
        if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0):
            value = value.item()
        if isinstance(index, np.ndarray) and index.dtype == bool:
            index = from_array(index)
        if isinstance(index, Array):
            self._handle = self._handle.assigned_where(index._handle, operand(value))
            return
        items = index if isinstance(index, tuple) else (index,)
        self._handle = self._handle.assigned_at(
            [_checked_index(item) for item in items], operand(value)
        )

    # Reductions.

    def _reduce(
        self, name: str, axis: Any, keepdims: bool, split_every: int | None, ddof: int = 0
    ) -> Array:
        return Array(self._handle.reduce(name, _normalized_axes(axis), keepdims, ddof, split_every))

    def sum(self, axis=None, dtype=None, keepdims=False, split_every=None) -> Array:
        array = self if dtype is None else self.astype(dtype)
        return array._reduce("sum", axis, keepdims, split_every)

    def prod(self, axis=None, dtype=None, keepdims=False, split_every=None) -> Array:
        array = self if dtype is None else self.astype(dtype)
        return array._reduce("prod", axis, keepdims, split_every)

    def mean(self, axis=None, dtype=None, keepdims=False, split_every=None) -> Array:
        array = self if dtype is None else self.astype(dtype)
        return array._reduce("mean", axis, keepdims, split_every)

    def min(self, axis=None, keepdims=False, split_every=None) -> Array:
        return self._reduce("min", axis, keepdims, split_every)

    def max(self, axis=None, keepdims=False, split_every=None) -> Array:
        return self._reduce("max", axis, keepdims, split_every)

    def any(self, axis=None, keepdims=False, split_every=None) -> Array:
        return self._reduce("any", axis, keepdims, split_every)

    def all(self, axis=None, keepdims=False, split_every=None) -> Array:
        return self._reduce("all", axis, keepdims, split_every)

    def var(self, axis=None, dtype=None, keepdims=False, ddof=0, split_every=None) -> Array:
        array = self if dtype is None else self.astype(dtype)
        return array._reduce("var", axis, keepdims, split_every, ddof)

    def std(self, axis=None, dtype=None, keepdims=False, ddof=0, split_every=None) -> Array:
        array = self if dtype is None else self.astype(dtype)
        return array._reduce("std", axis, keepdims, split_every, ddof)

    # Operators.

    __add__, __radd__ = _binary("add")
    __sub__, __rsub__ = _binary("subtract")
    __mul__, __rmul__ = _binary("multiply")
    __truediv__, __rtruediv__ = _binary("divide")
    __floordiv__, __rfloordiv__ = _binary("floor_divide")
    __mod__, __rmod__ = _binary("remainder")
    __and__, __rand__ = _binary("bitwise_and")
    __or__, __ror__ = _binary("bitwise_or")
    __xor__, __rxor__ = _binary("bitwise_xor")
    __lshift__, __rlshift__ = _binary("left_shift")
    __rshift__, __rrshift__ = _binary("right_shift")
    __eq__ = _binary("equal")[0]
    __ne__ = _binary("not_equal")[0]
    __lt__ = _binary("less")[0]
    __le__ = _binary("less_equal")[0]
    __gt__ = _binary("greater")[0]
    __ge__ = _binary("greater_equal")[0]

    def __pow__(self, exponent: Any) -> Array:
        if not _is_operand(exponent):
            return NotImplemented
        return Array(_engine_array.power(self._handle, operand(exponent)))

    def __rpow__(self, base: Any) -> Array:
        return elementwise("power", base, self) if _is_operand(base) else NotImplemented

    def __neg__(self) -> Array:
        return elementwise("negative", self)

    def __pos__(self) -> Array:
        return elementwise("positive", self)

    def __abs__(self) -> Array:
        return elementwise("absolute", self)

    def __invert__(self) -> Array:
        return elementwise("invert", self)

    # NumPy's protocols.

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        if copy is False:
            raise ValueError("a lazy array has no memory to share; it must be computed")
        result = np.asarray(self.compute())
        return result if dtype is None else result.astype(dtype, copy=False)

    def _one_element(self, wanted: str) -> Any:
        if self.size != 1:
            raise TypeError(f"{wanted}() of an array of {self.size} elements; it needs one")
        return self.compute().item()

    def __float__(self) -> float:
        return float(self._one_element("float"))

    def __int__(self) -> int:
        return int(self._one_element("int"))

    def __complex__(self) -> complex:
        return complex(self._one_element("complex"))

    def __index__(self) -> int:
        return operator.index(self._one_element("index"))

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        from .operations import FROM_NUMPY

        name = FROM_NUMPY.get(ufunc)
        if method != "__call__" or kwargs or name is None:
            return NotImplemented
        if not all(_is_operand(value) for value in inputs):
            return NotImplemented
        return elementwise(name, *inputs)

    def __array_function__(self, function: Callable, types: Any, args: Any, kwargs: Any) -> Any:
        from . import numpy_functions

        ours = numpy_functions().get(function)
        return NotImplemented if ours is None else ours(*args, **kwargs)


def _stored_result(values: list[_engine.Value]) -> Any:
    whole = values[0].to_python()
    return whole if whole.ndim else whole[()]


def _checked_index(item: Any) -> Any:
    if item is None or item is Ellipsis or isinstance(item, slice):
        return item
    if isinstance(item, (bool, np.bool_, list, np.ndarray, Array)):
        raise NotImplementedError(
            f"indexing an array with a {type(item).__name__} is not there yet; index with "
            "integers, slices, None and ..., or choose elements with where"
        )
    try:
        return operator.index(item)
    except TypeError:
        raise IndexError(
            f"an array index is an integer, a slice, None or ..., not a {type(item).__name__}"
        ) from None
