"""Conferences that move on from status to status while they are listed."""

from __future__ import annotations

import gc
import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
import requests as http
from hypothesis import given
from hypothesis import strategies as st

from twsql.lists.spill_queue import IN_MEMORY
from twsql.lists.splitting import Listing
from twsql.lists.statuses import EarlierRows, merged, parts_after
from twsql.schema import Row
from worlds import World

Make = Callable[..., World]
FIRST = date(2026, 1, 1).toordinal()


def _created(row: Row) -> str:
    return str(row["created"])


def _rows(days: list[int], status: str = "in-progress") -> list[Row]:
    """Rows of these days, newest first."""
    return [
        {"sid": f"CF{number}", "created": f"{date.fromordinal(FIRST + day)} 00:00:00", "status": status}
        for number, day in enumerate(sorted(days, reverse=True))
    ]


def _listing(**params: str) -> Listing:
    client: Any = None  # nothing is asked for
    return Listing(client, "", "conferences", params, "DateCreated", "date_created")


def _bounds(part: Listing) -> tuple[str, str]:
    return part.params.get("DateCreated>", ""), part.params.get("DateCreated<", "")


@given(st.lists(st.integers(0, 40), max_size=60), st.integers(1, 20))
def test_never_ahead(days: list[int], page_size: int) -> None:
    """A part is given when all earlier rows of its days have been read; the parts are disjoint and hold every day."""
    read = []

    def source() -> Iterator[Row]:
        for row in _rows(days):
            read.append(row)
            yield row

    earlier = EarlierRows(source(), _created, page_size)
    parts = []
    for part in parts_after(_listing(), earlier):
        oldest, _ = _bounds(part)
        assert all(_created(row)[:10] < oldest for row in _rows(days)[len(read) :])
        parts.append(_bounds(part))
    assert parts[0][1] == parts[-1][0] == ""
    for (oldest, _), (_, newest) in pairwise(parts):
        assert date.fromisoformat(oldest) - timedelta(days=1) == date.fromisoformat(newest)
    assert list(earlier.rows()) == _rows(days)


def test_a_page_or_so() -> None:
    """An earlier list is read about a page ahead of the later one, to the end of a day."""
    earlier = EarlierRows(iter(_rows([*range(30)] * 10)), _created, 100)
    parts = [_bounds(part) for part in parts_after(_listing(), earlier)]
    assert parts == [
        ("2026-01-22", ""),
        ("2026-01-13", "2026-01-21"),
        ("2026-01-04", "2026-01-12"),
        ("", "2026-01-03"),
    ]


def test_bounds_are_kept() -> None:
    """What WHERE says of days holds for the parts."""
    earlier = EarlierRows(iter(_rows([5, 6, 7])), _created, 1)
    listing = _listing(**{"DateCreated>": "2026-01-06", "DateCreated<": "2026-01-08"})
    assert [_bounds(part) for part in parts_after(listing, earlier)] == [
        ("2026-01-08", "2026-01-08"),
        ("2026-01-07", "2026-01-07"),
        ("2026-01-06", "2026-01-06"),
    ]


def test_a_day_that_is_not_known() -> None:
    """A row that does not say when it was created is as old as the one before it."""
    rows = _rows([1, 2, 3])
    for place in (0, 2):
        rows[place] = {**rows[place], "created": ""}
    earlier = EarlierRows(iter(rows), _created, 1)
    assert [_bounds(part) for part in parts_after(_listing(), earlier)] == [("2026-01-04", ""), ("", "2026-01-03")]
    assert list(earlier.rows()) == rows


@given(st.lists(st.integers(0, 9), max_size=20), st.lists(st.integers(0, 9), max_size=20), st.data())
def test_merged(some: list[int], others: list[int], data: st.DataObject) -> None:
    """Two lists become one, newest first; of two copies of a conference the later list's is given."""
    earlier = _rows(some)
    copies = data.draw(st.lists(st.sampled_from(earlier), unique_by=lambda row: row["sid"]) if earlier else st.just([]))
    new = [{**row, "sid": f"{row['sid']}-new"} for row in _rows(others, "completed")]
    later = sorted([{**row, "status": "completed"} for row in copies] + new, key=_created, reverse=True)
    rows = list(merged(iter(earlier), iter(later), _created))
    assert [_created(row) for row in rows] == sorted(map(_created, rows), reverse=True)
    found = {row["sid"]: row for row in rows}
    assert len(found) == len(rows)
    assert found == {row["sid"]: row for row in [*earlier, *later]}


def test_a_later_list_without_rows() -> None:
    """What waits until a later list has its first row, or ends, does not stay in memory."""
    count = 5 * IN_MEMORY
    earlier = EarlierRows(iter(_rows([number % 400 for number in range(count)])), _created, 100)
    parts = sum(1 for _ in parts_after(_listing(), earlier))
    assert parts > 300
    assert sum(type(each) is dict and "sid" in each for each in gc.get_objects()) < 2 * count
    assert sum(1 for _ in earlier.rows()) == count


@pytest.mark.parametrize("seed", range(3))
def test_none_is_missed(world: Make, seed: int) -> None:
    """Conferences that end all the time while both lists are long are one row each."""
    made = world({"page_size": 20}, conferences=400, over=0.5)
    made.sandbox.change(latency=0.002)
    sids = {each.sid for each in made.sandbox.conferences()}
    active = [each.sid for each in made.sandbox.conferences() if each.status == "in-progress"]
    random.Random(seed).shuffle(active)
    rows = []
    for sid, _ in made.db.execute("SELECT Sid, Status FROM conferences"):
        rows.append(sid)
        if len(rows) % 3 == 0:
            _end(made, active.pop())
    assert sorted(rows) == sorted(sids)


def test_side_by_side(world: Make) -> None:
    """Long lists of two statuses are read together, not one after the other."""
    made = world({"page_size": 100}, conferences=4000, over=0.5)
    made.sandbox.change(latency=0.05)
    asked = made.asked("SELECT Sid FROM conferences")[1]
    first = next(place for place, each in enumerate(asked) if "completed" in each)
    last = max(place for place, each in enumerate(asked) if "in-progress" in each)
    assert first < 8
    assert last > len(asked) // 2


def _end(world: World, sid: str) -> None:
    sandbox = world.sandbox
    base = f"{sandbox.base_url}/2010-04-01/Accounts/{sandbox.account_sid}/Conferences"
    login = (sandbox.account_sid, sandbox.auth_token)
    http.post(f"{base}/{sid}.json", {"Status": "completed"}, auth=login, timeout=60).raise_for_status()
