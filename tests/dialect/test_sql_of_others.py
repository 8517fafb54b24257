"""`?safe=1`, for servers where others write SQL: an engine that only reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from twsql.sandbox import Sandbox


@pytest.fixture
def safe(url: URL) -> Iterator[Engine]:
    """An engine for the SQL of others."""
    made = create_engine(url.update_query_dict({"safe": "1", "max_rows": "5"}))
    yield made
    made.dispose()


def test_it_reads(safe: Engine) -> None:
    """The inspector and SELECT work as ever."""
    assert "conferences" in inspect(safe).get_table_names()
    with safe.connect() as connection:
        assert connection.execute(text("SELECT count(Sid) FROM conferences")).scalar() == 6


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT CallSid FROM AddParticipants('c', '+15005550006', '+12025550100')",
        "EXEC AddParticipants ConferenceSid = 'c', From = '+15005550006', To = '+12025550100'",
        "DELETE FROM participants WHERE Label = 'ada'",
        "ATTACH '{file}' AS other",
        "VACUUM INTO '{file}'",
        "CREATE TABLE own (x)",
        "PRAGMA writable_schema = 1",
        "SELECT load_extension('{file}')",
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 6) SELECT x FROM n",
    ],
)
def test_it_does_nothing_else(safe: Engine, twilio: Sandbox, tmp_path: Path, sql: str) -> None:
    """Each way out is an error, as is a row too many; nothing is called, changed or written."""
    file, before = tmp_path / "out.db", twilio.counters.placed
    with safe.connect() as connection, pytest.raises(DBAPIError):
        connection.execute(text(sql.format(file=file))).fetchall()
    assert (twilio.counters.placed, file.exists()) == (before, False)
