"""The order of lists: newest first, as far as is known. What relies on it looks, and does without where it is not so.

Twilio has listed conferences newest first since 2019; how it lists those of the same second, or under load, nobody has
published. So the client notes how far from newest first a list was seen to be (`Shown.disorder`). Rows that are out of
order by a minute or so are put in order here; a list that is further out of it (oldest first, or by SID) is read as if
it had none.

    listed             12:00:40  12:00:10  12:00:55  11:58:20      11:58:20  12:00:40
    disorder           1                                           2
    put in order       12:00:55  12:00:40  12:00:10  11:58:20      -
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache

from twsql.schema import Row

MINUTE = len("2026-03-01 12:00")

Created = Callable[[Row], str]
"""From a row to when it was created, UTC text in SQLite's form; empty where it does not say so."""


def disorder(moments: list[str]) -> int:
    """How far from newest first they are, see `Shown.disorder`. Those that are empty come last."""
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
    """Yield rows newest first that are so but for a minute or so; calls `note` with a disorder of more.

    A row is given when an older one by more than a minute has been read. One without a date stays about where it is.
    """
    held: list[tuple[str, Row]] = []
    oldest = newest = "9999"
    for row in rows:
        moment = created(row) or oldest
        minute = moment[:MINUTE]
        if minute < oldest:
            oldest, newest = minute, minute_after(minute)
            held.sort(key=_moment, reverse=True)
            while held and held[0][0][:MINUTE] > newest:
                yield held.pop(0)[1]
        elif minute > newest:
            note(2)
        held.append((moment, row))
    held.sort(key=_moment, reverse=True)
    yield from (row for _, row in held)


def _moment(held: tuple[str, Row]) -> str:
    return held[0]


@lru_cache(maxsize=4096)
def minute_after(minute: str) -> str:
    """The minute after `2026-03-01 12:59`; of an empty one, and of the last of all, itself."""
    try:
        return (datetime.fromisoformat(minute) + timedelta(minutes=1)).isoformat(" ")[:MINUTE]
    except (ValueError, OverflowError):
        return minute
