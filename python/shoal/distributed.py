"""Futures: ``Client.submit`` starts a call at once and gives a handle of its result.

Calls run on threads of this process or, with ``processes=True``, on worker processes of this
machine, which start when the first call needs them.
"""

from __future__ import annotations

import concurrent.futures
import itertools
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from . import _engine, config
from .processes import process_workers

CancelledError = concurrent.futures.CancelledError
TimeoutError = TimeoutError  # noqa: A001  Dask's programs import it from here


class Future(_engine.FutureBase):
    """The result of a call that runs, or will run, in the background."""

    __slots__ = ()

    def result(self, timeout: float | None = None) -> Any:
        """Wait for the result, or raise what the call raised; ``TimeoutError`` after ``timeout``
        seconds."""
        return self._result(timeout)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """Wait, and give what the call raised, or None."""
        return self._exception(timeout)

    def traceback(self, timeout: float | None = None) -> Any:
        """Wait, and give the traceback of what the call raised, or None."""
        error = self._exception(timeout)
        return None if error is None else error.__traceback__

    def cancel(self) -> bool:
        """Keep a call that has not started from starting; False if it has."""
        return _engine.FutureBase.cancel(self)

    def add_done_callback(self, fn: Callable[[Future], Any]) -> None:
        """Call ``fn(future)`` on another thread when the call is done."""
        self._on_done(lambda: fn(self))

    def __repr__(self) -> str:
        return f"<Future: {self.status}, key: {self.key}>"

    def __reduce__(self) -> tuple:
        raise TypeError(f"{self!r} cannot be pickled; pass it as an argument of submit instead")


_engine.set_future_type(Future, CancelledError)


