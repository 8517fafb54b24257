"""What look-ahead remembers of the rows that a statement has read."""

from __future__ import annotations

from twsql.catalog import CATALOG
from twsql.vtab.rows_read import MOST, RowsRead

PARTICIPANTS = next(table for table in CATALOG.listed if table.name == "participants")
KEYS = {"conferences.Sid": "conference_sid", "calls.Sid": "call_sid"}


def test_each_key_has_its_bound() -> None:
    """Few conferences with many calls: no more calls are remembered once there are MOST, but conferences are."""
    read = RowsRead(PARTICIPANTS, KEYS, ())
    rows = [{"conference_sid": f"CF{number // 200}", "call_sid": f"CA{number}"} for number in range(MOST + 400)]
    assert list(read.noted(iter(rows))) == rows
    assert read.after("calls.Sid", f"CA{MOST - 1}") is not None
    assert read.after("calls.Sid", f"CA{MOST}") is None
    assert [row["call_sid"] for row in read.after("conferences.Sid", f"CF{MOST // 200}") or ()] == [
        f"CA{MOST}",
        f"CA{MOST + 200}",
    ]
