"""Worker processes and pools of the user's."""

import concurrent.futures
import multiprocessing
import multiprocessing.pool
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import traceback

import pytest
import shoal
import shoal.bag as db
from shoal import delayed


def inc(x):
    return x + 1


def fail(x):
    raise LookupError(f"no {x}")


def die(x):
    os.kill(os.getpid(), signal.SIGKILL)


class Refuses:
    def __reduce__(self):
        raise RuntimeError("not to be pickled")


class StrangeError(Exception):
    def __init__(self, a, b):
        super().__init__(a)


def strange(x):
    raise StrangeError(x, 2)


def run_script(source, tmp_path, timeout=120):
    path = tmp_path / "script.py"
    path.write_text(textwrap.dedent(source))
    return subprocess.run(
        [sys.executable, str(path)], capture_output=True, text=True, timeout=timeout
    )


@pytest.fixture(params=["own", "executor", "pool"])
def processes(request):
    """Settings that send Python functions to worker processes."""
    if request.param == "own":
        yield {"scheduler": "processes", "num_workers": 2}
    elif request.param == "executor":
        context = multiprocessing.get_context("forkserver")
        with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
            yield {"pool": pool}
    else:
        with multiprocessing.get_context("forkserver").Pool(2) as pool:
            yield {"pool": pool}


def test_calls_run_in_other_processes(processes):
    with shoal.config.set(processes):
        pids = shoal.compute(*[delayed(os.getpid)() for _ in range(8)])
        assert os.getpid() not in pids and 1 <= len(set(pids)) <= 2
        offset = 10
        assert delayed(lambda x: x + offset)(delayed(inc)(1)).compute() == 12
        assert delayed(sum)([delayed(inc)(i) for i in range(5)]).compute() == 15


def test_bags_run_in_other_processes(processes):
    with shoal.config.set(processes):
        bag = db.from_sequence(range(10), npartitions=3)
        pids = bag.map(lambda x: os.getpid()).compute()
        assert os.getpid() not in pids
        assert len({*pids[:4]}) == 1  # a partition is one job
        chain = bag.map(lambda x, y: x + y, bag).filter(lambda x: x % 4 == 0).map(str)
        assert chain.compute() == ["0", "4", "8", "12", "16"]
        assert bag.fold(lambda a, b: a + b).compute() == 45
        assert bag.filter(lambda x: x > 8).min().compute() == 9
        assert bag.map(lambda x: x % 3).frequencies().compute() == [(0, 4), (1, 3), (2, 3)]
        assert bag.mean().compute() == 4.5


def test_exceptions_keep_their_type_and_traceback(processes):
    with pytest.raises(LookupError, match="no 3") as caught:
        delayed(fail)(3).compute(**processes)
    text = "".join(traceback.format_exception(caught.value))
    assert 'raise LookupError(f"no {x}")' in text and "worker process" in text
    with pytest.raises(ZeroDivisionError):
        db.from_sequence([1, 0]).map(lambda x: 1 / x).compute(**processes)
    with pytest.raises(RuntimeError, match="StrangeError"):
        delayed(strange)(1).compute(**processes)
    assert delayed(inc)(1).compute(**processes) == 2


def test_a_killed_worker_is_an_error(processes):
    with pytest.raises(RuntimeError, match="killed"):
        delayed(die)(1).compute(**processes)
    if "scheduler" in processes:
        assert delayed(inc)(1).compute(**processes) == 2


def test_what_cannot_be_pickled_is_named(processes):
    with pytest.raises(TypeError, match="inc .*cannot be sent"):
        delayed(inc)(Refuses()).compute(**processes)
    with pytest.raises(TypeError, match="result of Lock|result of allocate_lock|result of lock"):
        delayed(threading.Lock)().compute(**processes)
    lock = threading.Lock()
    with pytest.raises(TypeError, match="<lambda> .*cannot be sent"):
        delayed(lambda: lock)().compute(**processes)


def nested(n):
    with shoal.config.set(scheduler="processes"):
        return sum(shoal.compute(*[delayed(inc)(i) for i in range(n)]))


def test_nested_compute():
    results = shoal.compute(
        *[delayed(nested)(3) for _ in range(4)], scheduler="processes", num_workers=1
    )
    assert results == (6,) * 4


