"""Data frames: pandas' names and results, over partitions computed in parallel.

>>> import shoal.dataframe as dd
>>> df = dd.read_csv("surveys.csv")
>>> df.groupby("species_id").weight.mean().compute()
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from . import _engine
from .collection import Collection

__all__ = ["DataFrame", "Scalar", "Series", "from_pandas", "read_csv"]


def read_csv(
    urlpath: str | os.PathLike | Iterable[str | os.PathLike],
    blocksize: int | str | None = "default",
    *,
    dtype: Any = None,
    usecols: Iterable[str] | None = None,
    sep: str = ",",
    delimiter: str | None = None,
    quotechar: str = '"',
) -> DataFrame:
    """Read one CSV file, the files that a pattern matches, or a list of them, as pandas would.

    ``blocksize`` is the size of a partition in bytes, as a number or as text (``"64MB"``,
    ``"10000"``); by default it follows from the size of the input and the number of cores; ``None``
    makes one partition of each file. Types are found from the text and hold for the whole input;
    ``dtype``, one type or a dict by column, overrides them. Rows are numbered on from file to file.
    """
    if isinstance(urlpath, (str, os.PathLike)):
        urlpath = [urlpath]
    if blocksize is None:
        blocksize = 1 << 62
    elif isinstance(blocksize, str) and blocksize == "default":
        blocksize = None
    elif isinstance(blocksize, bool) or (
        isinstance(blocksize, float) and not blocksize.is_integer()
    ):
        raise ValueError(f"blocksize: {blocksize!r} is not a size; give bytes, as 10000 or '64MB'")
    elif not isinstance(blocksize, str):
        blocksize = int(blocksize)
    by_column = {}
    if isinstance(dtype, Mapping):
        by_column = {str(column): _dtype_name(kind) for column, kind in dtype.items()}
        dtype = None
    return DataFrame(
        _engine.read_csv(
            [os.fspath(path) for path in urlpath],
            blocksize=blocksize,
            dtypes=by_column,
            dtype="" if dtype is None else _dtype_name(dtype),
            usecols=[] if usecols is None else list(usecols),
            separator=sep if delimiter is None else delimiter,
            quote=quotechar,
        )
    )


def from_pandas(
    data: pd.DataFrame | pd.Series, npartitions: int | None = None, chunksize: int | None = None
) -> DataFrame | Series:
    """Cut a pandas object into ``npartitions`` partitions, or into ones of ``chunksize`` rows."""
    if not isinstance(data, (pd.DataFrame, pd.Series)):
        raise TypeError(
            f"from_pandas: give a pandas DataFrame or Series, not {type(data).__name__}"
        )
    if npartitions is not None and chunksize is not None:
        raise ValueError("from_pandas: give npartitions or chunksize, not both")
    rows = len(data)
    if chunksize is not None:
        if chunksize < 1:
            raise ValueError(f"from_pandas: chunksize is {chunksize}; give 1 or more rows")
        cuts = [*range(0, max(rows, 1), chunksize), rows]
    else:
        npartitions = 1 if npartitions is None else npartitions
        if npartitions < 1:
            raise ValueError(f"from_pandas: npartitions is {npartitions}; give 1 or more")
        npartitions = max(1, min(npartitions, rows))
        cuts = [rows * i // npartitions for i in range(npartitions + 1)]
    series = isinstance(data, pd.Series)
    batch, index = _to_arrow(data)
    tables = [batch.slice(start, stop - start) for start, stop in zip(cuts, cuts[1:], strict=False)]
    return _wrap(_engine.frame_from_tables(tables, index=index, series=series))


class _Frame(Collection):
    """What DataFrame, Series and Scalar share."""

    __slots__ = ("_expression",)

    def __init__(self, expression: _engine.Expr) -> None:
        self._expression = expression

    def __shoal_expression__(self) -> _engine.Expr:
        return self._expression

    def __shoal_result__(self, values: list[_engine.Value]) -> Any:
        return _to_pandas([value.to_python() for value in values], type(self).__name__)

    def __shoal_rebuild__(self, expression: _engine.Expr) -> _Frame:
        return type(self)(expression)

    @property
    def npartitions(self) -> int:
        """The number of partitions."""
        return self._expression.block_count

    @property
    def _meta(self) -> Any:
        """The result without its rows."""
        table = _engine.frame_empty_table(self._expression)
        return _to_pandas([table], "DataFrame" if isinstance(self, Scalar) else type(self).__name__)


class _Rows(_Frame):
    """What DataFrame and Series share."""

    __slots__ = ()

    def head(self, n: int = 5, npartitions: int = -1) -> Any:
        """The first ``n`` rows, computed at once from the partitions that hold them."""
        first = self if npartitions == -1 else self._first_partitions(npartitions)
        table = _engine.frame_head(first._expression, n)
        return _to_pandas([table], type(self).__name__)

    def tail(self, n: int = 5) -> Any:
        """The last ``n`` rows, computed at once from the partitions that hold them."""
        return _to_pandas([_engine.frame_tail(self._expression, n)], type(self).__name__)

    def _first_partitions(self, count: int) -> _Rows:
        return type(self)(_engine.frame_partitions(self._expression, 0, count))

    def __len__(self) -> int:
        known = _engine.frame_known_rows(self._expression)
        if known is not None:
            return known
        return int(Scalar(_engine.frame_count_rows(self._expression)).compute())

    def __bool__(self) -> bool:
        return Collection.__bool__(self)

    @property
    def index(self) -> Any:
        raise AttributeError("the index is not an expression of its own yet; compute first")

    def _reduce(self, aggregate: str, numeric_only: bool = False, ddof: int = 1) -> Any:
        return _wrap(
            _engine.frame_reduce(
                self._expression, aggregate, ddof=ddof, numeric_only=bool(numeric_only)
            )
        )

    def sum(self, numeric_only: bool = False) -> Any:
        """The sum of the values that are not missing."""
        return self._reduce("sum", numeric_only)

    def prod(self, numeric_only: bool = False) -> Any:
        """The product of the values that are not missing."""
        return self._reduce("prod", numeric_only)

    def min(self, numeric_only: bool = False) -> Any:
        """The smallest value."""
        return self._reduce("min", numeric_only)

    def max(self, numeric_only: bool = False) -> Any:
        """The largest value."""
        return self._reduce("max", numeric_only)

    def mean(self, numeric_only: bool = False) -> Any:
        """The mean of the values that are not missing."""
        return self._reduce("mean", numeric_only)

    def count(self, numeric_only: bool = False) -> Any:
        """How many values are not missing."""
        return self._reduce("count", numeric_only)

    def var(self, ddof: int = 1, numeric_only: bool = False) -> Any:
        """The variance, with ``ddof`` degrees of freedom taken off."""
        return self._reduce("var", numeric_only, ddof)

    def std(self, ddof: int = 1, numeric_only: bool = False) -> Any:
        """The standard deviation, with ``ddof`` degrees of freedom taken off."""
        return self._reduce("std", numeric_only, ddof)


class DataFrame(_Rows):
    """Columns of equal length, lazy, in partitions."""

    __slots__ = ()

    @property
    def columns(self) -> pd.Index:
        """The columns' names."""
        return self._meta.columns

    @property
    def dtypes(self) -> pd.Series:
        """The columns' types."""
        return self._meta.dtypes

    @property
    def ndim(self) -> int:
        return 2

    def __getitem__(self, key: Any) -> DataFrame | Series:
        if isinstance(key, (list, pd.Index, np.ndarray)):
            return DataFrame(_engine.frame_select(self._expression, [_name(item) for item in key]))
        if isinstance(key, str):
            return Series(_engine.frame_column(self._expression, key))
        raise TypeError(
            f"a DataFrame is indexed by a column's name or a list of names, not {key!r}"
        )

    def __getattr__(self, name: str) -> Series:
        if not name.startswith("__"):
            columns = _engine.frame_columns(self._expression)
            if name in columns:
                return Series(_engine.frame_column(self._expression, name))
            hint = _engine.suggest_names(name, columns)
        else:
            hint = ""
        raise AttributeError(f"DataFrame has no attribute or column {name!r}{hint}")

    def __dir__(self) -> list[str]:
        columns = _engine.frame_columns(self._expression)
        return [*super().__dir__(), *(name for name in columns if name.isidentifier())]

    def __iter__(self) -> Any:
        return iter(_engine.frame_columns(self._expression))

    def __contains__(self, name: object) -> bool:
        return name in _engine.frame_columns(self._expression)

    def groupby(self, by: str | list[str], sort: bool | None = None) -> GroupBy:
        """Rows with equal values in the columns ``by``, together; groups are sorted by key."""
        if sort not in (None, True):
            raise ValueError("groupby: groups are sorted by key; leave sort away")
        keys = [by] if isinstance(by, str) else [_name(key) for key in by]
        return GroupBy(self, keys)

    @property
    def size(self) -> Any:
        raise AttributeError("DataFrame has no attribute 'size' yet; use len(df)")

    def __repr__(self) -> str:
        types = self.dtypes
        lines = [f"{name}  {kind}" for name, kind in zip(_aligned(types.index), types, strict=True)]
        return "\n".join(
            [f"Shoal DataFrame: {_count(len(types), 'column')} in {_parts(self)}"]
            + [f"  {line}" for line in lines]
        )


