"""Tells which run of which statement a plan or a change belongs to, on one apsw connection."""

from __future__ import annotations

from itertools import count
from typing import Any

import apsw

from twsql.errors import InternalError
from twsql.hosts.stored import ENTRY
from twsql.vtab.engine import Engine, Statement

_MOST_PLANS = 10_000
"""How many plans are remembered; SQLite keeps far fewer prepared statements."""
_MOST_DOUBTFUL = 100
"""How many statements are kept whose end is in doubt."""
_STEPS_OF_A_STALE_START = 2
"""What a statement has run when SQLite finds that the schema has changed: it says that it ended, prepares it anew and
runs it without saying that it began. What really ends so soon (a PRAGMA without effect) does no harm as `doubtful`."""


class Statements:
    """The statements of a connection that have begun and not ended, as SQLite's trace announces them.

    SQLite does not tell a virtual table which statement a cursor belongs to. But a plan belongs to one prepared
    statement, so each gets a number in xBestIndex, which comes back in xFilter: where only one statement is under way
    the plan is its; and a statement begins right after it has been prepared, which settles the rest. (It takes three
    things at once to mislead this: a statement prepared long before it ran, another under way, and a cursor that is
    first opened after both have given rows.)
    """

    def __init__(self, connection: apsw.Connection, engine: Engine) -> None:
        self._engine = engine
        self._under_way: dict[int, Statement] = {}
        self._numbers = count(1)
        self._new: list[int] = []
        self._owners: dict[int, int] = {}
        self._doubtful: dict[int, None] = {}
        connection.trace_v2(apsw.SQLITE_TRACE_STMT | apsw.SQLITE_TRACE_PROFILE, self._trace, id=self)

    def next_plan(self) -> int:
        """Number a plan that is being made."""
        number = next(self._numbers) % 2**31  # SQLite's idxNum has 32 bits
        self._new.append(number)
        return number

    def of_plan(self, number: int) -> Statement:
        """The run that opened a cursor by this plan."""
        owner = self._owners.get(number)
        if len(self._under_way) == 1 or owner is None or owner not in self._under_way:
            owner = self._newest()
        self._owners[number] = owner
        return self._under_way[owner]

    def newest(self) -> Statement:
        """The run that changes a row: SQLite makes all changes of a statement in its first step."""
        return self._under_way[self._newest()]

    def _newest(self) -> int:
        if not self._under_way:
            raise InternalError("no statement is under way: was twsql's trace (apsw's trace_v2) removed?")
        return next(reversed(self._under_way))

    def _trace(self, event: dict[str, Any]) -> None:
        statement = event["id"]
        if event["code"] == apsw.SQLITE_TRACE_STMT:
            # What a trigger does is announced too, under the number of the statement that fires it.
            # Our own question to the schema is no statement of the user's: it comes while one is being prepared.
            if not (event["trigger"] and statement in self._under_way) and event["sql"] != ENTRY:
                self._begin(statement, event["sql"])
        elif event["stmt_status"]["SQLITE_STMTSTATUS_VM_STEP"] > _STEPS_OF_A_STALE_START:
            self._end(statement)
        elif statement in self._under_way:
            self._doubtful[statement] = None
            if len(self._doubtful) > _MOST_DOUBTFUL:
                self._end(next(iter(self._doubtful)))

    def _begin(self, statement: int, sql: str) -> None:
        self._end(statement)
        self._under_way[statement] = Statement(self._engine, sql=sql)
        self._owners.update(dict.fromkeys(self._new, statement))
        self._new.clear()
        while len(self._owners) > _MOST_PLANS:
            del self._owners[next(iter(self._owners))]

    def _end(self, statement: int) -> None:
        ended = self._under_way.pop(statement, None)
        if ended is not None:
            ended.end()
        self._doubtful.pop(statement, None)
