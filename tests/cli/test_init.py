"""`twsql init`: a file that lists the live tables."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import twsql as package
from twsql.catalog import CATALOG
from twsql.hosts.stored import definition

from .conftest import Run


def test_init(twsql: Run, login: dict[str, str], tmp_path: Path) -> None:
    """The file lists the tables for who knows nothing of twsql, holds no rows, and a second run changes nothing."""
    for _ in range(2):
        done = twsql("init", "live.db")
        assert (done.returncode, done.stdout) == (0, "")
        assert "live.db lists conferences, participants" in done.stderr
    with closing(sqlite3.connect(tmp_path / "live.db")) as plain:
        stored = dict(plain.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'table'"))
    assert stored["participants"] == definition("participants")
    assert not {procedure.name for procedure in CATALOG.procedures} & set(stored)
    asked = ("query", "--database", "live.db", "--format", "csv")
    assert twsql(*asked, "SELECT count(*) FROM main.conferences", env=login).stdout.split() == ["count(*)", "0"]
    refused = twsql(*asked, "DELETE FROM participants WHERE CallSid = 'x'", env=login)
    assert refused.returncode == 0  # nobody is in there to be removed
    assert twsql(*asked, "SELECT 1 FROM pragma_table_info('participants') LIMIT 1").stdout.split() == ["1", "1"]


def test_names_that_are_taken(twsql: Run, tmp_path: Path) -> None:
    """A file with its own tables of these names is left as it is; sync's copy is called that."""
    with closing(sqlite3.connect(tmp_path / "own.db")) as own:
        own.execute("CREATE TABLE Conferences (x)")
    done = twsql("init", "own.db")
    assert (done.returncode, done.stderr) == (1, "twsql: own.db has its own conferences: give another file\n")
    with closing(sqlite3.connect(tmp_path / "own.db")) as own:
        assert own.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (1,)


def test_a_synced_file(twsql: Run, account: dict[str, str], tmp_path: Path) -> None:
    """In a synced file the names are those of the copy."""
    package.sync(tmp_path / "calls.db", **account)
    done = twsql("init", "calls.db")
    assert (
        "calls.db has its own conferences, participants, calls, recordings (twsql sync keeps its copy there)"
        in done.stderr
    )


def test_no_file(twsql: Run, tmp_path: Path) -> None:
    """What cannot be opened is one line."""
    (tmp_path / "folder").mkdir()
    done = twsql("init", "folder")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.endswith(": folder\n")
