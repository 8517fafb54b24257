"""Threads that read from Twilio while the caller uses what they read before."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

Y = TypeVar("Y")


class Workers:
    """Up to `most` daemon threads, started when needed, that run tasks.

    Tasks only read, so nothing is lost if the process ends before them; a ThreadPoolExecutor would wait for them. A
    task that submits another one runs it itself, at once: no worker waits for another worker.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._tasks: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._changed = threading.Condition()
        self._threads = 0
        self._idle = 0
        self._leaving = 0
        self._mine = threading.local()

    def submit(self, task: Callable[[], Y]) -> Future[Y]:
        """Run a task in some thread."""
        future: Future[Y] = Future()
        if getattr(self._mine, "works", False):
            carry_out(future, task)
            return future
        with self._changed:
            self._tasks.append((future, task))
            if self._idle:
                self._idle -= 1
                self._changed.notify()
            elif self._threads < self._most:
                self._threads += 1
                threading.Thread(target=self._work, name="twsql-read", daemon=True).start()
        return future

    def close(self) -> None:
        """End the threads after the tasks that wait."""
        with self._changed:
            self._leaving += self._threads
            self._threads = self._idle = 0
            self._changed.notify_all()

    def _work(self) -> None:
        self._mine.works = True
        while (work := self._next()) is not None:
            carry_out(*work)
            del work  # so that an idle thread keeps no result alive

    def _next(self) -> tuple[Future[Any], Callable[[], Any]] | None:
        """Wait for a task; None tells the thread to end."""
        with self._changed:
            while not self._tasks:
                if self._leaving:
                    self._leaving -= 1
                    return None
                self._idle += 1
                self._changed.wait()  # the thread that wakes this one has lowered `_idle`
            return self._tasks.popleft()


def carry_out(future: Future[Y], task: Callable[[], Y]) -> None:
    """Run a task; its result or error goes to the future."""
    if future.set_running_or_notify_cancel():
        try:
            future.set_result(task())
        except BaseException as error:  # noqa: BLE001 - the future raises it in the thread that waits
            future.set_exception(error)
