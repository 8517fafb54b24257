"""Transactions: what opens one, who sees what when, and what no rollback takes back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from twsql.dbapi import Connection, connect
from twsql.dbapi.transactions import Change, change_in
from twsql.errors import IntegrityError, OperationalError, ProgrammingError
from twsql.sandbox import Sandbox

from .modules import NOWHERE

CALL = "AddParticipants('room', '+15005550006', '+15551234567')"


@pytest.mark.parametrize(
    ("sql", "change"),
    [
        ("INSERT INTO t VALUES (1)", ("INSERT", None, "t")),
        ("-- why\ninsert or ignore into main.[t u] select 1", ("INSERT", "main", "t u")),
        ('REPLACE INTO "t" VALUES (1)', ("REPLACE", None, "t")),
        ("UPDATE t SET a = 1", ("UPDATE", None, "t")),
        ("UPDATE OR FAIL temp.t SET a = 1", ("UPDATE", "temp", "t")),
        ("DELETE FROM t", ("DELETE", None, "t")),
        ("WITH a AS (DELETE), b(x) AS (SELECT (1)) INSERT INTO t SELECT * FROM a", ("INSERT", None, "t")),
        ("WITH replace AS (SELECT 1) DELETE FROM t", ("DELETE", None, "t")),
        ("WITH a AS (SELECT 1) UPDATE x.t SET a = replace(1, 2, 3)", ("UPDATE", "x", "t")),
    ],
)
def test_changes(sql: str, change: tuple[str, str | None, str]) -> None:
    """What changes rows names its table, after a WITH too."""
    assert change_in(sql) == Change(*change)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 'INSERT INTO t'",
        "WITH a AS (SELECT 1) SELECT replace FROM a",
        "WITH replace AS (SELECT 1) SELECT * FROM replace",
        "EXPLAIN INSERT INTO t VALUES (1)",
        "CREATE TABLE t (a)",
        "CREATE TRIGGER x AFTER INSERT ON t BEGIN DELETE FROM t; END",
        "INSERT",
        "DELETE FROM",
        "UPDATE",
        "INSERT OR",
        "",
    ],
)
def test_no_changes(sql: str) -> None:
    """What reads, defines, explains or is no statement changes no rows."""
    assert change_in(sql) is None


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO t VALUES (1, 'x')",
        "REPLACE INTO main.t VALUES (1, 'x')",
        "WITH a AS (SELECT 1) INSERT INTO t SELECT 1, 'x' FROM a",
        "INSERT INTO t VALUES (1, 'x') RETURNING a",
        "UPDATE T SET b = 'y'",
        "DELETE FROM t",
        "INSERT INTO seen VALUES (1, 'x')",
        "INSERT INTO words VALUES ('x')",
    ],
)
def test_what_opens_a_transaction(one: Connection, sql: str) -> None:
    """A change of a table in the file does, through a view or in FTS's virtual table as well."""
    one.execute("CREATE VIEW seen AS SELECT * FROM t")
    one.execute("CREATE TRIGGER x INSTEAD OF INSERT ON seen BEGIN INSERT INTO t VALUES (new.a, new.b); END")
    one.execute("CREATE VIRTUAL TABLE words USING fts5(word)")
    assert not one.in_transaction
    one.execute(sql)
    assert one.in_transaction
    one.rollback()
    assert not one.in_transaction


@pytest.mark.parametrize(
    "sql", ["SELECT * FROM t", "PRAGMA user_version = 3", "CREATE TABLE u (a)", "EXPLAIN DELETE FROM t"]
)
def test_what_opens_none(one: Connection, sql: str) -> None:
    """What reads, sets or defines is no part of a transaction unless one is open."""
    one.execute(sql).close()
    assert not one.in_transaction


@pytest.mark.parametrize("sql", ["INSERT INTO t VALUES (?)", "INSERT INTO t SELECT * FROM none", "UPDATE t SET z = 1"])
def test_a_statement_that_cannot_start_opens_none(one: Connection, sql: str) -> None:
    """A mistake that SQLite finds before the start leaves no transaction open."""
    with pytest.raises(ProgrammingError):
        one.execute(sql)
    assert not one.in_transaction


def test_commit_and_rollback(one: Connection, other: Connection) -> None:
    """Another connection sees what is committed, and never what is rolled back."""
    one.execute("INSERT INTO t VALUES (1, 'x')")
    one.execute("INSERT INTO t VALUES (2, 'y')")
    assert other.execute("SELECT * FROM t").fetchall() == []
    one.commit()
    assert other.execute("SELECT * FROM t").fetchall() == [(1, "x"), (2, "y")]
    one.executemany("DELETE FROM t WHERE a = ?", [(1,), (2,)])
    one.rollback()
    assert one.execute("SELECT count(*) FROM t").fetchone() == (2,)
    one.commit()
    one.rollback()


def test_a_failed_statement_leaves_earlier_ones_pending(one: Connection, other: Connection) -> None:
    """A constraint that fails undoes its statement; what went before it waits for commit()."""
    one.execute("INSERT INTO t VALUES (1, 'x')")
    with pytest.raises(IntegrityError):
        one.executemany("INSERT INTO t VALUES (?, 'y')", [(2,), (1,), (3,)])
    one.commit()
    assert other.execute("SELECT a FROM t").fetchall() == [(1,), (2,)]


