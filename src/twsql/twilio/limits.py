"""How many requests are under way together: one limit for the process, which finds out what the account bears.

It begins modestly, grows while answers are good, and halves when Twilio says 429 (additive increase, multiplicative
decrease). Twilio does not publish the ceiling, and other programs share it.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from twsql.twilio.retries import LONGEST_RETRY_AFTER

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
        self._not_before = 0.0
        self.heard: int | None = None

    @property
    def window(self) -> int:
        """How many requests may be under way now, as far as the account is concerned."""
        return int(self._window)

    @contextmanager
    def slot(self, most: int, *, urgent: bool = False, again: bool = False) -> Iterator[float]:
        """Wait for a turn, `most` at a time; it is given back when the `with` block ends, however it ends.

        What is `urgent` (a call to be placed) goes before what is not. After a Retry-After nobody begins before its
        time, but who comes `again` and has waited for that himself. Yields when the turn began (time.monotonic).
        """
        with self._changed:
            self._urgent += urgent
            try:
                while (pause := self._pause(most, urgent, again)) is not None:
                    self._changed.wait(pause or None)
                self._busy += 1
            finally:
                self._urgent -= urgent
                if urgent:
                    self._changed.notify_all()
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
            if (self._busy + 1) * 2 >= self._window:  # else the window has not been tried out
                self._window += 1.0 if self._doubles else 1.0 / self._window
                self._changed.notify_all()

    def refused(self, begun: float, concurrent: int | None = None, after: float | None = None) -> None:
        """A 429 has come for a request that began its turn at `begun`: halve, once for all that were under way then.

        `after` is its Retry-After in seconds, `LONGEST_RETRY_AFTER` at most is believed.
        """
        with self._changed:
            self.heard = concurrent if concurrent is not None else self.heard
            now = time.monotonic()
            if begun > self._halved:
                self._halved = now
                self._window = max(1.0, min(self._window, self._busy + 1) / 2)
                self._doubles = False
            self._not_before = max(self._not_before, now + min(after or 0.0, LONGEST_RETRY_AFTER))

    def _pause(self, most: int, urgent: bool, again: bool) -> float | None:
        """None where a turn may begin; else how many seconds to wait at most, 0.0 for until something changes."""
        if not again and (left := self._not_before - time.monotonic()) > 0:
            return left
        free = self._busy < min(self.window, most) and (urgent or not self._urgent)
        return None if free else 0.0


@cache
def shared(server: str, account_sid: str) -> Limit:
    """The limit of one account on one server."""
    return Limit()


# A forked child has none of the requests that its parent has under way, and perhaps a lock that nobody opens.
os.register_at_fork(after_in_child=shared.cache_clear)
