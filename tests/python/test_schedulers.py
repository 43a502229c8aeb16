"""Stopping: Ctrl-C while a computation runs, and the end of the program while work is under way."""

import os
import re
import signal
import subprocess
import sys
import textwrap
import time

import pytest

TASKS = {
    "sleep": "time.sleep(60)",
    "loop": "\n".join(["while True:", "        pass"]),
    "builtin": "db.from_sequence([itertools.repeat(0)]).flatten().filter(None).count().compute()",
    "nested": "delayed(time.sleep)(60).compute()",
    "nested_loop": "delayed(spin)().compute()",
}

SCRIPT = """
import itertools, time
import shoal
import shoal.bag as db
from shoal import delayed

def spin():
    while True:
        pass

def task(i):
    {body}

def inc(x):
    return x + 1

if __name__ == "__main__":
    shoal.config.set({settings})
    shoal.compute(*[delayed(inc)(i) for i in range(2)])
    print("ready", flush=True)
    try:
        shoal.compute(*[delayed(task)(i) for i in range(3)])
    except KeyboardInterrupt:
        print("stopped", flush=True)
        print(delayed(inc)(1).compute(), flush=True)
"""


def interrupt(source, tmp_path):
    """Runs a script, sends SIGINT half a second after it says "ready"; its output, its standard
    error, its status and the seconds from the signal to its end."""
    path = tmp_path / "script.py"
    path.write_text(source)
    process = subprocess.Popen(
        # A test run in the background of a shell ignores the signal, and its children would.
        ["env", "--default-signal=INT", sys.executable, str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout.readline() == "ready\n", process.stderr.read()
        time.sleep(0.5)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: the workers get it as well
        out, err = process.communicate(timeout=30)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    return out, err, process.returncode


@pytest.mark.parametrize("scheduler", ["sync", "threads", "processes"])
@pytest.mark.parametrize("task", TASKS)
def test_ctrl_c_stops_a_computation(scheduler, task, tmp_path):
    settings = f"scheduler={scheduler!r}, num_workers=2"
    source = SCRIPT.format(body=TASKS[task], settings=settings)
    out, err, status = interrupt(source, tmp_path)
    assert out == "stopped\n2\n", err
    assert status == 0, err
    assert "rror" not in err, err


def test_ctrl_c_stops_a_computation_on_a_pool(tmp_path):
    source = SCRIPT.format(
        body=TASKS["loop"],
        settings="pool=__import__('concurrent.futures').futures.ThreadPoolExecutor(2)",
    )
    out, err, status = interrupt(source, tmp_path)
    assert out == "stopped\n2\n", err
    assert status == 0, err


@pytest.mark.parametrize("processes", [False, True])
def test_ctrl_c_stops_waiting_for_a_future(processes, tmp_path):
    source = textwrap.dedent(f"""
        import time
        from shoal.distributed import Client

        def spin(x):
            while True:
                pass

        if __name__ == "__main__":
            try:
                with Client(processes={processes}, n_workers=2) as client:
                    client.submit(abs, 1).result()
                    futures = client.map(spin, range(3))
                    print("ready", flush=True)
                    client.gather(futures)
            except KeyboardInterrupt:
                print("stopped", flush=True)
    """)
    out, err, status = interrupt(source, tmp_path)
    assert out == "stopped\n", err
    assert status == 0, err


def test_an_uncaught_ctrl_c_ends_the_program(tmp_path):
    source = textwrap.dedent("""
        import time
        from shoal import delayed
        print("ready", flush=True)
        delayed(time.sleep)(60).compute(scheduler="threads")
    """)
    out, err, status = interrupt(source, tmp_path)
    assert status in (-signal.SIGINT, 130), (status, err)
    assert re.search(r"^KeyboardInterrupt", err, re.MULTILINE), err


@pytest.mark.parametrize("processes", [False, True])
@pytest.mark.parametrize("task", ["time.sleep(60)", "spin()", "sum(range(10**7)) and task(i)"])
def test_the_program_ends_while_work_is_under_way(processes, task, tmp_path):
    path = tmp_path / "script.py"
    path.write_text(
        textwrap.dedent(f"""
        import sys, time
        sys.setrecursionlimit(10**6)
        from shoal.distributed import Client

        def spin():
            while True:
                pass

        def task(i):
            {task}

        if __name__ == "__main__":
            client = Client(processes={processes}, n_workers=2)
            client.submit(abs, 1).result()
            futures = client.map(task, range(4))
            time.sleep(0.2)
            print("end")
    """)
    )
    done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "end\n"


@pytest.mark.parametrize("work", ["da.ones((10**6, 10**6)).sum()", "delayed(time.sleep)(60)"])
def test_the_program_ends_while_a_daemon_thread_computes(work, tmp_path):
    path = tmp_path / "script.py"
    path.write_text(
        textwrap.dedent(f"""
        import threading, time
        import shoal.array as da
        from shoal import delayed

        threading.Thread(target=lambda: {work}.compute(), daemon=True).start()
        time.sleep(0.3)
        print("end")
    """)
    )
    done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "end\n", "")


def test_the_program_ends_with_lazy_values_and_results_in_globals(tmp_path):
    path = tmp_path / "script.py"
    path.write_text(
        textwrap.dedent("""
        import shoal, shoal.bag as db
        from shoal import delayed
        class Loud:
            def __del__(self):
                print("freed")
        value = delayed(Loud)()
        kept = value.persist()
        bag = db.from_sequence([Loud()], npartitions=1).map(lambda x: x)
        lists = bag.compute()
        print("end")
    """)
    )
    done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "end" in done.stdout


def test_results_are_freed(tmp_path):
    path = tmp_path / "script.py"
    path.write_text(
        textwrap.dedent("""
        import gc, weakref, shoal
        from shoal import delayed
        class Thing:
            pass
        alive = weakref.WeakSet()
        def make():
            thing = Thing()
            alive.add(thing)
            return thing
        for scheduler in ("sync", "threads"):
            things = [delayed(make)() for _ in range(100)]
            assert delayed(len)(things).compute(scheduler=scheduler) == 100
            for _ in range(50):
                delayed(abs)(1).compute(scheduler=scheduler)
                if not alive:
                    break
            assert not alive, len(alive)
    """)
    )
    done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_ctrl_c_does_not_end_workers_that_still_start(tmp_path):
    path = tmp_path / "script.py"
    path.write_text(
        textwrap.dedent("""
        import os, signal, threading, time
        from shoal import delayed

        def inc(x):
            return x + 1

        def interrupt_all():
            while not done.wait(0.01):
                os.killpg(0, signal.SIGINT)

        signal.signal(signal.SIGINT, lambda *_: None)
        done = threading.Event()
        threading.Thread(target=interrupt_all).start()
        try:
            print(delayed(inc)(1).compute(scheduler="processes"))
        finally:
            done.set()
    """)
    )
    done = subprocess.run(
        [sys.executable, str(path)],
        capture_output=True,
        text=True,
        timeout=120,
        start_new_session=True,
    )
    assert (done.returncode, done.stdout) == (0, "2\n"), done.stderr
