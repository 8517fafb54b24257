"""Locks on the entries of a journal in PostgreSQL, over threads, processes and machines.

An entry's `holder` is the number of the session that works on it. It is free if nobody holds it, or if its session is
over and the time to send it (`send_by`, by PostgreSQL's clock) is over too: the session of a process that still lives
may have ended without its knowledge.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from twsql.dialing.journal import Execute, boottime
from twsql.dialing.statements import SEND_WITHIN

_IS_FREE = """
    SELECT pg_try_advisory_xact_lock_shared(holder) AND send_by < clock_timestamp() AS free
    FROM effects WHERE id = %(id)s AND hold = %(hold)s AND holder IS NOT DISTINCT FROM %(seen)s"""


class SessionLocks:
    """The entries that this process works on. `number` is that of its session; `end` ends the session."""

    def __init__(self, end: Callable[[], None]) -> None:
        self.number = 0
        self._end = end
        self.renew()

    def renew(self) -> None:
        """Begin without locks."""
        self._lock = threading.Lock()
        self._mine: dict[int, object] = {}
        self._held: set[int] = set()

    def work(self) -> list[int]:
        """The entries that threads work on."""
        with self._lock:
            return list(self._mine)

    def begin(self, hold: int, claim: object) -> None:
        """Lock an entry that is about to be written for the first time; `claim` is whoever locks it."""
        with self._lock:
            self._mine[hold] = claim
            self._held.add(hold)

    def take(self, execute: Execute, row: Mapping[str, Any], claim: object) -> bool:
        """Lock an entry; False if somebody else has locked it. A claim may take again what it has taken."""
        hold, holder = row["hold"], row["holder"]
        with self._lock:
            if self._mine.get(hold, claim) is not claim:
                return False
            self._mine[hold] = claim
        is_free = False
        try:
            is_free = holder in (None, self.number)
            if not is_free:
                rows = execute(_IS_FREE, {"id": row["id"], "hold": hold, "seen": holder})
                is_free = bool(rows and rows[0]["free"])
            return is_free
        finally:
            with self._lock:
                if is_free:
                    self._held.add(hold)
                else:
                    self._mine.pop(hold, None)

    def recorded(self, hold: int) -> None:
        """Note that the journal has it that this process does not work on an entry any more."""
        with self._lock:
            self._held.discard(hold)

    def release(self, hold: int) -> None:
        """Unlock an entry. If the journal could not be told, the session ends, and with it all that it holds."""
        with self._lock:
            self._mine.pop(hold, None)
            is_held = hold in self._held
            self._held.discard(hold)
        if is_held:
            self._end()

    def deadline(self) -> float:
        """Until when, by `boottime`, a call that is recorded now may be sent."""
        return boottime() + SEND_WITHIN
