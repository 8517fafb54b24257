"""Connections of the driver: one over the sandbox, and one that needs no Twilio."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from twsql.dbapi import Connection, connect

from .modules import NOWHERE


@pytest.fixture(autouse=True)
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The journal of calls is the test's own, not the one of who runs it."""
    monkeypatch.setenv("TWSQL_JOURNAL", str(tmp_path / "journal.db"))


@pytest.fixture
def connection() -> Iterator[Connection]:
    """A connection to a database in memory, with no Twilio to be reached."""
    with connect(**NOWHERE) as opened:
        yield opened
    opened.close()


@pytest.fixture
def twilio(account: dict[str, Any]) -> Iterator[Connection]:
    """A connection to a database in memory and to the sandbox."""
    with connect(**account) as opened:
        yield opened
    opened.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database file with the table `t (a, b)`."""
    path = tmp_path / "file.db"
    opened = connect(path, **NOWHERE)
    opened.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)")
    opened.close()
    return path


@pytest.fixture
def one(file: Path) -> Iterator[Connection]:
    """A connection to the file."""
    opened = connect(file, **NOWHERE)
    yield opened
    opened.close()


@pytest.fixture
def other(file: Path) -> Iterator[Connection]:
    """Another connection to the same file, which waits for no lock."""
    opened = connect(file, **NOWHERE)
    opened.apsw.set_busy_timeout(0)
    yield opened
    opened.close()