def test_a_locked_file(one: Connection, other: Connection) -> None:
    """A second writer is told that the file is locked, and can go on when the first has ended."""
    one.execute("INSERT INTO t VALUES (1, 'x')")
    with pytest.raises(OperationalError, match="database is locked: another connection has locked it"):
        other.execute("INSERT INTO t VALUES (2, 'y')")
    other.rollback()
    one.commit()
    other.execute("INSERT INTO t VALUES (2, 'y')")
    other.commit()
    assert one.execute("SELECT a FROM t").fetchall() == [(1,), (2,)]


def test_close_rolls_back(file: Path, other: Connection) -> None:
    """What is not committed is gone with its connection."""
    opened = connect(file, **NOWHERE)
    opened.execute("INSERT INTO t VALUES (1, 'x')")
    opened.close()
    assert other.execute("SELECT * FROM t").fetchall() == []


def test_with_commits_or_rolls_back(one: Connection, other: Connection) -> None:
    """`with connection` commits at its end, rolls back on an exception, and leaves the connection open."""
    with one:
        one.execute("INSERT INTO t VALUES (1, 'x')")
    one.execute("INSERT INTO t VALUES (2, 'x')")
    with pytest.raises(IntegrityError), one:
        one.executemany("INSERT INTO t VALUES (?, 'x')", [(3,), (3,)])
    assert not one.in_transaction
    assert other.execute("SELECT a FROM t").fetchall() == [(1,)]


def test_with_rolls_back_what_cannot_be_committed(one: Connection, other: Connection) -> None:
    """A commit that finds the file being read fails, and the lock is given up."""
    one.apsw.set_busy_timeout(0)
    other.execute("INSERT INTO t VALUES (1, 'x'), (2, 'y')")
    other.commit()
    reader = other.execute("SELECT * FROM t")
    with pytest.raises(OperationalError, match="database is locked"), one:
        one.execute("INSERT INTO t VALUES (3, 'z')")
    assert not one.in_transaction
    assert reader.fetchall() == [(1, "x"), (2, "y")]


def test_autocommit(file: Path, other: Connection) -> None:
    """With autocommit each change is there for others at once, until BEGIN; to set it commits what is open."""
    opened = connect(file, autocommit=True, **NOWHERE)
    opened.execute("INSERT INTO t VALUES (1, 'x') RETURNING a")
    assert other.execute("SELECT count(*) FROM t").fetchall() == [(1,)]
    opened.execute("BEGIN")
    opened.execute("INSERT INTO t VALUES (2, 'y')")
    opened.rollback()
    opened.autocommit = False
    opened.execute("INSERT INTO t VALUES (3, 'z')")
    assert opened.in_transaction
    opened.autocommit = True
    assert opened.autocommit
    assert other.execute("SELECT a FROM t").fetchall() == [(1,), (3,)]
    opened.close()


def test_a_script_has_its_own_transactions(one: Connection, other: Connection) -> None:
    """A script commits each statement, but for those between its BEGIN and COMMIT, or in a transaction before it."""
    one.executescript("INSERT INTO t VALUES (1, 'x'); BEGIN; INSERT INTO t VALUES (2, 'y'); ROLLBACK")
    assert other.execute("SELECT a FROM t").fetchall() == [(1,)]
    one.execute("DELETE FROM t")
    one.executescript("INSERT INTO t VALUES (3, 'z'); INSERT INTO t VALUES (4, 'z');")
    one.rollback()
    assert other.execute("SELECT a FROM t").fetchall() == [(1,)]


def test_no_rollback_takes_a_call_back(twilio: Connection, sandbox: Sandbox) -> None:
    """What a statement wrote into a table is rolled back; the call that it placed stays placed."""
    twilio.execute("CREATE TABLE placed (sid TEXT)")
    twilio.execute(f"INSERT INTO placed SELECT CallSid FROM {CALL}")
    assert twilio.in_transaction
    twilio.rollback()
    assert twilio.execute("SELECT count(*) FROM placed").fetchall() == [(0,)]
    assert sandbox.counters.placed == 1


def test_a_change_of_twilios_tables_opens_none(
    sandbox: Sandbox, account: dict[str, Any], file: Path, other: Connection
) -> None:
    """An UPDATE of participants is done at once, and leaves the file free for other writers."""
    opened = connect(file, **account)
    opened.execute("EXEC AddParticipants Conference = 'room', From = '+15005550006', To = '+15551234567'")
    ((conference,),) = opened.execute("SELECT Sid FROM conferences").fetchall()
    cursor = opened.execute("UPDATE participants SET Muted = 1 WHERE ConferenceSid = ?", [conference])
    assert cursor.rowcount == 1
    assert not opened.in_transaction
    other.execute("INSERT INTO t VALUES (1, 'x')")
    other.commit()
    assert opened.execute("SELECT Muted FROM participants WHERE ConferenceSid = ?", [conference]).fetchall() == [(1,)]
    opened.close()
