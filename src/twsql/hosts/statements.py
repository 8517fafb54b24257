"""Finds the statement to which a plan or a change belongs, on one apsw connection."""

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
"""How many statements are remembered whose end is in doubt."""
_STEPS_OF_A_STALE_START = 2
"""The steps after which SQLite finds that the schema has changed: it announces the statement's end, prepares it anew
and runs it without announcing its beginning. A statement that really ends so soon (a PRAGMA without effect) does no
harm as `doubtful`."""


Count = tuple[int, int]
"""How many statements apsw has taken from its cache, and how many it has prepared."""


class Statements:
    """The statements of a connection that have begun and not ended, by SQLite's trace.

    SQLite does not tell a virtual table to which statement a cursor belongs. But a plan belongs to one prepared
    statement. So each plan gets a number in xBestIndex, and SQLite passes it to xFilter. SQLite's trace and apsw's
    counts tell whose plan it is. Example: A is in the cache, and the schema has changed; B and C are new.

        A begins; A ends (after 2 steps); plan 7; A has a row             A was prepared anew: 7 is A's
        plan 8; one more is prepared; B begins                            8 is B's
        plan 9; one more is prepared; one comes from the cache, A begins  9 is not A's
        one comes from the cache, C begins for the first time             9 is C's

    From its beginning to its first row, or its end, a statement is `running`: plans without an owner are its own.
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
        self._hears_rows = False
        self._hear_row = self._row  # kept: apsw forgets it while it runs
        connection.trace_v2(apsw.SQLITE_TRACE_STMT | apsw.SQLITE_TRACE_PROFILE, self._trace, id=self)

    def next_plan(self) -> int:
        """The number of the next plan."""
        number = next(self._numbers) % 2**31  # SQLite's idxNum has 32 bits
        self._seen = self._count()
        self._new.setdefault(self._seen, []).append(number)
        _limit(self._new, _MOST_PLANS)
        return number

    def of_plan(self, number: int) -> Statement:
        """The run of a statement that scans by this plan."""
        last = next(reversed(self._running), 0)
        if number in self._new.get(self._running.get(last, (-1, -1)), ()):  # it was prepared anew at its beginning
            self._take(last)
        owner = self._owners.get(number)
        if owner is None or owner not in self._under_way:
            owner = self._owners[number] = self._newest()
        return self._under_way[owner]

    def newest(self) -> Statement:
        """The run of a statement that changes a row: SQLite makes all changes of a statement in its first step."""
        return self._under_way[self._newest()]

    def check_time(self) -> bool:
        """Raise OperationalError if all statements under way have taken too long.

        SQLite does not tell which of them runs now. A statement whose rows nobody reads on must not end a later one.
        """
        if self._under_way:
            max((each.deadline for each in self._under_way.values()), key=lambda each: each.at).check()
        return False

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

    def _hear_rows(self, needed: bool) -> None:
        """Trace rows only while a statement has had none: each one that is traced costs as much as a row itself."""
        connection = self._connection()
        if needed != self._hears_rows and connection is not None:
            connection.trace_v2(*((apsw.SQLITE_TRACE_ROW, self._hear_row) if needed else (0, None)), id=(self,))
            self._hears_rows = needed

    def _row(self, event: dict[str, Any]) -> None:
        if event["id"] in self._running:
            self._take(event["id"])
            del self._running[event["id"]]
        self._hear_rows(bool(self._running))

    def _trace(self, event: dict[str, Any]) -> None:
        statement = event["id"]
        if event["code"] == apsw.SQLITE_TRACE_STMT:
            # The trace has the statements of a trigger too, with the number of the statement that fires it.
            # ENTRY is twsql's own query of the schema, while a statement of the user is being prepared.
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
        self._hear_rows(True)

    def _take(self, statement: int) -> None:
        """The statement goes on, so the plans since its beginning are its own: it was prepared anew."""
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
