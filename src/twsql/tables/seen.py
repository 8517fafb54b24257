"""What a statement has seen of conferences, so that later scans of it need not ask for that again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from twsql.resources import CONFERENCE
from twsql.schema import Column, Row
from twsql.tables.history import moment

if TYPE_CHECKING:
    from twsql.where import Company, Order

MOST = 10_000
"""Conferences of each kind that are remembered, some 5 MB."""
_COLUMNS = {column.name: column for column in CONFERENCE}
_Key = tuple[tuple[bool, str], ...]


class Seen:
    """The conferences that one run of a statement has read.

    `over` are SIDs of those that were over. The others are kept with their names, for joins in which SQLite reads all
    conferences before it asks for the first one's participants: to sort them, or to keep the rows of a CTE.
    """

    def __init__(self) -> None:
        self.over: set[str] = set()
        self._active: dict[Order, _Active] = {}

    def note(self, row: Row, order: Order) -> None:
        """A conference has been read, by a scan whose rows SQLite will bring in this order."""
        if row.get("status") != "completed":
            if order not in self._active:
                self._active[order] = _Active(order)
            self._active[order].add(row)
        elif len(self.over) < MOST:
            self.over.add(row["sid"])

    def around(self, sid: str) -> Iterator[Row]:
        """Yield a conference that has been read and was not over, then those that SQLite will probably come to next."""
        for active in self._active.values():
            if sid in active.rows:
                yield from active.after(sid)
                return

    def close(self) -> None:
        """Nothing is under way."""


class _Active:
    """Conferences that were not over, as scans of one order have read them."""

    def __init__(self, order: Order) -> None:
        self.rows: dict[str, tuple[_Key, Row]] = {}
        self._order = order
        self._sorted: list[Row] = []
        self._places: dict[str, int] = {}

    def add(self, row: Row) -> None:
        """Keep a row; those already sorted are to be sorted again."""
        if len(self.rows) < MOST:
            sid = row["sid"]
            key = tuple(_sort_key(_COLUMNS[name], row) for name, _ in self._order)
            self.rows[sid] = key, {"sid": sid, "friendly_name": row.get("friendly_name")}
            self._places = {}

    def after(self, sid: str) -> Iterator[Row]:
        """Yield a row, then those behind it."""
        if not self._places:
            self._sort()
        for place in range(self._places[sid], len(self._sorted)):
            yield self._sorted[place]

    def _sort(self) -> None:
        read = [*self.rows.values()]
        for number, (_, descending) in reversed([*enumerate(self._order)]):
            read.sort(key=lambda each: each[0][number], reverse=descending)
        self._sorted = [row for _, row in read]
        self._places = {row["sid"]: place for place, row in enumerate(self._sorted)}


def seen(company: Company) -> Seen:
    """What the statement has seen so far."""
    found: Seen = company.kept.setdefault("conferences", Seen())
    return found


def _sort_key(column: Column, row: Row) -> tuple[bool, str]:
    """What SQLite sorts by: NULL comes first, then text by its bytes."""
    value = moment(column.json_key, row) if column.type == "datetime" else row.get(column.json_key)
    return value is not None, str(value)