class Series(_Rows):
    """One column, lazy, in partitions."""

    __slots__ = ()

    @property
    def name(self) -> str | None:
        """The column's name."""
        return self._meta.name

    @property
    def dtype(self) -> Any:
        """The values' type."""
        return self._meta.dtype

    dtypes = dtype

    @property
    def ndim(self) -> int:
        return 1

    @property
    def size(self) -> Scalar:
        """The number of rows, lazy."""
        return Scalar(_engine.frame_count_rows(self._expression))

    def any(self) -> Scalar:
        """Whether any value is true."""
        return self._reduce("any")

    def all(self) -> Scalar:
        """Whether all values are true."""
        return self._reduce("all")

    def __repr__(self) -> str:
        return f"Shoal Series: {self.name}, {self.dtype}, in {_parts(self)}"


class Scalar(_Frame):
    """One value, lazy."""

    __slots__ = ()

    @property
    def dtype(self) -> Any:
        """The value's type."""
        return self._meta.dtypes.iloc[0]

    def __repr__(self) -> str:
        return f"Shoal Scalar: {self._expression.name}, {self.dtype}"


class GroupBy:
    """Groups of a DataFrame's rows, or of one or several of its columns."""

    __slots__ = ("_columns", "_frame", "_keys", "_series")

    def __init__(
        self,
        frame: DataFrame,
        keys: list[str],
        columns: list[str] | None = None,
        series: bool = False,
    ) -> None:
        self._frame = frame
        self._keys = keys
        self._columns = columns
        self._series = series
        for name in [*keys, *(columns or [])]:
            frame[name]  # an unknown column is an error here

    def __getitem__(self, key: str | list[str]) -> GroupBy:
        if isinstance(key, str):
            return GroupBy(self._frame, self._keys, [key], True)
        return GroupBy(self._frame, self._keys, [_name(item) for item in key])

    def __getattr__(self, name: str) -> GroupBy:
        if name.startswith("_"):
            raise AttributeError(name)
        columns = _engine.frame_columns(self._frame._expression)
        if name in columns:
            return self[name]
        hint = _engine.suggest_names(name, columns)
        raise AttributeError(f"GroupBy has no attribute or column {name!r}{hint}")

    def _aggregate(self, aggregate: str, numeric_only: bool = False, ddof: int = 1) -> Any:
        return _wrap(
            _engine.frame_aggregate_groups(
                self._frame._expression,
                self._keys,
                self._columns,
                aggregate,
                series=self._series or aggregate == "size",
                ddof=ddof,
                numeric_only=bool(numeric_only),
            )
        )

    def sum(self, numeric_only: bool = False) -> Any:
        """Each group's sum."""
        return self._aggregate("sum", numeric_only)

    def prod(self, numeric_only: bool = False) -> Any:
        """Each group's product."""
        return self._aggregate("prod", numeric_only)

    def min(self, numeric_only: bool = False) -> Any:
        """Each group's smallest value."""
        return self._aggregate("min", numeric_only)

    def max(self, numeric_only: bool = False) -> Any:
        """Each group's largest value."""
        return self._aggregate("max", numeric_only)

    def mean(self, numeric_only: bool = False) -> Any:
        """Each group's mean."""
        return self._aggregate("mean", numeric_only)

    def count(self) -> Any:
        """How many of each group's values are not missing."""
        return self._aggregate("count")

    def size(self) -> Series:
        """Each group's number of rows."""
        return self._aggregate("size")

    def var(self, ddof: int = 1, numeric_only: bool = False) -> Any:
        """Each group's variance."""
        return self._aggregate("var", numeric_only, ddof)

    def std(self, ddof: int = 1, numeric_only: bool = False) -> Any:
        """Each group's standard deviation."""
        return self._aggregate("std", numeric_only, ddof)

    def __repr__(self) -> str:
        of = "" if self._columns is None else f" of {', '.join(self._columns)}"
        return f"Shoal GroupBy: by {', '.join(self._keys)}{of}"


