"""Long lists read side by side: what a list's first page does not hold is cut into ranges of days."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import chain, starmap
from typing import TYPE_CHECKING

from twsql.errors import DataError
from twsql.lists.day_ranges import day_after, field_of, last_days, query
from twsql.lists.order import MINUTE, disorder, minute_after
from twsql.schema import Row
from twsql.schema.values import utc
from twsql.schema.where import Params
from twsql.twilio.prefetch import ITEMS_BEFORE_NEXT

if TYPE_CHECKING:
    from concurrent.futures import Future

    from twsql.twilio.client import Client
    from twsql.twilio.responses import Page

SIDE_BY_SIDE = 10
"""Parts of a list that are under way together: their rows, some 20 MB, wait in memory until they are read."""
GROWTH = 3
"""How many times as many ranges are asked for once it is known that a list goes on."""
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
    page_size: int | None = None

    def first(self) -> Page:
        """Ask for the first page."""
        inclusive = self.client.shown.inclusive[self.key]
        known = frozenset(inclusive)
        is_newest = self.day + "<" not in self.params
        page = self.client.page(self.path, self.key, query(self.params, inclusive), page_size=self.page_size)
        kept = self._of_these_days(page)
        if known != inclusive and page.next_uri and 2 * len(kept.items) < len(page.items):
            return self.first()  # in place of more pages of days that are not wanted
        if is_newest:
            self.look(kept)
        return kept

    def following(self, page: Page, before: Collection[str]) -> Future[Page | None]:
        """Ask for the page after a page, while that is read; None if it was the last. See `Client.following`."""
        return self.client.submit(partial(self.after, page, before))

    def after(self, page: Page, before: Collection[str]) -> Page | None:
        """The page after a page; None if it was the last."""
        following = self.client.following(page, self.key, before)
        return following and self._of_these_days(following)

    def _of_these_days(self, page: Page) -> Page:
        """A page without the rows that are later than the last day, which show how Twilio reads that bound."""
        items = page.items
        for name, last in last_days(self.params):
            field = field_of(name)
            kept = [row for row in items if moment(field, row)[:10] <= last]
            if len(kept) < len(items):
                if any(moment(field, row)[:10] == day_after(last) for row in items):
                    self.client.shown.inclusive[self.key].add(name)
                items = kept
        return page if items is page.items else replace(page, items=items)

    def look(self, page: Page) -> int:
        """See how far from newest first the rows of a page are; gives that of all pages seen so far."""
        return self.note(disorder([*map(self.moment, page.items)]))

    def note(self, found: int) -> int:
        """The list was seen to be so far from newest first; gives how far it was seen to be until now."""
        known = self.client.shown.disorder
        known[self.key] = max(found, known[self.key])
        return known[self.key]

    def between(self, oldest: int, newest: int | None) -> Listing:
        """The part of the list that was created on these days (numbered as `date` does), both included.

        None is as new as the list is.
        """
        bounds = {} if newest is None else {self.day + "<": date.fromordinal(newest).isoformat()}
        if oldest > 1:
            bounds[self.day + ">"] = date.fromordinal(oldest).isoformat()
        return replace(self, params={**self.params, **bounds})

    @property
    def oldest(self) -> int:
        """The first day that is asked for."""
        bound = self.params.get(self.day + ">")
        return date.fromisoformat(bound).toordinal() if bound else 1

    def moment(self, row: Row) -> str:
        """When a row was created: UTC text in SQLite's form, by which rows are ordered."""
        return moment(self.field, row)

    def newest_day(self, page: Page) -> int:
        """The number of the newest day of a page's rows."""
        return _number(max(map(self.moment, page.items)))

    def last_day(self, page: Page) -> int:
        """The number of the newest day of which a page that goes on may not have all rows.

        That is the day with which it ends; the one after if it ends with the last minute of a day, see `order`.
        """
        newest = self.params.get(self.day + "<", "9999-12-31")
        return _number(min(minute_after(min(map(self.moment, page.items))[:MINUTE])[:10], newest))


def _number(day: str) -> int:
    return date.fromisoformat(day[:10]).toordinal()


Opened = tuple[Listing, "Page"]
"""A list and its first page."""


def moment(field: str, row: Row) -> str:
    """When something happened to a row, UTC text in SQLite's form; '' where it does not say so as Twilio does."""
    try:
        return utc(row[field])
    except (DataError, KeyError, TypeError):
        return ""


