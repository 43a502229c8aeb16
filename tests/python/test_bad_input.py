"""Bad input: each a clear error of the right type, raised as early as it can be known."""

import traceback

import numpy as np
import pytest
import shoal
import shoal.array as da
import shoal.bag as db
import shoal.dataframe as dd
from shoal import delayed


@pytest.fixture
def people(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("name,weight,height\nAda,61,170\nBo,72,181\n")
    return str(path)


def test_missing_file_is_named_when_the_frame_is_built(tmp_path):
    with pytest.raises(FileNotFoundError, match="absent.csv"):
        dd.read_csv(str(tmp_path / "absent.csv"))


def test_glob_without_matches_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"\*\.csv"):
        dd.read_csv(str(tmp_path / "*.csv"))


def test_ragged_row_names_file_offset_and_line(tmp_path):
    path = tmp_path / "ragged.csv"
    path.write_text("a,b\n1,2\n3,4,5\n6,7\n")
    with pytest.raises(ValueError) as raised:
        dd.read_csv(str(path)).compute()
    message = str(raised.value)
    assert "ragged.csv" in message
    assert "line 3" in message
    assert "byte 8" in message
    assert "3" in message and "2" in message


@pytest.mark.parametrize(
    "blocksize", ["ten", "10 parsecs", "", "-5", -5, 0, "0", True, 1.5, float("nan")]
)
def test_blocksize_that_is_no_size(people, blocksize):
    with pytest.raises(ValueError, match="blocksize"):
        dd.read_csv(people, blocksize=blocksize)


@pytest.mark.parametrize("blocksize", [[10], 1.5j])
def test_blocksize_of_a_wrong_type(people, blocksize):
    with pytest.raises(TypeError):
        dd.read_csv(people, blocksize=blocksize)


def test_unknown_column_gives_the_nearest_names(people):
    df = dd.read_csv(people)
    with pytest.raises(KeyError, match="weight"):
        df["wieght"]
    with pytest.raises(AttributeError, match="weight"):
        df.wieght  # noqa: B018
    with pytest.raises(KeyError, match="name"):
        df.groupby("nmae")


def test_shapes_that_do_not_broadcast_are_both_named():
    with pytest.raises(ValueError) as raised:
        da.ones((2, 3), chunks=2) + da.ones((4, 5), chunks=2)
    assert "(2, 3)" in str(raised.value) and "(4, 5)" in str(raised.value)


def test_chunks_that_do_not_add_up():
    with pytest.raises(ValueError) as raised:
        da.ones((10,), chunks=((3, 3),))
    assert "6" in str(raised.value) and "10" in str(raised.value)


@pytest.mark.parametrize("chunks", ["ten", (0,), (-3,), ((5, -5, 10),)])
def test_chunks_that_are_none(chunks):
    with pytest.raises((ValueError, TypeError)):
        da.ones((10,), chunks=chunks)


def test_index_out_of_bounds_names_axis_and_size():
    x = da.ones((4, 5), chunks=2)
    with pytest.raises(IndexError, match="axis 1.*5"):
        x[0, 7]
    with pytest.raises(IndexError):
        x[0, 0, 0]


def test_axis_out_of_bounds():
    with pytest.raises((ValueError, IndexError), match="axis"):
        da.ones((4, 5), chunks=2).sum(axis=2)


@pytest.mark.parametrize("make", [lambda: da.ones(3, chunks=2).sum(), lambda: delayed(abs)(-1)])
def test_unknown_scheduler_lists_the_known_ones(make):
    with pytest.raises(ValueError, match=r"treads.*sync.*threads.*processes"):
        make().compute(scheduler="treads")
    with shoal.config.set(scheduler="treads"), pytest.raises(ValueError, match="treads"):
        make().compute()


@pytest.mark.parametrize("workers", [-1, "two", 1.5])
def test_number_of_workers_that_is_none(workers):
    with pytest.raises((ValueError, TypeError)):
        da.ones(3, chunks=2).sum().compute(num_workers=workers)


def fails_at_three(x):
    if x == 3:
        raise ZeroDivisionError("three is not allowed")
    return x


@pytest.mark.parametrize("scheduler", ["sync", "threads", "processes"])
@pytest.mark.parametrize("kind", ["delayed", "bag"])
def test_an_exception_in_a_task_comes_with_the_user_s_traceback(scheduler, kind):
    if kind == "delayed":
        work = delayed(sum)([delayed(fails_at_three)(i) for i in range(5)])
    else:
        work = db.from_sequence(range(5), npartitions=2).map(fails_at_three)
    with pytest.raises(ZeroDivisionError, match="three is not allowed") as raised:
        work.compute(scheduler=scheduler)
    text = "".join(traceback.format_exception(raised.value))
    assert "fails_at_three" in text
    assert 'raise ZeroDivisionError("three is not allowed")' in text


def test_after_an_error_the_next_computation_works():
    with pytest.raises(ZeroDivisionError):
        delayed(fails_at_three)(3).compute()
    assert delayed(fails_at_three)(4).compute() == 4
    assert da.ones(10, chunks=3).sum().compute() == 10


def test_unknown_dtype():
    with pytest.raises(TypeError):
        da.ones(3, chunks=2, dtype="float77")


def test_operation_that_numpy_refuses_is_refused_at_build():
    x = da.ones(3, chunks=2)
    with pytest.raises(TypeError):
        np.ones(3) & np.ones(3)  # type: ignore[operator]
    with pytest.raises(TypeError):
        x & x


def test_the_truth_of_a_lazy_object():
    with pytest.raises((TypeError, ValueError)):
        bool(delayed(abs)(1))


def test_bag_partitions_must_be_positive():
    with pytest.raises(ValueError):
        db.from_sequence([1, 2, 3], npartitions=0)
    with pytest.raises(TypeError):
        db.from_sequence(5)


def test_fold_of_nothing_needs_an_initial_value():
    import operator

    empty = db.from_sequence([1], npartitions=1).filter(lambda x: x > 1)
    assert empty.fold(operator.add, initial=0).compute() == 0
    with pytest.raises((TypeError, ValueError)):
        empty.fold(operator.add).compute()


def test_picture_with_an_unknown_ending(tmp_path):
    with pytest.raises(ValueError, match="svg"):
        da.ones(3, chunks=2).sum().visualize(str(tmp_path / "graph.xyz"))
    with pytest.raises(OSError):
        da.ones(3, chunks=2).sum().visualize(str(tmp_path / "absent" / "graph.svg"))
