"""Lists that do not come newest first, by a little or at all: complete, each row once, sorted where that is asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twsql.errors import OperationalError
from twsql.lists.order import disorder, newest_first
from twsql.sandbox import Readings, each_reading
from worlds import World

Make = Callable[..., World]
MIDNIGHT = datetime(2026, 3, 1, 0, 20, tzinfo=timezone.utc)
ORDERS = [pytest.param(each, id=each.order) for each in each_reading("order")]
BY_SID = Readings(order="by sid")
MIXED = Readings(order="mixed within a minute")


def _at(seconds: int) -> str:
    return (MIDNIGHT + timedelta(seconds=seconds)).strftime("%Y-%m-%d %H:%M:%S")


@given(st.lists(st.integers(0, 100_000)), st.randoms(use_true_random=False))
def test_a_minute(seconds: list[int], random: st.DataObject) -> None:
    """What is mixed within a minute is seen to be so, and put in order."""
    mixed = sorted(seconds, key=lambda each: (each // 60, random.random()), reverse=True)  # type: ignore[attr-defined]
    rows = [{"when": _at(each)} for each in mixed]
    noted: list[int] = []
    found = [row["when"] for row in newest_first(rows, lambda row: str(row["when"]), noted.append)]
    assert found == sorted(map(_at, seconds), reverse=True)
    assert noted == []
    assert disorder([_at(each) for each in mixed]) == (mixed != sorted(seconds, reverse=True))


@given(st.lists(st.integers(0, 500)))
def test_more_than_a_minute(seconds: list[int]) -> None:
    """Whatever the order, no row is lost; what is more than a minute or so out of it is noted."""
    rows = [{"when": _at(each)} for each in seconds]
    noted: list[int] = []
    found = [row["when"] for row in newest_first(rows, lambda row: str(row["when"]), noted.append)]
    assert sorted(found) == sorted(map(_at, seconds))
    behind = max((later - min(seconds[: place + 1]) for place, later in enumerate(seconds)), default=0)
    if behind >= 120:
        assert noted
        assert disorder([_at(each) for each in seconds]) == 2
    if behind <= 60:
        assert not noted


def test_rows_without_dates() -> None:
    """They stay about where they are; in the order of a list they come last."""
    rows = [{"when": _at(900)}, {"when": ""}, {"when": _at(5)}]
    assert [*newest_first(rows, lambda row: str(row["when"]), print)] == rows
    assert disorder([_at(9), "", ""]) == 0
    assert disorder(["", _at(9)]) == 2


@pytest.mark.parametrize("readings", ORDERS)
@pytest.mark.parametrize("page_size", [20, 1000])
def test_every_statement(world: Make, readings: Readings, page_size: int) -> None:
    """Hundreds of conferences around midnight: all, sorted, the newest, those of a day."""
    settings = {"conferences": 300, "days": 0.05, "now": MIDNIGHT}
    twin = world({"page_size": 1000}, **settings)
    every = twin.db.execute("SELECT Sid, DateCreated FROM conferences").fetchall()
    newest = sorted((when for _, when in every), reverse=True)
    for sql, wanted in (
        ("SELECT Sid FROM conferences", [sid for sid, _ in every]),
        ("SELECT Sid FROM conferences WHERE DateCreated >= '2026-03-01'", [s for s, d in every if d >= "2026-03-01"]),
        ("SELECT Sid FROM conferences WHERE DateCreated < '2026-03-01'", [s for s, d in every if d < "2026-03-01"]),
    ):
        made = world({"page_size": page_size}, **settings, readings=readings)
        assert sorted(made.db.execute(sql)) == sorted((sid,) for sid in wanted)
    for limit in (1, 20, 150, 1000):
        made = world({"page_size": page_size}, **settings, readings=readings)
        sql = f"SELECT DateCreated FROM conferences ORDER BY DateCreated DESC LIMIT {limit}"
        assert [when for (when,) in made.db.execute(sql)] == newest[:limit], limit
    made = world({"page_size": page_size}, **settings, readings=readings)
    assert [when for (when,) in made.db.execute("SELECT DateCreated FROM conferences ORDER BY 1 DESC")] == newest


def test_a_limit_looks_further(world: Make) -> None:
    """In a list that is mixed within a minute the newest ones are looked for until a minute has passed, no further."""
    made = world({"page_size": 30}, conferences=600, over=1, days=0.05, now=MIDNIGHT, readings=MIXED)
    asked = made.asked("SELECT Sid FROM conferences WHERE Status = 'completed' ORDER BY DateCreated DESC LIMIT 10")[1]
    assert 1 <= len(asked) <= 3
    asked = made.asked("SELECT Sid FROM conferences WHERE Status = 'completed' ORDER BY DateCreated DESC LIMIT 30")[1]
    assert 2 <= len(asked) <= 3


def test_it_is_remembered(world: Make) -> None:
    """A list that has no order is read as one from then on, from its first page to its last."""
    made = world({"page_size": 50}, conferences=200, over=1, readings=BY_SID)
    sql = "SELECT DateCreated FROM conferences WHERE Status = 'completed' ORDER BY DateCreated DESC LIMIT 3"
    first = made.asked(sql)
    assert made.asked(sql) == (first[0], ["GET Conferences Status=completed PageSize=50"] * 4)


def test_a_list_that_only_seemed_in_order(world: Make) -> None:
    """Where rows have been given before it shows, a statement that promised an order fails; the next one sorts."""
    made = world({"page_size": 100}, conferences=300, over=1)
    newest = made.db.execute("SELECT DateCreated FROM conferences ORDER BY +DateCreated DESC").fetchall()
    cursor = made.db.execute("SELECT DateCreated FROM conferences ORDER BY DateCreated DESC")
    next(cursor)
    made.sandbox.read(order="by sid", largest_page=11)
    with pytest.raises(OperationalError, match="run the statement again"):
        list(cursor)
    assert made.db.execute("SELECT DateCreated FROM conferences ORDER BY DateCreated DESC").fetchall() == newest


def test_the_first_page_shows_the_order(world: Make) -> None:
    """Two rows in order are no sign: the whole first page is looked at, and the rows are sorted."""
    for messages in range(60, 70):
        made = world({"page_size": 50}, conferences=0, messages=messages, days=300, readings=BY_SID)
        times = [time for (time,) in made.db.execute("SELECT DateSent FROM messages ORDER BY DateSent DESC") if time]
        assert times == sorted(times, reverse=True)
