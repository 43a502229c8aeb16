"""Delayed functions against plain calls."""

import dataclasses
import operator
import pickle
import traceback
from fractions import Fraction
from functools import partial

import pytest
import shoal
import shoal.bag as db
from shoal import delayed
from shoal.delayed import Delayed


def inc(x):
    return x + 1


def double(x):
    return 2 * x


def add(x, y):
    return x + y


def collect(*args, **kwargs):
    return args, kwargs


@pytest.fixture(params=["sync", "threads"])
def scheduler(request):
    with shoal.config.set(scheduler=request.param):
        yield request.param


def test_the_lessons_loop(scheduler):
    output = []
    for x in [1, 2, 3, 4, 5]:
        output.append(delayed(add)(delayed(inc)(x), delayed(double)(x)))
    total = delayed(sum)(output)
    assert isinstance(total, Delayed)
    assert total.compute() == 50


def test_the_decorator(scheduler):
    @delayed
    def late(x, y=1):
        """Adds."""
        return x + y

    @delayed(nout=2)
    def pair(x):
        return x, -x

    assert late(1).compute() == 2
    assert late(late(1), y=late(5)).compute() == 8
    assert late.__name__ == "late"
    assert late.__wrapped__(1) == 2
    a, b = pair(3)
    assert shoal.compute(a, b) == (3, -3)


def test_module_and_function_are_one():
    import shoal.delayed as module

    assert module(inc)(1).compute() == 2
    assert module.delayed(inc)(1).compute() == 2
    assert module.Delayed is Delayed


def test_building_computes_nothing():
    calls = []
    value = delayed(calls.append)(1)
    assert calls == []
    value.compute()
    assert calls == [1]


@pytest.mark.parametrize(
    "value", [1, 2.5, "text", None, True, b"x", [1, 2], (1,), {"a": 1}, {3}, Fraction(1, 2), int]
)
def test_values_come_back_as_they_are(scheduler, value):
    result = delayed(value).compute()
    assert result == value and type(result) is type(value)
    passed = delayed(lambda x: x)(value).compute()
    assert passed == value and type(passed) is type(value)


def test_plain_arguments_are_passed_by_identity(scheduler):
    value = [1, 2]
    assert delayed(lambda x: x)(value).compute() is value


@dataclasses.dataclass
class Point:
    x: object
    y: int = 0
    computed: int = dataclasses.field(init=False, default=7)


@dataclasses.dataclass(frozen=True)
class Frozen:
    x: object


def test_delayed_values_are_found_in_containers(scheduler):
    one = delayed(inc)(0)
    plain = {"list": [1, [1, 2]], "t": (1, 2), "s": {1, 2}, "f": frozenset([1]), 1: 1}
    late = {"list": [one, [one, 2]], "t": (one, 2), "s": {one, 2}, "f": frozenset([one]), one: one}
    assert delayed(collect)(late, k=late).compute() == ((plain,), {"k": plain})
    assert delayed(late).compute() == plain
    assert shoal.compute(late, 5, [one]) == (plain, 5, [1])
    assert delayed(collect)(Point(one, 5)).compute() == ((Point(1, 5),), {})
    assert delayed(collect)(Frozen([one])).compute() == ((Frozen([1]),), {})
    assert delayed(list(range(10)))[one : one + 5].compute() == [1, 2, 3, 4, 5]


def test_traverse_false_leaves_containers_alone(scheduler):
    one = delayed(inc)(0)
    assert delayed([one], traverse=False).compute()[0] is one
    kept, computed = shoal.compute([one], one, traverse=False)
    assert kept[0] is one and computed == 1


def test_other_collections_are_arguments(scheduler):
    bag = db.from_sequence([1, 2, 3], npartitions=2)
    assert delayed(collect)(bag, [bag.sum()]).compute() == (([1, 2, 3], [6]), {})
    assert delayed(bag).compute() == [1, 2, 3]


def test_operators_build(scheduler):
    a, b = delayed(7), delayed(3)
    for name in ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "lshift", "rshift"]:
        function = getattr(operator, name)
        assert function(a, b).compute() == function(7, 3), name
        assert function(a, 3).compute() == function(7, 3), name
        assert function(7, b).compute() == function(7, 3), name
    for name in ["and_", "or_", "xor", "eq", "ne", "lt", "le", "gt", "ge"]:
        function = getattr(operator, name)
        assert function(a, b).compute() == function(7, 3), name
        assert function(7, b).compute() == function(7, 3), name
    for function in [operator.neg, operator.pos, operator.invert, abs]:
        assert function(a).compute() == function(7)
    assert divmod(a, 3).compute() == (2, 1)
    assert divmod(7, b).compute() == (2, 1)


def test_attributes_methods_and_items(scheduler):
    text = delayed("a,b")
    assert text.upper().compute() == "A,B"
    assert text.split(",")[1].compute() == "b"
    assert text.split(sep=delayed(",")).compute() == ["a", "b"]
    assert delayed(3 + 4j).imag.compute() == 4.0
    assert delayed(operator).add(1, 2).compute() == 3
    assert delayed({"k": [5]})["k"][delayed(0)].compute() == 5


def test_a_delayed_result_can_be_called(scheduler):
    assert delayed(partial)(add, 1)(2).compute() == 3
    with pytest.raises(TypeError, match="int"):
        delayed(5)(1)


