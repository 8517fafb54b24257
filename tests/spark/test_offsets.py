"""Offsets: plain data, without Twilio and without Spark."""

from __future__ import annotations

import json

from twsql.spark.offsets import Offset, is_between, later, of_json

START = later(Offset("2026-11-24"), "2026-11-23", {"AC1": [("2026-11-24", "CF1"), ("2026-11-25", "CF2")]})


def given(start: Offset, end: Offset, *rows: tuple[str, str]) -> list[str]:
    """Which of the rows, as they are listed now, the batch between the offsets has."""
    return [sid for day, sid in rows if is_between(start, end, "AC1", day, sid)]


def test_the_first_batch_has_what_is_seen() -> None:
    """From the day on that the query begins with."""
    assert START.first == "2026-11-24"
    rows = (("2026-11-23", "CF0"), ("2026-11-24", "CF1"), ("2026-11-25", "CF2"), ("2026-11-25", "CF3"))
    assert given(Offset("2026-11-24"), START, *rows) == ["CF1", "CF2"]


def test_a_late_row_comes_once() -> None:
    """One that Twilio lists late, of yesterday, is in the next batch, and in no other."""
    rows = [("2026-11-24", "CF1"), ("2026-11-24", "CF9"), ("2026-11-25", "CF2"), ("2026-11-25", "CF3")]
    end = later(START, "2026-11-24", {"AC1": rows})
    assert given(START, end, *rows) == ["CF9", "CF3"]
    assert START.new("AC1", end) == 2
    assert given(end, later(end, "2026-11-24", {"AC1": rows}), *rows) == []


def test_a_row_that_twilio_leaves_out_once_does_not_come_again() -> None:
    """What was seen stays seen as long as its day is listed."""
    end = later(later(START, "2026-11-24", {"AC1": []}), "2026-11-24", {"AC1": [("2026-11-25", "CF2")]})
    assert given(START, end, ("2026-11-25", "CF2")) == []


def test_days_that_are_over() -> None:
    """All rows of a day that is not listed any more belong to the batch that closes it, unless they were given."""
    end = later(START, "2026-11-26", {"AC1": [("2026-11-26", "CF6")], "AC2": []})
    rows = (("2026-11-24", "CF1"), ("2026-11-24", "CF4"), ("2026-11-25", "CF5"), ("2026-11-26", "CF6"))
    assert end.first == "2026-11-26"
    assert given(START, end, *rows, ("2026-11-26", "CF7")) == ["CF4", "CF5", "CF6"]


def test_the_checkpoint_has_all_of_it() -> None:
    """An offset is JSON, and comes back as it was; it has some eleven characters for each row."""
    told = json.loads(json.dumps(START.as_json()))
    assert of_json(told) == START
    assert of_json(told).as_json() == told
    many = later(Offset("2026-11-24"), "2026-11-24", {"AC1": [("2026-11-24", f"CF{n}") for n in range(1000)]})
    assert len(json.dumps(many.as_json())) < 11_000
