"""The dial table through the extension, in the hosts that it is for."""

from __future__ import annotations

from typing import Any

import apsw
import pytest

from dial_table import CALLS, EXISTS, REFUSED, SETUP, SUBQUERY
from twsql.errors import Error
from twsql.sandbox import Sandbox


@pytest.mark.parametrize("host", ["shell", "python"])
@pytest.mark.parametrize(("statement", "calls"), [case for case in CALLS if case[0] != SUBQUERY])
def test_calls(host: str, statement: str, calls: int, world: Sandbox, request: pytest.FixtureRequest) -> None:
    """Each statement places exactly so many calls, as through apsw."""
    done = request.getfixturevalue(host)(*SETUP, statement)
    assert (done.returncode, done.stderr) == (0, "")
    assert world.counters.placed == calls


@pytest.mark.parametrize("host", ["shell", "python"])
@pytest.mark.parametrize("statement", [each for each in REFUSED if each != EXISTS])
def test_refused(host: str, statement: str, world: Sandbox, request: pytest.FixtureRequest) -> None:
    """What cannot be meant is an error that names AddParticipants, and places nothing."""
    done = request.getfixturevalue(host)(*SETUP, statement)
    assert done.returncode == 1
    assert "AddParticipants" in done.stderr
    assert world.counters.placed == 0


@pytest.mark.parametrize("host", ["shell", "python"])
def test_exists(host: str, world: Sandbox, request: pytest.FixtureRequest) -> None:
    """An older SQLite does not tell that EXISTS reads nothing; it places no call all the same."""
    done = request.getfixturevalue(host)(*SETUP, EXISTS)
    assert (done.returncode, done.stdout.count("+1555"), world.counters.placed) == (0, 3, 0)


@pytest.mark.parametrize("host", ["shell", "python"])
def test_subquery(host: str, world: Sandbox, request: pytest.FixtureRequest) -> None:
    """SQLite before 3.42 reads all columns of a subquery that it keeps, and to read is to dial: once, not more."""
    done = request.getfixturevalue(host)(*SETUP, "SELECT sqlite_version() < '3.42'", SUBQUERY)
    old, rows = done.stdout.split()
    assert (rows, world.counters.placed) == ("1", int(old))


@pytest.mark.parametrize(("statement", "calls"), CALLS)
def test_calls_newest_sqlite(statement: str, calls: int, world: Sandbox, loaded: apsw.Connection) -> None:
    """The newest SQLite places as many."""
    for each in (*SETUP, statement):
        loaded.execute(each).fetchall()
    assert world.counters.placed == calls


@pytest.mark.parametrize("statement", REFUSED)
def test_refused_newest_sqlite(statement: str, world: Sandbox, loaded: apsw.Connection, db: Any) -> None:
    """The error is the one that apsw gives."""
    for each in SETUP:
        loaded.execute(each)
        db.execute(each)
    with pytest.raises(Error) as through_apsw:
        db.execute(statement).fetchall()
    with pytest.raises(apsw.SQLError) as through_extension:
        loaded.execute(statement).fetchall()
    assert str(through_extension.value) == str(through_apsw.value)
    assert world.counters.placed == 0
