"""Long lists read side by side: what a list's first page does not hold is cut into ranges of days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

from twsql.schema import Row
from twsql.twilio.ahead import TASTE
from twsql.values import utc
from twsql.where import Params

if TYPE_CHECKING:
    from twsql.twilio.answers import Page
    from twsql.twilio.client import Client

SIDE_BY_SIDE = 12
"""Ranges that are under way together: their rows, some 20 MB, wait in memory until they are read."""
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

    def between(self, oldest: date | None, newest: date) -> Listing:
        """The part of the list that was created on these days, both included."""
        bounds = {self.day + "<": newest.isoformat()}
        if oldest is not None:
            bounds[self.day + ">"] = oldest.isoformat()
        return replace(self, params={**self.params, **bounds})

    def moment(self, row: Row) -> str:
        """When a row was created: UTC text in SQLite's form, by which rows are ordered."""
        return utc(row[self.field]) if row.get(self.field) else ""


def newest_first(listing: Listing) -> Iterator[Row]:
    """Yield the rows of a list, newest first; one of more than two pages is read in ranges of days, side by side."""
    page = listing.first()
    yield from page.items[:TASTE]
    if page.next_uri is None or len(page.items) <= TASTE or not listing.moment(page.items[-1]):
        yield from page.items[TASTE:]
        yield from listing.rest(page)
        return
    following = listing.client.submit(partial(listing.client.following, page, listing.key))
    yield from page.items[TASTE:]
    second = following.result()
    if second is not None and second.items:
        yield from _all(listing, second)


def _opened(listing: Listing) -> tuple[Listing, Page]:
    return listing, listing.first()


def _all(listing: Listing, page: Page) -> Iterator[Row]:
    """Yield the rows of a list from a page on; one that runs deep is cut into ranges."""
    yield from page.items
    if page.next_uri is None or _is_a_day(listing):
        yield from listing.rest(page)
    else:
        yield from _older(listing, page, listing.client.ahead(_opened, _ranges(listing, page), most=SIDE_BY_SIDE))


def _is_a_day(listing: Listing) -> bool:
    """Whether the list is of a single day, which cannot be cut."""
    oldest = listing.params.get(listing.day + ">")
    return oldest is not None and oldest == listing.params.get(listing.day + "<")


def _ranges(listing: Listing, page: Page) -> Iterator[Listing]:
    """Yield the ranges that hold all that is not newer than the page's last row, newest first.

    A range has about as many days as fill a page. Before each dozen of them it is asked whether anything is older.
    """
    newest = date.fromisoformat(listing.moment(page.items[-1])[:10])
    bound = listing.params.get(listing.day + ">")
    oldest = date.fromisoformat(bound) if bound else None
    days = timedelta(days=_days(listing, page))
    while oldest is None or newest >= oldest:
        for _ in range(SIDE_BY_SIDE):
            first = newest - days + timedelta(days=1)
            if oldest is not None and first < oldest:
                first = oldest
            yield listing.between(first, newest)
            newest = first - timedelta(days=1)
            if oldest is not None and newest < oldest:
                return
        older = listing.between(oldest, newest).first(page_size=1)
        if not older.items:
            return
        newest = date.fromisoformat(listing.moment(older.items[0])[:10])


def _days(listing: Listing, page: Page) -> int:
    """How many days of rows as dense as these fill a page."""
    newest, oldest = (date.fromisoformat(listing.moment(page.items[place])[:10]) for place in (0, -1))
    each_day = len(page.items) / max((newest - oldest).days, 0.5)
    return max(1, int(_FILL * listing.client.settings.page_size / each_day))


def _older(listing: Listing, page: Page, ranges: Iterator[tuple[Listing, Page]]) -> Iterator[Row]:
    """Yield the rows of the ranges that the page does not have: the first begins with the day on which it ends."""
    rows = (row for opened in ranges for row in _all(*opened))
    last = listing.moment(page.items[-1])
    here = {row["sid"] for row in page.items if listing.moment(row) == last}
    for row in rows:
        moment = listing.moment(row)
        if moment < last or (moment == last and row["sid"] not in here):
            yield row
        if moment < last:
            break
    yield from rows
