"""Statements that overlap on one connection: each has its own calls, whatever opens when."""

from __future__ import annotations

from typing import Any

import apsw
import pytest

from twsql.errors import Error, InternalError, NotSupportedError
from twsql.hosts.apsw import register
from twsql.sandbox import Sandbox

ONE = "SELECT CallSid FROM AddParticipants('c', '+15550000000', '+15550000001')"
SUBQUERY = "SELECT (SELECT CallSid FROM AddParticipants('c', '+15550000000', t.n)) FROM t"


@pytest.fixture
def t(db: apsw.Connection) -> apsw.Connection:
    """The connection, with two rows that have one number, and one that has another."""
    db.execute("CREATE TEMP TABLE t (n TEXT)")
    db.execute("INSERT INTO t VALUES ('+15550000001'), ('+15550000001'), ('+15550000002')")
    return db


def test_the_same_again(db: apsw.Connection, sandbox: Sandbox) -> None:
    """The same SQL executed twice places two calls, though SQLite prepared it once."""
    assert db.execute(ONE).get != db.execute(ONE).get
    assert sandbox.counters.placed == 2


def test_while_the_first_has_unread_rows(t: apsw.Connection, sandbox: Sandbox) -> None:
    """A second statement with the same inputs places a call more, and the first goes on with its own."""
    first = t.execute(SUBQUERY)
    a = next(first)
    second = t.execute(SUBQUERY)
    b = next(second)
    assert a != b
    assert next(first) == a
    assert next(second) == b
    assert next(first) not in (a, b)
    assert next(second) not in (a, b)
    assert sandbox.counters.placed == 4


def test_opened_late(t: apsw.Connection, sandbox: Sandbox) -> None:
    """A cursor that a statement first opens after another statement has begun still belongs to its own statement."""
    late = (
        "SELECT n, CASE WHEN rowid > 1 THEN (SELECT CallSid FROM AddParticipants('c', '+15550000000', t.n)) END FROM t"
    )
    first = t.execute(late)
    assert next(first)[1] is None
    second = t.execute(ONE)
    other = next(second)[0]
    mine = next(first)[1]
    assert mine not in (None, other)
    again = t.execute(late)
    assert [next(again)[1], next(again)[1]] != [None, mine]
    assert sandbox.counters.placed == 3


def test_a_statement_within_a_statement(t: apsw.Connection, sandbox: Sandbox) -> None:
    """A function that runs SQL of its own while a statement is read has its own calls."""
    t.create_scalar_function("dial", lambda: t.execute(ONE).get, 0)
    rows = t.execute(f"SELECT dial(), x.CallSid FROM ({ONE}) x, t").fetchall()
    assert len({row[1] for row in rows}) == 1
    assert len({row[0] for row in rows}) == 3
    assert sandbox.counters.placed == 4


def test_beside_tables_that_run_statements(t: apsw.Connection, sandbox: Sandbox) -> None:
    """FTS5 runs statements of its own inside ours; ours does not end with them."""
    t.execute("CREATE VIRTUAL TABLE temp.f USING fts5(n)")
    t.execute("INSERT INTO f SELECT n FROM t")
    sql = (
        "SELECT f.n, (SELECT CallSid FROM AddParticipants('c', '+15550000000', f.n)) FROM f WHERE f MATCH '15550000001'"
    )
    assert len({call for _, call in t.execute(sql)}) == 1
    assert sandbox.counters.placed == 1


def test_prepared_anew(t: apsw.Connection, sandbox: Sandbox) -> None:
    """A statement that SQLite prepares again, because the schema has changed, still places each call once."""
    t.execute(SUBQUERY).fetchall()
    t.execute("CREATE TABLE other (x)")
    t.execute(SUBQUERY).fetchall()
    assert sandbox.counters.placed == 4


def test_triggers_of_the_session(t: apsw.Connection, sandbox: Sandbox) -> None:
    """SQLite does not tell a temporary trigger from one that came with a file: neither may place calls."""
    t.execute(
        "CREATE TEMP TRIGGER dial AFTER INSERT ON t BEGIN"
        " INSERT INTO participants(FriendlyName, \"From\", \"To\") VALUES ('c', '+15550000000', NEW.n); END"
    )
    with pytest.raises(apsw.SQLError, match="unsafe use"):
        t.execute("INSERT INTO t VALUES ('+15550000005'), ('+15550000006')")
    assert sandbox.counters.placed == 0


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


INSERT = "INSERT INTO participants(FriendlyName, \"From\", \"To\") VALUES ('c', '+15550000000', '+15550000001')"


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
