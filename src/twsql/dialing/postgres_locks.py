"""Locks on the entries of a journal in PostgreSQL, over threads, processes and machines.

An entry's `holder` is the number of the session that works on it. It is free if nobody holds it, or if its session is
over and the time to send it (`send_by`, by PostgreSQL's clock) is over too: the session of a process that still lives
may have ended without its knowledge.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from twsql.dialing.journal import Steps, Taking, ask
from twsql.dialing.statements import SEND_WITHIN
from twsql.twilio.clock import boottime

_STATE = """
    SELECT pg_try_advisory_xact_lock_shared(holder) AS is_over, send_by < clock_timestamp() AS is_late
    FROM effects WHERE id = %(id)s AND hold = %(hold)s AND holder IS NOT DISTINCT FROM %(seen)s"""


class SessionLocks:
    """The entries that this process works on. `number` is that of its session; `end` ends the session."""

    may_be_lost = True

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

    def take(self, row: Mapping[str, Any], claim: object) -> Steps[Taking]:
        """Try to lock an entry. A claim may take again what it has taken."""
        hold: int = row["hold"]
        taking: Taking = "busy"
        with self._lock:
            if self._mine.get(hold, claim) is not claim:
                return "busy"
            self._mine[hold] = claim
        try:
            is_free = row["holder"] in (None, self.number)
            taking = "taken" if is_free else (yield from _of_another(row))
        finally:
            with self._lock:
                if taking == "taken":
                    self._held.add(hold)
                else:
                    del self._mine[hold]
        return taking

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


def _of_another(row: Mapping[str, Any]) -> Steps[Taking]:
    """Whether an entry may be taken over from another session."""
    states = yield from ask(_STATE, {"id": row["id"], "hold": row["hold"], "seen": row["holder"]})
    if not states or not states[0]["is_over"]:
        return "busy"
    return "taken" if states[0]["is_late"] else "soon"
