"""The filters of Twilio's lists, and the part of a list between two dates."""

from __future__ import annotations

import re
from bisect import bisect_left
from calendar import timegm
from collections.abc import Callable
from datetime import date, datetime

from .clock import DAY
from .errors import ApiError
from .readings import Readings
from .records import STATUSES, Call, Conference, Participant
from .sids import chance

Query = dict[str, str]
CALL_STATUSES = ("queued", "ringing", "in-progress", "completed", "busy", "failed", "no-answer", "canceled")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_EVER = (float("-inf"), float("inf"))

Span = tuple[float, float]


def day_span(query: Query, name: str, upper_bound: str) -> Span:
    """Return the beginning and end (excluded) of a date filter, in UTC days. Raises ApiError for anything but a day."""
    return _span(query, name, _whole_day, upper_bound)


def time_span(query: Query, name: str, upper_bound: str) -> Span:
    """Return the beginning and end (excluded) of a time filter, given as days or to the second."""
    return _span(query, name, _moment, upper_bound)


def _span(query: Query, name: str, read: Callable[[str, str], Span], upper_bound: str) -> Span:
    low, high = _EVER
    if f"{name}" in query:
        low, high = read(name, query[name])
    if f"{name}>" in query:
        low = max(low, read(name, query[f"{name}>"])[0])
    if f"{name}<" in query:
        high = min(high, read(name, query[f"{name}<"])[upper_bound == "day included"])
    return low, high


def _whole_day(name: str, text: str) -> Span:
    if not _DAY.fullmatch(text):
        raise ApiError(20001, f"{name} must be a day, YYYY-MM-DD, not {text!r}")
    try:
        start = timegm(date.fromisoformat(text).timetuple())
    except ValueError as error:
        raise ApiError(20001, f"{name}: {error}") from error
    return start, start + DAY


def _moment(name: str, text: str) -> Span:
    if not _TIME.fullmatch(text):
        return _whole_day(name, text)
    try:
        start = datetime.fromisoformat(text[:19] + "+00:00").timestamp()
    except ValueError as error:
        raise ApiError(20001, f"{name}: {error}") from error
    return start, start + 1


def choice(query: Query, name: str, choices: tuple[str, ...]) -> str | None:
    """Return the value of a filter that has a fixed set of them. Raises ApiError for another."""
    value = query.get(name)
    if value is not None and value not in choices:
        raise ApiError(20001, f"{name} cannot be {value!r}")
    return value


def conference_status(query: Query) -> str | None:
    """Return the status that a list of conferences is narrowed to."""
    return choice(query, "Status", STATUSES)


def conference_filter(query: Query, readings: Readings, now: float) -> Callable[[Conference], bool] | None:
    """Return the condition on a conference, besides its status, its name and its creation date."""
    low, high = day_span(query, "DateUpdated", readings.upper_bound)
    listed = now - readings.list_lag
    if (low, high) == _EVER and not readings.list_lag:
        return None
    return lambda one: one.created <= listed and low <= one.updated < high


def call_filter(query: Query, readings: Readings, now: float) -> Callable[[Call], bool]:
    """Return the condition on a call; one that has not started counts as started when it was created, or not at all."""
    to, from_, parent = query.get("To"), query.get("From"), query.get("ParentCallSid")
    status = choice(query, "Status", CALL_STATUSES)
    low, high = time_span(query, "StartTime", readings.calls_upper_bound)
    end_low, end_high = time_span(query, "EndTime", readings.calls_upper_bound)
    listed = now - readings.list_lag
    any_start = (low, high) == _EVER or readings.queued_start_time != "null and not found"
    any_end = (end_low, end_high) == _EVER

    def keep(call: Call) -> bool:
        return (
            not (call.deleted or parent)
            and call.created <= listed
            and to in (None, call.to)
            and from_ in (None, call.from_, call.caller)
            and status in (None, call.status)
            and (any_start or call.began is not None)
            and low <= (call.began or call.created) < high
            and (any_end or (call.ended is not None and end_low <= call.ended < end_high))
        )

    return keep


def participant_filter(query: Query) -> Callable[[Participant], bool] | None:
    """Return the condition on a participant."""
    wanted = {}
    for name in ("Muted", "Hold", "Coaching"):
        value = choice(query, name, ("true", "false", "True", "False"))
        if value is not None:
            wanted[name.lower()] = value.lower() == "true"
    if not wanted:
        return None
    return lambda one: all(getattr(one, name) is value for name, value in wanted.items())


def created_bounds(numbers: list[int] | range, conferences: list[Conference], span: Span) -> tuple[int, int]:
    """Return the places between which the conferences created in a span are; numbers follow creation."""
    low, high = span
    if span == _EVER:
        return 0, len(numbers)

    def created(number: int) -> float:
        return conferences[number].created

    return bisect_left(numbers, low, key=created), bisect_left(numbers, high, key=created)


def rank(order: str, created: Callable[[int], float], sid: Callable[[int], str]) -> Callable[[int], object] | None:
    """Return by what a list's numbers are sorted from the lowest on; None: by the numbers, so newest first."""
    if order == "newest first":
        return None
    if order == "by sid":
        return sid
    return lambda number: (created(number) // 60, chance(number))
