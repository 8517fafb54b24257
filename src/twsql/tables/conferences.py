"""conferences: every conference of the account, newest first."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from twsql.errors import NotFound
from twsql.procedures.addressing import is_conference_sid
from twsql.procedures.end_conference import UPDATE_CONFERENCE
from twsql.resources import CONFERENCE
from twsql.schema import Effect, Row, Table
from twsql.tables.history import Listing, newest_first
from twsql.values import utc
from twsql.where import Where

if TYPE_CHECKING:
    from twsql.twilio.client import Client

STATUSES = ("init", "in-progress", "completed")
"""In the order in which a conference has them."""


def conferences(client: Client, where: Where) -> Iterator[Row]:
    """Yield one row for each conference, newest first: by SID one request each, else the lists of the statuses.

    Twilio lists without a status only what is in progress, so each status is asked for. In the order of a conference's
    life, and the first two to their end before the third begins: one that moves on meanwhile is seen twice and not
    missed. Of two copies the later one is given. Where a few rows of any are enough (LIMIT), they come as they are
    listed, and what is not needed is not asked for.
    """
    sids = where.any_of("Sid")
    wanted = where.any_of("Status")
    statuses = [status for status in STATUSES if wanted is None or status in wanted]
    if sids is not None:
        yield from by_sid(client, sids)
    elif where.limit is not None and not where.ordered:
        yield from _as_listed(_list(client, status, where, where.limit) for status in statuses)
    elif statuses:
        held: dict[object, Row] = {}
        for status in statuses[:-1]:
            held |= {row["sid"]: row for row in _list(client, status, where)}
        yield from _merged(list(held.values()), _list(client, statuses[-1], where, where.limit))


def by_sid(client: Client, sids: Iterable[str]) -> Iterator[Row]:
    """Yield the conferences of these SIDs, asked for side by side; an unknown one is no row."""
    found = client.ahead(partial(_one, client), filter(is_conference_sid, sids))
    return (row for row in found if row is not None)


def _one(client: Client, sid: str) -> Row | None:
    try:
        return client.get(client.path("Conferences", sid))
    except NotFound:
        return None


def _list(client: Client, status: str, where: Where, page_size: int | None = None) -> Iterator[Row]:
    """Yield the conferences of one status that the other filters let through, newest first."""
    path = client.path("Conferences")
    lists = []
    for params in where.lists(tuple(column for column in CONFERENCE if column.name != "Status")):
        params["Status"] = status
        if page_size is None:
            lists.append(newest_first(Listing(client, path, "conferences", params, "DateCreated", "date_created")))
        else:
            size = min(page_size, client.settings.page_size)
            lists.append(client.pages(path, "conferences", params, page_size=size))
    return heapq.merge(*lists, key=_created, reverse=True) if len(lists) > 1 else chain(*lists)


def _as_listed(lists: Iterable[Iterator[Row]]) -> Iterator[Row]:
    """Yield the rows of one list after another, each conference once."""
    given = set()
    for row in chain.from_iterable(lists):
        if row["sid"] not in given:
            given.add(row["sid"])
            yield row


def _merged(held: list[Row], last: Iterator[Row]) -> Iterator[Row]:
    """Merge the rows that were read first into the last list, newest first; its copy of a row is the later one."""
    if not held:
        yield from last
        return
    held.sort(key=_created, reverse=True)
    sids = {row["sid"] for row in held}
    given = set()
    place = 0
    for row in last:
        while place < len(held) and _created(held[place]) > _created(row):
            if held[place]["sid"] not in given:
                given.add(held[place]["sid"])
                yield held[place]
            place += 1
        if row["sid"] in sids:
            if row["sid"] in given:
                continue
            given.add(row["sid"])
        yield row
    yield from (row for row in held[place:] if row["sid"] not in given)


def _created(row: Row) -> str:
    return utc(row["date_created"]) if row.get("date_created") else ""


CONFERENCES = Table(
    name="conferences",
    description="Every conference of the account, newest first.",
    columns=CONFERENCE,
    rows=conferences,
    identity=("Sid",),
    newest_first="DateCreated",
    update=Effect(UPDATE_CONFERENCE, keys=(("Conference", "Sid"),)),
    pages=50,
)
