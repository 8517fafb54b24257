"""Changes of many rows: how many may be, when that is judged, which WHERE is none, what is told."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import apsw
import pytest

import twsql
from twsql.errors import NotSupportedError, OperationalError, ProgrammingError, TwilioError
from twsql.sandbox import Sandbox
from twsql.vtab.changes import Change, Changes

Connect = Callable[..., twsql.Connection]
ALL = [
    ("DELETE FROM participants", "DELETE of participants: 24 rows"),
    ("UPDATE participants SET Muted = 1", "UPDATE of participants: 24 rows"),
    ("DELETE FROM participants WHERE length(CallSid) > 0", "DELETE of participants: 24 rows"),
    ("UPDATE conferences SET Status = 'completed' WHERE Status = 'in-progress'", "UPDATE of conferences: 6 rows"),
]


@pytest.fixture
def twilio() -> Iterator[Sandbox]:
    """Six conferences with four participants each."""
    with Sandbox(conferences=6, participants=4, over=0) as running:
        yield running


@pytest.fixture
def connect(twilio: Sandbox) -> Iterator[Connect]:
    """Connections to it."""
    opened: list[twsql.Connection] = []
    account = {"account_sid": twilio.account_sid, "auth_token": twilio.auth_token, "base_url": twilio.base_url}

    def make(**settings: Any) -> twsql.Connection:
        opened.append(twsql.connect(**{**account, **settings}))
        return opened[-1]

    yield make
    for connection in opened:
        connection.close()


def sent(twilio: Sandbox) -> int:
    """How many requests changed something."""
    return sum(each.method != "GET" for each in twilio.requests)


@pytest.mark.parametrize(("sql", "words"), ALL)
def test_too_many(connect: Connect, twilio: Sandbox, sql: str, words: str) -> None:
    """A statement that would change more rows than max_changes sends nothing at all."""
    with pytest.raises(NotSupportedError, match=rf"{words} are more than max_changes allows \(5\); nothing was sent"):
        connect(max_changes=5).execute(sql)
    assert sent(twilio) == 0


@pytest.mark.parametrize(("sql", "words"), ALL)
def test_as_many_as_may_be(connect: Connect, twilio: Sandbox, sql: str, words: str) -> None:
    """At the limit all are changed, and rowcount tells how many."""
    rows = 6 if "conferences" in sql else 24
    assert connect(max_changes=rows).execute(sql).rowcount == rows
    assert sent(twilio) == rows


def test_the_default(connect: Connect) -> None:
    """A hundred rows are the default, and the error says what to set."""
    with Sandbox(conferences=26, participants=4, over=0) as large:
        account = {"account_sid": large.account_sid, "auth_token": large.auth_token, "base_url": large.base_url}
        with pytest.raises(NotSupportedError, match=r"104 rows .*\(100\).*raise max_changes or TWSQL_MAX_CHANGES"):
            connect(**account).execute("DELETE FROM participants")
        assert sent(large) == 0


def test_update_from(connect: Connect, twilio: Sandbox) -> None:
    """The rows of UPDATE … FROM are counted once each, before the first."""
    connection = connect(max_changes=23)
    connection.executescript("CREATE TABLE t (x); INSERT INTO t VALUES (0), (1)")
    with pytest.raises(NotSupportedError, match="24 rows"):
        connection.execute("UPDATE participants SET Muted = 1 FROM t WHERE Muted < t.x + 5")
    assert sent(twilio) == 0


def test_procedures(connect: Connect, twilio: Sandbox) -> None:
    """Procedures that change are limited too: a join of them stops there."""
    sql = """SELECT r.Status FROM participants p JOIN RemoveParticipants(p.ConferenceSid, p.CallSid) r"""
    with pytest.raises(NotSupportedError, match="RemoveParticipants: 6 changes in one statement are more"):
        connect(max_changes=5).execute(sql).fetchall()
    assert sent(twilio) == 5


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("DELETE FROM participants WHERE \"Lable\" <> 'ada'", "no such column: .?Lable"),
        ("UPDATE participants SET Muted = 1 WHERE \"Lable\" <> 'ada'", "no such column: .?Lable"),
        ("DELETE FROM participants WHERE 'Label' <> 'ada'", "the WHERE of this DELETE names no column of it"),
        ("UPDATE participants SET Muted = 1 WHERE 1", "the WHERE of this UPDATE names no column of it"),
        ("WITH t AS (SELECT 1 AS x WHERE 1) DELETE FROM participants WHERE (SELECT x FROM t)", "names no column of it"),
        ("DELETE FROM participants /* WHERE Label */ WHERE 1 -- Label", "leave WHERE out to mean every row"),
    ],
)
def test_no_condition(connect: Connect, twilio: Sandbox, sql: str, words: str) -> None:
    """A WHERE that reads no column means all by a slip: it is refused, with the name that is misspelt."""
    with pytest.raises(ProgrammingError, match=words):
        connect().execute(sql)
    assert sent(twilio) == 0


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("DELETE FROM participants", 24),
        ("DELETE FROM participants -- WHERE 1", 24),
        ('DELETE FROM temp.participants AS p WHERE p."CallSid" IS NOT NULL', 24),
        ("UPDATE participants SET Muted = (SELECT 1 WHERE 1)", 24),
        ("DELETE FROM participants WHERE EXISTS (SELECT 1 FROM conferences WHERE Sid = [ConferenceSid])", 24),
        ("DELETE FROM participants WHERE rowid = 5", 0),
    ],
)
def test_conditions(connect: Connect, sql: str, rows: int) -> None:
    """Every row is meant where there is no WHERE; one that names a column is a condition."""
    assert connect().execute(sql).rowcount == rows


def test_register_turns_text_in_double_quotes_off(account: dict[str, Any]) -> None:
    """A connection of one's own has no text in double quotes after register, and can have it back."""
    with closing(apsw.Connection(":memory:")) as connection, closing(twsql.register(connection, **account)):
        with pytest.raises(apsw.SQLError, match="no such column"):
            connection.execute('SELECT "text"')
        connection.config(apsw.SQLITE_DBCONFIG_DQS_DML, 1)
        assert connection.execute('SELECT "text"').get == "text"


