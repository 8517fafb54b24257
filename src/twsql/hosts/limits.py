"""The limits of a statement on an apsw connection: `statement_timeout` and `max_rows`."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

import apsw

from twsql.errors import OperationalError
from twsql.hosts.statements import Statements
from twsql.twilio.settings import Settings

_STEPS = 10_000
"""Instructions of SQLite's virtual machine between two looks at the clock, 1 ms or less."""


def limit(connection: apsw.Connection, settings: Settings, statements: Statements) -> None:
    """Hold the connection's statements to the limits that are set; without any, this costs nothing.

    Requests to Twilio keep `statement_timeout` by themselves (`twsql.twilio.deadline`).
    """
    if settings.statement_timeout is not None:
        connection.set_progress_handler(statements.check_time, _STEPS, id=limit)
    if settings.max_rows is not None:
        rows = _Rows(settings.max_rows)
        connection.set_exec_trace(rows.begin)
        connection.set_row_trace(rows.count)


def refuse_rows(rows: int, most: int) -> None:
    """Raise OperationalError if a statement gives more rows than `max_rows` allows."""
    if rows > most:
        raise OperationalError(
            f"the statement gives more rows than max_rows allows ({most:,}): add a LIMIT, or raise max_rows or"
            " TWSQL_MAX_ROWS"
        )


class _Rows:
    """Counts the rows of each cursor's statement."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._given: WeakKeyDictionary[apsw.Cursor, int] = WeakKeyDictionary()

    def begin(self, cursor: apsw.Cursor, sql: str, bindings: Any) -> bool:
        """Begin to count anew: a cursor may run one statement after the other."""
        self._given.pop(cursor, None)
        return True

    def count(self, cursor: apsw.Cursor, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """Count a row, and pass it on."""
        given = self._given[cursor] = self._given.get(cursor, 0) + 1
        refuse_rows(given, self._most)
        return row
