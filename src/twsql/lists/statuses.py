"""Conferences move on from one status to the next while they are listed: none may be missed, and none be given twice.

Each status has a list of its own, newest first. What was created on a day is asked for in a later status only when the
earlier ones have been read past that day: a conference that moves on in between is seen twice. Where an earlier list is
long, it is read a page or so ahead of the later one, side by side, in place of all of it before.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from twsql.lists.order import Created
from twsql.lists.spill_queue import SpillQueue
from twsql.lists.splitting import Listing
from twsql.schema import Row

_FILL = 0.85
"""How full of an earlier status's rows the days of one request should be: a later one often has as many."""


class Earlier:
    """The rows of the earlier statuses, newest first: read as far as the later one may be asked for, given when wanted.

    What waits takes little memory, see `SpillQueue`.
    """

    def __init__(self, rows: Iterator[Row], created: Created, page_size: int) -> None:
        self._source = rows
        self._created = created
        self._some = max(1, int(_FILL * page_size))
        self._waiting = SpillQueue()
        self._day = date.max.isoformat()
        self._next: Row | None = None
        self._move()

    @property
    def day(self) -> int:
        """The day (numbered as `date` does) of the newest row that has not been read; 0 if all have been."""
        return 0 if self._next is None else date.fromisoformat(self._day).toordinal()

    def read_past(self, day: int) -> int:
        """Read on until all rows of this day and of later ones have been read; gives the `day` that is next."""
        while self._next is not None and self.day >= day:
            self._read_on()
        return self.day

    def rows(self) -> Iterator[Row]:
        """Yield all rows, those that have been read and then the others."""
        try:
            while True:
                taken = self._waiting.take()
                if not taken and self._next is None:
                    return
                if not taken:
                    self._read_on()
                while taken:
                    yield taken.popleft()
        finally:
            self._waiting.close()

    def _read_on(self) -> None:
        """Read about a page of rows, to the end of a day."""
        count, day = 0, self._day
        while self._next is not None and (count < self._some or self._day >= day):
            count, day = count + 1, self._day
            self._waiting.append(self._next)
            self._move()

    def _move(self) -> None:
        """Go to the next row; one that does not say its day is taken to be of that of the row before."""
        self._next = next(self._source, None)
        if self._next is not None:
            self._day = self._created(self._next)[:10] or self._day


def behind(listing: Listing, earlier: Earlier) -> Iterator[Listing]:
    """Cut a status's list into parts, newest first: each is given when the earlier statuses have been read past it."""
    newest: int | None = None
    day = earlier.read_past(earlier.day)
    while day >= listing.oldest:
        yield listing.between(day + 1, newest)
        newest, day = day, earlier.read_past(day)
    yield listing.between(listing.oldest, newest)


def merged(earlier: Iterator[Row], later: Iterator[Row], created: Created) -> Iterator[Row]:
    """Merge two lists, each newest first. Of two copies of a conference, which were created at once, the later's."""
    waiting = next(earlier, None)
    if waiting is None:
        yield from later
        return
    moment = None
    same: dict[object, Row] = {}
    for row in later:
        when = created(row)
        if when != moment:
            yield from same.values()
            same, moment = {}, when
            while waiting is not None and created(waiting) >= moment:
                if created(waiting) > moment:
                    yield waiting
                else:
                    same[waiting["sid"]] = waiting
                waiting = next(earlier, None)
        same.pop(row["sid"], None)
        yield row
    yield from same.values()
    if waiting is not None:
        yield waiting
    yield from earlier
