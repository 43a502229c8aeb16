"""Data frames against pandas, over many partitionings."""

import numpy as np
import pandas as pd
import pytest
import shoal
import shoal.dataframe as dd
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal, assert_series_equal

REDUCTIONS = ["sum", "prod", "min", "max", "mean", "count", "var", "std"]
GROUPED = ["sum", "min", "max", "mean", "count", "size", "var", "std"]


@pytest.fixture(params=["sync", "threads"])
def scheduler(request):
    with shoal.config.set(scheduler=request.param):
        yield request.param


def example():
    return pd.DataFrame(
        {
            "weight": [1.5, np.nan, 3.0, 7.25, -2.0, np.nan, 0.0],
            "count_of": [3, 1, 4, 1, 5, 9, 2],
            "species": ["DM", "PE", None, "DM", "PE", "DM", "ZZ"],
            "adult": [True, False, True, True, False, False, True],
            "plot": [2, 1, 2, 1, 2, 1, 3],
        }
    )


@pytest.mark.parametrize("npartitions", [1, 2, 3, 7, 20])
def test_from_pandas_and_back(npartitions, scheduler):
    pdf = example()
    df = dd.from_pandas(pdf, npartitions=npartitions)
    assert df.npartitions == min(npartitions, len(pdf))
    assert len(df) == len(pdf)
    assert df.dtypes.equals(pdf.dtypes)
    assert_frame_equal(df.compute(), pdf)
    assert_frame_equal(df[["plot", "weight"]].compute(), pdf[["plot", "weight"]])
    assert_frame_equal(df.persist().compute(), pdf)
    for name in pdf:
        assert_series_equal(df[name].compute(), pdf[name])
        assert_series_equal(getattr(df, name).compute(), pdf[name])


@pytest.mark.parametrize(
    "index",
    [
        pd.Index(list("gfedcba"), name="letter"),
        pd.Index([3, 3, 1, 2, 2, 9, 8]),
        pd.RangeIndex(10, 24, 2),
        pd.MultiIndex.from_product([["x"], range(7)], names=["a", None]),
        pd.Index(range(7), name="weight"),  # a column's name
    ],
)
def test_an_index_is_kept(index):
    pdf = example().set_axis(index)
    df = dd.from_pandas(pdf, npartitions=3)
    assert_frame_equal(df.compute(), pdf, check_index_type=False)
    assert_series_equal(df.weight.compute(), pdf.weight, check_index_type=False)
    assert_frame_equal(df.tail(4), pdf.tail(4), check_index_type=False)
    assert df.weight.sum().compute() == pdf.weight.sum()


def test_dates_and_categories_pass_through():
    pdf = pd.DataFrame({"day": pd.date_range("2020-01-01", periods=5), "n": range(5)})
    df = dd.from_pandas(pdf, npartitions=2)
    assert_frame_equal(df.compute(), pdf, check_freq=False)
    with pytest.raises(TypeError, match="'day'"):
        df.day.sum()


@pytest.mark.parametrize("rows", [0, 1, 2, 5, 6, 7, 100])
@pytest.mark.parametrize("npartitions", [1, 3, 7])
def test_head_and_tail(rows, npartitions, scheduler):
    pdf = example()
    df = dd.from_pandas(pdf, npartitions=npartitions)
    assert_frame_equal(df.head(rows), pdf.head(rows))
    assert_frame_equal(df.tail(rows), pdf.tail(rows))
    assert_series_equal(df.weight.head(rows), pdf.weight.head(rows))
    assert_series_equal(df.species.tail(rows), pdf.species.tail(rows))


def same_value(actual, expected):
    assert (
        actual == expected
        or (pd.isna(actual) and pd.isna(expected))
        or actual == pytest.approx(expected, rel=1e-12)
    )
    if not pd.isna(expected):
        assert np.asarray(actual).dtype == np.asarray(expected).dtype


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("npartitions", [1, 2, 7])
def test_reductions(reduction, npartitions, scheduler):
    pdf = example()
    df = dd.from_pandas(pdf, npartitions=npartitions)
    for name in ["weight", "count_of", "plot"]:
        same_value(getattr(df[name], reduction)().compute(), getattr(pdf[name], reduction)())
    numbers = ["weight", "count_of", "plot"]
    assert_series_equal(
        getattr(df[numbers], reduction)().compute(), getattr(pdf[numbers], reduction)()
    )


@pytest.mark.parametrize("reduction", ["sum", "min", "max", "mean", "count", "any", "all"])
def test_reductions_of_truth_values(reduction):
    pdf = example()
    same_value(
        getattr(dd.from_pandas(pdf, npartitions=3).adult, reduction)().compute(),
        getattr(pdf.adult, reduction)(),
    )


