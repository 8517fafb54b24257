"""Reads several iterators side by side, each in a thread; the order of what they yield does not matter."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from queue import Full, Queue
from typing import TypeVar

from twsql.twilio.workers import carry_out

T = TypeVar("T")
_LOOK = 0.5
"""Seconds after which a thread whose results nobody takes looks whether they are still wanted."""


def side_by_side(works: Sequence[Callable[[threading.Event], Iterator[T]]], most: int) -> Iterator[T]:
    """Yield what the iterators yield; at most `most` of them are read at a time, and as many results wait.

    The first error ends all. Each iterator is made with an event that tells it to end, as nobody wants more.
    """
    waiting, stop = deque(works), threading.Event()
    results: Queue[T | Future[None]] = Queue(maxsize=most)

    def put(result: T | Future[None]) -> None:
        while not stop.is_set():
            with suppress(Full):
                return results.put(result, timeout=_LOOK)
        return None

    def read() -> None:
        while not stop.is_set():
            try:
                work = waiting.popleft()
            except IndexError:
                return
            for each in work(stop):
                put(each)
                if stop.is_set():
                    return

    def carry_on() -> None:
        ended: Future[None] = Future()
        carry_out(ended, read)
        put(ended)

    left = min(most, len(works))
    for _ in range(left):
        threading.Thread(target=carry_on, name="twsql-piece", daemon=True).start()
    try:
        while left:
            result = results.get()
            if isinstance(result, Future):
                result.result()
                left -= 1
            else:
                yield result
    finally:
        stop.set()
