"""Whose file it is, and what brings it to the newest version."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import pytest
from tests.sync.conftest import File
from tests.sync.conftest import sync_conferences as sync

from twsql.errors import NotSupportedError
from twsql.sandbox import Sandbox
from twsql.sync.layout import CONFERENCES, PARTICIPANTS, TABLES
from twsql.sync.migrations import APPLICATION_ID, VERSIONS, descriptions
from twsql.sync.views import VIEWS
from twsql.tables.conferences import CONFERENCES as LIVE_CONFERENCES
from twsql.tables.participants import PARTICIPANTS as LIVE_PARTICIPANTS
from twsql.vtab.relation import DECLARED

PUBLISHED = sorted((Path(__file__).parent.parent / "data" / "sync").glob("*.sql"))
"""A dump of a file of each version of the tables that was ever published."""


def test_each_version_has_its_dump() -> None:
    """A new step comes with a file of the version that it makes."""
    assert [int(path.stem) for path in PUBLISHED] == [*range(1, len(VERSIONS.steps) + 1)]


@pytest.mark.parametrize("dump", PUBLISHED, ids=lambda path: path.stem)
def test_file_of_each_version_is_brought_forward(file: File, account: dict[str, Any], dump: Path) -> None:
    """It has the tables of a new file after the next run, all its rows, and what the sandbox has."""
    file.run(dump.read_text())
    kept = file.rows("SELECT CallSid, FirstSeen FROM participants")
    assert kept
    sync(file.path, **account)
    new = File(Path(file.path + "-new"))
    sync(new.path, **account)
    for table in TABLES:
        columns = f"SELECT name, type, pk FROM pragma_table_info('{table.name}') ORDER BY name"
        assert file.rows(columns) == new.rows(columns)
    indexes = "SELECT name FROM sqlite_schema WHERE type IN ('index', 'view') ORDER BY name"
    assert file.rows(indexes) == new.rows(indexes)
    assert set(kept) <= set(file.rows("SELECT CallSid, FirstSeen FROM participants"))
    assert file.one("PRAGMA user_version") == len(VERSIONS.steps)


def test_live_columns_are_those_of_the_live_tables(file: File, account: dict[str, Any]) -> None:
    """The names, the types and the order; a column that a live table gets needs a step here."""
    sync(file.path, **account)
    for table, live in zip((CONFERENCES, PARTICIPANTS), (LIVE_CONFERENCES, LIVE_PARTICIPANTS), strict=True):
        wanted = [(column.name, DECLARED[column.type]) for column in live.columns if not column.hidden]
        found = file.rows(f"SELECT name, type FROM pragma_table_info('{table.name}')")
        assert found[: len(wanted)] == wanted


def test_everything_is_described_in_the_file(file: File, account: dict[str, Any]) -> None:
    """sync_descriptions has each table and view, and each of their columns; none is empty."""
    sync(file.path, **account)
    actual = set(
        file.rows(
            "SELECT s.name, c.name FROM sqlite_schema s, pragma_table_info(s.name) c WHERE s.type IN ('table', 'view')"
            " AND s.name NOT LIKE 'sqlite%' UNION SELECT name, '' FROM sqlite_schema WHERE type IN ('table', 'view')"
            " AND name NOT LIKE 'sqlite%'"
        )
    )
    assert {(table, column) for table, column, _ in descriptions()} == actual
    assert sorted(file.rows("SELECT * FROM sync_descriptions")) == sorted(descriptions())
    assert all(text for _, _, text in descriptions())


@pytest.mark.parametrize("table", [CONFERENCES, PARTICIPANTS], ids=lambda table: table.name)
def test_declared_types_are_those_described(file: File, account: dict[str, Any], table: Any) -> None:
    """BI tools read the declared types."""
    sync(file.path, **account)
    found = dict(file.rows(f"SELECT name, type FROM pragma_table_info('{table.name}')"))
    assert found == {column.name: DECLARED[column.type] for column in table.columns}


@pytest.mark.parametrize("connect", [sqlite3.connect, apsw.Connection], ids=["Python's SQLite", "apsw's"])
@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_the_columns_of_a_view_have_types(file: File, account: dict[str, Any], view: Any, connect: Any) -> None:
    """As other readers of the file see them, of older and newer SQLites: where a view has none, DuckDB reads BLOBs."""
    sync(file.path, **account)
    with closing(connect(file.path)) as db:
        found = dict(db.execute(f"SELECT name, type FROM pragma_table_info('{view.name}')"))
    assert {name: {"INT": "INTEGER"}.get(declared, declared) for name, declared in found.items()} == {
        column.name: DECLARED[column.type] for column in view.columns
    }


def test_views_are_made_anew(file: File, account: dict[str, Any]) -> None:
    """A view that somebody changed, or that an older twsql made, is as declared after the next run; others stay."""
    sync(file.path, **account)
    file.run(f"DROP VIEW {VIEWS[0].name}; CREATE VIEW {VIEWS[0].name} AS SELECT 1; CREATE VIEW mine AS SELECT 2")
    sync(file.path, **account)
    assert [name for name, *_ in file.rows(f"SELECT name FROM pragma_table_info('{VIEWS[0].name}')")] == [
        column.name for column in VIEWS[0].columns
    ]
    assert file.one("SELECT * FROM mine") == 2


def test_newer_file_is_refused(file: File, account: dict[str, Any]) -> None:
    """A file of a later twsql is left as it is, to the byte."""
    sync(file.path, **account)
    file.run(f"PRAGMA user_version = {len(VERSIONS.steps) + 1}")
    before = Path(file.path).read_bytes()
    with pytest.raises(NotSupportedError, match=r"was written by a newer twsql .*: upgrade twsql"):
        sync(file.path, **account)
    assert Path(file.path).read_bytes() == before


@pytest.mark.parametrize(
    ("script", "held"),
    [
        ("CREATE TABLE mine (x)", ", it holds mine"),
        ("PRAGMA user_version = 3", ""),
        ("CREATE VIEW v AS SELECT 1", ", it holds views"),
        (f"PRAGMA application_id = {APPLICATION_ID + 1}; CREATE TABLE t (x); CREATE TABLE s (x)", ", it holds s, t"),
        ("".join(f"CREATE TABLE t{n} (x);" for n in range(7)), ", it holds t0, t1, t2, t3, t4 and more"),
    ],
)
def test_file_of_another_program_is_refused(file: File, account: dict[str, Any], script: str, held: str) -> None:
    """A SQLite file that is not of sync is left as it is, to the byte; the error says what it holds."""
    file.run(script)
    before = Path(file.path).read_bytes()
    with pytest.raises(NotSupportedError, match=f"is a SQLite file, but not of twsql sync{held}: name another file"):
        sync(file.path, **account)
    assert Path(file.path).read_bytes() == before


def test_file_that_is_no_database_is_refused(file: File, account: dict[str, Any]) -> None:
    """A text stays a text."""
    Path(file.path).write_text("dear diary\n" * 100)
    with pytest.raises(NotSupportedError, match=r"calls.db is not a SQLite file: name another one"):
        sync(file.path, **account)
    assert Path(file.path).read_text().startswith("dear diary")


def test_empty_file_is_taken(sandbox: Sandbox, file: File, account: dict[str, Any]) -> None:
    """A file without a byte, or one that SQLite made and put nothing in, is as good as none."""
    Path(file.path).touch()
    sync(file.path, **account)
    assert file.one("SELECT count(*) FROM sync_runs") == 1


def test_file_of_another_account_is_refused(sandbox: Sandbox, file: File, account: dict[str, Any]) -> None:
    """One file has one account: who is missing in another account would seem to have left."""
    sync(file.path, **account)
    other = {"account_sid": sandbox.subaccount_sid, "auth_token": sandbox.subaccount_auth_token}
    with pytest.raises(NotSupportedError, match=f"has the conferences of {sandbox.account_sid}, not of"):
        sync(file.path, **{**account, **other})


def test_wal_is_on(file: File, account: dict[str, Any]) -> None:
    """So that readers are not blocked."""
    sync(file.path, **account)
    with closing(sqlite3.connect(file.path)) as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
