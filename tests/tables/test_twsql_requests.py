"""twsql_requests: what statements asked, as the sandbox counted it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import apsw
import pytest

from twsql.errors import TwilioError
from twsql.hosts.apsw import register
from twsql.sandbox import Sandbox

COSTS = "SELECT Requests, Retries, Bytes, Waits FROM twsql_requests ORDER BY Number DESC"


@pytest.fixture
def full() -> Iterator[Sandbox]:
    """Six conferences in progress with two participants each."""
    with Sandbox(conferences=6, participants=2, over=0) as running:
        yield running


@pytest.fixture
def over(full: Sandbox) -> Iterator[apsw.Connection]:
    """A connection to it."""
    db = apsw.Connection(":memory:")
    login = {"base_url": full.base_url, "account_sid": full.account_sid, "auth_token": full.auth_token}
    registration = register(db, **login, max_attempts=3)
    yield db
    registration.close()


def test_each_statement_has_its_own(over: apsw.Connection, full: Sandbox) -> None:
    """A join counts what it asked in all threads; a statement that asks nothing is not there."""
    over.execute("SELECT * FROM conferences WHERE Status = 'in-progress'").fetchall()
    over.execute("SELECT 1").fetchall()
    full.clear()
    over.execute("SELECT * FROM conferences JOIN participants ON ConferenceSid = Sid").fetchall()
    (joined, first) = over.execute(COSTS).fetchall()
    assert joined[0] == full.counters.requests == 2 + 6
    assert (first[0], first[1]) == (1, 0)
    assert joined[2] > first[2] > 1000
    assert len(over.execute(COSTS).fetchall()) == 2


def test_two_at_once(over: apsw.Connection) -> None:
    """Statements whose rows are read in turn are counted apart."""
    sql = "SELECT CallSid FROM participants"
    one, other = over.execute(sql), over.execute("SELECT Sid FROM conferences")
    for _ in range(6):
        next(one)
        next(other)
    one.fetchall()
    other.fetchall()
    assert sorted(row[0] for row in over.execute(COSTS)) == [3, 2 + 6]


def test_retries_and_waits(over: apsw.Connection, full: Sandbox) -> None:
    """An attempt that is repeated is counted with its waiting, and where it fails in the end too."""
    full.fail("429", times=1)
    over.execute("SELECT Sid FROM conferences WHERE Status = 'init'").fetchall()
    ((requests, retries, _, waits),) = over.execute(COSTS).fetchall()
    assert (requests, retries, waits) == (2, 1, 1)
    full.fail("500-before")
    with pytest.raises(TwilioError):
        over.execute("SELECT Sid FROM conferences WHERE Status = 'init'").fetchall()
    assert over.execute(COSTS).fetchall()[0][:2] == (3, 2)


def test_calls_are_counted(over: apsw.Connection) -> None:
    """What procedures and changes ask is the statement's too."""
    sql = (
        "SELECT CallSid FROM AddParticipants WHERE Conference = 'c' AND \"From\" = '+15005550006'"
        " AND \"To\" IN ('+15550000001', '+15550000002', '+15550000003')"
    )
    over.execute(sql).fetchall()
    assert over.execute(COSTS).fetchall()[0][0] == 3
    sid = over.execute("SELECT Sid FROM conferences LIMIT 1").fetchall()[0][0]
    over.execute("UPDATE conferences SET Status = 'completed' WHERE Sid = ?", (sid,))
    assert over.execute(COSTS).fetchall()[0][0] == 2


def test_the_last_hundred(over: apsw.Connection) -> None:
    """Older ones are forgotten; times are told in UTC and milliseconds."""
    for _ in range(105):
        over.execute("SELECT Sid FROM conferences LIMIT 1").fetchall()
    rows: list[Any] = over.execute("SELECT Number, Began, Milliseconds FROM twsql_requests").fetchall()
    assert len(rows) == 100
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert over.execute("SELECT max(abs(julianday(Began) - julianday('now'))) FROM twsql_requests").get < 0.01
    assert all(0 <= row[2] < 10_000 for row in rows)
