"""What a statement has read it does not ask for again: inner scans that start with a value that they had before."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from twsql.schema import Row
from twsql.vtab.shared_scans import SharedScans
from worlds import World

Make = Callable[..., World]

ROWS: list[Row] = [{"sid": f"CA{number}"} for number in range(5)]


@pytest.mark.parametrize(
    ("sql", "rows", "most"),
    [
        ("SELECT 1 FROM conferences c CROSS JOIN balance", 8, 3 + 1),
        ("SELECT 1 FROM participants p CROSS JOIN conferences c", 16 * 8, 2 + 8 + 3),
        ('SELECT 1 FROM calls a JOIN calls b ON b."From" = a."From" || \'\'', 16 * 16, 1 + 1),
        ("SELECT 1 FROM calls c WHERE EXISTS (SELECT 1 FROM participants p WHERE p.Status <> c.Sid)", 16, 1 + 2 + 8),
    ],
)
def test_once_for_each_value(world: Make, sql: str, rows: int, most: int) -> None:
    """The list of a value is read once, however many outer rows have the value."""
    found, asked = world(conferences=8, participants=2, over=0).asked(sql)
    assert len(found) == rows
    assert len(asked) <= most


@pytest.mark.parametrize(
    "join",
    ["calls c LEFT JOIN participants p ON p.CallSid = c.Sid", "calls c CROSS JOIN participants p ON p.CallSid = c.Sid"],
)
def test_a_lookup_without_its_key(world: Make, join: str) -> None:
    """Participants by their calls alone: not each conference is asked for each call."""
    found, asked = world(conferences=8, participants=3, over=0).asked(f"SELECT c.Sid, p.CallSid FROM {join}")
    assert len(found) == 24
    assert {call for call, _ in found} == {call for _, call in found}
    assert len(asked) <= 1 + 2 * (2 + 8)


def test_a_join_comes_back_to_a_value(world: Make) -> None:
    """Outer rows with the same value need not stand side by side, and there may be no inner rows."""
    made = world(conferences=2, participants=6, over=0)
    mixed = "WITH p AS MATERIALIZED (SELECT * FROM participants ORDER BY CallSid LIMIT 99)"
    asked = made.asked(f"{mixed} SELECT * FROM p CROSS JOIN recordings r ON r.ConferenceSid = p.ConferenceSid")[1]
    assert sum("Recordings" in each for each in asked) == 2


def test_a_scan_that_stopped_goes_on() -> None:
    """A second scan has the rows that were read, then the others."""
    shared = SharedScans()
    first = shared.rows("x", lambda: iter(ROWS))
    assert [next(first), next(first)] == ROWS[:2]
    first.close()
    assert [*shared.rows("x", _unread)] == ROWS
    assert [*shared.rows("x", _unread)] == ROWS
    assert [*shared.rows("x", _unread, ("sid", "CA3"))] == [ROWS[3]]


def test_a_scan_within_itself() -> None:
    """A scan that begins while an equal one is under way reads for itself."""
    shared = SharedScans()
    outer = shared.rows("x", lambda: iter(ROWS))
    assert [(a, b) for a in outer for b in shared.rows("x", lambda: iter(ROWS))] == [(a, b) for a in ROWS for b in ROWS]


def test_few_rows_are_kept() -> None:
    """Beyond the bound the oldest scan is forgotten, one that is under way too."""
    shared = SharedScans(most=8)
    assert [*shared.rows("x", lambda: iter(ROWS))] == [*shared.rows("y", lambda: iter(ROWS))] == ROWS
    with pytest.raises(AssertionError):
        next(shared.rows("x", _unread))
    assert [*shared.rows("y", _unread)] == ROWS
    assert [*shared.rows("long", lambda: iter(ROWS * 3))] == ROWS * 3
    with pytest.raises(AssertionError):
        next(shared.rows("long", _unread))


def test_an_error_is_not_an_end() -> None:
    """After an error the next scan reads anew."""
    shared = SharedScans()

    def failing() -> Iterator[Row]:
        yield ROWS[0]
        raise ValueError("a page")

    with pytest.raises(ValueError, match="a page"):
        list(shared.rows("x", failing))
    assert [*shared.rows("x", lambda: iter(ROWS))] == ROWS


def _unread() -> Iterator[Row]:
    raise AssertionError
