"""What statements cost: the requests that each of them sent, and how long it waited."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

REMEMBERED = 100
"""Statements whose costs a client remembers."""
_NOTICED = 0.001
"""Seconds of waiting that count as a wait."""
_numbers = count(1)


@dataclass
class Cost:
    """The requests of one statement, of all its threads. `ended` is None while the statement runs.

    `bytes` counts the responses' bodies, unpacked. A request waits for its turn and between two attempts; `waited` is
    the sum of these waits in seconds, also of threads that wait at the same time.
    """

    began: float = field(default_factory=time.time)
    number: int = field(default_factory=lambda: next(_numbers))
    requests: int = 0
    retries: int = 0
    bytes: int = 0
    waits: int = 0
    waited: float = 0.0
    ended: float | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def sent(self, size: int, *, again: bool) -> None:
        """Count a request that was sent, and the bytes of its response."""
        with self._lock:
            self.requests += 1
            self.retries += again
            self.bytes += size

    def wait(self, seconds: float) -> None:
        """Count a request's wait."""
        if seconds > _NOTICED:
            with self._lock:
                self.waits += 1
                self.waited += seconds

    def end(self) -> None:
        """Note the end of the statement."""
        self.ended = self.ended or time.time()

    @property
    def seconds(self) -> float:
        """How long the statement took, or has taken so far."""
        return (self.ended or time.time()) - self.began


class _Here(threading.local):
    cost: Cost | None = None


_here = _Here()


@contextmanager
def counting(cost: Cost) -> Iterator[None]:
    """Add this thread's requests to `cost`, whichever client sends them."""
    before, _here.cost = _here.cost, cost
    try:
        yield
    finally:
        _here.cost = before


def here() -> Cost | None:
    """The cost of the statement that this thread works for; None outside of `counting`."""
    return _here.cost