def test_length_and_iteration_need_nout():
    value = delayed(collect)(1)
    with pytest.raises(TypeError, match="nout"):
        iter(value)
    with pytest.raises(TypeError, match="nout"):
        len(value)
    assert len(delayed(collect, nout=2)()) == 2
    assert list(delayed(collect, nout=0)()) == []
    with pytest.raises(ValueError, match="nout"):
        delayed(collect, nout=-1)


def test_truth_and_changes_are_refused():
    value = delayed(inc)(1)
    with pytest.raises(TypeError, match="compute"):
        bool(value)
    with pytest.raises(TypeError):
        value[0] = 1
    with pytest.raises(AttributeError):
        value.attribute = 1


def test_keys():
    assert delayed(inc)(1).key != delayed(inc)(1).key
    assert delayed(inc)(1, pure=True).key == delayed(inc)(1, pure=True).key
    assert delayed(inc, pure=True)(1).key == delayed(inc, pure=True)(1).key
    assert delayed(inc, pure=True)(1).key != delayed(inc, pure=True)(2).key
    assert delayed(inc, pure=True)(1).key != delayed(double, pure=True)(1).key
    one = delayed(inc)(0)
    assert delayed(inc)(one, pure=True).key == delayed(inc)(one, pure=True).key
    assert delayed(inc)([one], pure=True).key != delayed(inc)([delayed(inc)(0)], pure=True).key
    assert delayed(inc)(1, dask_key_name="mine").key == delayed(inc)(2, dask_key_name="mine").key
    assert delayed(5, name="five").key == delayed(5, name="five").key
    assert repr(delayed(inc)(1)).startswith("Delayed('inc-")
    with pytest.raises(TypeError, match="pure"):
        delayed(inc, pure=True)(i for i in [1])


def test_equal_pure_calls_run_once(scheduler):
    calls = []

    def note(x):
        calls.append(x)
        return x

    impure = [delayed(note)(1), delayed(note)(1)]
    assert delayed(sum)(impure).compute() == 2 and len(calls) == 2
    calls.clear()
    one = delayed(note)(1)
    assert delayed(sum)([one, one]).compute() == 2 and len(calls) == 1


def test_pure_calls_of_equal_content_run_once(scheduler, tmp_path):
    path = tmp_path / "calls"

    def note(x):
        with path.open("a") as file:
            file.write("x")
        return x

    assert shoal.compute(delayed(note)(1, pure=True), delayed(note)(1, pure=True)) == (1, 1)
    assert path.read_text() == "x"


def test_methods_can_be_delayed(scheduler):
    class Account:
        def __init__(self, balance):
            self.balance = balance

        @delayed
        def after(self, payment):
            return self.balance + payment

    assert Account(5).after(2).compute() == 7


def fail_here(x):
    raise KeyError(f"no {x}")


def test_exceptions_show_the_users_line(scheduler):
    with pytest.raises(KeyError, match="no 3") as caught:
        delayed(inc)(delayed(fail_here)(3)).compute()
    text = "".join(traceback.format_exception(caught.value))
    assert 'raise KeyError(f"no {x}")' in text
    assert "fail_here" in text


def test_many_and_long_chains(scheduler):
    many = [delayed(inc)(i) for i in range(5000)]
    assert shoal.compute(*many) == tuple(range(1, 5001))
    assert shoal.compute(many) == (list(range(1, 5001)),)
    assert delayed(sum)(many).compute() == sum(range(1, 5001))
    value = delayed(0)
    for _ in range(5000):
        value = delayed(inc)(value)
    assert value.compute() == 5000


def test_nested_compute(scheduler):
    def outer(n):
        return sum(shoal.compute(*[delayed(inc)(i) for i in range(n)]))

    for workers in [1, 2]:
        results = shoal.compute(*[delayed(outer)(5) for _ in range(8)], num_workers=workers)
        assert results == (15,) * 8


def test_persist(scheduler):
    calls = []
    value = delayed(lambda: calls.append(1) or 5)()
    kept = value.persist()
    assert isinstance(kept, Delayed)
    assert kept.compute() == 5 and inc(kept).compute() == 6
    assert calls == [1]


def test_explain_and_picture(tmp_path):
    total = delayed(add)(delayed(inc)(1), 2)
    text = total.explain()
    assert "Python function inc" in text and "add" in text
    path = tmp_path / "graph.dot"
    total.visualize(str(path))
    assert "inc" in path.read_text()


def test_pickling():
    assert pickle.loads(pickle.dumps(delayed(inc)))(1).compute() == 2
    with pytest.raises(TypeError, match="pickled"):
        pickle.dumps(delayed(inc)(1))


def test_compute_returns_what_is_not_lazy():
    assert shoal.compute(1, [2], "x") == (1, [2], "x")


def test_bad_options():
    value = delayed(inc)(1)
    with pytest.raises(ValueError, match="unknown scheduler"):
        value.compute(scheduler="thread")
    with pytest.raises(TypeError, match="unexpected"):
        value.compute(schedule="threads")
    with pytest.raises(ValueError, match="num_workers"):
        value.compute(num_workers=-1)
    with pytest.raises(TypeError, match="pool"):
        value.compute(pool="pool")


def test_a_list_in_itself_is_refused():
    loop = []
    loop.append(loop)
    loop.append(delayed(inc)(1))
    with pytest.raises(RecursionError):
        delayed(len)(loop)
