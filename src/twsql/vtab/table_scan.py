"""Scanning a table: a plan and its values in, rows out. The methods bear SQLite's names, for any host to call."""

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
    """A cursor over a table's rows. It streams: a page is asked for when its first row is.

    `Column` gives the value of a column of this row, by its number. `shown` is what other scans of the statement are to
    see in place of this one, if it is read ahead of the host.
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
        self.Column: Callable[[int], Value] = self._values.__getitem__  # no Python runs where SQLite reads a value

    def start(self, statement: Statement, text: str, arguments: Sequence[Argument]) -> None:
        """Begin a scan by the plan's text."""
        plan = from_json(TablePlan, text)
        if plan is not self._plan:  # a join starts the same one again and again
            self._plan, self._readers = plan, _readers(self.relation, frozenset(plan.columns))
        self._statement = statement
        self._row = None
        self._coming.clear()  # SQLite begins a correlated subquery's scan anew, wherever it was
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
        self._rows = statement.lookahead.rows(self._shown, self._table, statement.client, where)
        if plan.ordered:
            self._rows = _newest_first(self._rows, self._table)
        self.Next()

    def Next(self) -> None:
        """Move to the next row, and convert what the statement reads of it."""
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
        except DataError:  # for whoever reads that value
            values.clear()

    def coming(self) -> Iterator[Row]:
        """Yield the rows after this one without moving on to them."""
        place = 0
        while place < len(self._coming) or self._fill():
            yield self._coming[place]
            place += 1
        if self._statement is not None:
            yield from self._statement.lookahead.beyond(self._shown)

    def _fill(self) -> bool:
        """Take in one row more, if there is one; an error waits until the rows before it have been read."""
        try:
            row = next(self._rows, None)
        except Error as error:
            self._rows = _failing(error)
            return False
        if row is not None:
            self._coming.append(row)
        return row is not None

    def Eof(self) -> bool:
        """Whether the rows are at their end."""
        return self._row is None

    def Rowid(self) -> int:
        """The rowid of this row."""
        return self.rowid(self._row or {})

    @property
    def row(self) -> Row | None:
        """This row, for hosts that take several before they read them; None at the end."""
        return self._row

    def rowid(self, row: Row) -> int:
        """A number that is always the same for the same row; the statement remembers which row it is."""
        key = {c.name: row.get(c.json_key) for c in self._table.columns if c.name in self._table.identity}
        number = row_number(key)
        if self._statement is not None:
            self._statement.keys[number] = key
        return number

    def Close(self) -> None:
        """Ask for nothing more."""
        close = getattr(self._rows, "close", None)
        if close:
            close()
        self._rows, self._row = iter(()), None
        self._coming.clear()
        self._values.clear()
        if self._statement is not None:
            self._statement.lookahead.leave(self._shown)

    def _value(self, number: int) -> Value:
        """The value of a column that has not been converted."""
        if number < 0:
            return self.Rowid()
        return None if self._row is None else self.relation.value(self._row, number)


class _Values(dict[int, Value]):
    """The values of a row, by the numbers of their columns; `late` gives those that are not there."""

    def __init__(self, late: Callable[[int], Value]) -> None:
        super().__init__()
        self._late = late

    def __missing__(self, number: int) -> Value:
        return self._late(number)


_AS_IT_IS: dict[Convert, type] = {CONVERT["text"]: str, CONVERT["boolean"]: bool}
"""The type of values that need no conversion; an integer may have more than SQLite's 64 bits."""
_Reader = tuple[int, str, type, Convert]


def _readers(relation: Relation, names: frozenset[str]) -> tuple[_Reader, ...]:
    """For each of these columns its number, its key in Twilio's JSON, and what is to be converted, and how."""
    return tuple(
        (number, reader[0], _AS_IT_IS.get(reader[1], type(None)), reader[1])
        for number, (slot, reader) in enumerate(zip(relation.slots, relation.readers, strict=True))
        if reader is not None and slot.name in names and slot.column is not None and not slot.column.late
    )


def _is_understood(table: Table, where: Where) -> bool:
    """Whether what a column may equal narrows the rows as SQLite will: `Sid = 5` does not, so its LIMIT is no limit."""
    return all(
        where.any_of(column.name) is not None if column.type != "boolean" else set(where.equal[column.name]) < {0, 1}
        for column in table.columns
        if column.name in where.equal
    )


def _failing(error: Error) -> Iterator[Row]:
    raise error
    yield


def row_number(key: dict[str, Value]) -> int:
    """A rowid made of what identifies a row: 63 bits of a digest, so two of a million rows share one at 1 : 10⁷."""
    from hashlib import blake2b  # loads OpenSSL; few statements ask for rowids

    digest = blake2b(json.dumps(key, sort_keys=True).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def _newest_first(rows: Iterator[Row], table: Table) -> Iterator[Row]:
    """Pass the rows on as long as they come in the order that SQLite was promised."""
    key = next(column.json_key for column in table.columns if column.name == table.newest_first)
    last = "9999"
    for row in rows:
        date = row.get(key)
        moment = utc(date) if isinstance(date, str) and date else ""
        if moment > last:
            raise OperationalError(
                f"twilio listed {table.name} out of order, which was not seen at first: run the statement again,"
                " they are sorted here then"
            )
        last = moment
        yield row
