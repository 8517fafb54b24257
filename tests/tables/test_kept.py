"""Rows that wait."""

from __future__ import annotations

from pathlib import Path

import pytest

from twsql.errors import OperationalError
from twsql.tables.kept import IN_MEMORY, kept

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
        kept(iter([ROW] * (IN_MEMORY + 1)))
