"""Look-ahead for joins: while SQLite reads the inner rows of one outer row, those of the next ones are asked for."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from twsql.schema import Column, Row, Table, Value
from twsql.schema.where import Where
from twsql.vtab.relation import Relation
from twsql.vtab.rows_read import RowsRead
from twsql.vtab.window import Inner, Outer, Window

if TYPE_CHECKING:
    from twsql.twilio.client import Client

MOST_ALONG = 10_000
"""Rows that came along with others and are kept until SQLite asks for them; the oldest one goes first."""


class Scan(Protocol):
    """A scan as others see it."""

    @property
    def relation(self) -> Relation:
        """What is scanned."""

    @property
    def row(self) -> Row | None:
        """The row that it is on."""

    def coming(self) -> Iterator[Row]:
        """Yield the rows after this one without moving on to them."""


class Lookahead:
    """What the scans of one run of one statement know of each other.

    SQLite asks an inner table for one outer row at a time: in `conferences c JOIN participants p ON p.ConferenceSid =
    c.Sid` a scan of participants starts with ConferenceSid = 'CF1', then with 'CF2', then 'CF3'. SQLite does not say
    what comes next; the scan of conferences knows. So a scan that starts with one value of a column that is joined
    looks for another scan of the statement that is on a row of that value. That one's coming rows have the values that
    this scan will start with, and their rows are asked for side by side:

        conferences is on CF1, and CF2, CF3 … are at hand     (its page has 1,000 rows)
        participants starts with CF1                          GET CF1, CF2, CF3, CF4 at the same time
        participants starts with CF2: its rows have come      GET CF5 … CF10
        participants starts with CF3: its rows have come      GET CF11 … and so on, twice as many each time

    Two columns are joined by their declarations only: both hold values of the same key (see `Column.references`).
    """

    def __init__(self) -> None:
        self._open: list[Scan] = []
        self._read: dict[object, RowsRead] = {}
        self._windows: dict[object, Window] = {}
        self._inner: dict[Scan, Window] = {}
        self._along: OrderedDict[tuple[str, str], Row] = OrderedDict()
        self._along_lock = Lock()

    def rows(self, scan: Scan, table: Table, client: Client, where: Where) -> Iterator[Row]:
        """Give the rows that a scan starts with, which may have been asked for already."""
        if scan not in self._open:
            self._open.append(scan)
        self._inner.pop(scan, None)
        where = replace(where, along=self._came_along)
        joined = self._joined(scan, table, client, where)
        rows = iter(table.rows(client, where)) if joined is None else joined
        keys = {domain: column.json_key for column, domain in scan.relation.joins if column.name in where.columns}
        if not keys:
            return rows
        scanned = (table.name, where.order, *keys)
        read = self._read.get(scanned)
        if read is None:
            read = self._read[scanned] = RowsRead(table, keys, where.order)
        return read.noted(rows)

    def beyond(self, scan: Scan) -> Iterator[Row]:
        """Yield what an inner scan will come to once it starts with the next outer row, as far as that is at hand."""
        if scan in self._inner:
            yield from self._inner[scan].arrived()

    def leave(self, scan: Scan) -> None:
        """Forget a scan: it has ended."""
        if scan in self._open:
            self._open.remove(scan)
        self._inner.pop(scan, None)

    def close(self) -> None:
        """End it with the statement: what was asked for ahead and has not been sent is not sent."""
        for window in self._windows.values():
            window.close()
        for known in (self._windows, self._inner, self._read, self._along):
            known.clear()

    def _joined(self, scan: Scan, table: Table, client: Client, where: Where) -> Iterator[Row] | None:
        """The rows of the inner scan of a join; None where it is none, as far as can be seen."""
        for column, domain in scan.relation.joins:
            value = _single(where.equal.get(column.name))
            if value is None:
                continue
            if (known := self._known(table, column, Outer(value))) is not None:
                return iter(known)
            outer = self._outer(scan, domain, value)
            if outer is not None:
                window = self._inner[scan] = self._window(table, column, client, where)
                return window.rows(next(outer), outer)
        return None

    def _window(self, table: Table, column: Column, client: Client, where: Where) -> Window:
        """The requests under way for this table, joined by this column, whatever its value is."""
        others = {name: values for name, values in where.equal.items() if name != column.name}
        late = frozenset(each.name for each in table.columns if each.late) & where.columns
        pushed = tuple(sorted(others.items())), tuple(sorted(where.between.items()))
        key = table.name, column.name, pushed, late, where.limit, where.ordered
        if key not in self._windows:

            def ask(outer: Outer) -> Inner:
                asked = replace(where, equal={**others, column.name: (outer.value,)}, outer=outer.row)
                return Inner.read(iter(table.rows(client, asked)), client.settings.page_size)

            self._windows[key] = Window(client, lambda outer: self._known(table, column, outer), ask)
        return self._windows[key]

    def _known(self, table: Table, column: Column, outer: Outer) -> list[Row] | None:
        """The inner rows that Twilio need not be asked for; None where it must be."""
        if column.none_when is not None and outer.row is not None and column.none_when(outer.row):
            return []
        along = self._along.get((table.name, outer.value)) if table.identity == (column.name,) else None
        return None if along is None else [along]

    def _outer(self, inner: Scan, domain: str, value: str) -> Iterator[Outer] | None:
        """From the outer row with this value on, the values that the inner scan will start with, the table's own first.

        None where no scan of the statement is on such a row, nor has read one.
        """
        scans = [(scan, key) for scan in self._open if scan is not inner for key in _keys(scan, domain)]
        for scan, key in sorted(scans, key=lambda each: not _owns(each[0].relation.name, domain)):
            if scan.row is not None and scan.row.get(key) == value:
                return self._values(chain((scan.row,), scan.coming()), scan.relation.name, key, domain)
        for read in self._read.values():
            if domain in read.keys and (rows := read.after(domain, value)) is not None:
                return self._values(rows, read.table.name, read.keys[domain], domain)
        return None

    def _values(self, rows: Iterator[Row], table: str, key: str, domain: str) -> Iterator[Outer]:
        own, owner = _owns(table, domain), domain.partition(".")[0]
        for row in rows:
            if isinstance(value := row.get(key), str):
                yield Outer(value, row if own else self._along.get((owner, value)))

    def _came_along(self, table: str, value: str, row: Row) -> None:
        """Keep a row of another table, under its key, that has been read on the way to the rows of this one."""
        with self._along_lock:
            self._along[table, value] = row
            if len(self._along) > MOST_ALONG:
                self._along.popitem(last=False)


def _single(values: tuple[Value, ...] | None) -> str | None:
    return values[0] if values is not None and len(values) == 1 and isinstance(values[0], str) else None


def _keys(scan: Scan, domain: str) -> list[str]:
    """The properties of a scan's rows that hold values of this key."""
    return [column.json_key for column, each in scan.relation.joins if each == domain]


def _owns(table: str, domain: str) -> bool:
    return domain.startswith(table + ".")
