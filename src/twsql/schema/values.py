"""Converts values of Twilio's JSON to SQLite's."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timezone
from functools import cache, lru_cache
from typing import Any

from twsql.errors import DataError
from twsql.schema import Type, Value

_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = {name: f"{number:02}" for number, name in enumerate(_NAMES, start=1)}
_USUAL = re.compile(
    "[A-Z][a-z]{2}, (0[1-9]|[12][0-9]|3[01]) ([A-Z][a-z]{2}) ([0-9]{4})"
    r" ((?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]) \+0000"
)
"""The form of Twilio's dates."""
_ISO = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})")
"""The form of the dates of Twilio's other APIs: Voice Insights, say."""


@lru_cache(maxsize=4096)
def utc(text: str) -> str:
    """Convert RFC 2822 to SQLite's own form: `Fri, 18 Feb 2022 21:46:53 +0100` becomes `2022-02-18 20:46:53`.

    So does ISO 8601, with its offset: `2022-02-18T21:46:53+01:00`. Raises DataError for anything else. Twilio's dates
    repeat (created and updated, rows of one batch), hence the cache.
    """
    usual = _USUAL.fullmatch(text)
    if usual and usual[2] in _MONTHS:
        return f"{usual[3]}-{_MONTHS[usual[2]]}-{usual[1]} {usual[4]}"
    iso = _ISO.fullmatch(text)
    if iso:
        return _of_iso(f"{iso[1]} {iso[2]}{iso[3].replace('Z', '+00:00')}", text)
    from email.utils import parsedate_to_datetime  # 5 ms that other dates need not wait

    moment: datetime | None
    try:
        moment = parsedate_to_datetime(text)
        if moment.tzinfo is not None:
            moment = moment.astimezone(timezone.utc)
    except (TypeError, ValueError, IndexError, OverflowError):  # whose words repeat the text, uncleaned
        moment = None
    if moment is None:
        raise _no_date(text)
    return moment.replace(tzinfo=None).isoformat(" ", "seconds")


def _of_iso(moment: str, text: str) -> str:
    try:
        return datetime.fromisoformat(moment).astimezone(timezone.utc).replace(tzinfo=None).isoformat(" ")
    except (ValueError, OverflowError):  # a month 13; an offset that leads out of the calendar
        raise _no_date(text) from None


def _no_date(text: str) -> DataError:
    return DataError(f"not a date as Twilio writes it (RFC 2822, or ISO 8601): {text[:200]!r}")


_INTEGER = re.compile(r"-?[0-9]{1,18}").fullmatch
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?").fullmatch


def _integer(value: Any) -> Value:
    if isinstance(value, str) and _INTEGER(value):  # Twilio writes some numbers as text
        return int(value)
    return _plain(value)


def _real(value: Any) -> Value:
    if isinstance(value, str) and _DECIMAL(value):  # Twilio writes prices as text
        return float(value)
    return None if value == "" else _plain(value)


def _boolean(value: Any) -> Value:
    return int(value) if isinstance(value, bool) else _plain(value)


def _datetime(value: Any) -> Value:
    return utc(value) if isinstance(value, str) else _plain(value)


def _plain(value: Any) -> Value:
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return str(value)
    if value is None or isinstance(value, (int, float)):
        return value
    return value if isinstance(value, str) else _encoder()(value).decode()  # an object or array


@cache
def _encoder() -> Callable[[Any], bytes]:
    import msgspec  # whoever has an object or array has loaded it

    return msgspec.json.Encoder().encode


Convert = Callable[[Any], Value]
"""Converts a value of Twilio's JSON to SQLite's."""

CONVERT: dict[Type, Convert] = {
    "text": _plain,
    "integer": _integer,
    "real": _real,
    "boolean": _boolean,
    "datetime": _datetime,
}
"""The conversion of each column type; a missing value (None) stays NULL."""
