"""What Twilio lists for a recipient at about the time of an effect whose response was lost.

Twilio sorts calls by StartTime and messages by DateSent. What waits has neither, so it may be on any page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from twsql.errors import OutcomeUnknown
from twsql.procedures.witnesses.lookups import is_callers, is_inbound, moment
from twsql.schema import Row
from twsql.schema.once import CLOCKS_APART, Lost, Window

if TYPE_CHECKING:
    from twsql.twilio.client import Client
    from twsql.twilio.responses import Page

_PAGE = 50
"""Items on a page: a number has few, mostly, and the newest come first."""
_WAITING = ("queued", "canceled")
"""The statuses of calls that have no StartTime: those that wait, and those that were canceled meanwhile."""
_READ = 20_000
"""How many messages to one recipient are read at most."""


def calls_between(client: Client, lost: Lost) -> Iterator[Row]:
    """Yield the calls that may be it, by numbers and date."""
    return (row for row in to_recipient(client, lost, "calls") if is_callers(row, lost))


def to_recipient(client: Client, lost: Lost, key: str) -> Iterator[Row]:
    """Yield the calls or messages to the recipient that may be it, by date.

    The list is filtered by To alone: Twilio documents neither whether a queued call has a StartTime, nor which From a
    call with a CallerId has; a queued message has no DateSent, and one of a messaging service no From at first. A
    number without its plus may be listed either way. Raises OutcomeUnknown if there are too many messages to read.
    """
    yielded: set[str] = set()
    window: Window | None = None
    to = lost.record.recipient
    for number in dict.fromkeys((to, f"+{to}" if to.isdigit() else to)):
        params = {"To": number}
        calls = since(client, key, params, lambda: lost.window().earliest, _PAGE)
        for row in calls if key == "calls" else _messages(client, params):
            window = window or lost.window()  # not before the first response, which may tell Twilio's time
            date = moment(row.get("date_created"))
            is_possible = date is None or window.earliest <= date <= window.latest
            if row["sid"] not in yielded and is_possible and not is_inbound(row):
                yielded.add(str(row["sid"]))
                yield row


def since(
    client: Client,
    key: str,
    params: Mapping[str, str],
    down_to: Callable[[], datetime],
    page_size: int | None = None,
) -> Iterator[Row]:
    """Yield the calls or messages of a list down to a date, and some earlier ones; some come twice.

    `down_to` gives the date; it is called after the first response, which may tell Twilio's time.

    The newest come first, as far as is known. If a page shows another order, all pages are read. Of a list of several
    pages the calls that wait are read before the others, so that one that starts meanwhile is not missed.
    """
    path = client.path(key.title())
    page: Page | None = client.page(path, key, params, page_size=page_size)
    if key == "calls" and page is not None and page.next_uri is not None:
        for status in _WAITING:
            yield from client.pages(path, key, {**params, "Status": status})
        page = client.page(path, key, params, page_size=page_size)
    before: set[str] = set()
    earliest = down_to()
    while page is not None:
        before.add(page.target)
        yield from page.items
        known = [date for row in page.items if (date := moment(row.get("date_created"))) is not None]
        is_in_order = len(known) > 1 and all(older <= newer + CLOCKS_APART for newer, older in pairwise(known))
        if is_in_order and known[-1] < earliest - CLOCKS_APART:
            return
        page = client.following(page, key, before)


def _messages(client: Client, params: Mapping[str, str]) -> Iterator[Row]:
    """Yield all messages of a list: Twilio has no filter for those that wait."""
    for count, row in enumerate(client.pages(client.path("Messages"), "messages", params)):
        if count >= _READ:
            raise OutcomeUnknown(f"there are more than {_READ:,} messages to {params['To']}, too many to look through")
        yield row
