"""When the attempts at a call were made, by Twilio's clock as far as it is known."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from twsql.dialing.entries import Entry
from twsql.schema.once import CLOCKS_AGREE, EVER, Window
from twsql.twilio.clock import Clock


class Attempts:
    """The attempts of one entry in this process. They are dated later, when a response has told Twilio's time."""

    def __init__(self, clock: Clock, entry: Entry) -> None:
        self.entry = entry
        self._clock = clock
        self._is_first = entry.todo == "send"
        self._first: float | None = None
        self._last: float | None = None

    @contextmanager
    def one(self) -> Iterator[None]:
        """Time an attempt; it ends with its response, or when the response is lost."""
        self._last = time.monotonic()
        if self._is_first and self._first is None:
            self._first = self._last
        try:
            yield
        finally:
            self._last = time.monotonic()

    def timed(self) -> Entry:
        """The entry, with the times of its attempts as far as they are known now."""
        since = self.entry.since or written(self._at(self._first))
        return replace(self.entry, since=since, until=written(self._at(self._last)) or self.entry.until)

    def _at(self, moment: float | None) -> datetime | None:
        return None if moment is None else self._clock.at(moment)


def window(entry: Entry, clock: Clock, longest: timedelta, here: Callable[[], datetime]) -> Window:
    """When Twilio carried out an entry, if it did; it may do so until the latest moment of a response.

    Times by the journal's clock alone, which `here` tells, are corrected by its error of now. They may be off by more:
    a clock that was hours off, and has been set since, must not hide a call. So `earliest` and `latest` are then
    without bounds.
    """
    told = clock.at(time.monotonic())
    is_dated = entry.since is not None and entry.until is not None
    wrong = timedelta() if told is None or is_dated else told - here()
    started, sent = _moment(entry.started), _moment(entry.sent)
    until = sent + wrong if entry.until is None else _moment(entry.until)
    if entry.since is not None:
        since = _moment(entry.since)
        earliest, latest = since - CLOCKS_AGREE, max(until, since) + longest + CLOCKS_AGREE
    else:
        since = started + wrong
        earliest, latest = EVER
    return Window(since - CLOCKS_AGREE, max(until, since) + CLOCKS_AGREE, earliest, latest)


def written(moment: datetime | None) -> str | None:
    """A time in the journal's form: UTC with milliseconds, as SQLite writes it."""
    return None if moment is None else moment.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)