NESTED_IN_FORKS = """
import concurrent.futures, multiprocessing, sys
import shoal
from shoal import delayed

def inc(x):
    return x + 1

def nested(n):
    return sum(shoal.compute(*[delayed(inc)(i) for i in range(n)]))

if __name__ == "__main__":
    assert nested(3) == 6  # starts the engine's threads, which the forks do not have
    context = multiprocessing.get_context("fork")
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
        with shoal.config.set(pool=pool):
            print(shoal.compute(*[delayed(nested)(i) for i in range(4)]))
    with context.Pool(2) as pool, shoal.config.set(pool=pool):
        print(shoal.compute(*[delayed(nested)(i) for i in range(4)]))
    shoal.config.set(scheduler="processes", num_workers=1)
    nested(3)  # starts workers, which belong to the parent
    child = context.Process(target=lambda: print(nested(3)))
    sys.stdout.flush()
    child.start()
    child.join()
"""


def test_nested_compute_in_forked_processes(tmp_path):
    done = run_script(NESTED_IN_FORKS, tmp_path, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "(0, 1, 3, 6)\n(0, 1, 3, 6)\n6\n"


def test_threads_of_the_users():
    names = []

    def note(x):
        names.append(threading.current_thread().name)
        time.sleep(0.01)
        return x

    with concurrent.futures.ThreadPoolExecutor(2, thread_name_prefix="mine") as pool:
        with shoal.config.set(pool=pool):
            assert shoal.compute(*[delayed(note)(i) for i in range(20)]) == tuple(range(20))
            assert db.from_sequence(range(5)).map(note).sum().compute() == 10
        assert names and all(name.startswith("mine") for name in names)
        with pytest.raises(LookupError):
            delayed(fail)(1).compute(pool=pool)
    with multiprocessing.pool.ThreadPool(2) as pool:
        names.clear()
        assert shoal.compute(*[delayed(note)(i) for i in range(20)], pool=pool) == tuple(range(20))
        assert names and threading.current_thread().name not in names
    assert delayed(inc)(1).compute(pool=3) == 2


def test_a_pool_that_is_shut_down_is_an_error():
    pool = concurrent.futures.ThreadPoolExecutor(2)
    pool.shutdown()
    with pytest.raises(RuntimeError, match="shutdown"):
        delayed(inc)(1).compute(pool=pool)


@pytest.mark.parametrize("scheduler", ["threads", "processes"])
def test_num_workers_bounds_what_runs_at_a_time(scheduler, tmp_path):
    def running(i):
        mine = tmp_path / f"run-{i}"
        mine.touch()
        time.sleep(0.05)
        count = len(list(tmp_path.glob("run-*")))
        mine.unlink()
        return count

    for workers in (1, 2):
        counts = shoal.compute(
            *[delayed(running)(i) for i in range(8)], scheduler=scheduler, num_workers=workers
        )
        assert max(counts) <= workers


@pytest.mark.parametrize("scheduler", ["threads", "processes"])
def test_sleeping_calls_run_side_by_side(scheduler, tmp_path):
    def meet(mine, other):
        (tmp_path / mine).touch()
        for _ in range(3000):
            if (tmp_path / other).exists():
                return True
            time.sleep(0.01)
        return False

    calls = [delayed(meet)("a", "b"), delayed(meet)("b", "a")]
    assert shoal.compute(*calls, scheduler=scheduler, num_workers=2) == (True, True)


def test_functions_of_the_main_script(tmp_path):
    done = run_script(
        """
        import shoal
        from shoal import delayed
        from shoal.distributed import Client

        def square(x):
            return x * x

        if __name__ == "__main__":
            print(shoal.compute(*[delayed(square)(i) for i in range(4)], scheduler="processes"))
            with Client(processes=True, n_workers=2) as client:
                print(client.gather(client.map(square, range(4))))
        """,
        tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "(0, 1, 4, 9)\n[0, 1, 4, 9]\n"
    assert done.stderr == ""


def test_a_script_without_the_guard_starts_no_storm(tmp_path):
    done = run_script(
        """
        from shoal.distributed import Client

        print("start")
        client = Client(processes=True, n_workers=2)
        print(client.gather(client.map(abs, [-1, 2])))
        """,
        tmp_path,
    )
    assert done.stdout.count("start") == 1
    assert done.returncode == 0 and "[1, 2]" in done.stdout


def test_a_script_that_workers_import_is_told_of_the_guard(tmp_path):
    done = run_script(
        """
        import concurrent.futures
        import multiprocessing
        from shoal import delayed

        context = multiprocessing.get_context("spawn")
        pool = concurrent.futures.ProcessPoolExecutor(2, mp_context=context)
        print(delayed(abs)(-1).compute(pool=pool))
        """,
        tmp_path,
    )
    assert done.returncode != 0
    assert 'if __name__ == "__main__":' in done.stderr
