"""Runs statements on an apsw connection, and keeps of them what PEP 249 asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import apsw

from twsql.dbapi.invocations import Invocation, select, select_all
from twsql.dbapi.parameters import Parameters, bindings, placeholders, values
from twsql.dbapi.refusals import refuse
from twsql.dbapi.transactions import Change, begin_for, change_in
from twsql.dbapi.translation import Translated
from twsql.dbapi.types import type_code
from twsql.schema import Value

Row = tuple[Value, ...]
Description = tuple[tuple[str, str | None, None, None, None, None, None], ...]


@dataclass(frozen=True)
class Result:
    """What a statement gave. `rows` is an apsw cursor where rows are still to come, None where there are none to fetch.

    `rowcount` is -1 where rows are still to come, and for what neither gives nor changes any.
    """

    rows: Iterator[Row] | None = None
    description: Description | None = None
    rowcount: int = -1
    lastrowid: int | None = None

    def close(self) -> None:
        """End the statement, if it is not at its end."""
        if isinstance(self.rows, apsw.Cursor):
            self.rows.close(force=True)


def run(connection: apsw.Connection, sql: str, params: Parameters = (), *, implicit: bool = False) -> Result:
    """Run one statement: its first row, if it has any, is made when this returns, and the others when they are fetched.

    What changes something runs to its end, RETURNING or not: its rows are kept. With `implicit`, a change of an
    ordinary table opens a transaction.
    """
    return _run(connection, sql, params, change_in(sql), implicit)


def run_many(connection: apsw.Connection, sql: str, sets: Iterable[Parameters], *, implicit: bool = False) -> Result:
    """Run one statement to its end for each set of parameters; all their rows are one result."""
    change = change_in(sql)
    return _together(_run(connection, sql, params, change, implicit) for params in sets)


def run_calls(connection: apsw.Connection, call: Invocation, sets: Iterable[Parameters]) -> Result:
    """Make a call once for each set of parameters, to its end; all their rows are one result.

    Calls to phones are placed side by side, and all inputs are checked before the first is placed.
    """
    sets = list(sets)
    if len(sets) > 1 and (all_of_them := select_all(call, sets)):
        return kept(run(connection, *all_of_them))
    return _together(run(connection, *select(call, params)) for params in sets)


def kept(result: Result) -> Result:
    """Read all the rows that are still to come."""
    if result.rows is None:
        return result
    with Translated():
        rows = list(result.rows)
    return replace(result, rows=iter(rows), rowcount=len(rows) if result.rowcount < 0 else result.rowcount)


@dataclass
class _Seen:
    """What is known of a statement when it is prepared and bound; apsw forgets it at the statement's end."""

    ready: bool = False
    changes: bool = False
    description: Description = ()

    def __call__(self, cursor: apsw.Cursor, sql: str, given: Any) -> bool:
        self.ready = True
        self.changes = not cursor.is_readonly
        self.description = cursor.description
        return True


def _run(connection: apsw.Connection, sql: str, params: Parameters, change: Change | None, implicit: bool) -> Result:
    given = bindings(params)
    seen = _Seen()
    with Translated(sql):
        # Nothing may run between a statement's preparation and its start: the tables tell statements apart by that.
        refuse(connection, sql)
        began = implicit and begin_for(connection, change)
        cursor = connection.cursor()
        cursor.exec_trace = seen
        try:
            # A statement out of apsw's cache may have the columns of a schema that is no more.
            cursor.execute(sql, given, can_cache=change is not None)
        except apsw.BindingsError:
            values(placeholders(sql), params)  # says it in the words that EXEC has for it
            raise
        finally:
            if began and not seen.ready:
                connection.execute("ROLLBACK")
        return _result(connection, cursor, seen, change)


def _result(connection: apsw.Connection, cursor: apsw.Cursor, seen: _Seen, change: Change | None) -> Result:
    description = _description(cursor, seen)
    if not seen.changes:
        return Result(cursor if description else None, description)
    rows = list(cursor)
    count = connection.changes() if change else -1
    inserted = change is not None and change.verb in ("INSERT", "REPLACE") and count > 0
    rowid = connection.last_insert_rowid() if inserted else None
    return Result(iter(rows) if description else None, description, count, rowid)


def _description(cursor: apsw.Cursor, seen: _Seen) -> Description | None:
    try:
        # At the start another connection's new schema may have given other columns. apsw remembers each form of the
        # description that it was asked for, so this asks for another form than was asked for before the start.
        columns: Sequence[Sequence[Any]] = cursor.get_description()
    except apsw.ExecutionCompleteError:
        columns = seen.description
    return tuple((name, type_code(declared), None, None, None, None, None) for name, declared, *_ in columns) or None


def _together(results: Iterable[Result]) -> Result:
    rows: list[Row] = []
    description = None
    count = -1
    for result in map(kept, results):
        rows.extend(result.rows or ())
        description = description or result.description
        count = max(count, 0) + result.rowcount if result.rowcount >= 0 else count
    return Result(iter(rows) if description else None, description, count)
