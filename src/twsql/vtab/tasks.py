"""Things that are done side by side, in threads: the one that waits for them can be interrupted, they cannot."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from twsql.dialing.guard import NotBegunError
from twsql.schema import Row

Work = Callable[[threading.Event], Row]
"""What is to be done; once the event is set, it raises NotBegunError unless it has sent something."""


@dataclass(frozen=True)
class Task:
    """Something that is being done, or will be, and what came of it; `stop` is shared by all that began together."""

    future: Future[Row]
    stop: threading.Event

    def result(self) -> Row:
        """Wait for what it gives or raises; NotBegunError where it was called off before it had sent anything."""
        return self.future.result()

    def problem(self) -> BaseException | None:
        """Wait for what it raises, if it raises anything."""
        return self.future.exception()

    def was_begun(self) -> bool:
        """Wait for its end; whether it was begun, and not called off before that."""
        return not isinstance(self.problem(), NotBegunError)

    def call_off(self) -> None:
        """Begin nothing more of what began together; what is under way goes on."""
        self.stop.set()


def begin(work: Sequence[Work], threads: int, ended: Callable[[], None]) -> list[Task]:
    """Begin it all, in order, so many at a time; `ended` hears of each one's end, in whatever thread."""
    stop = threading.Event()
    pool = ThreadPoolExecutor(min(len(work), threads), "twsql-call")
    tasks = [Task(pool.submit(_do, each, stop), stop) for each in work]
    pool.shutdown(wait=False)
    for task in tasks:
        task.future.add_done_callback(lambda _: ended())
    return tasks


def done(row: Row) -> Task:
    """What need not be begun, as its result is known."""
    task = Task(Future(), threading.Event())
    task.future.set_result(row)
    return task


def failed(error: Exception) -> Task:
    """What has failed before it could be begun."""
    task = Task(Future(), threading.Event())
    task.future.set_exception(error)
    return task


def _do(work: Work, stop: threading.Event) -> Row:
    if stop.is_set():
        raise NotBegunError("stopped before it was sent; nothing was sent")
    return work(stop)