def one_after_another(listing: Listing) -> Iterator[Page]:
    """Yield the pages of a list, each asked for when it is wanted."""
    before: set[str] = set()
    page: Page | None = listing.first()
    while page is not None:
        before.add(page.target)
        yield page
        page = listing.after(page, before)


def in_parts(client: Client, parts: Iterable[Listing]) -> Iterator[Row]:
    """Yield the rows of lists of disjoint days, the newest list first; the next lists are asked for meanwhile."""
    return _in_turn(client, (partial(_open, part) for part in parts))


def _in_turn(client: Client, parts: Iterable[Callable[[], Opened]]) -> Iterator[Row]:
    opened = client.prefetch(lambda part: part(), parts, first=1, most=SIDE_BY_SIDE)
    return chain.from_iterable(starmap(_all, opened))


def _open(listing: Listing) -> Opened:
    return listing, listing.first()


def _all(listing: Listing, page: Page) -> Iterator[Row]:
    """Yield the rows of a list from its first page on, what is older in ranges of days.

    As long as pages end on the day on which they begin, which cannot be cut, they are read one after the other.
    """
    before: set[str] = set()
    given = "9999-12-31"  # the oldest day of which rows have been given
    here: Page | None = page
    while here is not None:
        if here.next_uri is None:
            yield from here.items
            return
        if _goes_on(listing, here) and listing.last_day(here) < min(listing.newest_day(here), _number(given)):
            rows = _but_last_day(listing, here)
            yield from rows[:ITEMS_BEFORE_NEXT]
            older = _in_turn(listing.client, _cut(listing, here))
            yield from rows[ITEMS_BEFORE_NEXT:]
            yield from older
            return
        yield from here.items[:ITEMS_BEFORE_NEXT]
        before.add(here.target)
        given = min(given, *(when[:10] for when in map(listing.moment, here.items) if when))
        following = listing.following(here, before)
        try:
            yield from here.items[ITEMS_BEFORE_NEXT:]
            here = following.result()
        finally:
            following.cancel()


def _goes_on(listing: Listing, page: Page) -> bool:
    """Whether there is more than this page, by whose days it may be cut, if that is worth it."""
    return bool(
        page.next_uri
        and len(page.items) > ITEMS_BEFORE_NEXT
        and all(map(listing.moment, page.items))
        and listing.look(page) < 2
    )


def _but_last_day(listing: Listing, page: Page) -> list[Row]:
    """The rows of a page but those of the day with which it ends: that may have more, and is asked for as a whole."""
    day = date.fromordinal(listing.last_day(page)).isoformat()
    return [row for row in page.items if listing.moment(row)[:10] > day]


def _cut(listing: Listing, page: Page) -> Iterator[Callable[[], Opened]]:
    """Yield the parts of a list from the day on with which a page ends, newest first.

    Ranges have about as many days as fill a page with rows as dense as that page's. They come in groups, one and then
    more, each beside the first page of all that is older: where there is not more than that page, nothing more is cut.
    """
    count, here = 1, listing
    while True:
        newest, days = here.last_day(page), _days(here, page)
        oldest = max(newest - days * count + 1, listing.oldest)
        rest = listing.between(listing.oldest, oldest - 1) if oldest > listing.oldest else None
        older = listing.client.submit(rest.first) if rest else None
        try:
            for last in range(newest, oldest - 1, -days):
                if older is not None and _is_known_to_be_empty(older):  # so these need not be so many
                    yield partial(_open, listing.between(oldest, last))
                    return
                yield partial(_open, listing.between(max(last - days + 1, oldest), last))
            if rest is None or older is None:
                return
            page = older.result()
        finally:
            if older is not None:
                older.cancel()
        if not _goes_on(rest, page):
            yield partial(_opened, rest, page)
            return
        yield partial(_opened, rest, replace(page, items=_but_last_day(rest, page), next_uri=None))
        count, here = min(GROWTH * count, SIDE_BY_SIDE), rest


def _is_known_to_be_empty(page: Future[Page]) -> bool:
    return page.done() and page.exception() is None and not page.result().items and not page.result().next_uri


def _opened(listing: Listing, page: Page) -> Opened:
    return listing, page


def _days(listing: Listing, page: Page) -> int:
    """How many days of rows as dense as these fill a page, as large as Twilio makes it: this one goes on."""
    size = listing.client.settings.page_size
    if len(page.items) * 2 < size:  # else Twilio gave what was asked for, and some rows were of a day too many
        size = len(page.items)
    passed = listing.newest_day(page) - listing.last_day(page)
    each_day = len(page.items) / max(passed, 0.5)
    return max(1, int(_FILL * size / each_day))
