"""Scanning a table: a plan and its values in, rows out. The methods have the names of SQLite's cursor methods."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from twsql.errors import DataError, Error, OperationalError, ProgrammingError
from twsql.schema import Row, Table, Value
from twsql.schema.values import CONVERT, Convert, utc
from twsql.schema.where import Where
from twsql.vtab import forms
from twsql.vtab.given import Argument
from twsql.vtab.lookahead import Scan
from twsql.vtab.question import from_json
from twsql.vtab.relation import Relation
from twsql.vtab.statement import Statement
from twsql.vtab.table_plan import TablePlan


class TableScan:
    """A cursor over a table's rows. It streams: a page is fetched when its first row is read.

    `Column` gives the value of a column of the current row, by its number. `shown` replaces this scan for look-ahead,
    if this scan runs ahead of SQLite.
    """

    def __init__(self, relation: Relation, table: Table, shown: Scan | None = None) -> None:
        self.relation = relation
        self._table = table
        self._shown = shown or self
        self._rows: Iterator[Row] = iter(())
        self._row: Row | None = None
        self._coming: deque[Row] = deque()
        self._statement: Statement | None = None
        self._plan: TablePlan | None = None
        self._readers: tuple[_Reader, ...] = ()
        self._values = _Values(self._value)
        self._forms = forms.doubts(table)
        self.Column: Callable[[int], Value] = self._values.__getitem__  # SQLite reads a value without any Python code

    def start(self, statement: Statement, text: str, arguments: Sequence[Argument]) -> None:
        """Begin a scan; `text` is the plan's JSON."""
        plan = from_json(TablePlan, text)
        if plan is not self._plan:  # a join starts the same plan for each outer row
            self._plan, self._readers = plan, _readers(self.relation, frozenset(plan.columns))
        self._statement = statement
        self._end_rows()
        self._coming.clear()  # SQLite may restart a correlated subquery's scan before its end
        self._values.clear()
        if plan.missing:
            raise ProgrammingError(
                f"{self._table.name}: Twilio lists rows of one {' and one '.join(plan.missing)} only: write"
                f" WHERE {plan.missing[0]} = … (or IN), or join by it"
            )
        where = plan.where(arguments)
        for name, words in forms.doubtful(self._forms, where):
            statement.warn(f"{self._table.name}.{name}", words)
        if where.limit is not None and not _is_understood(self._table, where):
            where = replace(where, limit=None)
        if where.is_impossible:  # the outer row of a join has NULL
            return
        self._rows = statement.lookahead.rows(self._shown, self._table, statement.client, where)
        if plan.ordered:
            self._rows = _newest_first(self._rows, self._table)
        self.Next()

    def Next(self) -> None:
        """Move to the next row, and convert the columns that the statement reads."""
        self._row = row = self._coming.popleft() if self._coming else next(self._rows, None)
        if row is None:
            return
        values, get = self._values, row.get
        try:
            for number, key, as_it_is, convert in self._readers:
                value: Any = get(key)
                if value is not None and type(value) is not as_it_is:
                    value = convert(value)
                values[number] = value
        except DataError:  # raised again by `Column`, if SQLite reads the value
            values.clear()

    def coming(self) -> Iterator[Row]:
        """Yield the rows after the current one without moving to them."""
        place = 0
        while place < len(self._coming) or self._fill():
            yield self._coming[place]
            place += 1
        if self._statement is not None:
            yield from self._statement.lookahead.beyond(self._shown)

    def _fill(self) -> bool:
        """Read one row more into `_coming`; an error waits until SQLite has read the rows before it."""
        try:
            row = next(self._rows, None)
        except Error as error:
            self._rows = _raising(error)
            return False
        if row is not None:
            self._coming.append(row)
        return row is not None

    def Eof(self) -> bool:
        """Whether the scan is past its last row."""
        return self._row is None

    def Rowid(self) -> int:
        """The rowid of the current row."""
        return self.rowid(self._row or {})

    @property
    def row(self) -> Row | None:
        """The current row, for hosts that read several at once; None at the end."""
        return self._row

    def rowid(self, row: Row) -> int:
        """A number that is always the same for the same row; the statement remembers the row's identity by it."""
        key = {c.name: row.get(c.json_key) for c in self._table.columns if c.name in self._table.identity}
        number = row_number(key)
        if self._statement is not None:
            self._statement.keys[number] = key
        return number

    def Close(self) -> None:
        """End the scan; no further page is fetched."""
        self._end_rows()
        self._coming.clear()
        self._values.clear()
        if self._statement is not None:
            self._statement.lookahead.leave(self._shown)

    def _end_rows(self) -> None:
        close = getattr(self._rows, "close", None)
        if close:
            close()
        self._rows, self._row = iter(()), None

    def _value(self, number: int) -> Value:
        """Convert the value of a column that `Next` has not converted."""
        if number < 0:
            return self.Rowid()
        return None if self._row is None else self.relation.value(self._row, number)


class _Values(dict[int, Value]):
    """The converted values of a row, by column number; `late` converts the others."""

    def __init__(self, late: Callable[[int], Value]) -> None:
        super().__init__()
        self._late = late

    def __missing__(self, number: int) -> Value:
        return self._late(number)


_AS_IT_IS: dict[Convert, type] = {CONVERT["text"]: str, CONVERT["boolean"]: bool}
"""The Python type whose values need no conversion; integers do, as they may have more than SQLite's 64 bits."""
_Reader = tuple[int, str, type, Convert]


def _readers(relation: Relation, names: frozenset[str]) -> tuple[_Reader, ...]:
    """For each of these columns: its number, its key in Twilio's JSON, the type that needs no conversion, and one."""
    return tuple(
        (number, reader[0], _AS_IT_IS.get(reader[1], type(None)), reader[1])
        for number, (slot, reader) in enumerate(zip(relation.slots, relation.readers, strict=True))
        if reader is not None and slot.name in names and slot.column is not None and not slot.column.late
    )


def _is_understood(table: Table, where: Where) -> bool:
    """Whether the generator filters as SQLite does: for `Sid = 5` it does not, so more rows than LIMIT are needed."""
    return all(
        where.any_of(column.name) is not None if column.type != "boolean" else set(where.equal[column.name]) < {0, 1}
        for column in table.columns
        if column.name in where.equal
    )


def _raising(error: Error) -> Iterator[Row]:
    raise error
    yield


def row_number(key: dict[str, Value]) -> int:
    """A rowid of 63 bits, a digest of the row's identity: two of a million rows share one in 1 of 10⁷ cases."""
    from hashlib import blake2b  # loads OpenSSL; few statements need rowids

    digest = blake2b(json.dumps(key, sort_keys=True).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def _newest_first(rows: Iterator[Row], table: Table) -> Iterator[Row]:
    """Pass the rows on, and raise OperationalError if they are not in the order that the plan promised to SQLite."""
    key = next(column.json_key for column in table.columns if column.name == table.newest_first)
    last = "9999"
    for row in rows:
        date = row.get(key)
        moment = utc(date) if isinstance(date, str) and date else ""
        if moment > last:
            raise OperationalError(
                f"twilio listed {table.name} out of order, though the first pages were in order: run the statement"
                " again, twsql sorts them then"
            )
        last = moment
        yield row
