"""Long lists read side by side: what a list's first page does not hold is cut into ranges of days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from twsql.errors import DataError
from twsql.schema import Row
from twsql.twilio.ahead import TASTE
from twsql.values import utc
from twsql.where import Params

if TYPE_CHECKING:
    from twsql.twilio.answers import Page
    from twsql.twilio.client import Client

SIDE_BY_SIDE = 12
"""Ranges that are under way together: their rows, some 20 MB, wait in memory until they are read."""
FEW = 4
"""Ranges that are asked for before it is known whether there is anything older: those of a shorter list are wasted."""
_FILL = 0.85
"""How full of rows a range's one page should be: days differ."""


@dataclass(frozen=True)
class Listing:
    """A list newest first: what to ask, and the parameter that takes days (`DateCreated`)."""

    client: Client
    path: str
    key: str
    params: Params
    day: str
    field: str

    def first(self, page_size: int | None = None) -> Page:
        """Ask for the first page."""
        return self.client.page(self.path, self.key, self.params, page_size=page_size)

    def rest(self, page: Page) -> Iterator[Row]:
        """Yield what comes after a page, page by page."""
        return self.client.rest(page, self.key)

    def between(self, oldest: int, newest: int) -> Listing:
        """The part of the list that was created on these days (numbered as `date` does), both included."""
        bounds = {self.day + "<": date.fromordinal(newest).isoformat()}
        if oldest > 1:
            bounds[self.day + ">"] = date.fromordinal(oldest).isoformat()
        return replace(self, params={**self.params, **bounds})

    @property
    def oldest(self) -> int:
        """The first day that is asked for."""
        bound = self.params.get(self.day + ">")
        return date.fromisoformat(bound).toordinal() if bound else 1

    @property
    def is_one_day(self) -> bool:
        """Whether it is of a single day, which cannot be cut."""
        return self.params.get(self.day + ">", "") == self.params.get(self.day + "<")

    def moment(self, row: Row) -> str:
        """When a row was created: UTC text in SQLite's form, by which rows are ordered."""
        return moment(self.field, row)

    def day_of(self, row: Row) -> int:
        """The number of the day on which a row was created; 0 where it does not say so."""
        when = self.moment(row)
        return date.fromisoformat(when[:10]).toordinal() if when else 0


def moment(field: str, row: Row) -> str:
    """When something happened to a row, '' where it does not say so as Twilio does."""
    try:
        return utc(row[field]) if row.get(field) else ""
    except (DataError, TypeError):
        return ""


def newest_first(listing: Listing) -> Iterator[Row]:
    """Yield the rows of a list, newest first; one of more than two pages is read in ranges of days, side by side."""
    page = listing.first()
    yield from page.items[:TASTE]
    if page.next_uri is None or len(page.items) <= TASTE:
        yield from page.items[TASTE:]
        yield from listing.rest(page)
        return
    following = listing.client.submit(partial(listing.client.following, page, listing.key))
    yield from page.items[TASTE:]
    second = following.result()
    if second is not None:
        yield from _all(listing, second)


def _opened(listing: Listing) -> tuple[Listing, Page]:
    return listing, listing.first()


def _all(listing: Listing, page: Page) -> Iterator[Row]:
    """Yield the rows of a list from a page on; one that runs deep is cut into ranges."""
    yield from page.items
    if page.next_uri is None or listing.is_one_day or not all(map(listing.day_of, page.items[:1] + page.items[-1:])):
        yield from listing.rest(page)
    elif page.items:
        yield from _older(listing, page, listing.client.ahead(_opened, _ranges(listing, page), most=SIDE_BY_SIDE))


def _ranges(listing: Listing, page: Page) -> Iterator[Listing]:
    """Yield the ranges that hold all that is not newer than the page's last row, newest first.

    A range has about as many days as fill a page. They come in groups of a few and then of more; with each group it
    is asked on which day the next older row is, so that years without any cost nothing.
    """
    newest, days, group = listing.day_of(page.items[-1]), _days(listing, page), FEW
    while newest:
        end = max(newest - days * group + 1, listing.oldest)
        older = listing.client.submit(partial(_newest_day, listing, end - 1))
        try:
            while newest >= end:
                first = max(newest - days + 1, end)
                yield listing.between(first, newest)
                newest = first - 1
            newest = older.result()
        finally:
            older.cancel()
        group = SIDE_BY_SIDE


def _newest_day(listing: Listing, last: int) -> int:
    """The day of the newest row that was created on this day or before; 0 where there is none."""
    if last < listing.oldest:
        return 0
    older = listing.between(listing.oldest, last).first(page_size=1)
    return listing.day_of(older.items[0]) if older.items else 0


def _days(listing: Listing, page: Page) -> int:
    """How many days of rows as dense as these fill a page."""
    passed = listing.day_of(page.items[0]) - listing.day_of(page.items[-1])
    each_day = len(page.items) / max(passed, 0.5)
    return max(1, int(_FILL * listing.client.settings.page_size / each_day))


def _older(listing: Listing, page: Page, ranges: Iterator[tuple[Listing, Page]]) -> Iterator[Row]:
    """Yield the rows of the ranges that the page does not have: the first begins with the day on which it ends."""
    rows = (row for opened in ranges for row in _all(*opened))
    last = listing.moment(page.items[-1])
    here = {row["sid"] for row in page.items if listing.moment(row) == last}
    for row in rows:
        created = listing.moment(row)
        if created < last or (created == last and row["sid"] not in here):
            yield row
        if created < last:
            break
    yield from rows
