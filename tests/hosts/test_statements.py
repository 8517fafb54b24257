"""Statements that overlap on one connection: each has its own calls, whatever opens when."""

from __future__ import annotations

from typing import Any

import apsw
import pytest

from overlapping import FACTS, INSERT, ONE, SETUP, Fact
from twsql.errors import Error, InternalError, NotSupportedError
from twsql.hosts.apsw import register
from twsql.sandbox import Sandbox


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.__name__)
def test_overlapping(db: apsw.Connection, sandbox: Sandbox, fact: Fact) -> None:
    """Each statement has its own calls on a connection of apsw's."""
    for statement in SETUP:
        db.execute(statement)
    fact(db, sandbox)


def test_statements_that_do_nothing(db: apsw.Connection, sandbox: Sandbox) -> None:
    """Statements that end at once do not pile up, and do not mislead."""
    for number in range(300):
        db.execute(f"PRAGMA twsql_{number}")
    db.execute(ONE).fetchall()
    (statements,) = _traces(db)
    assert len(statements._under_way) <= 100
    assert sandbox.counters.placed == 1


@pytest.mark.parametrize(
    "stored",
    [
        f"CREATE VIEW v AS {ONE}",
        "CREATE TABLE v (n); CREATE TRIGGER dial AFTER INSERT ON v BEGIN"
        " INSERT INTO participants(FriendlyName, \"From\", \"To\") VALUES ('c', '+15550000000', NEW.n); END",
        "CREATE TABLE v (n); CREATE TRIGGER dial AFTER INSERT ON v BEGIN"
        " SELECT CallSid FROM AddParticipants('c', '+15550000000', NEW.n); END",
        "CREATE TABLE v (n); CREATE TRIGGER dial AFTER INSERT ON v BEGIN"
        " UPDATE conferences SET Status = 'completed'; END",
    ],
)
def test_hostile_files(db: apsw.Connection, sandbox: Sandbox, stored: str, tmp_path: Any) -> None:
    """A view or trigger that came with a file cannot dial, end or change anything."""
    path = str(tmp_path / "hostile.db")
    maker = apsw.Connection(path)
    register(maker, sandbox=False, base_url=sandbox.base_url)
    maker.execute(stored)
    maker.close()
    db.execute("ATTACH ? AS hostile", (path,))
    with pytest.raises((apsw.SQLError, Error), match="unsafe use"):
        db.execute(
            "INSERT INTO hostile.v VALUES ('+15550000001')" if "TABLE v" in stored else "SELECT * FROM hostile.v"
        )
    assert sandbox.counters.placed == 0


def test_without_a_trace(db: apsw.Connection, sandbox: Sandbox) -> None:
    """Where the announcements of statements are missing, nothing is placed."""
    statements = db.execute("SELECT 1")
    del statements
    for trace in [*_traces(db)]:
        db.trace_v2(0, None, id=trace)
    with pytest.raises(InternalError, match="trace"):
        db.execute(ONE).fetchall()
    assert sandbox.counters.placed == 0


def _traces(db: apsw.Connection) -> list[Any]:
    """The trace that `register` has set, found as anybody could: among the objects that live."""
    import gc

    from twsql.hosts.statements import Statements

    every = [each for each in gc.get_objects() if isinstance(each, Statements)]
    return [each for each in every if any(each is other for other in gc.get_referents(db))] or every[-1:]


@pytest.mark.parametrize("clause", [" RETURNING CallSid", "\nreturning *", "--\nReturning/**/Label AS x"])
def test_returning_is_refused(db: apsw.Connection, sandbox: Sandbox, clause: str) -> None:
    """SQLite would return what was inserted, NULL for the new call's SID; nothing is sent."""
    with pytest.raises(NotSupportedError, match=r"no RETURNING: AddParticipants\(…\)"):
        db.execute(INSERT + clause).fetchall()
    assert sandbox.counters.placed == 0


@pytest.mark.parametrize(
    "sql",
    [
        INSERT.replace("'c'", "' returning '"),
        f"{INSERT} -- RETURNING CallSid",
        INSERT.replace("'c'", '(SELECT "returning" FROM (SELECT 1 AS "returning"))'),
        INSERT.replace("'c'", "'it''s /* RETURNING'"),
    ],
)
def test_the_word_returning_is_no_clause(db: apsw.Connection, sandbox: Sandbox, sql: str) -> None:
    """In a text, a comment or a quoted name it means nothing."""
    db.execute(sql).fetchall()
    assert sandbox.counters.placed == 1
