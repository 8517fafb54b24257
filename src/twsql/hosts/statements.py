"""Tells which run of which statement a plan or a change belongs to, on one apsw connection."""

from __future__ import annotations

from itertools import count
from typing import Any

import apsw

from twsql.errors import InternalError
from twsql.vtab.engine import Engine, Statement

_MOST_PLANS = 10_000
"""How many plans are remembered; SQLite keeps far fewer prepared statements."""


class Statements:
    """The statements of a connection that have begun and not ended, as SQLite's trace announces them.

    SQLite does not tell a virtual table which statement a cursor belongs to. But a plan belongs to one prepared
    statement, so each gets a number in xBestIndex, which comes back in xFilter: where only one statement is under way
    the plan is its; and a statement begins right after it has been prepared, which settles the rest.
    """

    def __init__(self, connection: apsw.Connection, engine: Engine) -> None:
        self._engine = engine
        self._under_way: dict[int, tuple[str, Statement]] = {}
        self._numbers = count(1)
        self._new: list[int] = []
        self._owners: dict[int, int] = {}
        connection.trace_v2(apsw.SQLITE_TRACE_STMT | apsw.SQLITE_TRACE_PROFILE, self._trace, id=self)

    def next_plan(self) -> int:
        """Number a plan that is being made."""
        number = next(self._numbers) % 2**31  # SQLite's idxNum has 32 bits
        self._new.append(number)
        return number

    def of_plan(self, number: int) -> Statement:
        """The run that opened a cursor by this plan."""
        if not self._under_way:
            raise InternalError("no statement is under way: was twsql's trace (apsw's trace_v2) removed?")
        owner = self._owners.get(number)
        if len(self._under_way) == 1 or owner not in self._under_way:
            owner = next(reversed(self._under_way))
        self._owners[number] = owner
        return self._under_way[owner][1]

    def newest(self) -> Statement:
        """The run that changes a row: SQLite makes all changes of a statement in its first step."""
        if not self._under_way:
            raise InternalError("no statement is under way: was twsql's trace (apsw's trace_v2) removed?")
        return self._under_way[next(reversed(self._under_way))][1]

    def _trace(self, event: dict[str, Any]) -> None:
        statement = event["id"]
        if event["code"] == apsw.SQLITE_TRACE_STMT:
            if not event["trigger"]:
                self._begin(statement, event["sql"])
        elif statement in self._under_way and self._under_way[statement][0] == event["sql"]:
            del self._under_way[statement]

    def _begin(self, statement: int, sql: str) -> None:
        self._under_way.pop(statement, None)
        self._under_way[statement] = (sql, Statement(self._engine))
        self._owners.update(dict.fromkeys(self._new, statement))
        self._new.clear()
        while len(self._owners) > _MOST_PLANS:
            del self._owners[next(iter(self._owners))]
