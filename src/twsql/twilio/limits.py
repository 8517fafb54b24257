"""How many requests are under way together: one limit for the process, which finds out what the account bears.

It begins modestly, grows while answers are good, and halves when Twilio says 429 (additive increase, multiplicative
decrease). Twilio does not publish the ceiling, and other programs share it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

BEGIN = 16.0
"""Requests that may be under way before anything is known of the account."""


class Limit:
    """How many requests to one account may be under way, over all threads and connections.

    A thread that waits for its turn can be interrupted. Who waits between two attempts must not hold a slot.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._window = BEGIN
        self._doubles = True
        self._busy = 0
        self._urgent = 0
        self._halved = 0.0
        self.heard: int | None = None

    @property
    def window(self) -> int:
        """How many requests may be under way now, as far as the account is concerned."""
        return int(self._window)

    @contextmanager
    def slot(self, most: int, *, urgent: bool = False) -> Iterator[float]:
        """Wait for a turn, `most` at a time; it is given back when the `with` block ends, however it ends.

        What is `urgent` (a call to be placed) goes before what is not. Yields when the turn began (time.monotonic).
        """
        with self._changed:
            self._urgent += urgent
            try:
                while not self._is_free(most, urgent):
                    self._changed.wait()
                self._busy += 1
            finally:
                self._urgent -= urgent
        try:
            yield time.monotonic()
        finally:
            with self._changed:
                self._busy -= 1
                self._changed.notify_all()

    def good(self, concurrent: int | None = None) -> None:
        """An answer that was not 429 has come; `concurrent` is what Twilio says is under way for the account."""
        with self._changed:
            self.heard = concurrent if concurrent is not None else self.heard
            if self._busy * 2 >= self._window:  # else the window has not been tried out
                self._window += 1.0 if self._doubles else 1.0 / self._window
                self._changed.notify()

    def refused(self, begun: float, concurrent: int | None = None) -> None:
        """A 429 has come for a request that began its turn at `begun`: halve, once for all that were under way then."""
        with self._changed:
            self.heard = concurrent if concurrent is not None else self.heard
            if begun > self._halved:
                self._halved = time.monotonic()
                self._window = max(1.0, min(self._window, self._busy) / 2)
                self._doubles = False

    def _is_free(self, most: int, urgent: bool) -> bool:
        return self._busy < min(self.window, most) and (urgent or not self._urgent)


@cache
def shared(server: str, account_sid: str) -> Limit:
    """The limit of one account on one server."""
    return Limit()
