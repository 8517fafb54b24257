"""Look-ahead for joins: while SQLite reads the inner rows of one outer row, threads fetch those of the next ones."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterator
from dataclasses import replace
from itertools import chain
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from twsql.schema import Column, Row, Table
from twsql.schema.where import Where
from twsql.vtab.relation import Relation
from twsql.vtab.rows_read import RowsRead
from twsql.vtab.shared_scans import SharedScans
from twsql.vtab.table_plan import is_one_request
from twsql.vtab.window import Inner, Outer, Window

if TYPE_CHECKING:
    from twsql.twilio.client import Client

MOST_ALSO_READ = 10_000
"""Rows of other tables that are remembered for SQLite; the oldest one goes first."""


class Scan(Protocol):
    """What look-ahead needs of a scan."""

    @property
    def relation(self) -> Relation:
        """The table that it scans."""

    @property
    def row(self) -> Row | None:
        """Its current row."""

    def coming(self) -> Iterator[Row]:
        """Yield the rows after this one without moving on to them."""


class Lookahead:
    """Connects the scans of one run of one statement.

    SQLite scans an inner table once for each outer row: in `conferences c JOIN participants p ON p.ConferenceSid =
    c.Sid` the scan of participants starts with ConferenceSid = 'CF1', then 'CF2', then 'CF3'. SQLite does not announce
    the next value, but the scan of conferences has it in its next row. So a scan that starts with a value of a joined
    column looks for another scan whose current row has that value. That scan's next rows have the values with which
    this scan will start, and threads fetch their inner rows side by side:

        conferences is at CF1; CF2, CF3 … are in memory       (its page has 1,000 rows)
        participants starts with CF1                          GET CF1 … CF5 at the same time
        participants starts with CF2, which has arrived       GET CF6 … CF10
        participants starts with CF3, which has arrived       GET CF11 … CF19, a window of 16 (see `Window`)

    Two columns are joined if both have values of the same key by their declarations (see `Column.references`).
    """

    def __init__(self) -> None:
        self._open: list[Scan] = []
        self._read: dict[object, RowsRead] = {}
        self._windows: dict[object, Window] = {}
        self._inner: dict[Scan, Window] = {}
        self._shared = SharedScans()
        self._begun: set[object] = set()
        self._also_read: OrderedDict[tuple[str, str], Row] = OrderedDict()
        self._also_read_lock = Lock()

    def rows(self, scan: Scan, table: Table, client: Client, where: Where) -> Iterator[Row]:
        """The rows of a scan that starts now; they may have been fetched already."""
        if scan not in self._open:
            self._open.append(scan)
        self._inner.pop(scan, None)
        where = replace(where, also_read=self._note_also_read)
        joined = self._joined(scan, table, client, where)
        if joined is not None or table.local:  # a call of the statement may add local rows
            rows = iter(table.rows(client, where)) if joined is None else joined
        else:
            rows = self._scanned(table, client, where)
        keys = {domain: column.json_key for column, domain in scan.relation.joins if column.name in where.columns}
        if not keys:
            return rows
        scanned = (table.own_name, where.order, *keys)
        read = self._read.get(scanned)
        if read is None:
            read = self._read[scanned] = RowsRead(table, keys, where.order)
        read.scans.add(scan)
        return read.noted(rows)

    def beyond(self, scan: Scan) -> Iterator[Row]:
        """Yield the rows that an inner scan reads after its next starts, as far as they have arrived."""
        if scan in self._inner:
            yield from self._inner[scan].arrived()

    def leave(self, scan: Scan) -> None:
        """Forget a scan that has ended."""
        if scan in self._open:
            self._open.remove(scan)
        self._inner.pop(scan, None)

    def close(self) -> None:
        """End with the statement: cancel prefetches that have not been sent."""
        for window in self._windows.values():
            window.close()
        self._shared.close()
        for known in (self._windows, self._inner, self._read, self._also_read, self._begun):
            known.clear()

    def _scanned(self, table: Table, client: Client, where: Where) -> Iterator[Row]:
        """The rows of a scan that is not known to be a join's inner one.

        A lookup without a key narrows no list. `participants.CallSid = …` alone asks each conference for one
        participant; for the second call the lists of all participants are read, which have the others too.
        """
        asks, equal = _asks(table, where), None
        if lookups := _mere_lookups(table, where):
            others = {name: values for name, values in where.equal.items() if name not in lookups}
            wide = replace(where, equal=others, limit=None)
            if (every := _asks(table, wide)) in self._begun:
                asks, where, equal = every, wide, _single(table, where, lookups)
            self._begun.add(every)
        return self._shared.rows(asks, lambda: table.rows(client, where), equal)

    def _joined(self, scan: Scan, table: Table, client: Client, where: Where) -> Iterator[Row] | None:
        """The rows of the inner scan of a join; None for a scan that seems to be none."""
        for column, domain in scan.relation.joins:
            values = where.equal.get(column.name, ())
            if len(values) != 1 or not isinstance(value := values[0], str) or not is_one_request(column):
                continue
            if (known := self._known(table, column, Outer(value), where)) is not None:
                return iter(known)
            outer = self._outer(scan, domain, value)
            if outer is not None:
                window = self._inner[scan] = self._window(table, column, client, where)
                rows = window.rows(next(outer), outer)
                return self._remembered(table, value, rows) if table.identity == (column.name,) else rows
        return None

    def _remembered(self, table: Table, key: str, rows: Iterator[Row]) -> Iterator[Row]:
        """Pass the row of a key on, and remember it: other outer rows may refer to the same one."""
        for row in rows:
            self._note_also_read(table.own_name, key, row)
            yield row

    def _window(self, table: Table, column: Column, client: Client, where: Where) -> Window:
        """The prefetches of this table, joined by this column, whatever its value."""
        others = {name: values for name, values in where.equal.items() if name != column.name}
        key = column.name, _asks(table, replace(where, equal=others))
        if key not in self._windows:

            def fetch(outer: Outer) -> Inner:
                inner = replace(where, equal={**others, column.name: (outer.value,)}, outer=outer.row)
                return Inner.read(iter(table.rows(client, inner)), client.settings.page_size)

            self._windows[key] = Window(client, lambda outer: self._known(table, column, outer, where), fetch)
        return self._windows[key]

    def _known(self, table: Table, column: Column, outer: Outer, where: Where) -> list[Row] | None:
        """The inner rows of an outer row that need no request; None if a request is needed.

        A row that was read for another table has no value of an input.
        """
        if column.none_when is not None and outer.row is not None and column.none_when(outer.row):
            return []
        if table.identity != (column.name,) or any(
            each.is_input and each.name in where.equal for each in table.columns
        ):
            return None
        row = self._also_read.get((table.own_name, outer.value))
        return None if row is None else [row]

    def _outer(self, inner: Scan, domain: str, value: str) -> Iterator[Outer] | None:
        """The values with which the inner scan will start, from `value` on, by the rows of the outer scan.

        A scan of the table that owns the key goes before others. None if no scan of the statement has such a row.
        """
        scans = [
            (scan, column.json_key)
            for scan in self._open
            if scan is not inner
            for column, each in scan.relation.joins
            if each == domain
        ]
        for scan, key in sorted(scans, key=lambda each: not _owns(each[0].relation.own_name, domain)):
            if scan.row is not None and scan.row.get(key) == value:
                return self._values(chain((scan.row,), scan.coming()), scan.relation.own_name, key, domain)
        for read in self._read.values():
            if domain not in read.keys or read.scans == {inner}:  # its own rows do not tell what it comes to
                continue
            if (rows := read.after(domain, value)) is not None:
                return self._values(rows, read.table.own_name, read.keys[domain], domain)
        return None

    def _values(self, rows: Iterator[Row], table: str, key: str, domain: str) -> Iterator[Outer]:
        own, owner = _owns(table, domain), domain.partition(".")[0]
        for row in rows:
            if isinstance(value := row.get(key), str):
                yield Outer(value, row if own else self._also_read.get((owner, value)))

    def _note_also_read(self, table: str, key: str, row: Row) -> None:
        """Remember a row of another table that was read on the way to the rows of this one."""
        with self._also_read_lock:
            self._also_read[table, key] = row
            if len(self._also_read) > MOST_ALSO_READ:
                self._also_read.popitem(last=False)


def _asks(table: Table, where: Where) -> Hashable:
    """What a scan asks of Twilio: equal scans of a statement give equal rows."""
    late = frozenset(each.name for each in table.columns if each.late) & where.columns
    pushed = tuple(sorted(where.equal.items())), tuple(sorted(where.between.items()))
    return table.own_name, pushed, late, where.limit, where.ordered


def _mere_lookups(table: Table, where: Where) -> set[str]:
    """The lookups among the constraints, if no key is there too."""
    columns = [column for column in table.columns if column.name in where.equal]
    return set() if any(column.key for column in columns) else {column.name for column in columns if column.lookup}


def _single(table: Table, where: Where, lookups: set[str]) -> tuple[str, str] | None:
    """The property and the only value of a lookup; None if there are several."""
    found = [(c.json_key, where.any_of(c.name) or ()) for c in table.columns if c.name in lookups]
    return (found[0][0], found[0][1][0]) if len(found) == 1 and len(found[0][1]) == 1 else None


def _owns(table: str, domain: str) -> bool:
    return domain.startswith(table + ".")
