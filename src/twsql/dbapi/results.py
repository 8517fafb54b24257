"""Runs statements on an apsw connection, and gives their results in PEP 249's form."""

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


class Drained(Iterator[Row]):
    """Rows that are read in another way, as Arrow's batches; the cursor of apsw is still to be closed."""

    def __init__(self, cursor: Iterator[Row]) -> None:
        self._cursor = cursor

    def __next__(self) -> Row:
        raise StopIteration

    def close(self, *, force: bool) -> None:
        """End the statement."""
        if isinstance(self._cursor, apsw.Cursor):
            self._cursor.close(force)


@dataclass(frozen=True)
class Result:
    """The result of a statement. `rows` is an apsw cursor while rows are still to come, None for a result without rows.

    `rowcount` is -1 while rows are still to come, and for statements that neither return nor change any. `sql` is the
    statement, if rows are still to come.
    """

    rows: Iterator[Row] | None = None
    description: Description | None = None
    rowcount: int = -1
    lastrowid: int | None = None
    sql: str = ""

    def close(self) -> None:
        """End the statement, if it has not ended."""
        if isinstance(self.rows, (apsw.Cursor, Drained)):
            self.rows.close(force=True)


def run(connection: apsw.Connection, sql: str, params: Parameters = (), *, implicit: bool = False) -> Result:
    """Run one statement up to its first row; the other rows come when they are fetched.

    A statement that changes something runs to its end, also with RETURNING. With `implicit`, a change of an ordinary
    table opens a transaction.
    """
    return _run(connection, sql, params, change_in(sql), implicit)


def run_many(connection: apsw.Connection, sql: str, sets: Iterable[Parameters], *, implicit: bool = False) -> Result:
    """Run one statement to its end for each set of parameters; all their rows are one result."""
    change = change_in(sql)
    return _together(_run(connection, sql, params, change, implicit) for params in sets)


def run_procedure(connection: apsw.Connection, invocation: Invocation, sets: Iterable[Parameters]) -> Result:
    """Run a procedure to its end for each set of parameters; all their rows are one result.

    Phone calls are placed side by side, after the inputs of all of them have been checked.
    """
    sets = list(sets)
    if len(sets) > 1 and (batch := select_all(invocation, sets)):
        return fetched(run(connection, *batch))
    return _together(run(connection, *select(invocation, params)) for params in sets)


def fetched(result: Result) -> Result:
    """Fetch all rows that are still to come."""
    if result.rows is None:
        return result
    with Translated():
        rows = list(result.rows)
    return replace(result, rows=iter(rows), rowcount=len(rows) if result.rowcount < 0 else result.rowcount)


@dataclass
class _Prepared:
    """What apsw knows of a statement that is prepared and bound, and forgets at the statement's end."""

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
    prepared = _Prepared()
    with Translated(sql):
        # Nothing may run between a statement's preparation and its start: `hosts.statements` relies on that.
        refuse(connection, sql)
        began = implicit and begin_for(connection, change)
        cursor = connection.cursor()
        cursor.exec_trace = prepared
        try:
            # A statement from apsw's cache may have the columns of an old schema.
            cursor.execute(sql, given, can_cache=change is not None)
        except apsw.BindingsError:
            values(placeholders(sql), params)  # raises the same error as for EXEC
            raise
        finally:
            if began and not prepared.ready:
                connection.execute("ROLLBACK")
        return replace(_result(connection, cursor, prepared, change), sql=sql)


def _result(connection: apsw.Connection, cursor: apsw.Cursor, prepared: _Prepared, change: Change | None) -> Result:
    description = _description(cursor, prepared)
    if not prepared.changes:
        return Result(cursor if description else None, description)
    rows = list(cursor)
    count = connection.changes() if change else -1
    inserted = change is not None and change.verb in ("INSERT", "REPLACE") and count > 0
    rowid = connection.last_insert_rowid() if inserted else None
    return Result(iter(rows) if description else None, description, count, rowid)


def _description(cursor: apsw.Cursor, prepared: _Prepared) -> Description | None:
    try:
        # Another connection may have changed the schema, so the columns may differ from those before the start. apsw
        # caches each form of the description, so this reads another form than `_Prepared` did.
        columns: Sequence[Sequence[Any]] = cursor.get_description()
    except apsw.ExecutionCompleteError:
        columns = prepared.description
    return tuple((name, type_code(declared), None, None, None, None, None) for name, declared, *_ in columns) or None


def _together(results: Iterable[Result]) -> Result:
    rows: list[Row] = []
    description = None
    count = -1
    for result in map(fetched, results):
        rows.extend(result.rows or ())
        description = description or result.description
        count = max(count, 0) + result.rowcount if result.rowcount >= 0 else count
    return Result(iter(rows) if description else None, description, count)
