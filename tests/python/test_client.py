"""Futures against plain calls, on threads and on worker processes."""

import threading
import time
import traceback

import pytest
import shoal
import shoal.bag as db
from shoal import delayed
from shoal.distributed import (
    CancelledError,
    Client,
    Future,
    LocalCluster,
    as_completed,
    wait,
)


def inc(x):
    return x + 1


def pi_chunk(n, lower, upper):
    step = 1.0 / n
    return step * sum(
        4.0 / (1.0 + ((i + 0.5) * (i + 0.5) * step * step)) for i in range(lower, upper)
    )


def reciprocal(x):
    return 1 / x


@pytest.fixture(params=[False, True], ids=["threads", "processes"])
def client(request):
    with Client(processes=request.param, n_workers=2, threads_per_worker=1) as client:
        yield client


def test_pi(client):
    n = 20000
    futures = client.map(pi_chunk, [n] * 4, [0, 5000, 10000, 15000], [5000, 10000, 15000, n])
    assert all(isinstance(future, Future) for future in futures)
    parts = client.gather(futures)
    assert parts == [pi_chunk(n, i, i + 5000) for i in range(0, n, 5000)]
    assert sum(parts) == pytest.approx(3.141592653, abs=1e-8)


def test_submit(client):
    future = client.submit(lambda x, y=1: x + y, 1, y=5)
    assert future.result() == 6
    assert future.done() and future.status == "finished"
    assert future.exception() is None and future.traceback() is None
    assert client.submit(inc, 1, key="mine").key == "mine"
    assert "lambda" in repr(future) and "finished" in repr(future)


def test_futures_are_arguments(client):
    one, two = client.map(inc, [0, 1])
    assert client.submit(inc, one).result() == 2
    nested = client.submit(lambda a, b: (a, b), [one, (two, 5)], b={"k": two})
    assert nested.result() == ([1, (2, 5)], {"k": 2})
    value = one
    for _ in range(50):
        value = client.submit(inc, value)
    assert value.result() == 51


def test_gather_nested(client):
    one, two = client.map(inc, [0, 1])
    assert client.gather({"a": [one, (two,)], "b": 5}) == {"a": [1, (2,)], "b": 5}
    assert client.gather(one) == 1
    assert client.gather([]) == []
    assert list(client.gather(iter([one, two]))) == [1, 2]


def test_map(client):
    assert client.gather(client.map(lambda a, b: a * b, range(4), range(1, 4))) == [0, 2, 6]
    assert client.map(inc, []) == []
    assert client.gather(client.map(lambda a, k: a + k, [1, 2], k=10)) == [11, 12]
    assert [f.key for f in client.map(inc, [1, 2], key="k")] == ["k-0", "k-1"]
    with pytest.raises(TypeError, match="iterable"):
        client.map(inc)


def test_exceptions(client):
    future = client.submit(reciprocal, 0)
    user = client.submit(inc, future)
    for failed in (future, user):
        with pytest.raises(ZeroDivisionError) as caught:
            failed.result()
        text = "".join(traceback.format_exception(caught.value))
        assert "return 1 / x" in text and "reciprocal" in text
        assert failed.status == "error"
        assert isinstance(failed.exception(), ZeroDivisionError)
    assert client.gather([client.submit(inc, 1), future], errors="skip") == [2]
    with pytest.raises(ZeroDivisionError):
        client.gather([future])


def test_timeout_and_done_callbacks(client):
    seen = []
    called = threading.Event()

    def note(future):
        seen.append(future)
        called.set()

    future = client.submit(time.sleep, 0.3)
    with pytest.raises(TimeoutError):
        future.result(timeout=0.01)
    future.add_done_callback(note)
    assert future.result(timeout=60) is None
    assert called.wait(60) and seen == [future]


def test_cancel():
    with Client(processes=False, n_workers=1) as client:
        go = threading.Event()
        started = threading.Event()
        first = client.submit(lambda: started.set() or go.wait(60))
        assert started.wait(60)
        second = client.submit(inc, 1)
        third = client.submit(inc, second)
        assert not first.cancel()
        assert second.cancel()
        go.set()
        for future in (second, third):
            with pytest.raises(CancelledError):
                future.result()
            assert future.cancelled() and future.status == "cancelled"
        assert first.result() is True


def test_wait_and_as_completed(client):
    futures = client.map(inc, range(5))
    assert {f.result() for f in as_completed(futures)} == {1, 2, 3, 4, 5}
    pairs = as_completed(futures, with_results=True)
    assert sorted(result for _, result in pairs) == [1, 2, 3, 4, 5]
    done, not_done = wait(futures)
    assert done == set(futures) and not not_done
    slow = client.submit(time.sleep, 0.5)
    with pytest.raises(TimeoutError):
        wait([slow], timeout=0.01)
    done, _ = wait([slow, futures[0]], return_when="FIRST_COMPLETED")
    assert futures[0] in done
    assert list(as_completed([])) == []


def test_scatter(client):
    data = client.scatter([1, 2, 3])
    assert client.gather(client.map(inc, data)) == [2, 3, 4]
    assert client.submit(sum, client.scatter((4, 5))).result() == 9
    assert client.gather(client.scatter({"a": 1})) == {"a": 1}


def test_collections(client):
    assert client.compute(delayed(inc)(1)).result() == 2
    assert client.compute(db.from_sequence([1, 2, 3]).sum(), sync=True) == 6
    assert client.gather(client.compute([delayed(inc)(1), delayed(inc)(2)])) == [2, 3]
    assert db.from_sequence([1, 2, 3]).map(inc).compute() == [2, 3, 4]


def test_the_client_is_the_default_while_it_is_open():
    before = shoal.config.get("scheduler", None)
    with Client(processes=False, n_workers=3):
        assert shoal.config.get("scheduler") == "threads"
        assert shoal.config.get("num_workers") == 3
    assert shoal.config.get("scheduler", None) == before


def test_a_call_may_wait_for_calls_of_its_own():
    with Client(processes=False, n_workers=1) as client:

        def outer(x):
            return client.submit(inc, x).result() + sum(client.gather(client.map(inc, [1, 2])))

        assert client.gather(client.map(outer, [0, 1])) == [6, 7]


def test_close():
    client = Client(processes=False, n_workers=2)
    future = client.submit(inc, 1)
    assert future.result() == 2
    client.close()
    client.close()
    assert "closed" in repr(client)
    assert future.result() == 2
    with pytest.raises(ValueError, match="closed"):
        client.submit(inc, 1)


def test_construction():
    client = Client(processes=True, n_workers=2)
    assert "2 processes" in repr(client)
    client.close()
    with LocalCluster(n_workers=1, processes=False) as cluster, Client(cluster) as client:
        assert client.submit(inc, 1).result() == 2
    with pytest.raises(ValueError, match="n_workers"):
        Client(n_workers=0)
    with pytest.raises(TypeError, match="address"):
        Client("tcp://127.0.0.1:8786")
    with Client(processes=False, n_workers=1) as client, pytest.raises(TypeError, match="callable"):
        client.submit(5)