_KINDS = {"DataFrame": DataFrame, "Series": Series, "Scalar": Scalar}


def _wrap(expression: _engine.Expr) -> Any:
    return _KINDS[_engine.frame_kind(expression)](expression)


def _name(item: Any) -> str:
    if not isinstance(item, str):
        raise TypeError(f"columns are named by text, not by {item!r}")
    return item


def _dtype_name(kind: Any) -> str:
    if kind is str:
        return "str"
    try:
        return pd.api.types.pandas_dtype(kind).name
    except TypeError:
        return str(kind)


def _count(count: int, unit: str) -> str:
    return f"{count} {unit}" + ("" if count == 1 else "s")


def _parts(frame: _Frame) -> str:
    return _count(frame.npartitions, "partition")


def _aligned(names: Iterable[str]) -> list[str]:
    names = list(names)
    width = max(map(len, names), default=0)
    return [name.ljust(width) for name in names]


def _to_arrow(data: pd.DataFrame | pd.Series) -> tuple[pa.RecordBatch, list[str]]:
    """The index's columns and then the data's, and the names of the former."""
    index_names: list[str] = []
    parts: list[tuple[str, pd.Series]] = []
    numbered = isinstance(data.index, pd.RangeIndex) and data.index.name is None
    if not (numbered and data.index.equals(pd.RangeIndex(len(data)))):
        for level in range(data.index.nlevels):
            values = data.index.get_level_values(level)
            name = _engine.UNNAMED_INDEX if values.name is None else _name(values.name)
            index_names.append(name)
            parts.append((name, values.to_series()))
    if isinstance(data, pd.Series):
        name = _engine.UNNAMED_COLUMN if data.name is None else _name(data.name)
        parts.append((name, data))
    else:
        parts.extend((_name(name), data.iloc[:, i]) for i, name in enumerate(data.columns))
    arrays = [pa.array(values, from_pandas=True) for _, values in parts]
    arrays = [
        array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array for array in arrays
    ]
    fields = [
        pa.field(name, array.type, nullable=values.dtype != np.dtype(bool))
        for (name, values), array in zip(parts, arrays, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields)), index_names


