"""Lists of Voice Insights: which of them have the rows that a statement asks for. It keeps 30 days.

Some filters compare with no property of a row: a tag, say, as a row has many. Their columns are hidden inputs. Two
values are two lists:

    WHERE Tag IN ('high_jitter', 'high_latency') AND Status = 'completed'
    Tags=high_jitter&Status=completed       rows with Tag 'high_jitter'
    Tags=high_latency&Status=completed      rows with Tag 'high_latency'

Times are pushed as times, a little wider than the days that are needed. The beginning is always sent: Twilio's own
default may be a few hours.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import chain, product
from typing import TYPE_CHECKING

from twsql.lists.hidden_inputs import searches
from twsql.lists.resource import has_known_values
from twsql.schema import Column, Row
from twsql.schema.where import Params, Where

if TYPE_CHECKING:
    from twsql.twilio.client import Client

HOST = "insights"
KEPT = timedelta(days=30)
_A_MOMENT = timedelta(seconds=1)
"""Whether a bound itself is within is not known."""


@dataclass(frozen=True)
class Window:
    """The filters for the time of a list: the column that they bound, their names, and how much later the end must be.

    `longer` is for ends that may bound when something ended, while the column has when it began.
    """

    column: str
    since: str
    until: str
    longer: timedelta = timedelta()


def has_inputs(columns: tuple[Column, ...], where: Where) -> bool:
    """Whether a statement gives an input, so that only a list has its rows."""
    return any(column.is_input and column.name in where.equal for column in columns)


def listed(
    client: Client,
    path: str,
    key: str,
    columns: tuple[Column, ...],
    where: Where,
    window: Window | None = None,
    always: Params | None = None,
) -> Iterator[Row]:
    """Yield the items of all lists that together have all matching rows; `client` is that of `HOST`.

    The parameters `always` go with each list.
    """
    page_size = None if where.limit is None else max(1, min(where.limit, client.settings.page_size))
    properties = (column for column in columns if not column.is_input and column.type != "datetime")
    filters = tuple(column for column in properties if has_known_values(column, where))
    loose = tuple(column for column in filters if column.loose)  # lists of two names overlap if Twilio ignores case
    times = {} if window is None else _times(client, columns, where, window)
    for params, (search, given) in product([*where.lists(filters)], [*searches(where, columns)]):
        sent = {**(always or {}), **params, **times, **search}
        exactly = {column.json_key: params[column.filter] for column in loose if column.filter in params}
        for row in client.pages(path, key, sent, page_size=page_size):
            if all(row.get(name) == value for name, value in exactly.items()):
                yield {**row, **given} if given else row


def _times(client: Client, columns: tuple[Column, ...], where: Where, window: Window) -> Params:
    """The bounds of a list: the days that the statement needs, as far as Insights keeps them."""
    column = next(each for each in columns if each.name == window.column)
    days = dict(chain.from_iterable(each.items() for each in where.lists((column,))))
    now = client.clock.at(time.monotonic()) or datetime.now(timezone.utc)
    oldest = now - KEPT
    first, last = (_midnight(days.get(column.filter + sign)) for sign in "><")
    since = oldest if first is None else max(oldest, first - _A_MOMENT)
    times = {window.since: _iso(since)}
    if last is not None and last < now:
        times[window.until] = _iso(max(last + timedelta(days=1) + window.longer + _A_MOMENT, oldest))
    return times


def _midnight(day: str | None) -> datetime | None:
    return None if day is None else datetime.fromisoformat(day).replace(tzinfo=timezone.utc)


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
