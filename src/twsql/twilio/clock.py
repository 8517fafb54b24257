"""Twilio's time, from the Date header of its responses: this machine's clock may be wrong, or step at any moment."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

_QUICK = 5.0
"""Seconds from a request to its response within which the date counts: Twilio may set it at either end."""
_HALF_A_SECOND = timedelta(seconds=0.5)
"""A Date header has whole seconds, rounded down: half a second later is right on average."""


def boottime() -> float:
    """Seconds of a clock that never steps, and goes on while the machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))  # macOS's monotonic one goes on


class Clock:
    """Gives Twilio's time at a moment of this process's monotonic clock, which never steps. Threads may share it."""

    def __init__(self) -> None:
        self._heard: tuple[datetime, float] | None = None
        self._last = ""

    def hear(self, date: str | None, begun: float) -> None:
        """Set the clock by the `date` of a response that has just come; `begun` is when its request began."""
        now = time.monotonic()
        if not date or date == self._last or now - begun > _QUICK:
            return
        try:
            told = parsedate_to_datetime(date)
        except (ValueError, OverflowError):
            return
        self._last = date
        self._heard = (told if told.tzinfo else told.replace(tzinfo=timezone.utc)) + _HALF_A_SECOND, now

    def at(self, moment: float) -> datetime | None:
        """Twilio's time (UTC) at a moment of `time.monotonic()`; None before the first response with a date."""
        if self._heard is None:
            return None
        told, heard = self._heard
        return told.astimezone(timezone.utc) + timedelta(seconds=moment - heard)
