"""The dial table through the extension, in the hosts that it is for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import apsw
import pytest
from hosting import environment, in_ci_hosts

from dial_table import CALLS, EXISTS, REFUSED, SETUP, SUBQUERY
from twsql.errors import Error
from twsql.sandbox import Sandbox

Host = tuple[Sandbox, Callable[[], apsw.Connection]]


@in_ci_hosts
@pytest.mark.parametrize("host", ["shell", "python"])
@pytest.mark.parametrize(("statement", "calls"), [case for case in CALLS if case[0] != SUBQUERY])
def test_calls(host: str, statement: str, calls: int, world: Sandbox, request: pytest.FixtureRequest) -> None:
    """Each statement places exactly so many calls, as through apsw."""
    done = request.getfixturevalue(host)(*SETUP, statement)
    assert (done.returncode, done.stderr) == (0, "")
    assert world.counters.placed == calls


@in_ci_hosts
@pytest.mark.parametrize("host", ["shell", "python"])
@pytest.mark.parametrize("statement", [each for each in REFUSED if each != EXISTS])
def test_refused(host: str, statement: str, world: Sandbox, request: pytest.FixtureRequest) -> None:
    """What cannot be meant is an error that names AddParticipants, and places nothing."""
    done = request.getfixturevalue(host)(*SETUP, statement)
    assert done.returncode == 1
    assert "AddParticipants" in done.stderr
    assert world.counters.placed == 0


@in_ci_hosts
@pytest.mark.parametrize("host", ["shell", "python"])
def test_exists(host: str, world: Sandbox, request: pytest.FixtureRequest) -> None:
    """An older SQLite does not tell that EXISTS reads nothing; it places no call all the same."""
    done = request.getfixturevalue(host)(*SETUP, EXISTS)
    assert (done.returncode, done.stdout.count("+1555"), world.counters.placed) == (0, 3, 0)


@in_ci_hosts
@pytest.mark.parametrize("host", ["shell", "python"])
def test_subquery(host: str, world: Sandbox, request: pytest.FixtureRequest) -> None:
    """SQLite before 3.42 reads all columns of a subquery that it keeps, and to read is to dial: once, not more."""
    done = request.getfixturevalue(host)(*SETUP, "SELECT sqlite_version() < '3.42'", SUBQUERY)
    old, rows = done.stdout.split()
    assert (rows, world.counters.placed) == ("1", int(old))


@pytest.fixture(scope="module")
def host(extension: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """A local Twilio, and a way to connections of the newest SQLite, which share one worker for all of these tests."""
    journal = tmp_path_factory.mktemp("host") / "journal.db"
    with Sandbox() as sandbox, pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        for name, value in environment(sandbox).items():
            patch.setenv(name, value)
        patch.setenv("TWSQL_JOURNAL", str(journal))

        def connect() -> apsw.Connection:
            connection = stack.enter_context(closing(apsw.Connection(":memory:")))
            connection.enable_load_extension(True)
            connection.load_extension(str(extension))
            return connection

        connect().execute(
            "SELECT count(Sid) FROM conferences"
        ).fetchall()  # starts the worker while this environment holds
        yield sandbox, connect


@pytest.mark.parametrize(("statement", "calls"), CALLS)
def test_calls_newest_sqlite(statement: str, calls: int, host: Host) -> None:
    """The newest SQLite places as many."""
    sandbox, connect = host
    connection, before = connect(), sandbox.counters.placed
    for each in (*SETUP, statement):
        connection.execute(each).fetchall()
    assert sandbox.counters.placed - before == calls


@pytest.mark.parametrize("statement", REFUSED)
def test_refused_newest_sqlite(statement: str, host: Host, db: Any) -> None:
    """The error is the one that apsw gives."""
    sandbox, connect = host
    connection, before = connect(), sandbox.counters.placed
    for each in SETUP:
        connection.execute(each)
        db.execute(each)
    with pytest.raises(Error) as through_apsw:
        db.execute(statement).fetchall()
    with pytest.raises(apsw.SQLError) as through_extension:
        connection.execute(statement).fetchall()
    assert str(through_extension.value) == str(through_apsw.value)
    assert sandbox.counters.placed == before
