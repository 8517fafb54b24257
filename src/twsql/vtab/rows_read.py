"""The rows that a statement has read of one table, in SQLite's order, so that look-ahead knows the next ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from twsql.errors import DataError
from twsql.schema import Column, Row, Table
from twsql.schema.values import CONVERT
from twsql.schema.where import Order

MOST = 10_000
"""Rows that are remembered for one key of one table in one order; they take some 15 MB."""

_SortKey = tuple[bool, str]


class RowsRead:
    """For joins in which SQLite reads all outer rows before it starts the first inner scan.

    It does so to sort them, and to materialise a CTE. `keys` has the property of each key in a row:
    `{"conferences.Sid": "sid"}`. `scans` are those that have read the rows.

    Example: `SELECT … FROM (SELECT * FROM conferences ORDER BY FriendlyName LIMIT 3) c JOIN participants p ON
    p.ConferenceSid = c.Sid` reads conferences CF1 'sales', CF2 'board', CF3 'all hands', and then asks for the
    participants of CF3. `after("conferences.Sid", "CF3")` gives CF3, CF2, CF1: sorted by name, as SQLite said in
    xBestIndex that it would. A wrong guess costs a few requests for rows that nobody reads.
    """

    def __init__(self, table: Table, keys: Mapping[str, str], order: Order) -> None:
        columns = {column.name: column for column in table.columns}
        self.table = table
        self.keys = keys
        self.scans: set[object] = set()
        self._order = tuple((columns[name], descending) for name, descending in order)
        self._rows: dict[str, dict[str, Row]] = {domain: {} for domain in keys}
        self._sorted: dict[str, tuple[list[Row], dict[str, int]]] = {}

    def noted(self, rows: Iterator[Row]) -> Iterator[Row]:
        """Pass the rows on, and remember the first row of each value, of each key MOST at the most."""
        wanted = [(self._rows[domain], key) for domain, key in self.keys.items()]
        rows = iter(rows)
        for row in rows:
            is_full = False
            for known, key in wanted:
                value = row.get(key)
                if isinstance(value, str) and value not in known:
                    known[value] = row
                    is_full = is_full or len(known) >= MOST
                    if self._sorted:
                        self._sorted.clear()
            yield row
            if is_full:
                wanted = [each for each in wanted if len(each[0]) < MOST]
                if not wanted:
                    yield from rows
                    return

    def after(self, domain: str, value: str) -> Iterator[Row] | None:
        """The row of this value, then those after it in SQLite's order; None for a value that has not been read."""
        if value not in self._rows[domain]:
            return None
        if domain not in self._sorted:
            self._sorted[domain] = self._sort(domain)
        rows, places = self._sorted[domain]
        return islice(rows, places[value], None)

    def _sort(self, domain: str) -> tuple[list[Row], dict[str, int]]:
        rows = [*self._rows[domain].values()]
        for column, descending in reversed(self._order):
            rows.sort(key=lambda row: _sort_key(column, row), reverse=descending)
        return rows, {row[self.keys[domain]]: place for place, row in enumerate(rows)}


def _sort_key(column: Column, row: Row) -> _SortKey:
    """Sorts as SQLite does: NULL first, then text by its characters."""
    value = row.get(column.json_key)
    if value is None or callable(value):
        return False, ""
    try:
        return True, str(CONVERT[column.type](value))
    except DataError:
        return False, ""