class Client:
    """Runs calls in the background, ``n_workers`` times ``threads_per_worker`` at a time.

    While a client is open, ``compute()`` of collections uses its kind and number of workers.
    """

    def __init__(
        self,
        address: Any = None,
        processes: bool = True,
        n_workers: int | None = None,
        threads_per_worker: int | None = None,
        set_as_default: bool = True,
        **kwargs: Any,
    ):
        if isinstance(address, LocalCluster):
            processes, n_workers = address.processes, address.n_workers
            threads_per_worker = address.threads_per_worker
        elif address is not None:
            raise TypeError(
                f"Client: address is {address!r}; only workers of this machine can be used: "
                "Client(processes=True, n_workers=2)"
            )
        for name, value in (("n_workers", n_workers), ("threads_per_worker", threads_per_worker)):
            if value is not None and (not isinstance(value, int) or value < 1):
                raise ValueError(f"Client: {name} is {value!r}; give a whole number, 1 or more")
        self.processes = processes
        self.n_workers = n_workers or _engine.available_cores()
        self.threads_per_worker = threads_per_worker or 1
        count = self.n_workers * self.threads_per_worker
        self._workers = process_workers(count) if processes else None
        self._pool = _engine.TaskPool(
            count, call_elsewhere=self._workers.call_elsewhere if self._workers else None
        )
        self._local: _engine.TaskPool | None = None  # for calls that are at home in this process
        self._closed = False
        self._lock = threading.Lock()
        self._config = None
        if set_as_default:
            scheduler = "processes" if processes else "threads"
            self._config = config.set(scheduler=scheduler, num_workers=count)

    def submit(
        self,
        func: Callable,
        *args: Any,
        pure: bool | None = None,
        key: str | None = None,
        priority: int = 0,
        **kwargs: Any,
    ) -> Future:
        """Start ``func(*args, **kwargs)`` in the background. Futures among the arguments, also in
        lists, tuples, sets and dicts, are awaited and replaced by their results."""
        self._check(func, "submit")
        return self._pool.submit(func, args, kwargs, key=key, priority=priority)

    def map(
        self,
        func: Callable,
        *iterables: Iterable,
        pure: bool | None = None,
        key: str | None = None,
        priority: int = 0,
        **kwargs: Any,
    ) -> list[Future]:
        """``submit`` for each position of the iterables, as far as the shortest goes."""
        self._check(func, "map")
        if not iterables:
            raise TypeError("Client.map: give one iterable for each argument of the function")
        keys = itertools.repeat(None) if key is None else (f"{key}-{i}" for i in itertools.count())
        return [
            self._pool.submit(func, args, kwargs, key=name, priority=priority)
            for args, name in zip(zip(*iterables, strict=False), keys, strict=False)
        ]

    def gather(self, futures: Any, errors: str = "raise") -> Any:
        """The results in the place of the futures, which may be nested in lists, tuples, sets and
        dicts. ``errors="skip"`` leaves the failed ones out of a list."""
        if errors not in ("raise", "skip"):
            raise ValueError(f'Client.gather: errors is {errors!r}; give "raise" or "skip"')
        if isinstance(futures, Iterator):
            return (self.gather(future, errors) for future in futures)
        if errors == "skip":
            wait(futures)
            futures = [future for future in futures if future.status == "finished"]
        tree, found = _engine.find_futures(futures)
        return tree.build([future.result() for future in found]) if found else futures

    def scatter(self, data: Any, broadcast: bool = False, hash: bool = True) -> Any:
        """Futures of data that is there already: one for an object, one an element for lists,
        tuples and dicts."""
        if isinstance(data, dict):
            return {key: self._hold(value) for key, value in data.items()}
        if isinstance(data, list | tuple | set | frozenset):
            return type(data)(self._hold(value) for value in data)
        return self._hold(data)

    def compute(self, collections: Any, sync: bool = False, **kwargs: Any) -> Any:
        """Compute a collection in the background: a future, or a list of them for a list."""
        if isinstance(collections, list | tuple):
            futures = type(collections)(self._compute_one(item, kwargs) for item in collections)
        else:
            futures = self._compute_one(collections, kwargs)
        return self.gather(futures) if sync else futures

    def ncores(self) -> dict[str, int]:
        """The calls that each worker runs at a time."""
        return {f"worker-{i}": self.threads_per_worker for i in range(self.n_workers)}

    def close(self, timeout: Any = None) -> None:
        """No further calls; those that have not started are cancelled, those that run end."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        if self._config is not None:
            self._config.__exit__(None, None, None)
        self._pool.shutdown(True)
        if self._local is not None:
            self._local.shutdown(True)

    shutdown = close

    def _stop(self) -> None:
        """Give up what runs: the block was left by Ctrl-C."""
        self._pool.shutdown(False)
        if self._local is not None:
            self._local.shutdown(False)
        if self._workers is not None and self._workers.stop:
            self._workers.stop()
        self.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type | None, *exc_info: object) -> None:
        if kind is not None and issubclass(kind, KeyboardInterrupt):
            self._stop()
        else:
            self.close()

    def __repr__(self) -> str:
        where = "processes" if self.processes else "threads"
        state = ", closed" if self._closed else ""
        return f"<Client: {self.n_workers * self.threads_per_worker} {where}{state}>"

    def _check(self, func: Any, name: str) -> None:
        if not callable(func):
            raise TypeError(f"Client.{name}: {func!r} is not callable; give a function")
        if self._closed:
            raise ValueError(f"Client.{name}: the client is closed")

    def _hold(self, value: Any) -> Future:
        return _engine.ready_future(value, f"{type(value).__name__}-{id(value):x}")

    def _compute_one(self, collection: Any, kwargs: dict) -> Future:
        self._check(collection.compute, "compute")
        with self._lock:
            if self._local is None:
                self._local = _engine.TaskPool(4, call_elsewhere=None)
        return self._local.submit(collection.compute, (), kwargs, key=None, priority=0)


class LocalCluster:
    """The workers of this machine, as a description that ``Client`` takes."""

    def __init__(
        self,
        n_workers: int | None = None,
        threads_per_worker: int | None = None,
        processes: bool = True,
        **kwargs: Any,
    ):
        self.n_workers = n_workers
        self.threads_per_worker = threads_per_worker
        self.processes = processes

    def close(self, timeout: Any = None) -> None:
        """Nothing to do: the workers belong to the client."""

    def __enter__(self) -> LocalCluster:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


class DoneAndNotDone(NamedTuple):
    """What ``wait`` gives."""

    done: set[Future]
    not_done: set[Future]


def wait(
    fs: Any, timeout: float | None = None, return_when: str = "ALL_COMPLETED"
) -> DoneAndNotDone:
    """Wait until all futures are done, or the first with ``return_when="FIRST_COMPLETED"``."""
    if return_when not in ("ALL_COMPLETED", "FIRST_COMPLETED"):
        raise ValueError(f"wait: return_when is {return_when!r}")
    _, futures = _engine.find_futures(fs)
    if return_when == "FIRST_COMPLETED":
        for _ in as_completed(futures, timeout=timeout):
            break
    else:
        end = None if timeout is None else time.monotonic() + timeout
        for future in futures:
            left = None if end is None else max(0.0, end - time.monotonic())
            if not future._wait(left):
                raise TimeoutError(f"wait: not all of {len(futures)} futures were done in time")
    done = {future for future in futures if future.done()}
    return DoneAndNotDone(done, set(futures) - done)


def as_completed(
    futures: Iterable[Future], with_results: bool = False, timeout: float | None = None
) -> Iterator[Any]:
    """The futures in the order in which they are done; with their results if so asked."""
    waiting = list(futures)
    done: queue.SimpleQueue = queue.SimpleQueue()
    for future in waiting:
        future.add_done_callback(done.put)
    end = None if timeout is None else time.monotonic() + timeout
    for _ in waiting:
        try:
            left = None if end is None else max(0.0, end - time.monotonic())
            future = done.get(timeout=left)
        except queue.Empty:
            raise TimeoutError("as_completed: not all futures were done in time") from None
        yield (future, future.result()) if with_results else future


__all__ = [
    "CancelledError",
    "Client",
    "Future",
    "LocalCluster",
    "TimeoutError",
    "as_completed",
    "wait",
]