def test_count_takes_any_column():
    pdf = example()
    df = dd.from_pandas(pdf, npartitions=3)
    assert_series_equal(df.count().compute(), pdf.count())
    assert df.species.count().compute() == pdf.species.count()
    assert df.species.size.compute() == 7


def test_numeric_only():
    pdf = example()
    df = dd.from_pandas(pdf, npartitions=3)
    assert_series_equal(df.sum(numeric_only=True).compute(), pdf.sum(numeric_only=True))
    with pytest.raises(TypeError, match="mean: the column 'species' is str"):
        df.mean()


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_reductions_of_nothing(reduction):
    for values in [[], [np.nan, np.nan]]:
        pdf = pd.DataFrame({"a": np.array(values, dtype=float)})
        for npartitions in (1, 2):
            df = dd.from_pandas(pdf, npartitions=npartitions)
            same_value(getattr(df.a, reduction)().compute(), getattr(pdf.a, reduction)())
    integers = pd.DataFrame({"a": np.array([], dtype=np.int64)})
    actual = getattr(dd.from_pandas(integers).a, reduction)().compute()
    same_value(actual, getattr(integers.a, reduction)())


@pytest.mark.parametrize("aggregate", GROUPED)
@pytest.mark.parametrize("keys", ["species", "plot", "adult", ["species"], ["plot", "species"]])
@pytest.mark.parametrize("npartitions", [1, 2, 7])
def test_groupby(aggregate, keys, npartitions, scheduler):
    pdf = example()
    df = dd.from_pandas(pdf, npartitions=npartitions)
    for column in ["weight", "count_of"]:
        assert_series_equal(
            getattr(df.groupby(keys)[column], aggregate)().compute(),
            getattr(pdf.groupby(keys)[column], aggregate)(),
        )
    if aggregate == "size":
        assert_series_equal(df.groupby(keys).size().compute(), pdf.groupby(keys).size())
        return
    assert_frame_equal(
        getattr(df.groupby(keys)[["weight", "count_of"]], aggregate)().compute(),
        getattr(pdf.groupby(keys)[["weight", "count_of"]], aggregate)(),
    )


def test_groupby_of_all_other_columns():
    pdf = example().drop(columns="species")
    df = dd.from_pandas(pdf, npartitions=3)
    assert_frame_equal(df.groupby("plot").sum().compute(), pdf.groupby("plot").sum())
    assert_frame_equal(df.groupby("plot").count().compute(), pdf.groupby("plot").count())
    assert_series_equal(df.groupby("plot").plot.sum().compute(), pdf.groupby("plot")["plot"].sum())


def test_groupby_float_keys():
    pdf = pd.DataFrame({"k": [0.0, -0.0, np.nan, np.inf, 1.5, -np.inf], "v": range(6)})
    df = dd.from_pandas(pdf, npartitions=3)
    assert_series_equal(df.groupby("k").v.sum().compute(), pdf.groupby("k").v.sum())


values = st.lists(
    st.tuples(
        st.one_of(st.none(), st.sampled_from(["a", "b", "", "ä", "long text " * 3])),
        st.integers(-3, 3),
        st.one_of(st.just(np.nan), st.floats(-1e6, 1e6), st.integers(-5, 5).map(float)),
        st.integers(-(2**40), 2**40),
    ),
    max_size=40,
)


@settings(max_examples=100, deadline=None)
@given(rows=values, cuts=st.lists(st.integers(0, 40), max_size=6))
def test_any_partitioning(rows, cuts):
    pdf = pd.DataFrame(rows, columns=["text", "small", "real", "integer"]).astype(
        {"text": "str", "small": "int64", "real": "float64", "integer": "int64"}
    )
    bounds = [0, *sorted(min(cut, len(pdf)) for cut in cuts), len(pdf)]
    df = partitions_of(pdf, bounds)  # some of them empty
    assert df.npartitions == len(bounds) - 1
    assert_frame_equal(df.compute(), pdf)
    for column in ["real", "integer"]:
        for reduction in ["sum", "min", "max", "mean", "count"]:
            actual = getattr(df[column], reduction)().compute()
            expected = getattr(pdf[column], reduction)()
            assert actual == pytest.approx(expected, rel=1e-9, abs=1e-6, nan_ok=True)
    for keys in ["text", "small", "real", ["text", "small"]]:
        for aggregate in ["sum", "count", "size", "min", "max", "mean"]:
            actual = getattr(df.groupby(keys).integer, aggregate)().compute()
            assert_series_equal(actual, getattr(pdf.groupby(keys).integer, aggregate)())
    assert_series_equal(
        df.groupby("small").real.mean().compute(), pdf.groupby("small").real.mean(), atol=1e-6
    )
    assert_frame_equal(df.head(7), pdf.head(7))
    assert_frame_equal(df.tail(7), pdf.tail(7))


