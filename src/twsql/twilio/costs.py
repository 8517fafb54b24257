"""What statements cost: the requests that each of them has sent, and the waiting."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

REMEMBERED = 100
"""Statements whose costs are kept."""
_NOTICED = 0.001
"""Seconds of waiting that count as a wait."""
_numbers = count(1)


@dataclass
class Cost:
    """What one statement has asked of Twilio, in any thread. `ended` is None while it runs.

    `bytes` are those of the answers' bodies, unpacked; a wait is for a turn or between two attempts, `waited` is the
    seconds of all, in threads that may wait at the same time.
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
        """A request has been sent, and answered with so many bytes."""
        with self._lock:
            self.requests += 1
            self.retries += again
            self.bytes += size

    def wait(self, seconds: float) -> None:
        """A request has waited."""
        if seconds > _NOTICED:
            with self._lock:
                self.waits += 1
                self.waited += seconds

    def end(self) -> None:
        """The statement has ended."""
        self.ended = self.ended or time.time()

    @property
    def seconds(self) -> float:
        """How long it took, or has taken so far."""
        return (self.ended or time.time()) - self.began


class _Here(threading.local):
    cost: Cost | None = None


_here = _Here()


@contextmanager
def counting(cost: Cost) -> Iterator[None]:
    """Count what this thread asks as a statement's, whoever's client it uses."""
    before, _here.cost = _here.cost, cost
    try:
        yield
    finally:
        _here.cost = before


def here() -> Cost | None:
    """The statement that this thread works for, where that was said."""
    return _here.cost
