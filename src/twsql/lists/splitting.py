"""Long lists read side by side: the rows after a list's first page are cut into day ranges.

Each page names the next one, so the pages of a list come one after another. But each day range is a list of its own,
and several lists can be fetched at the same time.

Example: 2,000 conferences, newest first: 800 of 4 March, 900 of 3 March, 300 of 2 March. A page has 1,000 rows.

    request                       page                                       rows yielded
    no filter                     800 of 4 March, 200 of 3 March, and more   the 800 of 4 March
    = 3 March                     900                                        the 900 of 3 March
    <= 2 March (at that time)     300, no next page: the end                 the 300 of 2 March

The first page ends within 3 March. So its 200 rows of that day are dropped (`_but_last_day`), and the day is fetched as
a whole. If the third page had a next page too, its rows per day would tell how many days fill a page. Three ranges of
so many days (GROWTH) are fetched then, beside the first page of all that is older; after that nine, and so on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import chain, starmap
from typing import TYPE_CHECKING

from twsql import waiting
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
"""Parts of a list that are fetched together: their rows, some 20 MB, wait in memory until the statement reads them."""
GROWTH = 3
"""Factor by which the number of ranges grows as long as the list goes on."""
_FILL = 0.85
"""How full a range's one page should be: some days have more rows than others."""


@dataclass(frozen=True)
class Listing:
    """A list, newest first: its path and parameters; `day` is the filter by days, `field` the property it compares.

    If rows `may_lack_day`, such a row says nothing of the list's order. Twilio keeps the day `kept` and later ones; a
    part of the list that begins there has no lower bound, so that it has all older rows.
    """

    client: Client
    path: str
    key: str
    params: Params
    day: str
    field: str
    page_size: int | None = None
    may_lack_day: bool = False
    kept: int = 1

    def first(self) -> Page:
        """Fetch the first page."""
        inclusive = self.client.shown.inclusive[self.key]
        known = frozenset(inclusive)
        is_newest = self.day + "<" not in self.params
        page = self.client.page(self.path, self.key, query(self.params, inclusive), page_size=self.page_size)
        needed = self._of_these_days(page)
        if known != inclusive and page.next_uri and 2 * len(needed.items) < len(page.items):
            return self.first()  # cheaper than further pages of a day that nobody needs
        if is_newest:
            self.check_order(needed)
        return needed

    def following(self, page: Page, before: Collection[str]) -> Page | None:
        """Fetch the page after `page`; None if `page` is the last. See `Client.following`."""
        following = self.client.following(page, self.key, before)
        return following and self._of_these_days(following)

    def _of_these_days(self, page: Page) -> Page:
        """The page without rows later than the last day; such rows show how Twilio reads the bound."""
        items = page.items
        for name, last in last_days(self.params):
            field = field_of(name)
            needed = [row for row in items if moment(field, row)[:10] <= last]
            if len(needed) < len(items):
                if any(moment(field, row)[:10] == day_after(last) for row in items):
                    self.client.shown.inclusive[self.key].add(name)
                items = needed
        return page if items is page.items else replace(page, items=items)

    def check_order(self, page: Page) -> int:
        """Note the disorder of a page; gives the largest of all pages so far, see `Shown.disorder`."""
        moments = [*map(self.moment, page.items)]
        return self.note(disorder([*filter(None, moments)] if self.may_lack_day else moments))

    def note(self, found: int) -> int:
        """Note a disorder of the list; gives the largest so far."""
        known = self.client.shown.disorder
        known[self.key] = max(found, known[self.key])
        return known[self.key]

    def between(self, oldest: int, newest: int | None) -> Listing:
        """The part of the list from the day `oldest` to the day `newest`, both included; None means no upper bound.

        Days are numbers, as `date.toordinal` gives them.
        """
        bounds = {} if newest is None else {self.day + "<": date.fromordinal(newest).isoformat()}
        if oldest > self.kept:
            bounds[self.day + ">"] = date.fromordinal(oldest).isoformat()
        return replace(self, params={**self.params, **bounds})

    @property
    def oldest(self) -> int:
        """The first day of the list's filter; without one the first that Twilio keeps, for it and all older ones."""
        bound = self.params.get(self.day + ">")
        return date.fromisoformat(bound).toordinal() if bound else self.kept

    def moment(self, row: Row) -> str:
        """When a row was created: UTC text in SQLite's form. The list is in descending order of it."""
        return moment(self.field, row)

    def newest_day(self, page: Page) -> int:
        """The number of the newest day of a page's rows."""
        return _number(max(map(self.moment, page.items)))

    def last_day(self, page: Page) -> int:
        """The newest day of which the next page may have rows too.

        That is the day of the page's oldest row; the day after if that row is of a day's last minute, see `order`.
        """
        newest = self.params.get(self.day + "<", "9999-12-31")
        return _number(min(minute_after(min(map(self.moment, page.items))[:MINUTE])[:10], newest))


