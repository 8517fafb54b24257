"""Twilio's time, as its answers tell it: this machine's wall clock may be wrong, and may step at any moment."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

_QUICK = 5.0
"""Seconds within which an answer must have come for its date to be believed: it may be dated at either end."""
_HALF_A_SECOND = timedelta(seconds=0.5)
"""Dates are whole seconds, cut off."""


class Clock:
    """Twilio's time at any moment of this process's monotonic clock, which never steps; threads may share it."""

    def __init__(self) -> None:
        self._heard: tuple[datetime, float] | None = None
        self._last = ""

    def hear(self, date: str | None, begun: float) -> None:
        """Take the `Date` of an answer that has just come to a request that was begun then."""
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
        """Twilio's time (UTC) at a moment of `time.monotonic()`; None as long as it has told none."""
        if self._heard is None:
            return None
        told, heard = self._heard
        return told.astimezone(timezone.utc) + timedelta(seconds=moment - heard)
