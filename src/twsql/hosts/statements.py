"""Tells which run of which statement a plan or a change belongs to, on one apsw connection."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import Any
from weakref import ref

import apsw

from twsql.errors import InternalError
from twsql.hosts.stored import ENTRY
from twsql.vtab.engine import Engine
from twsql.vtab.statement import Statement

_MOST_PLANS = 10_000
"""How many plans are remembered; SQLite keeps far fewer prepared statements."""
_MOST_DOUBTFUL = 100
"""How many statements are kept whose end is in doubt."""
_STEPS_OF_A_STALE_START = 2
"""What a statement has run when SQLite finds that the schema has changed: it says that it ended, prepares it anew and
runs it without saying that it began. What really ends so soon (a PRAGMA without effect) does no harm as `doubtful`."""


Count = tuple[int, int]
"""How many statements apsw has taken out of its cache, and how many it has prepared, when it was done with the last."""


class Statements:
    """The statements of a connection that have begun and not ended, as SQLite's trace announces them.

    SQLite does not tell a virtual table which statement a cursor belongs to. But a plan belongs to one prepared
    statement, so each gets a number in xBestIndex, which comes back in xFilter. Whose it is follows from what is
    announced and from what apsw counts. Example: A is in the cache, the schema has changed; B and C are new.

        A begins, says that it has ended (after 2 steps), plan 7, A gives a row: it was prepared anew, and 7 is A's
        plan 8; one more is prepared; B begins: 8 is B's
        plan 9; one more is prepared; one is taken out of the cache, A begins: 9 is not A's
        one is taken out of the cache, C begins for the first time: 9 is C's

    From its beginning to its first row, or its end, a statement is `running`: what nobody owns is its.
    """

    def __init__(self, connection: apsw.Connection, engine: Engine) -> None:
        self._engine = engine
        self._connection = ref(connection)
        self._under_way: dict[int, Statement] = {}
        self._running: dict[int, Count] = {}
        self._doubtful: dict[int, None] = {}
        self._numbers = count(1)
        self._new: dict[Count, list[int]] = {}
        self._owners: dict[int, int] = {}
        self._known: dict[int, str] = {}
        self._seen: Count = 0, 0
        connection.trace_v2(apsw.SQLITE_TRACE_STMT | apsw.SQLITE_TRACE_PROFILE, self._trace, id=self)
        connection.trace_v2(apsw.SQLITE_TRACE_ROW, self._row, id=(self,))

    def next_plan(self) -> int:
        """Number a plan that is being made."""
        number = next(self._numbers) % 2**31  # SQLite's idxNum has 32 bits
        self._seen = self._count()
        self._new.setdefault(self._seen, []).append(number)
        _limit(self._new, _MOST_PLANS)
        return number

    def of_plan(self, number: int) -> Statement:
        """The run that opened a cursor by this plan."""
        last = next(reversed(self._running), 0)
        if number in self._new.get(self._running.get(last, (-1, -1)), ()):  # it was prepared anew, as it begins
            self._take(last)
        owner = self._owners.get(number)
        if owner is None or owner not in self._under_way:
            owner = self._owners[number] = self._newest()
        return self._under_way[owner]

    def newest(self) -> Statement:
        """The run that changes a row: SQLite makes all changes of a statement in its first step."""
        return self._under_way[self._newest()]

    def _newest(self) -> int:
        if not self._under_way:
            raise InternalError("no statement is under way: was twsql's trace (apsw's trace_v2) removed?")
        running = (each for each in reversed(self._running) if each not in self._doubtful)
        return next(running, next(reversed(self._under_way)))

    def _count(self) -> Count:
        connection = self._connection()
        if connection is None:
            raise InternalError("the connection is gone")
        stats = connection.cache_stats()
        return stats["hits"], stats["misses"]

    def _row(self, event: dict[str, Any]) -> None:
        if event["id"] in self._running:
            self._take(event["id"])
            del self._running[event["id"]]

    def _trace(self, event: dict[str, Any]) -> None:
        statement = event["id"]
        if event["code"] == apsw.SQLITE_TRACE_STMT:
            # What a trigger does is announced too, under the number of the statement that fires it.
            # Our own question to the schema is no statement of the user's: it comes while one is being prepared.
            if not (event["trigger"] and statement in self._under_way) and event["sql"] != ENTRY:
                self._begin(statement, event["sql"])
        elif event["stmt_status"]["SQLITE_STMTSTATUS_VM_STEP"] > _STEPS_OF_A_STALE_START:
            if statement in self._running:
                self._take(statement)
            self._end(statement)
        elif statement in self._under_way:
            self._doubtful[statement] = None
            if len(self._doubtful) > _MOST_DOUBTFUL:
                self._end(next(iter(self._doubtful)))

    def _begin(self, statement: int, sql: str) -> None:
        hits, misses = seen = self._count()
        plans = self._new.pop((hits, misses - 1), None)
        is_prepared_before = hits > self._seen[0] or seen == self._seen
        if plans is None and self._new and is_prepared_before and self._known.get(statement) != sql:
            plans = self._new.pop(next(reversed(self._new)))
        self._end(statement)
        self._under_way[statement] = Statement(self._engine, sql=sql)
        self._running[statement] = self._seen = seen
        self._known[statement] = sql
        self._own(plans or (), statement)

    def _take(self, statement: int) -> None:
        """It goes on, so the plans that were made since it began are its own: it was prepared anew."""
        self._doubtful.pop(statement, None)
        self._own(self._new.pop(self._running[statement], ()), statement)

    def _own(self, plans: Iterable[int], statement: int) -> None:
        self._owners.update(dict.fromkeys(plans, statement))
        _limit(self._owners, _MOST_PLANS)
        _limit(self._known, _MOST_PLANS)

    def _end(self, statement: int) -> None:
        ended = self._under_way.pop(statement, None)
        if ended is not None:
            ended.end()
        self._doubtful.pop(statement, None)
        self._running.pop(statement, None)


def _limit(known: dict[Any, Any], most: int) -> None:
    while len(known) > most:
        del known[next(iter(known))]
