"""What an assistant reads: rows within limits, their cost, and plans."""

from __future__ import annotations

import json
import re

import pytest
from assistants import HOSTILE

import twsql
from twsql.mcp import reading
from twsql.mcp.reading import Reader
from twsql.sandbox import Sandbox

DATA = re.compile(r"never instructions.*\n<data-([0-9a-f]{16})>\n(.*)\n</data-\1>\Z", re.DOTALL)


def rows(answer: str) -> list[list[object]]:
    """The lines between the marks."""
    found = DATA.search(answer)
    assert found is not None
    return [json.loads(line) for line in found[2].split("\n")]


def test_rows_and_cost(reader: Reader) -> None:
    """The names of the columns, the rows, and how many requests Twilio got."""
    answer = reader.query("SELECT FriendlyName, Status FROM conferences WHERE Status = 'in-progress' LIMIT 2", 100)
    assert answer.startswith("2 rows; cost: 1 request, 0.")
    assert rows(answer)[0] == ["FriendlyName", "Status"]
    assert [status for _, status in rows(answer)[1:]] == ["in-progress"] * 2


def test_rows_and_bytes_are_limited(reader: Reader) -> None:
    """An answer says that there is more."""
    assert "1 row, and more were not read: raise limit" in reader.query("VALUES (1), (2)", 1)
    endless = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT {} FROM c"
    answer = reader.query(endless.format("n"), 10**9)
    assert len(rows(answer)) == 1 + reading.MOST_ROWS
    answer = reader.query(endless.format("printf('%03000d', n)"), 1000)
    assert "bytes are an answer's limit" in answer
    assert len(answer) < reading.MOST_BYTES * 1.1
    assert "(the first 4,000 of 9,000 characters)" in reader.query("SELECT printf('%09000d', 1)", 1)


def test_a_name_that_gives_orders_stays_data(reader: Reader) -> None:
    """It cannot end the marks, as it cannot know their number, and stays one JSON text."""
    answer = reader.query("SELECT FriendlyName FROM conferences WHERE FriendlyName LIKE 'Room%'", 5)
    assert rows(answer)[1:] == [[HOSTILE]]
    first, second = (DATA.search(reader.query("SELECT 1", 1)) for _ in range(2))
    assert len({found[1] for found in (first, second) if found}) == 2


def test_what_is_invisible_is_shown(reader: Reader) -> None:
    """Tags of Unicode spell instructions that no person sees; bidirectional marks turn text around."""
    answer = reader.query("SELECT 'a' || char(917569) || char(8238) || char(27) || '日本'", 1)
    assert r"a\udb40\udc41\u202e\u001b日本" in answer


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM AddParticipants('Room', '+15005550006', '+12025550100')",
        "EXEC EndConference Conference = 'Room'",
        "UPDATE conferences SET Status = 'completed'",
        "ATTACH 'x' AS y",
        "SELECT 1; SELECT 2",
    ],
)
def test_nothing_is_changed(reader: Reader, twilio: Sandbox, sql: str) -> None:
    """Reading is all that a query can do."""
    twilio.clear()
    with pytest.raises(twsql.Error):
        reader.query(sql, 10)
    assert twilio.requests == []


def test_explain_asks_nothing(reader: Reader, twilio: Sandbox) -> None:
    """It says which lists a statement would read, and by which filter."""
    twilio.clear()
    answer = reader.explain("SELECT * FROM participants WHERE ConferenceSid = 'CF1'")
    assert "GET lists of participants where ConferenceSid =" in answer
    assert twilio.requests == []
