"""Where a run's Python functions are called: on the engine's threads, on threads of the user's, or
on worker processes, where the interpreter's lock would serialise threads.

Functions and arguments travel as cloudpickle's bytes, so that lambdas and functions of the main
script work. What a worker process raises is raised in the caller, with the remote traceback as its
cause.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import multiprocessing
import multiprocessing.pool
import multiprocessing.resource_tracker
import os
import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import cloudpickle

from . import _engine

_inside_worker = False


class WorkerProcessError(RuntimeError):
    """A worker process ended in the middle of a task."""


class RemoteTraceback(Exception):
    """The traceback of an exception that a worker process raised."""

    def __str__(self) -> str:
        return f"\n\n{self.args[0]}"


@dataclasses.dataclass
class Workers:
    """How a run calls Python functions, and what to do when it is stopped."""

    scheduler: str | None = None
    num_workers: int | None = None
    call_elsewhere: Callable[[Any, tuple, dict | None], Any] | None = None
    spawn: Callable[[Callable[[], None]], Any] | None = None
    stop: Callable[[], None] | None = None

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, _: Any) -> None:
        if isinstance(error, KeyboardInterrupt) and self.stop:
            self.stop()


def choose_workers(scheduler: str | None, num_workers: int | None, pool: Any) -> Workers:
    """The workers of a run by its ``scheduler``, ``num_workers`` and ``pool`` arguments."""
    if num_workers is not None and (not isinstance(num_workers, int) or num_workers < 1):
        raise ValueError(f"num_workers is {num_workers!r}; give a whole number, 1 or more")
    if isinstance(pool, int) and not isinstance(pool, bool):
        return choose_workers(scheduler, num_workers or pool, None)
    if pool is not None and scheduler != "sync":
        return _on_pool(pool, num_workers)
    if scheduler == "processes" and not _inside_worker:
        return process_workers(num_workers)
    return Workers("threads" if scheduler == "processes" else scheduler, num_workers)


def process_workers(num_workers: int | None) -> Workers:
    """Worker processes of ours, shared by all runs and kept for the next."""
    refuse_main_module_import()
    count = num_workers or _engine.available_cores()

    def stop() -> None:
        executor = _own_executors.get(count)
        if executor is not None:
            executor.shutdown(wait=False, kill_workers=True)

    return Workers("threads", count, _caller(partial(_submit_to_own, count)), stop=stop)


def refuse_main_module_import() -> None:
    """Raises when a worker process is importing the main script anew, to prevent a storm of
    processes that start processes."""
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise RuntimeError(
            "a worker process imports the main script, and the script starts worker processes "
            "again. Put the part of the script that computes under\n\n"
            '    if __name__ == "__main__":\n\n'
            "so that importing it runs nothing"
        )


_own_lock = threading.Lock()
_ending = False
_stops_at_exit = False
_own_executors: dict[int, Any] = {}  # by the number of their workers, which end when long idle


def _submit_to_own(count: int, payload: bytes) -> concurrent.futures.Future:
    # Not loky's reusable executor: that is one for each thread, and the engine has several.
    import loky

    global _stops_at_exit
    with _own_lock:
        if _ending:
            raise RuntimeError("the program ends")
        executor = _own_executors.get(count)
        if executor is None or executor._flags.broken or executor._flags.shutdown:
            executor = loky.ProcessPoolExecutor(count, timeout=60, initializer=_enter_worker)
            _own_executors[count] = executor
        with _interrupts_blocked():
            future = executor.submit(run_pickled, payload)
        if not _stops_at_exit:
            # After loky's own hook, which the first job registers and which waits for calls that
            # may never end: the last one registered comes first.
            threading._register_atexit(_stop_own_executors)
            _stops_at_exit = True
        return future


@contextlib.contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """For starting workers: a process inherits the signals that its starter's thread blocks, so a
    Ctrl-C cannot end one before it has learned to ignore it."""
    from loky.backend import resource_tracker

    # Starting one of these would unblock the signal again.
    resource_tracker.ensure_running()
    multiprocessing.resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _stop_own_executors() -> None:
    global _ending
    with _own_lock:
        _ending = True
    for executor in list(_own_executors.values()):
        executor.shutdown(wait=True, kill_workers=True)


def _enter_fork() -> None:
    # Our workers belong to the parent: a forked process, as of a pool, runs calls on threads.
    global _inside_worker
    _inside_worker = True


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_enter_fork)


def _enter_worker() -> None:
    global _inside_worker
    _inside_worker = True
    # Ctrl-C reaches every process of a terminal; the main one decides what to do.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _on_pool(pool: Any, num_workers: int | None) -> Workers:
    """A pool of the user's: its threads run the engine's workers, its processes Python calls."""
    if isinstance(pool, concurrent.futures.ThreadPoolExecutor):
        return Workers("threads", num_workers or pool._max_workers, spawn=pool.submit)
    if isinstance(pool, multiprocessing.pool.ThreadPool):
        return Workers("threads", num_workers or pool._processes, spawn=pool.apply_async)
    if isinstance(pool, multiprocessing.pool.Pool):
        refuse_main_module_import()
        return Workers(
            "threads", num_workers or pool._processes, _caller(lambda job: _PoolFuture(pool, job))
        )
    if isinstance(pool, concurrent.futures.Executor):
        refuse_main_module_import()
        count = num_workers or getattr(pool, "_max_workers", None)
        return Workers("threads", count, _caller(lambda job: pool.submit(run_pickled, job)))
    raise TypeError(
        f"pool is {pool!r}; give a concurrent.futures executor, a multiprocessing pool, or a number"
    )


class _PoolFuture:
    """The result of a call on a ``multiprocessing.Pool``, which forgets the tasks of workers that
    die: we watch the workers."""

    def __init__(self, pool: multiprocessing.pool.Pool, payload: bytes):
        self._workers = list(pool._pool)
        self._result = pool.apply_async(run_pickled, (payload,))

    def result(self) -> bytes:
        while True:
            self._result.wait(0.2)
            if self._result.ready():
                return self._result.get()
            if any(worker.exitcode not in (None, 0) for worker in self._workers):
                self._result.wait(1.0)
                if not self._result.ready():
                    raise WorkerProcessError("a worker process of the pool was killed")


def _caller(submit: Callable[[bytes], Any]) -> Callable[[Any, tuple, dict | None], Any]:
    """call_elsewhere(function, args, kwargs) over a way to run ``run_pickled`` in a worker."""

    def call(function: Any, args: tuple, kwargs: dict | None) -> Any:
        name = _engine.function_name(function)
        try:
            payload = cloudpickle.dumps((function, args, kwargs or {}))
        except Exception as error:
            raise TypeError(
                f"{name} or its arguments cannot be sent to a worker process: {error}; use the "
                'scheduler "threads", or pass what can be pickled'
            ) from error
        try:
            ok, reply = submit(payload).result()
        except concurrent.futures.BrokenExecutor as error:
            raise WorkerProcessError(
                f"a worker process was killed while it ran {name}, or ran out of memory; its "
                f"result is lost: {error}"
            ) from None
        except (concurrent.futures.CancelledError, RuntimeError) as error:
            raise WorkerProcessError(f"{name} was not run: {error!r}") from error
        if ok:
            return cloudpickle.loads(reply)
        error, text = cloudpickle.loads(reply)
        error.__cause__ = RemoteTraceback(text)
        raise error

    return call


def run_pickled(payload: bytes) -> tuple[bool, bytes]:
    """In a worker process: runs a pickled call. (True, its result) or (False, its exception), as
    bytes."""
    global _inside_worker
    _inside_worker = True
    try:
        function, args, kwargs = cloudpickle.loads(payload)
        result = function(*args, **kwargs)
        try:
            return True, cloudpickle.dumps(result)
        except Exception as error:
            raise TypeError(
                f"the result of {_engine.function_name(function)}, of type "
                f"{type(result).__name__}, cannot be sent back from a worker process: {error}"
            ) from error
    except BaseException as error:
        return False, _pickled_error(error)


def _pickled_error(error: BaseException) -> bytes:
    text = "".join(traceback.format_exception(error)).strip()
    text = f"in worker process {os.getpid()}:\n{text}"
    try:
        reply = cloudpickle.dumps((error, text))
        cloudpickle.loads(reply)
        return reply
    except Exception:
        stand_in = RuntimeError(f"{type(error).__name__}: {error}")
        return cloudpickle.dumps((stand_in, text))
