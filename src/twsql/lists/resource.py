"""A resource: one of Twilio's lists, and the requests that answer a statement about it.

A table of a Twilio list is a declaration of this and of its columns; `Resource.rows` is its generator:

    statement                                         requests
    WHERE Sid = 'CA1'                                 GET Calls/CA1
    WHERE Sid IN ('CA1', 'CA2')                       the two side by side; an unknown SID gives no row
    WHERE Sid IN (1,000 SIDs)                         GET Calls, as long as its pages have many of them
    WHERE "To" = '+1202…' LIMIT 5                     GET Calls?To=+1202…&PageSize=5
    WHERE StartTime > '2026-03-01'                    GET Calls?StartTime>=2026-03-01, a long list in day ranges
    WHERE RecordingSid = 'RE1'                        GET Recordings/RE1/Transcriptions, the list within a recording
    a list that Twilio has within calls only          GET Calls, then Calls/CA1/Events, Calls/CA2/Events … side by side
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, partial
from itertools import chain, groupby
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from twsql.errors import NotFound
from twsql.lists import many_sids
from twsql.lists.order import newest_first
from twsql.lists.retention import since
from twsql.lists.splitting import Listing, from_page, in_parts, moment, one_after_another
from twsql.schema import Column, Row, snake_case
from twsql.schema.where import Params, Where

if TYPE_CHECKING:
    from twsql.twilio.client import Client

X = TypeVar("X")
Rows = Callable[["Client", Where], Iterable[Row]]
"""The generator of a table."""

_TELLING = 20
"""How many rows more than a LIMIT are read to check the order of a list."""
_FEW = 4
"""A guess at the rows of a list within another, by which LIMIT bounds how many lists are prefetched."""


@dataclass(frozen=True)
class Resource:
    """One of Twilio's lists: `rows` yields its rows, as far as a statement needs them.

    `path` is the list's path below the account (`Usage/Triggers`), `key` its name in the response. `sid` is the column
    whose value addresses one row, '' if Twilio has no such address.

    `day` is the column by which Twilio lists the newest first and which it filters by day: a long list is then read in
    day ranges, side by side. Some rows may have no such day yet, and be in no range: a call that waits has no
    StartTime. `undated` are the filters that list them (`{"Status": "queued"}`), so that a list that is cut has them
    too. If Twilio has no such filter, there are none, and only lists for statements with a bound on the day are cut.

    `kept` gives the first day that Twilio keeps, see `lists.retention`; it is not asked for earlier ones.

    `within` is the path of the list within one row of another table: `Calls/{CallSid}/Events`. Its column holds that
    row's SID, and references the other table. It serves an `=` or IN on the column. If Twilio has no list of all, there
    is no `path`; the rows of all `parents` are then read side by side.
    """

    key: str
    columns: tuple[Column, ...]
    path: str = ""
    sid: str = "Sid"
    day: str = ""
    undated: tuple[Params, ...] | None = None
    within: str = ""
    parents: Rows | None = None
    kept: Callable[[Client], str] | None = None

    def rows(self, client: Client, where: Where) -> Iterator[Row]:
        """Yield the rows: one request for each SID, else of the lists that have them."""
        sids, parents = where.any_of(self.sid), where.any_of(self._parent) if self.within else None
        if sids is not None and self.path:
            return self._of_sids(client, where, self.possible(self.sid, sids))
        if parents is not None:
            return self._within(client, where, self.possible(self._parent, parents))
        if self.path:
            return self._listed(client, self.path.split("/"), where)
        return self._within(client, where, self._all_parents(client, where))

    def _of_sids(self, client: Client, where: Where, sids: list[str]) -> Iterator[Row]:
        """Yield the rows of these SIDs: one request each; of many SIDs those that whole lists have, see `many_sids`."""
        singly = partial(by_sid, client, self.path, self.key)
        if where.limit is not None or self.sid != "Sid":
            return singly(sids)
        every = partial(self._listed, client, self.path.split("/"), Where())
        return many_sids.rows(sids, client.settings.page_size, every, singly)

    @property
    def _parent(self) -> str:
        """The column that holds the SID of the row that a list is within."""
        return self.within.partition("{")[2].partition("}")[0]

    @cached_property
    def _named(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    def possible(self, name: str, sids: Iterable[str]) -> list[str]:
        """The texts that may be SIDs of this column: nothing else may stand in a path."""
        form = re.compile(f"{self._named[name].sid or '[A-Z]{2}'}[0-9a-fA-F]{{32}}")
        return [sid for sid in sids if form.fullmatch(sid)]

    def _all_parents(self, client: Client, where: Where) -> Iterator[str]:
        """Yield the SIDs of all parents that may have rows; a join with their table fetches none of them again."""
        column = self._named[self._parent]
        table, _, key = column.references.partition(".")
        for row in self.parents(client, Where()) if self.parents else ():
            sid = str(row[snake_case(key)])
            where.also_read(table, sid, row)
            if column.none_when is None or not column.none_when(row):
                yield sid

    def _within(self, client: Client, where: Where, parents: Iterable[str]) -> Iterator[Row]:
        """Yield the rows within each parent; several parents' lists are fetched side by side."""
        if isinstance(parents, list) and len(parents) == 1:
            return self._of(client, where, parents[0])

        def fetch(sid: str) -> list[Row]:
            return [*self._of(client, where, sid)]

        return side_by_side(client, fetch, parents, where.limit)

    def _of(self, client: Client, where: Where, parent: str) -> Iterator[Row]:
        """Yield the rows within one parent, with its SID; none if Twilio knows no such parent."""
        segments = [parent if segment.startswith("{") else segment for segment in self.within.split("/")]
        singles = where.any_of(self.sid)
        field = self._named[self._parent].json_key
        try:
            if singles is not None and len(singles) == 1:
                rows = by_sid(client, "/".join(segments), self.key, self.possible(self.sid, singles))
            else:
                rows = self._listed(client, segments, where, but=self._parent)
            for row in rows:
                yield row if field in row else {**row, field: parent}
        except NotFound:
            return

    def _listed(self, client: Client, segments: list[str], where: Where, but: str = "") -> Iterator[Row]:
        """Yield the rows of the lists that together have them, each row once.

        An IN makes several lists, which are read side by side. Those of a column with an order of `values` come in that
        order, one after the other: a call that goes from queued to ringing meanwhile is not missed.
        """
        columns = tuple(column for column in self.columns if column.name != but and has_known_values(column, where))
        stages = {column.filter: column.values for column in columns if column.filter and column.values}

        def stage(params: Params) -> list[int]:
            return [values.index(params[name]) for name, values in stages.items() if name in params]

        sent = where if self.kept is None else since(where, self.day, self.kept(client))
        lists = sorted(sent.lists(columns), key=stage)
        reading = partial(self._list, client, client.path(*segments), where)
        if len(lists) == 1:
            return reading(lists[0])
        rows = _once(
            chain.from_iterable(list(map(reading, together)) for _, together in groupby(lists, key=stage)),
            snake_case(self.sid),
        )
        return iter(sorted(rows, key=self._moment, reverse=True)) if where.ordered else rows

    def _list(self, client: Client, path: str, where: Where, params: Params) -> Iterator[Row]:
        """Yield the rows of one list; with a LIMIT in pages of as many rows as are needed."""
        page_size = client.settings.page_size
        if where.limit is not None and where.limit <= page_size and not where.ordered:
            return client.pages(path, self.key, params, page_size=max(1, where.limit))
        if not self.day:
            return client.pages(path, self.key, params)
        listing = self._listing(client, path, params)
        read_all = partial(self._all, listing, where)
        if not where.ordered:
            return read_all()
        if where.limit is None or where.limit + _TELLING > page_size:
            return self._newest_first(listing, read_all, read_all)
        few = replace(listing, page_size=where.limit + _TELLING)
        pages = partial(one_after_another, few)
        return self._newest_first(few, lambda: chain.from_iterable(page.items for page in pages()), read_all)

    def _listing(self, client: Client, path: str, params: Params) -> Listing:
        day = self._named[self.day]
        kept = 1 if self.kept is None else date.fromisoformat(self.kept(client)).toordinal()
        may_lack = self.undated is not None
        return Listing(client, path, self.key, params, day.filter, day.json_key, may_lack_day=may_lack, kept=kept)

    def _moment(self, row: Row) -> str:
        return moment(self._named[self.day].json_key, row)

    def _all(self, listing: Listing, where: Where) -> Iterator[Row]:
        """Yield all rows of a list, cut into day ranges if it is long."""
        has_bound = self.day in where.equal or bool(where.between.get(self.day))
        if self.undated is None or has_bound:  # with a bound on the day no rows without one match
            return in_parts(listing.client, (listing,))
        if not self.undated:
            return _in_pages(listing)
        return self._with_undated(listing, self.undated)

    def _newest_first(
        self, listing: Listing, read: Callable[[], Iterator[Row]], read_all: Callable[[], Iterator[Row]]
    ) -> Iterator[Row]:
        """Yield the rows of a list newest first, those without a day last.

        If the first page shows that Twilio lists them otherwise, all are read and sorted here.
        """
        undated: list[Row] = []

        def dated(rows: Iterator[Row]) -> Iterator[Row]:
            for row in rows:
                if self._moment(row):
                    yield row
                else:
                    undated.append(row)

        if listing.note(0) < 2:
            rows = newest_first(dated(read()), self._moment, listing.note)
            first = next(rows, None)
            if listing.note(0) < 2:
                yield from () if first is None else chain((first,), rows)
                yield from undated
                return
        undated.clear()
        yield from sorted(dated(read_all()), key=self._moment, reverse=True)
        yield from undated

    def _with_undated(self, listing: Listing, undated: tuple[Params, ...]) -> Iterator[Row]:
        """Yield the rows of a list; if it has several pages, those without a day first.

        They are read before any day range, and one filter after the other: a call that starts meanwhile is in a range
        as well, and left out there.
        """
        page = listing.first()
        if page.next_uri is None:
            yield from page.items
            return
        field, yielded, given = snake_case(self.sid), set(), listing.params
        for params in undated:
            if all(given.get(name, value) == value for name, value in params.items()):  # else others are asked for
                for row in listing.client.pages(listing.path, listing.key, {**given, **params}):
                    if not self._moment(row) and row[field] not in yielded:
                        yielded.add(row[field])
                        yield row
        yield from (row for row in from_page(listing, page) if row[field] not in yielded)


