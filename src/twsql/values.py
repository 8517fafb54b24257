"""From the values of Twilio's JSON to those of SQLite."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timezone
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

from twsql.errors import DataError
from twsql.schema import Type, Value

_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = {name: f"{number:02}" for number, name in enumerate(_NAMES, start=1)}


@lru_cache(maxsize=4096)
def utc(text: str) -> str:
    """RFC 2822 to SQLite's own form: `Fri, 18 Feb 2022 21:46:53 +0100` is `2022-02-18 20:46:53`.

    Raises DataError for anything else. Twilio's dates repeat (created and updated, rows of one batch), hence the cache.
    """
    if len(text) == 31 and text.endswith(" +0000") and text[8:11] in _MONTHS:  # what Twilio sends
        return f"{text[12:16]}-{_MONTHS[text[8:11]]}-{text[5:7]} {text[17:25]}"
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError) as error:
        raise DataError(f"not a date as Twilio writes it (RFC 2822): {text!r}") from error
    if moment.tzinfo is not None:
        moment = moment.astimezone(timezone.utc)
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def _text(value: Any) -> Value:
    return value if value is None or isinstance(value, str) else _plain(value)


def _integer(value: Any) -> Value:
    if isinstance(value, str):  # Twilio writes some numbers as text
        return int(value) if value.strip().lstrip("-").isdecimal() else value
    return _plain(value)


def _boolean(value: Any) -> Value:
    return int(value) if isinstance(value, bool) else _plain(value)


def _datetime(value: Any) -> Value:
    return utc(value) if isinstance(value, str) else _plain(value)


def _plain(value: Any) -> Value:
    if value is None or isinstance(value, (int, float, str)):
        return value
    return json.dumps(value, ensure_ascii=False)  # an object or array


CONVERT: dict[Type, Callable[[Any], Value]] = {
    "text": _text,
    "integer": _integer,
    "boolean": _boolean,
    "datetime": _datetime,
}
"""For each column type the function from Twilio's value to SQLite's; absent (None) stays NULL."""
