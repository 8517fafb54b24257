"""conferences: every conference of the account, newest first."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from twsql.lists import many_sids, resource
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
"""How many conferences are enough to check the order of a list."""


def conferences(client: Client, where: Where) -> Iterator[Row]:
    """Yield one row for each conference, newest first: by SID one request each, else the lists of the statuses.

    Without a status Twilio lists only the conferences in progress. So each status is listed, in the order of a
    conference's life, see `lists.statuses`. With a LIMIT without an ORDER BY, rows come as Twilio lists them, and no
    page too many is fetched.
    """
    sids = where.any_of("Sid")
    named = where.any_of("Status")
    statuses = [status for status in STATUSES if named is None or status in named]
    if sids is not None:
        singly, every = partial(by_sid, client), partial(_in_order, client, [*STATUSES], Where())
        if where.limit is None:
            yield from many_sids.rows(filter(is_conference_sid, sids), client.settings.page_size, every, singly)
        else:
            yield from singly(sids)
    elif where.limit is None or where.ordered:
        yield from _in_order(client, statuses, where)
    else:
        yield from _as_listed(_first(client, status, where, where.limit) for status in statuses)


def _in_order(client: Client, statuses: list[str], where: Where) -> Iterator[Row]:
    """Yield the conferences of these statuses newest first, as Twilio lists them, or sorted if it lists them otherwise.

    When the first row has come the first pages of all statuses have been read, which shows the order of the lists. If
    they are less in order than was known, the reading begins again, in a way that suits.
    """
    found = client.shown.disorder
    while (known := found["conferences"]) < 2:
        if where.limit is not None and where.limit <= IN_MEMORY:
            rows = _newest(client, statuses, where, where.limit)
        else:
            rows = _every(client, statuses, where, sort=where.ordered or known > 0)
        first = next(rows, None)
        if found["conferences"] == known:
            yield from () if first is None else chain((first,), rows)
            return
    yield from _sorted(client, statuses, where)


def _every(client: Client, statuses: list[str], where: Where, *, sort: bool) -> Iterator[Row]:
    """Yield all conferences, reading the statuses side by side; `sort` those that are out of order by a minute."""
    rows: Iterator[Row] = iter(())
    for status in statuses:
        earlier = EarlierRows(rows, _created, client.settings.page_size)
        rows = merged(earlier.rows(), _of_status(client, status, where, earlier, sort=sort), _created)
    return rows


def by_sid(client: Client, sids: Iterable[str]) -> Iterator[Row]:
    """Yield the conferences of these SIDs, fetched side by side; an unknown SID gives no row."""
    return resource.by_sid(client, "Conferences", "conferences", filter(is_conference_sid, sids))


def _of_status(client: Client, status: str, where: Where, earlier: EarlierRows, *, sort: bool) -> Iterator[Row]:
    """Yield the conferences of a status, newest first; a day is fetched after that day of the earlier statuses."""

    def rows(params: Params) -> Iterator[Row]:
        listing = _listing(client, params)
        found = in_parts(client, parts_after(listing, earlier))
        return newest_first(found, _created, listing.note) if sort else found

    return _together(client, rows, status, where, earlier)


def _listing(client: Client, params: Params, page_size: int | None = None) -> Listing:
    path = client.path("Conferences")
    return Listing(client, path, "conferences", params, "DateCreated", "date_created", page_size)


def _newest(client: Client, statuses: Iterable[str], where: Where, count: int) -> Iterator[Row]:
    """Yield the newest `count` conferences; all of a status are read before the next status is fetched."""
    found: dict[str, Row] = {}
    for status in statuses:
        for row in _together(client, lambda params: _top(client, params, count), status, where):
            found.pop(row["sid"], None)
            found[row["sid"]] = row
    return iter(sorted(found.values(), key=_created, reverse=True))


def _top(client: Client, params: Params, count: int) -> Iterator[Row]:
    """Yield the newest conferences of a list, newest first: `count` or more, or all it has.

    The page is a little larger than needed, to check the order of the list. If rows are out of order by up to a minute,
    this reads on until the rows are more than a minute older than the last one needed.
    """
    listing = _listing(client, params, min(count + _TELLING, client.settings.page_size))
    rows: list[Row] = []
    for page in one_after_another(listing):
        rows += page.items
        known = listing.note(disorder([*map(_created, rows)]))
        rows.sort(key=_created, reverse=True)
        if known > 1:
            break
        if len(rows) < count:
            continue
        last, oldest = _created(rows[count - 1])[:MINUTE], minute_after(_created(rows[-1])[:MINUTE])
        if last > oldest or (known == 0 and len(rows) >= _TELLING):
            break
    return iter(rows)


def _sorted(client: Client, statuses: list[str], where: Where) -> Iterator[Row]:
    """Yield the conferences of unsorted lists: all of a status are read before the next status.

    Those of the last status come as Twilio lists them, unless the statement needs the newest first.
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
    """Yield the conferences of a status, newest first, in pages of `count`."""
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
    """Merge the `rows` of the lists of a status, newest first: one list, or one for each name of an IN.

    With several names the first page of the whole status is tried first: in most accounts it has all conferences that
    are not over. Several lists are fetched only after all rows of `earlier`.
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
    """Pass on the rows of exactly this name: if Twilio ignores case, the lists of two names overlap."""
    return rows if name is None else (row for row in rows if row.get("friendly_name") == name)


def _as_listed(lists: Iterable[Iterator[Row]]) -> Iterator[Row]:
    """Yield the rows of one list after another, each conference once."""
    yielded = set()
    for row in chain.from_iterable(lists):
        if row["sid"] not in yielded:
            yielded.add(row["sid"])
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
