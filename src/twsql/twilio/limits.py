"""How many requests are under way together: one limit for the process, which finds out what the account bears.

It begins modestly, grows while answers are good, and halves when Twilio says 429 (additive increase, multiplicative
decrease). Twilio does not publish the ceiling, and other programs share it; but it tells with each answer how many
requests of the account are under way (Twilio-Concurrent-Requests), and so with a 429 how many were too many.
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
PLAUSIBLE = 8
"""Requests that are not too many together: where fewer are refused it is for another reason, which halving answers."""
FORGOTTEN = 60.0
"""Seconds after which the load that was too much for Twilio is tried again."""


class Limit:
    """How many requests to one account may be under way, over all threads and connections.

    A thread that waits for its turn can be interrupted. Who waits between two attempts must not hold a slot. What was
    too much is `forgotten` after so many seconds.
    """

    def __init__(self, forgotten: float = FORGOTTEN) -> None:
        self._forgotten = forgotten
        self._changed = threading.Condition()
        self._window = BEGIN
        self._doubles = True
        self._busy = 0
        self._urgent = 0
        self._halved = 0.0
        self._not_before = 0.0
        self._too_much: int | None = None
        self._refused = 0.0

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

    @property
    def too_much(self) -> int | None:
        """The lowest load, of all programs, with which Twilio has refused a request of late; None: not known."""
        return self._too_much if time.monotonic() - self._refused < self._forgotten else None

    def good(self, load: int | None = None) -> None:
        """An answer that was not 429 has come; `load` is what Twilio says is under way for the account.

        One request more may be under way, unless that many have been too many.
        """
        with self._changed:
            is_used = (self._busy + 1) * 2 >= self._window  # else the window has not been tried out
            if is_used and (load is None or self.too_much is None or load + 1 < self.too_much):
                self._window += 1.0 if self._doubles else 1.0 / self._window
                self._changed.notify_all()

    def refused(self, begun: float, load: int | None = None, after: float | None = None) -> None:
        """A 429 has come for a request that began its turn at `begun`: halve, once for all that were under way then.

        `load` is as for `good`; `after` is the Retry-After in seconds, `LONGEST_RETRY_AFTER` at most is believed.
        """
        with self._changed:
            now = time.monotonic()
            if load is not None and load >= PLAUSIBLE:
                self._too_much = load if self.too_much is None else min(load, self.too_much)
                self._refused = now
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
