"""Things that are done side by side, in threads: the one that waits for them can be interrupted, they cannot."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial

from twsql.dialing.guard import NotBegunError
from twsql.dialing.stop import Stop
from twsql.schema import Row
from twsql.twilio.workers import carry_out

Work = Callable[[Stop], Row]
"""What is to be done; once the stop is set, it raises NotBegunError unless it has sent something."""


@dataclass(frozen=True)
class Task:
    """Something that is being done, or will be, and what came of it; `stop` is shared by all that began together."""

    future: Future[Row]
    stop: Stop

    def result(self) -> Row:
        """Wait for what it gives or raises; NotBegunError where it was called off before it had sent anything."""
        return self.future.result()

    def problem(self) -> BaseException | None:
        """Wait for what it raises, if it raises anything."""
        return self.future.exception()

    def was_begun(self) -> bool:
        """Wait for its end; whether it was begun, and not called off before that."""
        return not isinstance(self.problem(), NotBegunError)


def begin(work: Sequence[Work], threads: int, ended: Callable[[], None], stop: Stop) -> list[Task]:
    """Begin it all, in order, so many at a time, until `stop`; `ended` hears of each one's end, in whatever thread."""
    tasks = [Task(Future(), stop) for _ in work]
    for task in tasks:
        task.future.add_done_callback(lambda _: ended())
    waiting = deque(zip(tasks, work, strict=True))
    for _ in range(min(len(work), threads)):
        threading.Thread(target=_work_off, args=(waiting,), name="twsql-call").start()
    return tasks


def done(row: Row) -> Task:
    """What need not be begun, as its result is known."""
    task = Task(Future(), Stop())
    task.future.set_result(row)
    return task


def failed(error: Exception) -> Task:
    """What has failed before it could be begun."""
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