def _to_pandas(tables: list[_engine.Table], kind: str) -> Any:
    """The partitions as one pandas object of the kind, or the one value of a Scalar."""
    index = tables[0].index_columns
    first_row = tables[0].first_row
    table = pa.Table.from_batches([pa.record_batch(part) for part in tables])
    names = [None if name == _engine.UNNAMED_COLUMN else name for name in table.column_names]
    nullable_bools = [
        i
        for i, field in enumerate(table.schema)
        if field.nullable and pa.types.is_boolean(field.type)
    ]
    # Columns go by position: an index may have the name of a column.
    frame = table.rename_columns([str(i) for i in range(len(names))]).to_pandas(
        ignore_metadata=True
    )
    for i in nullable_bools:  # pandas holds truth values of which some are missing as objects
        column = frame[str(i)].astype(object)
        frame[str(i)] = column.where(column.notna(), np.nan)
    if index:
        levels = [frame[str(i)] for i in range(len(index))]
        labels = [None if name == _engine.UNNAMED_INDEX else name for name in index]
        frame = frame.iloc[:, len(index) :]
        if len(index) == 1:
            frame.index = pd.Index(levels[0]).rename(labels[0])
        else:
            frame.index = pd.MultiIndex.from_arrays(levels, names=labels)
    else:
        frame.index = pd.RangeIndex(first_row, first_row + len(frame))
    names = names[len(index) :]
    if kind == "DataFrame":
        frame.columns = pd.Index(names, dtype="str" if names else object)
        return frame
    series = frame.iloc[:, 0]
    if kind == "Scalar":
        return series.iloc[0]
    series.name = names[0]
    return series
