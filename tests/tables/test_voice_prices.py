"""voice_prices: what a call to a number costs, one request for each number and caller."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from twsql.errors import ProgrammingError, TwilioError
from twsql.sandbox import Readings
from waiting import together
from worlds import World

PRICES = "SELECT DestinationNumber, OriginationNumber, PricePerMinute FROM voice_prices WHERE DestinationNumber"


def test_in_is_side_by_side(world: Callable[..., World]) -> None:
    """Each number once, side by side; rows have the numbers as they were written; what has no price has no row."""
    here = world()
    numbers = [
        "+12025550100",
        "+1 (202) 555-0101",
        "+447700900123",
        "+37190000000",
        "+99900000000",
        "sip:a@b.c",
        "x",
        "",
    ]
    with together(here.sandbox, 2):
        rows = here.db.execute(f"{PRICES} IN (SELECT value FROM json_each(?))", (json.dumps(numbers),)).fetchall()
    assert sorted(rows) == [
        ("+1 (202) 555-0101", None, 0.014),
        ("+12025550100", None, 0.014),
        ("+37190000000", None, 1.955),
        ("+447700900123", None, 0.0325),
    ]
    assert here.sandbox.counters.by_route == {"FetchVoiceNumber": 5}


@pytest.mark.parametrize("readings", [Readings(), Readings(price_type="text")], ids=str)
def test_callers(world: Callable[..., World], readings: Readings) -> None:
    """A caller's number may change the price; several are several rows."""
    here = world(readings=readings)
    sql = f"{PRICES} = '+447700900123' AND OriginationNumber IN ('+442079460000', '+1 500 555 0006') ORDER BY 3"
    assert here.db.execute(sql).fetchall() == [
        ("+447700900123", "+442079460000", 0.0158),
        ("+447700900123", "+1 500 555 0006", 0.0325),
    ]
    assert here.db.execute(f"{PRICES} = '+447700900123' AND OriginationNumber = NULL").fetchall() == []


def test_the_country_of_numbers_without_one(world: Callable[..., World]) -> None:
    """default_country is theirs; without it they are no numbers."""
    assert world().db.execute(f"{PRICES} = '(202) 555-0100'").fetchall() == []
    here = world(connection={"default_country": "US"})
    assert here.db.execute(f"{PRICES} = '(202) 555-0100'").fetchall() == [("(202) 555-0100", None, 0.014)]


@pytest.mark.parametrize("table", ["conference_participant_summaries", "calls"])
def test_a_join_with_who_was_called(world: Callable[..., World], table: str) -> None:
    """Those who were called and what that cost: side by side."""
    here = world(conferences=3, participants=6, days=1)
    here.db.execute("SELECT 1 FROM conferences LIMIT 1").fetchall()  # tells Twilio's time
    here.sandbox.clear()
    sql = f'SELECT count(*), sum(v.PricePerMinute) FROM {table} p JOIN voice_prices v ON v.DestinationNumber = p."To"'
    with together(here.sandbox, 2, path="Voice"):
        assert here.db.execute(sql).fetchall() == [(18, pytest.approx(18 * 0.014))]
    assert here.sandbox.counters.by_route["FetchVoiceNumber"] == 18


def test_without_a_number(world: Callable[..., World]) -> None:
    """Twilio has no list of all prices, and an error says what to write."""
    here = world()
    with pytest.raises(ProgrammingError, match="write WHERE DestinationNumber = "):
        here.db.execute("SELECT * FROM voice_prices").fetchall()
    here.sandbox.fail("error", path="/v2/", status=400, code=20001)
    with pytest.raises(TwilioError, match="20001"):
        here.db.execute(f"{PRICES} = '+12025550100'").fetchall()
