"""The sandbox's time: true time, moved on by tests; never backwards. UTC seconds since 1970."""

from __future__ import annotations

import time
from datetime import datetime
from email.utils import formatdate
from functools import lru_cache

DAY = 86_400
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TWO_DIGITS = tuple(f"{number:02d}" for number in range(60))
_TIMES = tuple(f"{hour:02d}:{minute}" for hour in range(24) for minute in _TWO_DIGITS)


class Clock:
    """A clock that runs at the true speed and can be advanced; `started` is the time that it began with."""

    def __init__(self, start: datetime | None = None) -> None:
        self.started = self._start = time.time() if start is None else start.timestamp()
        self._began = time.monotonic()

    def now(self) -> float:
        """Return the sandbox's time."""
        return self._start + time.monotonic() - self._began

    def advance(self, seconds: float) -> None:
        """Move the time on. Raises ValueError for less than nothing."""
        if seconds < 0:
            raise ValueError(f"time cannot go back: {seconds}")
        self._start += seconds


@lru_cache(maxsize=4096)
def _day(number: int) -> str:
    """Return the date of the day so many days after 1970-01-01, as RFC 2822 writes it."""
    day = time.gmtime(number * DAY)
    return f"{_DAYS[day.tm_wday]}, {day.tm_mday:02d} {_MONTHS[day.tm_mon - 1]} {day.tm_year}"


def rfc2822(when: float) -> str:
    """Return a time as Twilio's 2010-04-01 API writes it: `Mon, 05 Jan 2026 07:08:09 +0000`, in any locale."""
    minutes, second = divmod(int(when), 60)
    day, minute = divmod(minutes, 1440)
    return f"{_day(day)} {_TIMES[minute]}:{_TWO_DIGITS[second]} +0000"


@lru_cache(maxsize=2)
def http_date(second: int) -> bytes:
    """Return a time as HTTP's `Date` header has it: `Mon, 05 Jan 2026 07:08:09 GMT`."""
    return formatdate(second, usegmt=True).encode()


def iso8601(when: float) -> str:
    """Return a time as Twilio's Insights API writes it: `2026-01-05T07:08:09Z`."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(when))