def partitions_of(pdf, bounds):
    batch, index = dd._to_arrow(pdf)
    tables = [batch.slice(a, b - a) for a, b in zip(bounds, bounds[1:], strict=False)]
    return dd._wrap(shoal._engine.frame_from_tables(tables, index=index, series=False))


def test_unknown_columns_name_the_nearest():
    df = dd.from_pandas(example(), npartitions=2)
    with pytest.raises(KeyError, match="did you mean 'weight'"):
        df["wieght"]
    with pytest.raises(KeyError, match="did you mean 'weight'"):
        df[["plot", "wheight"]]
    with pytest.raises(AttributeError, match="did you mean 'weight'"):
        _ = df.wieght
    with pytest.raises(KeyError, match="did you mean 'species'"):
        df.groupby("specie")
    with pytest.raises(AttributeError, match="did you mean 'weight'"):
        _ = df.groupby("species").wieght
    with pytest.raises(KeyError, match="the columns are 'weight'"):
        df["something else"]


def test_building_computes_nothing_and_repr_shows_what_there_is(tmp_path):
    path = tmp_path / "file.csv"
    path.write_text("a,b\n" + "1,x\n" * 100)
    df = dd.read_csv(path, blocksize=100)
    path.unlink()  # nothing is read from here on
    lazy = df.groupby("b").a.mean()
    assert repr(df) == "Shoal DataFrame: 2 columns in 5 partitions\n  a  int64\n  b  str"
    assert repr(df.a) == "Shoal Series: a, int64, in 5 partitions"
    assert repr(df.a.mean()) == "Shoal Scalar: mean, float64"
    assert repr(df.groupby("b").a) == "Shoal GroupBy: by b of a"
    assert repr(lazy) == "Shoal Series: a, float64, in 1 partition"
    assert list(df) == ["a", "b"] and "a" in df and "c" not in df
    assert "a" in dir(df)
    with pytest.raises(TypeError, match="truth of a lazy"):
        bool(df.a)
    with pytest.raises(FileNotFoundError):
        lazy.compute()


def test_sources_read_only_the_columns_used(tmp_path):
    path = tmp_path / "file.csv"
    path.write_bytes(b"a,b,c\n1,2,x\n3,4,\xff\n")  # column c cannot be parsed
    df = dd.read_csv(path)
    assert df.b.max().compute() == 4
    assert df.groupby("a").b.sum().compute().tolist() == [2, 4]
    assert df[["a", "b"]].compute().shape == (2, 2)
    assert df[["a", "b"]].head().shape == (2, 2)
    total, mean = shoal.compute(df.a.sum(), df.b.mean())
    assert (total, mean) == (4, 3.0)
    as_run = df.groupby("a").b.sum().explain().split("As run:")[1]
    assert "columns [a, b] in 1 partition" in as_run and "columns [a, b, c]" not in as_run
    with pytest.raises(ValueError, match="UTF-8"):
        df.c.count().compute()
    with pytest.raises(ValueError, match="UTF-8"):
        df.compute()


def test_head_reads_only_what_it_needs(tmp_path):
    path = tmp_path / "file.csv"
    path.write_bytes(b"a,b\n" + b"1,x\n" * 100 + b"2,\xff\n")
    df = dd.read_csv(path, blocksize=40)
    assert df.head(15).a.tolist() == [1] * 15
    with pytest.raises(ValueError, match="UTF-8"):
        df.tail(1)


def test_from_pandas_refuses():
    with pytest.raises(TypeError, match="list"):
        dd.from_pandas([1, 2])
    with pytest.raises(ValueError, match="npartitions is 0"):
        dd.from_pandas(example(), npartitions=0)
    with pytest.raises(ValueError, match="twice"):
        dd.from_pandas(pd.DataFrame([[1, 2]], columns=["a", "a"]))
    with pytest.raises(TypeError, match="named by text"):
        dd.from_pandas(pd.DataFrame([[1, 2]]))


def test_tables_are_lent_to_arrow(tmp_path):
    import pyarrow as pa

    path = tmp_path / "file.csv"
    path.write_text("a,b\n1,x\n2,y\n")
    table = shoal._engine.frame_head(dd.read_csv(path).__shoal_expression__(), 5)
    batch = pa.record_batch(table)
    assert batch.to_pydict() == {"a": [1, 2], "b": ["x", "y"]}
    assert table.num_rows == 2 and table.first_row == 0