def _number(day: str) -> int:
    return date.fromisoformat(day[:10]).toordinal()


Opened = tuple[Listing, "Page"]
"""A list and its first page."""


def moment(field: str, row: Row) -> str:
    """A date of a row, UTC text in SQLite's form; '' if the row has none, or one in another form than Twilio's."""
    try:
        return utc(row[field])
    except (DataError, KeyError, TypeError):
        return ""


def one_after_another(listing: Listing) -> Iterator[Page]:
    """Yield the pages of a list; a page is fetched when the caller wants it."""
    before: set[str] = set()
    page: Page | None = listing.first()
    while page is not None:
        before.add(page.target)
        yield page
        page = listing.following(page, before)


def in_parts(client: Client, parts: Iterable[Listing]) -> Iterator[Row]:
    """Yield the rows of lists of disjoint days, the newest list first; the next lists are fetched meanwhile."""
    return _in_turn(client, (partial(_open, part) for part in parts))


def _in_turn(client: Client, parts: Iterable[Callable[[], Opened]]) -> Iterator[Row]:
    opened = client.prefetch(lambda part: part(), parts, first=1, most=SIDE_BY_SIDE)
    return chain.from_iterable(starmap(from_page, opened))


def _open(listing: Listing) -> Opened:
    return listing, listing.first()


def from_page(listing: Listing, page: Page) -> Iterator[Row]:
    """Yield the rows of a list from its first page on; older rows come from day ranges.

    A page that ends on the day on which it begins cannot be cut: the next page is read after it.
    """
    before: set[str] = set()
    yielded = "9999-12-31"  # the oldest day of which rows have been yielded
    here: Page | None = page
    while here is not None:
        if here.next_uri is None:
            yield from here.items
            return
        if _goes_on(listing, here) and listing.last_day(here) < min(listing.newest_day(here), _number(yielded)):
            rows = _but_last_day(listing, here)
            yield from rows[:ITEMS_BEFORE_NEXT]
            older = _in_turn(listing.client, _cut(listing, here))
            yield from rows[ITEMS_BEFORE_NEXT:]
            yield from older
            return
        yield from here.items[:ITEMS_BEFORE_NEXT]
        before.add(here.target)
        yielded = min(yielded, *(when[:10] for when in map(listing.moment, here.items) if when))
        following = listing.client.submit(partial(listing.following, here, before))
        try:
            yield from here.items[ITEMS_BEFORE_NEXT:]
            here = waiting.result(following)
        finally:
            following.cancel()


def _goes_on(listing: Listing, page: Page) -> bool:
    """Whether a page has a next one, and rows in an order by which the rest of the list can be cut into days."""
    return bool(
        page.next_uri
        and len(page.items) > ITEMS_BEFORE_NEXT
        and all(map(listing.moment, page.items))
        and listing.check_order(page) < 2
    )


def _but_last_day(listing: Listing, page: Page) -> list[Row]:
    """The rows of a page except those of its last day, which may have more: that day is fetched as a whole."""
    day = date.fromordinal(listing.last_day(page)).isoformat()
    return [row for row in page.items if listing.moment(row)[:10] > day]


def _cut(listing: Listing, page: Page) -> Iterator[Callable[[], Opened]]:
    """Yield the parts of a list from a page's last day on, newest first.

    A range has about as many days as fill a page, judged by the rows per day of `page`. Ranges come in groups of 1, 3,
    9 and SIDE_BY_SIDE. The first page of all that is older is fetched with each group: if it is the list's last page,
    no further group is needed.
    """
    count, here = 1, listing
    while True:
        newest, days = here.last_day(page), _days(here, page)
        oldest = min(newest, max(newest - days * count + 1, listing.oldest))
        rest = listing.between(listing.oldest, oldest - 1) if oldest > listing.oldest else None
        older = listing.client.submit(rest.first) if rest else None
        try:
            for last in range(newest, oldest - 1, -days):
                if older is not None and _is_known_to_be_empty(older):  # the list ends here: one range has the rest
                    yield partial(_open, listing.between(oldest, last))
                    return
                yield partial(_open, listing.between(max(last - days + 1, oldest), last))
            if rest is None or older is None:
                return
            page = waiting.result(older)
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
    """How many days fill a page, judged by the rows per day of `page`, which has a next one."""
    size = listing.client.settings.page_size
    if len(page.items) * 2 < size:  # Twilio makes smaller pages; a few missing rows were of a day too many
        size = len(page.items)
    passed = listing.newest_day(page) - listing.last_day(page)
    each_day = len(page.items) / max(passed, 0.5)
    return max(1, int(_FILL * size / each_day))
