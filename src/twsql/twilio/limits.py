"""How many requests may be in flight together: one limit for the process, which adapts to what the account bears.

The limit begins modestly, grows while responses are good, and halves when Twilio says 429 (additive increase,
multiplicative decrease). Twilio does not publish its ceiling, and other programs share it. But the header
Twilio-Concurrent-Requests of each response says how many requests of the account are in flight; on a 429 that load
was too much.

Example: an account bears 40 requests, and no other program uses it.

    responses                      window   why
    none yet                       16       BEGIN
    8 good ones, slots in use      24       before the first 429 each response adds 1
    more                           40, 41   nothing was too much so far
    429, load 41                   20       halved; for 60 seconds (FORGOTTEN) 41 is too much
    429, sent before that one      20       requests that were in flight together halve the window once
    20 good ones                   21       after the first 429 each response adds 1/window
    good ones, load 39             40       39 + 1 is less than 41
    good ones, load 40             40       40 + 1 is not
    60 seconds later, load 40      41       the ceiling may have risen
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import TIMEOUT_MAX

from twsql.twilio.deadline import Deadline
from twsql.twilio.retries import LONGEST_RETRY_AFTER

BEGIN = 16.0
"""Requests that may be in flight before anything is known of the account."""
PLAUSIBLE = 8
"""The least load that can be too much. A 429 at a lower load has another reason; the window halves all the same."""
_NEVER = Deadline()
FORGOTTEN = 60.0
"""Seconds after which a load that was too much is tried again."""


class Limit:
    """Limits the requests of one account that are in flight, over all threads and connections.

    A thread that waits for its turn can be interrupted. A thread that waits between two attempts must not hold a slot.
    `forgotten` is the number of seconds after which a load that was too much is tried again.
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
        """How many requests the account seems to bear now."""
        return int(self._window)

    @contextmanager
    def slot(
        self, most: int, *, urgent: bool = False, again: bool = False, deadline: Deadline = _NEVER
    ) -> Iterator[float]:
        """Wait for a slot, and hold it during the `with` block; `most` slots exist, whatever the account bears.

        An `urgent` request (to place a call) goes before others. After a Retry-After no request begins before that
        time, except one that is sent `again`: it has waited by itself. Yields when the slot was taken (time.monotonic).
        Raises OperationalError if none is free before the `deadline`.
        """
        with self._changed:
            self._urgent += urgent
            try:
                while (pause := self._pause(most, urgent, again)) is not None:
                    deadline.check()
                    self._changed.wait(min(pause or TIMEOUT_MAX, deadline.left, TIMEOUT_MAX))
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
        """The lowest load, of all programs, at which Twilio lately refused a request; None if it refused none."""
        return self._too_much if time.monotonic() - self._refused < self._forgotten else None

    def good(self, load: int | None = None) -> None:
        """Note a response that is no 429; `load` is Twilio's count of the account's requests in flight.

        The window grows, unless one request more would be a load that was too much.
        """
        with self._changed:
            is_used = (self._busy + 1) * 2 >= self._window  # a window that is mostly empty has not proved itself
            if is_used and (load is None or self.too_much is None or load + 1 < self.too_much):
                self._window += 1.0 if self._doubles else 1.0 / self._window
                self._changed.notify_all()

    def refused(self, begun: float, load: int | None = None, after: float | None = None) -> None:
        """Note a 429 of a request that began at `begun`: halve the window, once for all that were in flight together.

        `load` is as for `good`; `after` is the Retry-After in seconds, which counts up to `LONGEST_RETRY_AFTER`.
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
        """None if a slot is free; else how many seconds to wait at most; 0.0 means until something changes."""
        if not again and (left := self._not_before - time.monotonic()) > 0:
            return left
        free = self._busy < min(self.window, most) and (urgent or not self._urgent)
        return None if free else 0.0


@cache
def shared(server: str, account_sid: str) -> Limit:
    """The limit of one account on one server."""
    return Limit()


# A forked child has none of its parent's requests in flight, and may have inherited a lock that no thread releases.
os.register_at_fork(after_in_child=shared.cache_clear)
