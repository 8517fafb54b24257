"""Periods of usage records: the days that a list is asked for, so that it has every record that a statement may mean.

A record is of a period, from StartDate to EndDate, both included. Twilio's filters of the same names leave out days; a
period that they cut would have other sums. So they are sent for whole periods, and SQLite compares the dates:

    StartDate >= '2026-01-15', daily            StartDate=2026-01-15
    StartDate >= '2026-01-15', monthly          StartDate=2026-01-01
    EndDate < '2026-02-01', monthly             EndDate=2026-01-31
    StartDate <= '2026-01-15', yearly           EndDate=2026-12-31
    StartDate = '2026-01-15', last-month        nothing: that is one period

Of all time there is one record, and the dates are the period that it is of:

    StartDate >= '2026-01-15' AND EndDate <= '2026-02-10', all-time    StartDate=2026-01-15, EndDate=2026-02-10
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from itertools import product

from twsql.schema import Value
from twsql.schema.where import Where

Span = tuple[date | None, date | None]
"""The first and the last day; None for no bound."""

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_A_DAY = timedelta(days=1)
_FIRST = date(2008, 1, 1)
"""Twilio's first year: no usage is older."""


def spans(where: Where, granularity: str, today: date) -> Iterator[Span]:
    """Yield the days of each list that together have the records of a granularity; none if there can be none.

    A last day after `today` is left out, as nobody knows what Twilio makes of it.
    """
    if granularity not in ("all-time", "daily", "monthly", "yearly"):
        yield None, None
        return
    (after, before, starts), (later, earlier, ends) = _bounds(where, "StartDate"), _bounds(where, "EndDate")
    chosen: Iterable[Span]
    if granularity == "all-time":
        firsts: list[date | None] = [*starts] or [_most(max, after)]
        lasts: list[date | None] = [*ends] or [_most(min, earlier)]
        chosen = product(firsts, lasts)
    else:
        equal = sorted(starts + ends)
        low, high = _most(max, after + later + equal[:1]), _most(min, before + earlier + equal[-1:])
        chosen = [(low and _floor(granularity, low), high and _ceiling(granularity, high))]
    for first, last in chosen:
        if first is None or last is None or first <= last:
            yield first if first and first >= _FIRST else None, last if last and last <= today else None


def _most(choose: Callable[[list[date]], date], days: list[date]) -> date | None:
    return choose(days) if days else None


def _bounds(where: Where, name: str) -> tuple[list[date], list[date], list[date]]:
    """The lower bounds, the upper bounds and the values of a column, those that are days."""
    low: list[date] = []
    high: list[date] = []
    for operator, value in where.between.get(name, ()):
        day = _day(value)
        if day is not None and operator in (">", ">="):
            low.append(day + _A_DAY if operator == ">" and value == str(day) and day < date.max else day)
        elif day is not None:
            high.append(day - _A_DAY if operator == "<" and value == str(day) and day > date.min else day)
    return low, high, [day for value in where.equal.get(name, ()) if (day := _day(value)) and value == str(day)]


def _day(value: Value) -> date | None:
    """The day that a text begins with: text that compares after `2026-01-15 10:00` does so after `2026-01-15`."""
    if not isinstance(value, str) or not _DAY.match(value):
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def _floor(granularity: str, day: date) -> date:
    """The first day of the period that a day is in."""
    if granularity == "daily":
        return day
    return day.replace(day=1) if granularity == "monthly" else day.replace(month=1, day=1)


def _ceiling(granularity: str, day: date) -> date:
    """The last day of the period that a day is in."""
    if granularity == "daily":
        return day
    month = day if granularity == "monthly" else day.replace(month=12)
    following = month.replace(day=28) + timedelta(days=4) if month < date(9999, 12, 1) else None
    return date.max if following is None else following.replace(day=1) - _A_DAY
