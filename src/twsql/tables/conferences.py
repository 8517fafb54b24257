"""conferences: every conference of the account, newest first."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING

from twsql.errors import NotFound
from twsql.lists.spill_queue import kept
from twsql.lists.splitting import Listing, in_parts, moment
from twsql.lists.statuses import Earlier, behind, merged
from twsql.procedures.addressing import is_conference_sid
from twsql.procedures.end_conference import UPDATE_CONFERENCE
from twsql.resources import CONFERENCE
from twsql.schema import Effect, Row, Table
from twsql.where import Params, Where

if TYPE_CHECKING:
    from twsql.twilio.client import Client

STATUSES = ("init", "in-progress", "completed")
"""In the order in which a conference has them."""


def conferences(client: Client, where: Where) -> Iterator[Row]:
    """Yield one row for each conference, newest first: by SID one request each, else the lists of the statuses.

    Twilio lists without a status only what is in progress, so each status is asked for, in the order of a conference's
    life: see `moving_on`. Where a few rows of any are enough (LIMIT), they come as they are listed, and what is not
    needed is not asked for.
    """
    sids = where.any_of("Sid")
    wanted = where.any_of("Status")
    statuses = [status for status in STATUSES if wanted is None or status in wanted]
    if sids is not None:
        yield from by_sid(client, sids)
    elif where.limit is None:
        rows: Iterator[Row] = iter(())
        for status in statuses:
            earlier = Earlier(rows, _created, client.settings.page_size)
            rows = merged(earlier.rows(), _behind(client, status, where, earlier), _created)
        yield from rows
    elif where.ordered:
        yield from _newest(client, statuses, where, where.limit)
    else:
        yield from _as_listed(_first(client, status, where, where.limit) for status in statuses)


def by_sid(client: Client, sids: Iterable[str]) -> Iterator[Row]:
    """Yield the conferences of these SIDs, asked for side by side; an unknown one is no row."""
    found = client.ahead(partial(_one, client), filter(is_conference_sid, sids))
    return (row for row in found if row is not None)


def _one(client: Client, sid: str) -> Row | None:
    try:
        return client.get(client.path("Conferences", sid), key="conferences")
    except NotFound:
        return None


def _behind(client: Client, status: str, where: Where, earlier: Earlier) -> Iterator[Row]:
    """Yield the conferences of a status, newest first, never ahead of those of the statuses before it."""
    path = client.path("Conferences")

    def rows(params: Params) -> Iterator[Row]:
        listing = Listing(client, path, "conferences", params, "DateCreated", "date_created")
        return in_parts(client, behind(listing, earlier))

    return _together(client, rows, status, where, earlier)


def _newest(client: Client, statuses: Iterable[str], where: Where, count: int) -> Iterator[Row]:
    """Yield so many of the newest conferences; those of a status are all read before the next status is asked for."""
    rows: Iterator[Row] = iter(())
    for status in statuses:
        rows = merged(kept(rows), islice(_first(client, status, where, count), count), _created)
    return rows


def _first(client: Client, status: str, where: Where, count: int) -> Iterator[Row]:
    """Yield the conferences of a status, newest first, in pages of so many."""
    path, page_size = client.path("Conferences"), min(count, client.settings.page_size)

    def rows(params: Params) -> Iterator[Row]:
        return client.pages(path, "conferences", params, page_size=page_size)

    return _together(client, rows, status, where)


def _together(
    client: Client, rows: Callable[[Params], Iterator[Row]], status: str, where: Where, earlier: Earlier | None = None
) -> Iterator[Row]:
    """Yield the `rows` of each list of a status that is to be asked for, newest first.

    Several names have a list each, where one page does not hold the whole status: most accounts have few conferences
    that are not over. Nothing is asked for before all rows of `earlier` have been read.
    """
    names = where.lists(tuple(column for column in CONFERENCE if column.name != "Status"))
    lists = [{**params, "Status": status} for params in names]
    if len(lists) > 1:
        if earlier:
            earlier.read_past(0)
        whole = {name: value for name, value in lists[0].items() if name != "FriendlyName"}
        page = client.page(client.path("Conferences"), "conferences", whole)
        if page.next_uri is None:
            given = {params["FriendlyName"] for params in lists}
            yield from (row for row in page.items if row.get("friendly_name") in given)
            return
    named = [_named(rows(params), params.get("FriendlyName")) for params in lists]
    yield from heapq.merge(*named, key=_created, reverse=True) if len(named) > 1 else chain(*named)


def _named(rows: Iterator[Row], name: str | None) -> Iterator[Row]:
    """Pass on the rows of exactly this name: Twilio may not mind upper and lower case, and lists would overlap."""
    return rows if name is None else (row for row in rows if row.get("friendly_name") == name)


def _as_listed(lists: Iterable[Iterator[Row]]) -> Iterator[Row]:
    """Yield the rows of one list after another, each conference once."""
    given = set()
    for row in chain.from_iterable(lists):
        if row["sid"] not in given:
            given.add(row["sid"])
            yield row


_created = partial(moment, "date_created")

CONFERENCES = Table(
    name="conferences",
    description="Every conference of the account, newest first.",
    columns=CONFERENCE,
    rows=conferences,
    identity=("Sid",),
    newest_first="DateCreated",
    update=Effect(UPDATE_CONFERENCE, keys=(("Conference", "Sid"),)),
    pages=len(STATUSES),
    expected_rows=50_000,
)
