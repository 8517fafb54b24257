"""The order of lists: newest first, as far as is known. Code that relies on the order checks it.

Twilio has listed conferences newest first since 2019. It documents neither that, nor the order within a second or
under load. So the client notes how far from newest first a list was (`Shown.disorder`). This module sorts rows that are
out of order by up to a minute or so. A list that is further out of order (oldest first, or by SID) counts as unsorted.

    listed             12:00:40  12:00:10  12:00:55  11:58:20      11:58:20  12:00:40
    disorder           1                                           2
    sorted             12:00:55  12:00:40  12:00:10  11:58:20      not here
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from operator import itemgetter

from twsql.schema import Row

MINUTE = len("2026-03-01 12:00")

Created = Callable[[Row], str]
"""Gives the creation time of a row: UTC text in SQLite's form, '' if the row has none."""


def disorder(moments: list[str]) -> int:
    """How far from newest first the moments are, see `Shown.disorder`. Empty ones belong last."""
    if moments == sorted(moments, reverse=True):
        return 0
    newest, oldest = "9999", "9999"
    for moment in moments:
        minute = moment[:MINUTE]
        if minute < oldest:
            newest, oldest = minute_after(minute), minute
        elif minute > newest:
            return 2
    return 1


def newest_first(rows: Iterable[Row], created: Created, note: Callable[[int], object]) -> Iterator[Row]:
    """Sort rows that are newest first except for a minute or so; calls `note` with a larger disorder.

    A row waits until a row has come that is older by more than a minute. A row without a date stays about in place.
    """
    waiting: list[tuple[str, Row]] = []
    oldest = newest = "9999"
    for row in rows:
        moment = created(row) or oldest
        minute = moment[:MINUTE]
        if minute < oldest:
            oldest, newest = minute, minute_after(minute)
            waiting.sort(key=itemgetter(0), reverse=True)
            while waiting and waiting[0][0][:MINUTE] > newest:
                yield waiting.pop(0)[1]
        elif minute > newest:
            note(2)
        waiting.append((moment, row))
    waiting.sort(key=itemgetter(0), reverse=True)
    yield from (row for _, row in waiting)


@lru_cache(maxsize=4096)
def minute_after(minute: str) -> str:
    """The minute after one such as `2026-03-01 12:59`; '' and the last minute of year 9999 are returned as they are."""
    try:
        return (datetime.fromisoformat(minute) + timedelta(minutes=1)).isoformat(" ")[:MINUTE]
    except (ValueError, OverflowError):
        return minute
