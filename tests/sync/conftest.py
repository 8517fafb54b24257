"""A file to sync into, read by Python's own sqlite3, which knows nothing of twsql."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import apsw
import pytest
from tests.cli.conftest import bare, login, start, terminal, twsql

from twsql.hosts.apsw import register
from twsql.sync import sync
from twsql.sync.layout import CONFERENCES, PARTICIPANTS, FileTable

__all__ = ["bare", "login", "start", "terminal", "twsql"]  # the command's fixtures, for the tests here too


sync_conferences = partial(sync, only=("conferences", "participants"))
"""Of these the tests count requests; test_calls_kept has the others."""


class File:
    """The synced file as another program sees it."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)

    def rows(self, sql: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with closing(sqlite3.connect(self.path)) as db:
            return db.execute(sql, values).fetchall()

    def one(self, sql: str, values: tuple[Any, ...] = ()) -> Any:
        """The only value of a query."""
        ((value,),) = self.rows(sql, values)
        return value

    def run(self, sql: str) -> None:
        """Change something behind the back of sync."""
        with closing(sqlite3.connect(self.path)) as db:
            db.executescript(sql)

    def copy_of(self, table: FileTable, where: str = "true") -> list[tuple[Any, ...]]:
        """The live columns of a table of the file, in a fixed order."""
        return sorted(self.rows(f"SELECT {names(table)} FROM {table.name} WHERE {where}"), key=repr)


@pytest.fixture
def file(tmp_path: Path) -> File:
    """A file that is not there yet."""
    return File(tmp_path / "calls.db")


def names(table: FileTable) -> str:
    """The live columns of a table."""
    return ", ".join(f'"{column.name}"' for column in table.live)


def assert_equal(file: File, account: dict[str, Any]) -> None:
    """What Twilio can tell is in the file, column by column, and nobody else is said to be in a conference."""
    with closing(apsw.Connection(":memory:")) as live:
        registration = register(live, **account)
        for table, where in ((CONFERENCES, "true"), (PARTICIPANTS, "LeftAt IS NULL")):
            wanted = sorted(live.execute(f"SELECT {names(table)} FROM {table.name}"), key=repr)
            assert file.copy_of(table, where) == wanted
        registration.close()
    assert file.one("PRAGMA integrity_check") == "ok"
    assert file.rows("PRAGMA foreign_key_check") == []