def _in_pages(listing: Listing) -> Iterator[Row]:
    """Yield the rows of a list page by page; the first page shows the order of the list."""
    page = listing.first()
    yield from page.items
    yield from listing.client.rest(page, listing.key)


def has_known_values(column: Column, where: Where) -> bool:
    """Whether Twilio can filter by the column: it refuses values that it does not know, so SQLite compares those."""
    return not column.values or set(where.any_of(column.name) or ()) <= set(column.values)


def side_by_side(
    client: Client, fetch: Callable[[X], list[Row]], parents: Iterable[X], limit: int | None
) -> Iterator[Row]:
    """Yield the rows within each parent, in order; those of the next parents are fetched meanwhile."""
    bounds = {} if limit is None else {"first": 1, "most": max(1, limit // _FEW)}
    return chain.from_iterable(client.prefetch(fetch, parents, **bounds))


def by_sid(
    client: Client, path: str, key: str, sids: Iterable[str], params: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Row]:
    """Yield the rows of these SIDs, fetched side by side; an unknown SID gives no row."""

    def one(sid: str) -> Row | None:
        try:
            return client.get(client.path(*path.split("/"), sid), params, key=key)
        except NotFound:
            return None

    return (row for row in client.prefetch(one, sids) if row is not None)


def _once(lists: Iterable[Iterator[Row]], key: str) -> Iterator[Row]:
    """Yield the rows of one list after the other, each row once: Twilio may find it by two values of a filter."""
    yielded = set()
    for row in chain.from_iterable(lists):
        sid = row.get(key)
        if sid is None or sid not in yielded:
            yielded.add(sid)
            yield row
