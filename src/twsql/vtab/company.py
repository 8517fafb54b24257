"""What the scans of one statement know of each other: a join tells the inner table what the outer one comes to next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from twsql.schema import Row


class Scan(Protocol):
    """A scan as others see it."""

    @property
    def row(self) -> Row | None:
        """The row that it is on."""

    def coming(self) -> Iterator[Row]:
        """Yield the rows after this one without moving on to them."""


class Company:
    """The scans of one run of one statement, and what they keep until it ends."""

    def __init__(self) -> None:
        self.kept: dict[object, Any] = {}
        self._scans: dict[str, list[Scan]] = {}

    def join(self, table: str, scan: Scan) -> None:
        """A scan over the table has begun."""
        scans = self._scans.setdefault(table, [])
        if scan not in scans:
            scans.append(scan)

    def leave(self, table: str, scan: Scan) -> None:
        """It has ended."""
        scans = self._scans.get(table, [])
        if scan in scans:
            scans.remove(scan)

    def around(self, table: str, key: str, value: str) -> Iterator[Row]:
        """Yield the row that a scan over `table` is on, if its `key` is `value`, then those that it will come to."""
        for scan in self._scans.get(table, ()):
            if scan.row is not None and scan.row.get(key) == value:
                yield scan.row
                yield from scan.coming()
                return

    def close(self) -> None:
        """The statement has ended: what was asked for ahead and has not been sent is not sent."""
        for kept in self.kept.values():
            kept.close()
        self.kept.clear()
