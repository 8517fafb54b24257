"""Asking for what will be wanted next while the present is being read."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future
from functools import partial
from itertools import islice
from queue import SimpleQueue
from typing import Any, TypeVar, cast

X = TypeVar("X")
Y = TypeVar("Y")

FIRST = 4
"""How many answers are asked for at first where nothing is known: who wants one then wastes three at most."""

TASTE = 10
"""Items of a page that are read before the next one is asked for: who wants a few asks for one page."""


class Workers:
    """Threads that run what they are given, begun when needed, at most so many. They end with the process.

    They only read, so nothing is lost where the process ends before them; a ThreadPoolExecutor would wait for them.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._idle = threading.Semaphore(0)
        self._threads = 0
        self._lock = threading.Lock()
        self._tasks: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()

    def submit(self, task: Callable[[], Y]) -> Future[Y]:
        """Run a task in some thread."""
        future: Future[Y] = Future()
        self._tasks.put((future, task))
        if not self._idle.acquire(blocking=False):
            with self._lock:
                if self._threads < self._most:
                    self._threads += 1
                    threading.Thread(target=self._work, name="twsql-read", daemon=True).start()
        return future

    def close(self) -> None:
        """Let the threads end when they have done what is waiting."""
        with self._lock:
            for _ in range(self._threads):
                self._tasks.put(None)
            self._threads = 0

    def _work(self) -> None:
        while (work := self._tasks.get()) is not None:
            future, task = work
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(task())
                except BaseException as error:  # noqa: BLE001 - goes to whoever waits for the future
                    future.set_exception(error)
            del work, future, task  # an idle thread holds on to nothing
            self._idle.release()


def ahead(
    workers: Workers, first: int, most: int, ask: Callable[[X], Y], wanted: Iterable[X]
) -> Generator[Y, None, None]:
    """Give `ask(each)` for each of `wanted`, in order; the next ones are asked for meanwhile.

    The `first` are asked for at once, then twice as many with each answer that is taken, up to `most`. Nothing more is
    asked for when the generator is closed, or read more slowly than it is filled: at most `most` answers wait.
    """
    answers = _ahead(workers, first, most, ask, wanted)
    next(answers)
    return cast("Generator[Y, None, None]", answers)


def _ahead(
    workers: Workers, first: int, most: int, ask: Callable[[X], Y], wanted: Iterable[X]
) -> Generator[Y | None, None, None]:
    """Yield None when the first are asked for, then the answers."""
    waiting: deque[Future[Y]] = deque()
    window = min(first, most)
    rest = iter(wanted)
    try:
        waiting.extend(workers.submit(partial(ask, each)) for each in islice(rest, window))
        yield None
        while waiting:
            yield waiting.popleft().result()
            window = min(window * 2, most)
            waiting.extend(workers.submit(partial(ask, each)) for each in islice(rest, window - len(waiting)))
    finally:
        for future in waiting:
            future.cancel()
