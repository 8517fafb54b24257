"""What our own connections refuse by name: names that hide Twilio's tables, and changes of a synced file's copy."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import twsql
from twsql.errors import ProgrammingError, ReadOnlyError
from twsql.sandbox import Sandbox


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE conferences (x)",
        "create temp table if not exists Participants as SELECT 1",
        'CREATE TABLE main."conferences" (x)',
        "CREATE TEMPORARY VIEW [participants] AS SELECT 1",
        "CREATE VIEW IF NOT EXISTS temp.twsql_journal AS SELECT 1",
        "CREATE VIRTUAL TABLE conferences USING fts5(x)",
        "CREATE VIRTUAL TABLE conferences USING conferences(stored)",
        "CREATE TABLE 'sys_tables' (x)",
        "CREATE TABLE AddParticipants (x)",
        "ALTER TABLE own RENAME TO conferences",
        "/* mine */ ALTER TABLE main.own RENAME TO `participants`",
    ],
)
def test_names_that_are_taken(account: dict[str, Any], sql: str) -> None:
    """No table or view of the user's may hide one of ours, in whatever schema and spelling."""
    with closing(twsql.connect(**account)) as connection:
        connection.execute("CREATE TABLE own (x)")
        with pytest.raises(ProgrammingError, match="is the name of one of Twilio's here, and would be hidden"):
            connection.execute(sql)
        assert connection.execute("SELECT name FROM sqlite_schema").fetchall() == [("own",)]


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE my_conferences (conferences)",
        "CREATE VIEW v AS SELECT * FROM own",
        "CREATE INDEX conferences ON own (x)",
        "ALTER TABLE own RENAME COLUMN x TO participants",
        "ALTER TABLE own ADD COLUMN conferences",
        "ALTER TABLE own RENAME TO other",
    ],
)
def test_names_that_are_free(account: dict[str, Any], sql: str) -> None:
    """All else may bear any name."""
    with closing(twsql.connect(**account)) as connection:
        connection.execute("CREATE TABLE own (x)")
        connection.execute(sql)


@pytest.fixture
def synced(tmp_path: Path) -> Any:
    """A file that sync made of two conferences, and the account it is of."""
    with Sandbox(conferences=2, participants=2, over=0) as running:
        account = {"base_url": running.base_url, "account_sid": running.account_sid, "auth_token": running.auth_token}
        twsql.sync(tmp_path / "calls.db", **account)
        yield tmp_path / "calls.db", account, running


CHANGES = [
    "UPDATE {}conferences SET Status = 'completed'",
    "DELETE FROM {}participants",
    "INSERT INTO {}conferences (Sid) VALUES ('x')",
    "WITH t AS (SELECT 1) UPDATE {}participants SET Muted = 1",
    "REPLACE INTO {}conferences (Sid) VALUES ('x')",
]


@pytest.mark.parametrize("sql", CHANGES)
@pytest.mark.parametrize("schema", ["", "main.", "other."])
def test_a_copy_is_read_only(synced: Any, sql: str, schema: str) -> None:
    """A change of the copy, in the main file or an attached one, is refused with what is Twilio's; the copy stays."""
    path, account, running = synced
    with closing(twsql.connect(path, autocommit=True, **account)) as connection:
        connection.execute("ATTACH ? AS other", (str(path),))
        before = len(running.requests)
        with pytest.raises(ReadOnlyError, match=r"can only be read; temp\.\w+ is Twilio"):
            connection.execute(sql.format(schema))
        assert len(running.requests) == before
        assert connection.execute("SELECT count(*), sum(Muted) FROM participants").fetchall() == [(4, 0)]


def test_twilio_beside_a_copy(synced: Any) -> None:
    """temp.participants changes Twilio; tables of one's own in the file stay one's own, and sync goes on."""
    path, account, _ = synced
    with closing(twsql.connect(path, autocommit=True, **account)) as connection:
        assert connection.execute("UPDATE temp.participants SET Muted = 1").rowcount == 4
        assert connection.execute("SELECT sum(Muted) FROM participants").fetchone() == (0,)
        connection.execute("CREATE TABLE notes (x)")
        connection.execute("INSERT INTO notes VALUES (1)")
    twsql.sync(path, **account)
    with closing(sqlite3.connect(path)) as plain:
        assert plain.execute("SELECT sum(Muted) FROM participants").fetchone() == (4,)


def test_runs_are_read_only(synced: Any) -> None:
    """What sync keeps of itself is read only as well."""
    path, account, _ = synced
    words = "sync_runs in this file belongs to twsql sync and can only be read"
    with closing(twsql.connect(path, **account)) as connection, pytest.raises(ReadOnlyError, match=words):
        connection.execute("DELETE FROM sync_runs")


def test_another_files_conferences(account: dict[str, Any], tmp_path: Path) -> None:
    """A conferences that is not of sync is its owner's to change."""
    with closing(sqlite3.connect(tmp_path / "own.db")) as own:
        own.execute("CREATE TABLE conferences (x)")
    with closing(twsql.connect(tmp_path / "own.db", **account)) as connection:
        assert connection.execute("INSERT INTO conferences VALUES (1)").rowcount == 1
