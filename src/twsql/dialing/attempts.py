"""When the attempts at a call were made, by Twilio's clock as far as it is known."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from twsql.dialing.entry import Entry
from twsql.dialing.statements import SEND_WITHIN
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
        """The entry, with the times of its attempts as far as they are known now.

        If a process died that did not know Twilio's time, its attempt was before now.
        """
        since = self.entry.since or written(self._at(self._first))
        until = written(self._at(self._last)) or self.entry.until
        return replace(self.entry, since=since, until=until or written(self._at(time.monotonic())))

    def _at(self, moment: float | None) -> datetime | None:
        return None if moment is None else self._clock.at(moment)


def window(entry: Entry, clock: Clock, longest: timedelta, here: Callable[[], datetime]) -> Window:
    """When Twilio carried out an entry, if it did; it may do so until the latest moment of a response.

    Times by the journal's clock alone, which `here` tells, are corrected by its error of now. They may be off by more:
    a clock that was hours off, and has been set since, must not hide a call. So `earliest` is then without a bound, and
    `latest` counts from when Twilio's time was first known.
    """
    told = clock.at(time.monotonic())
    is_dated = entry.since is not None and entry.until is not None
    wrong = timedelta() if told is None or is_dated else told - here()
    started, sent = _moment(entry.started), _moment(entry.sent)
    since = started + wrong if entry.since is None else _moment(entry.since)
    late = timedelta(seconds=SEND_WITHIN if entry.is_cut_off else 0)  # it was recorded then, and sent a little later
    until = late + (sent + wrong if entry.since is None or entry.until is None else _moment(entry.until))
    earliest = EVER[0] if entry.since is None else since - CLOCKS_AGREE
    latest = EVER[1] if entry.until is None else _moment(entry.until) + late + longest + CLOCKS_AGREE
    return Window(since - CLOCKS_AGREE, max(until, since) + CLOCKS_AGREE, earliest, latest)


def written(moment: datetime | None) -> str | None:
    """A time in the journal's form: UTC with milliseconds, as SQLite writes it."""
    return None if moment is None else moment.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)
