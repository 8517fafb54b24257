"""Merges the lists of statuses, while conferences move from one status to the next: none is missed, none comes twice.

Each status has a list of its own, newest first. A day of a later status is fetched only after that day of all earlier
statuses: a conference that changes its status in between is then in both lists, and the merge drops the older copy. In
the other order it would be in neither.

Example: the list of in-progress has three pages, of 1 to 3 March.

    in-progress                                      completed
    page 1: 3 March, half of 2 March
    page 2: the rest of 2 March, half of 1 March     then, while that is read: >= 2 March
    page 3: the rest of 1 March, the end             then: <= 1 March

CF7, of 2 March, was in-progress on page 1, and has ended before `completed >= 2 March` is fetched:

    in-progress    3 March CF9    2 March CF7                     1 March CF1
    completed                     2 March CF7    2 March CF4
    merged         CF9            CF7            CF4              CF1             CF7 as the completed list has it
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from twsql.lists.order import Created
from twsql.lists.spill_queue import SpillQueue
from twsql.lists.splitting import Listing
from twsql.schema import Row

_FILL = 0.85
"""Pages of the earlier status that one day range of the later one covers: a later status often has as many rows."""


class EarlierRows:
    """The rows of the earlier statuses, newest first: read up to the day that the later status needs, yielded later.

    Meanwhile the rows wait in a `SpillQueue`.
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
        """The day, as `date.toordinal` numbers it, of the next row to read; 0 at the end."""
        return 0 if self._next is None else date.fromisoformat(self._day).toordinal()

    def read_past(self, day: int) -> int:
        """Read all rows of `day` and of newer days; gives the day of the next row, 0 at the end."""
        while self._next is not None and self.day >= day:
            self._read_on()
        return self.day

    def rows(self) -> Iterator[Row]:
        """Yield all rows: first those that wait, then those still to be read."""
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
        """Read about a page of rows, and on to the end of a day."""
        count, day = 0, self._day
        while self._next is not None and (count < self._some or self._day >= day):
            count, day = count + 1, self._day
            self._waiting.append(self._next)
            self._move()

    def _move(self) -> None:
        """Fetch the next row; a row without a date counts to the day of the row before."""
        self._next = next(self._source, None)
        if self._next is not None:
            self._day = self._created(self._next)[:10] or self._day


def parts_after(listing: Listing, earlier: EarlierRows) -> Iterator[Listing]:
    """Cut a status's list into day ranges, newest first; each comes when the earlier statuses were read past it."""
    newest: int | None = None
    day = earlier.read_past(earlier.day)
    while day >= listing.oldest:
        yield listing.between(day + 1, newest)
        newest, day = day, earlier.read_past(day)
    yield listing.between(listing.oldest, newest)


def merged(earlier: Iterator[Row], later: Iterator[Row], created: Created) -> Iterator[Row]:
    """Merge two lists, each newest first. Of a conference that is in both, the copy of `later` stays.

    Both copies have the same creation time, so they meet among the rows of one second.
    """
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
