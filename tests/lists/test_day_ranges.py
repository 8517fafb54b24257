"""Day ranges: complete, and each row once, whether or not `DateCreated<=D` holds the day D."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone

import pytest

from twsql.lists.day_ranges import query
from twsql.sandbox import Readings, each_reading
from worlds import World

Make = Callable[..., World]
BOTH = [pytest.param(each, id=str(each) or "day included") for each in each_reading("upper_bound")]
ALL = "SELECT Sid, DateCreated FROM conferences WHERE Status = 'completed'"
EXCLUDED = Readings(upper_bound="day excluded")


@pytest.mark.parametrize(
    ("wanted", "asked"),
    [
        ({}, {}),
        ({"Status": "init"}, {"Status": "init"}),
        ({"DateCreated>": "2026-03-02"}, {"DateCreated>": "2026-03-02"}),
        ({"DateCreated<": "2026-02-28"}, {"DateCreated<": "2026-03-01"}),
        ({"DateUpdated<": "2026-02-28"}, {"DateUpdated<": "2026-02-28"}),
        (
            {"DateCreated>": "2026-03-01", "DateCreated<": "2026-03-03", "DateUpdated>": "2026-03-01"},
            {"DateCreated>": "2026-03-01", "DateCreated<": "2026-03-04", "DateUpdated>": "2026-03-01"},
        ),
        ({"DateCreated>": "2026-03-01", "DateCreated<": "2026-03-01"}, {"DateCreated": "2026-03-01"}),
        ({"DateUpdated>": "2026-03-01", "DateUpdated<": "2026-03-01"}, {"DateUpdated": "2026-03-01"}),
        ({"DateCreated<": "9999-12-31"}, {"DateCreated<": "9999-12-31"}),
    ],
)
def test_query(wanted: dict[str, str], asked: dict[str, str]) -> None:
    """A day more than wanted, unless it is known of the filter that its bound holds the day; one day as it is."""
    assert query(wanted, {"DateUpdated"}) == asked


@pytest.mark.parametrize("readings", BOTH)
@pytest.mark.parametrize("page_size", [7, 50, 1000])
@pytest.mark.parametrize("days", [2.0, 90.0])
def test_all_of_them(world: Make, readings: Readings, page_size: int, days: float) -> None:
    """A list in ranges has every conference once; so have ranges of which a statement knows more than the last."""
    made = world({"page_size": page_size}, conferences=400, days=days, readings=readings)
    for _ in range(2):
        rows = made.db.execute("SELECT Sid FROM conferences").fetchall()
        assert sorted(sid for (sid,) in rows) == sorted(each.sid for each in made.sandbox.conferences())


@pytest.mark.parametrize("readings", BOTH)
@pytest.mark.parametrize("column", ["DateCreated", "DateUpdated"])
def test_one_day_and_some(world: Make, readings: Readings, column: str) -> None:
    """A day, days up to one, and a day's part, each the first time that the client asks for anything."""
    rows = world(conferences=300, days=30.0).db.execute(f"SELECT Sid, {column} FROM conferences").fetchall()
    first, day, after = "2026-02-05", "2026-02-14", "2026-02-15"
    for where, wanted in (
        (f"{column} >= '{day}' AND {column} < '{after}'", lambda when: when[:10] == day),
        (f"{column} >= '{first}' AND {column} < '{after}'", lambda when: first <= when[:10] <= day),
        (f"{column} <= '{day} 12:00:00'", lambda when: when <= f"{day} 12:00:00"),
        (f"{column} < '{day}'", lambda when: when[:10] < day),
        (f"{column} > '{day} 12:00:00'", lambda when: when > f"{day} 12:00:00"),
    ):
        made = world(conferences=300, days=30.0, readings=readings)
        found = made.db.execute(f"SELECT Sid FROM conferences WHERE {where}").fetchall()
        there = [sid for sid, when in rows if wanted(when)]
        assert len(there) > 4
        assert sorted(sid for (sid,) in found) == sorted(there), where


def test_it_is_learned(world: Make) -> None:
    """Once a list has shown a row of the day that was its bound, no day more is asked for; until then one is."""
    made = world(conferences=60, over=1, days=30.0)
    sql = f"{ALL} AND DateCreated < '2026-02-15'"
    assert made.asked(sql)[1] == ["GET Conferences DateCreated<=2026-02-15 Status=completed PageSize=100"]
    assert made.asked(sql)[1] == ["GET Conferences DateCreated<=2026-02-14 Status=completed PageSize=100"]
    made.sandbox.read(upper_bound="day excluded")
    other = world(conferences=60, over=1, days=30.0, readings=EXCLUDED)
    for _ in range(2):
        assert other.asked(sql)[1] == ["GET Conferences DateCreated<=2026-02-15 Status=completed PageSize=100"]


def test_a_day_of_many_pages(world: Make) -> None:
    """Where the day more than wanted fills the page, the list is asked for once more, without it."""
    when = datetime(2026, 2, 14, 23, 59, 59, tzinfo=timezone.utc)
    made = world({"page_size": 10}, conferences=150, over=1, days=2.0, now=when)
    rows, asked = made.asked(f"{ALL} AND DateCreated < '2026-02-14'")
    assert len(rows) == 75
    assert asked[0] == "GET Conferences DateCreated<=2026-02-14 Status=completed PageSize=10"
    assert all("2026-02-14" not in each for each in asked[1:])


@pytest.mark.parametrize("readings", BOTH)
def test_costs(world: Make, readings: Readings) -> None:
    """Under both readings a long list takes about as many requests."""
    made = world(conferences=1000, over=1, readings=readings)
    assert len(made.asked(ALL)[1]) <= 17
