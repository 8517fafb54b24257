"""Shared scans: rows that a statement has read, for a scan that starts again with the same constraints.

SQLite starts an inner scan once for each outer row, and makes no index of a virtual table. Many outer rows have the
same value:

    SELECT … FROM calls c JOIN messages m ON m."To" = c."To"
    c."To"       requests
    +1202…01     GET Messages?To=+1202…01
    +1202…02     GET Messages?To=+1202…02
    +1202…01     none
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field

from twsql.schema import Row

MOST = 10_000
"""Rows that a statement keeps; they take some 15 MB. The oldest scan goes first."""


@dataclass(eq=False)
class _Kept:
    """The rows that a scan has read so far, and those to come: None at their end. `by` finds rows by a property."""

    rest: Iterator[Row] | None
    rows: list[Row] = field(default_factory=list)
    by: dict[str, dict[object, list[Row]]] = field(default_factory=dict)
    is_busy: bool = False
    is_forgotten: bool = False

    def found(self, key: str, value: str) -> list[Row]:
        """The rows with this value, when all have been read."""
        if key not in self.by:
            index = self.by[key] = {}
            for row in self.rows:
                index.setdefault(row.get(key), []).append(row)
        return self.by[key].get(value, [])


class SharedScans:
    """The rows of a statement's scans, by what the scans ask for."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._count = 0

    def rows(
        self, asks: Hashable, read: Callable[[], Iterable[Row]], equal: tuple[str, str] | None = None
    ) -> Iterator[Row]:
        """Yield the rows of a scan: those that were read before, then further ones, which `read` reads.

        A scan that another one is reading at the same time is read anew. With `equal`, a property and its value, only
        rows that have it are needed.
        """
        kept = self._kept.get(asks)
        if kept is None or kept.is_busy:
            self._forget(asks)
            kept = self._kept[asks] = _Kept(iter(read()))
            self._count += 1
        if kept.rest is None:
            yield from kept.rows if equal is None else kept.found(*equal)
            return
        kept.is_busy = True
        try:
            yield from kept.rows
            yield from self._further(asks, kept, kept.rest)
        finally:
            kept.is_busy = False

    def close(self) -> None:
        """Forget all rows; scans that were not read to their end fetch no further page."""
        for asks in [*self._kept]:
            self._forget(asks)

    def _further(self, asks: Hashable, kept: _Kept, rest: Iterator[Row]) -> Iterator[Row]:
        """Yield the rows to come, and keep them while there is room. After an error nothing is kept."""
        try:
            for row in rest:
                if not kept.is_forgotten:
                    kept.rows.append(row)
                    self._count += 1
                    while self._count > self._most:
                        self._forget(next(iter(self._kept)))
                yield row
        except Exception:
            if not kept.is_forgotten:
                self._forget(asks)
            raise
        kept.rest = None

    def _forget(self, asks: Hashable) -> None:
        if (kept := self._kept.pop(asks, None)) is not None:
            kept.is_forgotten = True
            self._count -= 1 + len(kept.rows)
            kept.rows = []
