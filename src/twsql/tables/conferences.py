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
from twsql.tables.history import Listing, moment, newest_first
from twsql.tables.kept import kept
from twsql.where import Where

if TYPE_CHECKING:
    from twsql.twilio.client import Client

STATUSES = ("init", "in-progress", "completed")
"""In the order in which a conference has them."""

MOST_OVER = 10_000
"""Conferences that a statement remembers as over, whose participants need not be asked for."""


def conferences(client: Client, where: Where) -> Iterator[Row]:
    """Yield one row for each conference, newest first: by SID one request each, else the lists of the statuses.

    Twilio lists without a status only what is in progress, so each status is asked for. In the order of a conference's
    life, and the first two to their end before the third begins: one that moves on meanwhile is seen twice and not
    missed. Of two copies the later one is given. Where a few rows of any are enough (LIMIT), they come as they are
    listed, and what is not needed is not asked for. What has to wait is kept in little memory, see `kept`.
    """
    over = where.company.over if where.company else set()
    for row in _conferences(client, where):
        if row.get("status") == "completed" and len(over) < MOST_OVER:
            over.add(str(row["sid"]))
        yield row


def _conferences(client: Client, where: Where) -> Iterator[Row]:
    sids = where.any_of("Sid")
    wanted = where.any_of("Status")
    statuses = [status for status in STATUSES if wanted is None or status in wanted]
    if sids is not None:
        yield from by_sid(client, sids)
    elif where.limit is not None and not where.ordered:
        yield from _as_listed(_list(client, status, where, where.limit) for status in statuses)
    elif statuses:
        rows: Iterator[Row] = iter(())
        for status in statuses[:-1]:
            rows = _merged(kept(rows), _list(client, status, where))
        yield from _merged(kept(rows), _list(client, statuses[-1], where, where.limit))


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
            rows = newest_first(Listing(client, path, "conferences", params, "DateCreated", "date_created"))
        else:
            rows = client.pages(path, "conferences", params, page_size=min(page_size, client.settings.page_size))
        lists.append(_named(rows, params["FriendlyName"]) if "FriendlyName" in params else rows)
    return heapq.merge(*lists, key=_created, reverse=True) if len(lists) > 1 else chain(*lists)


def _named(rows: Iterator[Row], name: str) -> Iterator[Row]:
    """Pass on the rows of exactly this name: Twilio may not mind upper and lower case, and lists would overlap."""
    return (row for row in rows if row.get("friendly_name") == name)


def _as_listed(lists: Iterable[Iterator[Row]]) -> Iterator[Row]:
    """Yield the rows of one list after another, each conference once."""
    given = set()
    for row in chain.from_iterable(lists):
        if row["sid"] not in given:
            given.add(row["sid"])
            yield row


def _merged(earlier: Iterator[Row], later: Iterator[Row]) -> Iterator[Row]:
    """Merge two lists, each newest first. Of two copies of a conference, which were created at once, the later's."""
    waiting = next(earlier, None)
    if waiting is None:
        yield from later
        return
    moment = None
    same: dict[object, Row] = {}
    for row in later:
        created = _created(row)
        if created != moment:
            yield from same.values()
            same, moment = {}, created
            while waiting is not None and _created(waiting) >= moment:
                if _created(waiting) > moment:
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


_created = partial(moment, "date_created")

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
