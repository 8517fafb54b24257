"""Runs work side by side, in threads. The thread that waits can be interrupted; the work cannot."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial

from twsql import waiting
from twsql.dialing.guard import NotBegunError
from twsql.dialing.stop import Stop
from twsql.schema import Row
from twsql.twilio.workers import carry_out

Work = Callable[[Stop], Row]
"""Does the work; once the stop is set, it raises NotBegunError unless it has sent something."""


@dataclass(frozen=True)
class Task:
    """Work that waits, runs or has ended; tasks that were begun together share `stop`."""

    future: Future[Row]
    stop: Stop

    def result(self) -> Row:
        """Wait for the result, or raise the error; NotBegunError if `stop` was set before anything was sent."""
        return waiting.result(self.future)

    def problem(self) -> BaseException | None:
        """Wait for the end; gives the error, if there is one."""
        return waiting.problem(self.future)

    def was_begun(self) -> bool:
        """Wait for the end; whether the work began before `stop` was set."""
        return not isinstance(self.problem(), NotBegunError)


def begin(work: Sequence[Work], threads: int, ended: Callable[[], None], stop: Stop) -> list[Task]:
    """Begin all work in order, in so many threads, until `stop` is set; each task calls `ended`, in its thread."""
    tasks = [Task(Future(), stop) for _ in work]
    for task in tasks:
        task.future.add_done_callback(lambda _: ended())
    waiting = deque(zip(tasks, work, strict=True))
    for _ in range(min(len(work), threads)):
        threading.Thread(target=_work_off, args=(waiting,), name="twsql-call").start()
    return tasks


def done(row: Row) -> Task:
    """A task that has ended with a known result."""
    task = Task(Future(), Stop())
    task.future.set_result(row)
    return task


def failed(error: Exception) -> Task:
    """A task that failed before it could begin."""
    task = Task(Future(), Stop())
    task.future.set_exception(error)
    return task


def _work_off(waiting: deque[tuple[Task, Work]]) -> None:
    while True:
        try:
            task, work = waiting.popleft()
        except IndexError:
            return
        carry_out(task.future, partial(_do, work, task.stop))


def _do(work: Work, stop: Stop) -> Row:
    if stop.is_set():
        raise NotBegunError("stopped before it was sent; nothing was sent")
    return work(stop)