def test_a_failure_among_many(connect: Connect, twilio: Sandbox) -> None:
    """What fails after others says how many were done; those stay done."""
    rows = connect().execute("SELECT rowid, CallSid FROM participants ORDER BY 1").fetchall()
    twilio.fail("error", method="DELETE", path=rows[2][1], status=400, code=20001)
    with pytest.raises(TwilioError, match="2 done, 1 failed, nothing after it attempted"):
        connect().execute("DELETE FROM participants")
    assert len(connect().execute("SELECT CallSid FROM participants").fetchall()) == 22


def test_consent(connect: Connect, twilio: Sandbox) -> None:
    """Who is asked hears once what is about to be changed, before anything is sent; no ends it."""
    asked: list[Changes] = []
    heard: list[Change] = []
    connection = connect()
    connection.watch_changes(lambda changes: asked.append(changes) or len(asked) > 1, heard.append)
    with pytest.raises(OperationalError, match="participants: DELETE was not agreed to; nothing was sent"):
        connection.execute("DELETE FROM participants")
    assert (sent(twilio), heard) == (0, [])
    connection.execute("DELETE FROM participants")
    assert [str(changes) for changes in asked] == ["24 participants removed"] * 2
    assert len(heard) == sent(twilio) == 24


def test_dry_run(connect: Connect, twilio: Sandbox) -> None:
    """A dry run hears of every row and asks nobody, and sends nothing."""
    heard: list[Change] = []
    connection = connect(dry_run=True)
    connection.watch_changes(lambda changes: False, heard.append)
    connection.execute("UPDATE participants SET Muted = 1")
    assert (sent(twilio), len(heard)) == (0, 24)
    assert {*heard[0].inputs} == {"Conference", "Participant", "Muted"}
    assert all(each.is_dry for each in heard)


def test_attached_copies_are_not_limited(connect: Connect, tmp_path: Any) -> None:
    """Ordinary tables of the same names know no limit."""
    with closing(sqlite3.connect(tmp_path / "own.db")) as own:
        own.execute("CREATE TABLE participants (x)")
        own.executemany("INSERT INTO participants VALUES (?)", [(n,) for n in range(200)])
        own.commit()
    assert connect(database=tmp_path / "own.db").execute("DELETE FROM participants").rowcount == 200
