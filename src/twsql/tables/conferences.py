"""conferences: every conference of the account, newest first."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from twsql.errors import NotFound
from twsql.lists.order import MINUTE, disorder, minute_after, newest_first
from twsql.lists.spill_queue import IN_MEMORY
from twsql.lists.splitting import Listing, in_parts, moment, one_after_another
from twsql.lists.statuses import EarlierRows, merged, parts_after
from twsql.procedures.addressing import is_conference_sid
from twsql.procedures.end_conference import UPDATE_CONFERENCE
from twsql.schema import Effect, Row, Table
from twsql.schema.resources import CONFERENCE, STATUSES
from twsql.schema.where import Params, Where

if TYPE_CHECKING:
    from twsql.twilio.client import Client

_TELLING = 20
"""Conferences that show in which order a list is."""


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
    elif where.limit is None or where.ordered:
        yield from _in_order(client, statuses, where)
    else:
        yield from _as_listed(_first(client, status, where, where.limit) for status in statuses)


def _in_order(client: Client, statuses: list[str], where: Where) -> Iterator[Row]:
    """Yield the conferences of these statuses newest first, be it that Twilio lists them so, or that they are sorted.

    The first pages of all statuses have been read when the first row is there: they tell.
    """
    known = client.shown.disorder
    while (seen := known["conferences"]) < 2:
        if where.limit is not None and where.limit <= IN_MEMORY:
            rows = _newest(client, statuses, where, where.limit)
        else:
            rows = _every(client, statuses, where, sort=where.ordered or seen > 0)
        first = next(rows, None)
        if known["conferences"] == seen:
            yield from () if first is None else chain((first,), rows)
            return
    yield from _sorted(client, statuses, where)


def _every(client: Client, statuses: list[str], where: Where, *, sort: bool) -> Iterator[Row]:
    """Yield all conferences, those of the statuses side by side; put in order within a minute if they are to `sort`."""
    rows: Iterator[Row] = iter(())
    for status in statuses:
        earlier = EarlierRows(rows, _created, client.settings.page_size)
        rows = merged(earlier.rows(), _of_status(client, status, where, earlier, sort=sort), _created)
    return rows


def by_sid(client: Client, sids: Iterable[str]) -> Iterator[Row]:
    """Yield the conferences of these SIDs, asked for side by side; an unknown one is no row."""
    found = client.prefetch(partial(_one, client), filter(is_conference_sid, sids))
    return (row for row in found if row is not None)


def _one(client: Client, sid: str) -> Row | None:
    try:
        return client.get(client.path("Conferences", sid), key="conferences")
    except NotFound:
        return None


def _of_status(client: Client, status: str, where: Where, earlier: EarlierRows, *, sort: bool) -> Iterator[Row]:
    """Yield the conferences of a status, newest first, never ahead of those of the statuses before it."""

    def rows(params: Params) -> Iterator[Row]:
        listing = _listing(client, params)
        found = in_parts(client, parts_after(listing, earlier))
        return newest_first(found, _created, listing.note) if sort else found

    return _together(client, rows, status, where, earlier)


def _listing(client: Client, params: Params, page_size: int | None = None) -> Listing:
    path = client.path("Conferences")
    return Listing(client, path, "conferences", params, "DateCreated", "date_created", page_size)


def _newest(client: Client, statuses: Iterable[str], where: Where, count: int) -> Iterator[Row]:
    """Yield so many of the newest conferences; those of a status are all read before the next status is asked for."""
    found: dict[str, Row] = {}
    for status in statuses:
        for row in _together(client, lambda params: _top(client, params, count), status, where):
            found.pop(row["sid"], None)
            found[row["sid"]] = row
    return iter(sorted(found.values(), key=_created, reverse=True))


def _top(client: Client, params: Params, count: int) -> Iterator[Row]:
    """Yield at least so many of the newest conferences of a list, if it has so many, newest first.

    Some more than wanted are asked for: they show whether the list is in order. Where it is not, but within a minute,
    it is read until those that come are more than a minute older than the last one wanted.
    """
    listing = _listing(client, params, min(count + _TELLING, client.settings.page_size))
    rows: list[Row] = []
    for page in one_after_another(listing):
        rows += page.items
        seen = listing.note(disorder([*map(_created, rows)]))
        rows.sort(key=_created, reverse=True)
        if seen > 1:
            break
        if len(rows) < count:
            continue
        last, oldest = _created(rows[count - 1])[:MINUTE], minute_after(_created(rows[-1])[:MINUTE])
        if last > oldest or (seen == 0 and len(rows) >= _TELLING):
            break
    return iter(rows)


def _sorted(client: Client, statuses: list[str], where: Where) -> Iterator[Row]:
    """Yield the conferences of lists that have no order: those of a status are all read before the next.

    Those of the last status are given as they come, unless the newest have to come first.
    """
    found: dict[str, Row] = {}
    for place, status in enumerate(statuses, start=1):
        for row in _together(client, lambda params: in_parts(client, (_listing(client, params),)), status, where):
            found.pop(row["sid"], None)
            if place == len(statuses) and not where.ordered:
                yield row
            else:
                found[row["sid"]] = row
    yield from sorted(found.values(), key=_created, reverse=True)


def _first(client: Client, status: str, where: Where, count: int) -> Iterator[Row]:
    """Yield the conferences of a status, newest first, in pages of so many."""
    path, page_size = client.path("Conferences"), min(count, client.settings.page_size)

    def rows(params: Params) -> Iterator[Row]:
        return client.pages(path, "conferences", params, page_size=page_size)

    return _together(client, rows, status, where)


def _together(
    client: Client,
    rows: Callable[[Params], Iterator[Row]],
    status: str,
    where: Where,
    earlier: EarlierRows | None = None,
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
        page = _listing(client, whole).first()
        if page.next_uri is None:
            given = {params["FriendlyName"] for params in lists}
            here = [row for row in page.items if row.get("friendly_name") in given]
            yield from sorted(here, key=_created, reverse=True)
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
    instead=(
        ("INSERT", "the first call that AddParticipants places into a conference makes it"),
        ("DELETE", "UPDATE conferences SET Status = 'completed' WHERE … ends conferences"),
    ),
    pages=len(STATUSES),
    expected_rows=50_000,
)
