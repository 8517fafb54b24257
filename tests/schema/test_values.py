"""Values of Twilio's JSON as SQLite has them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twsql.errors import DataError
from twsql.schema.values import CONVERT, utc
from twsql.twilio.responses import Response, parsed

_YEARS = datetime.fromisoformat("1000-01-02"), datetime.fromisoformat("9998-12-31")


@given(
    st.datetimes(_YEARS[0], _YEARS[1]),
    st.integers(-23 * 60 - 59, 23 * 60 + 59),
)
def test_dates(moment: datetime, offset: int) -> None:
    """Any RFC 2822 date is UTC text in SQLite's own form, that of `datetime()`."""
    moment = moment.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=offset)))
    expected = moment.astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M:%S")
    assert utc(format_datetime(moment)) == expected
    assert apsw.Connection(":memory:").execute("SELECT datetime(?)", (expected,)).get == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Fri, 18 Feb 2022 21:46:53 +0000", "2022-02-18 21:46:53"),
        ("Fri, 18 Feb 2022 21:46:53 +0100", "2022-02-18 20:46:53"),
        ("Thu, 31 Dec 2026 23:30:00 -0100", "2027-01-01 00:30:00"),
        ("Fri, 18 Feb 2022 21:46:53 GMT", "2022-02-18 21:46:53"),
        ("18 Feb 2022 21:46:53 +0000", "2022-02-18 21:46:53"),
        ("Fri, 18 Feb 2022 21:46:53 -0000", "2022-02-18 21:46:53"),
        ("2022-02-18T21:46:53Z", "2022-02-18 21:46:53"),
        ("2022-02-18T21:46:53.987+01:00", "2022-02-18 20:46:53"),
    ],
)
def test_spellings_of_dates(text: str, value: str) -> None:
    """Offsets count, weekdays and names of zones may be there or not."""
    assert utc(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2022-02-18T21:46:53",
        "2022-13-18T21:46:53Z",
        "0001-01-01T00:00:00+01:00",
        "nonsense",
        "Fri, 18 Foo 2022 21:46:53 +0000",
        "Fri, xx Feb yyyy zz:zz:zz +0000",
        "Fri, 18 Feb 2022 25:46:53 +0000",
        "Fri, 31 Dec 9999 23:30:00 -0100",
        "\udc00",
        ",",
        "Fri, 18 Feb 99999999999 21:46:53 +0100",
    ],
)
def test_what_is_no_date(text: str) -> None:
    """Anything else is an error that shows it."""
    with pytest.raises(DataError, match="not a date"):
        utc(text)


@given(st.text(max_size=40))
def test_any_text_is_a_date_or_an_error(text: str) -> None:
    """No text is read as a date that SQLite does not know, and none fails in another way."""
    try:
        value = utc(text)
    except DataError:
        return
    assert datetime.strptime(value, "%Y-%m-%d %H:%M:%S").replace(tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("text", "a", "a"),
        ("text", "", ""),
        ("text", "5", "5"),
        ("text", None, None),
        ("text", 5, 5),
        ("text", {"é": [1, None]}, '{"é":[1,null]}'),
        ("text", [], "[]"),
        ("text", "日本", "日本"),
        ("text", "🎉", "🎉"),
        ("text", True, True),
        ("text", 2**64, str(2**64)),
        ("real", "-0.00750", -0.0075),
        ("real", "3", 3.0),
        ("real", -0.014, -0.014),
        ("real", None, None),
        ("real", "", None),
        ("real", "1e5", "1e5"),
        ("integer", "1500", 1500),
        ("integer", "-3", -3),
        ("integer", 7, 7),
        ("integer", None, None),
        ("integer", "", ""),
        ("integer", "--5", "--5"),
        ("integer", "1.5", "1.5"),
        ("integer", "many", "many"),
        ("integer", "9" * 30, "9" * 30),
        ("integer", 2**70, str(2**70)),
        ("integer", -(2**63), -(2**63)),
        ("boolean", True, 1),
        ("boolean", False, 0),
        ("boolean", None, None),
        ("boolean", "true", "true"),
        ("datetime", None, None),
        ("datetime", "Fri, 18 Feb 2022 21:46:53 +0000", "2022-02-18 21:46:53"),
        ("datetime", 5, 5),
    ],
)
def test_conversions(kind: Any, value: Any, expected: Any) -> None:
    """Each type has its form; absent is NULL; what is of another type than expected is shown as it is."""
    converted = CONVERT[kind](value)
    assert (converted, type(converted)) == (expected, type(expected))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(["text", "integer", "boolean"]), _JSON)
def test_sqlite_can_hold_everything(kind: Any, value: Any) -> None:
    """Whatever Twilio's JSON may have in a property, the row can be read."""
    value = parsed(Response(200, {}, json.dumps({"property": value}).encode()))["property"]
    apsw.Connection(":memory:").execute("SELECT ?", (CONVERT[kind](value),)).fetchall()
