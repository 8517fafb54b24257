"""Rows that wait."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twsql.errors import OperationalError
from twsql.lists.spill_queue import IN_MEMORY, SpillQueue, kept

ROW = {"sid": "CF0", "friendly_name": "日本 🎉\n", "subresource_uris": {"a": None}, "n": 1.5}


@pytest.mark.parametrize("count", [0, 1, IN_MEMORY - 1, IN_MEMORY, IN_MEMORY + 1, IN_MEMORY + 1234])
def test_they_are_as_they_were(count: int) -> None:
    """In the same order, however many, and read at once."""
    read = 0

    def rows():  # type: ignore[no-untyped-def]
        nonlocal read
        for read in range(1, count + 1):
            yield {**ROW, "number": read}

    waiting = kept(rows())
    assert read == count
    assert list(waiting) == [{**ROW, "number": number} for number in range(1, count + 1)]


def test_no_room(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where the file cannot be made the error says what to set."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(OperationalError, match="TMPDIR"):
        kept(iter([ROW] * (IN_MEMORY + 1000)))


@given(st.lists(st.integers(1, 4000), max_size=12))
@settings(max_examples=20, deadline=None)
def test_first_in_first_out(counts: list[int]) -> None:
    """Rows that come and go in turn, in memory and in the file, stay in order."""
    waiting, put, got = SpillQueue(), 0, 0
    for place, count in enumerate(counts * 2):
        for _ in range(count):
            put += 1
            waiting.append({"n": put})
        if place % 3 == 2:
            for row in waiting.take():
                got += 1
                assert row["n"] == got
    while taken := waiting.take():
        for row in taken:
            got += 1
            assert row["n"] == got
    assert got == put
    waiting.close()
