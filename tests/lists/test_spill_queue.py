"""Rows that wait."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from twsql.errors import OperationalError
from twsql.lists.spill_queue import IN_MEMORY, SpillQueue

ROW = {"sid": "CF0", "friendly_name": "日本 🎉\n", "subresource_uris": {"a": None}, "n": 1.5}


@pytest.mark.parametrize("count", [0, 1, IN_MEMORY - 1, IN_MEMORY, IN_MEMORY + 1, IN_MEMORY + 1234])
def test_they_are_as_they_were(count: int) -> None:
    """However many rows wait, they come out in the same order, with the same values."""
    waiting, taken = SpillQueue(), []
    for number in range(count):
        waiting.append({**ROW, "number": number})
    while some := waiting.take():
        taken += some
    assert taken == [{**ROW, "number": number} for number in range(count)]
    waiting.close()


def test_no_room(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """If the temporary file cannot be made the error says what to set."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    waiting = SpillQueue()
    with pytest.raises(OperationalError, match="TMPDIR"):
        list(map(waiting.append, [ROW] * (IN_MEMORY + 1000)))


@given(st.lists(st.integers(1, 4000), max_size=12))
@settings(max_examples=examples(20), deadline=None)
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
