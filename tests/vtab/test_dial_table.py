"""How often a statement dials: each line of the table in docs/dialing.md, counted at the sandbox."""

from __future__ import annotations

import apsw
import pytest

from dial_table import CALLS, EXISTS, REFUSED, SETUP
from twsql.errors import Error
from twsql.sandbox import Sandbox


@pytest.fixture
def t(db: apsw.Connection) -> apsw.Connection:
    """The connection, with three contacts, two of which are ok."""
    for statement in SETUP:
        db.execute(statement)
    return db


@pytest.mark.parametrize(
    ("statement", "calls"),
    CALLS,
)
def test_calls(t: apsw.Connection, sandbox: Sandbox, statement: str, calls: int) -> None:
    """Each statement places exactly so many calls, and stepping on does not change that."""
    t.execute(statement).fetchall()
    assert sandbox.counters.placed == calls


@pytest.mark.parametrize(
    "statement",
    REFUSED,
)
def test_no_calls_but_an_error(t: apsw.Connection, sandbox: Sandbox, statement: str) -> None:
    """What cannot be meant is an error, and places nothing."""
    with pytest.raises(Error):
        t.execute(statement).fetchall()
    assert sandbox.counters.placed == 0


def test_exists_places_none(t: apsw.Connection, sandbox: Sandbox) -> None:
    """WHERE EXISTS over all columns reads none; whether that is refused depends on what SQLite tells."""
    if apsw.SQLITE_VERSION_NUMBER < 3_054_000:
        assert len(t.execute(EXISTS).fetchall()) == 3
    else:
        with pytest.raises(Error, match="reads no result"):
            t.execute(EXISTS).fetchall()
    assert sandbox.counters.placed == 0
