"""Facts of statements that overlap on one connection: each has its own calls, through whatever door it comes.

A fact takes a connection that has `t`, of two rows with one number and one with another, and the sandbox.
"""

from __future__ import annotations

from collections.abc import Callable

import apsw
import pytest

from twsql.sandbox import Sandbox

Fact = Callable[[apsw.Connection, Sandbox], None]

SETUP = (
    "CREATE TEMP TABLE t (n TEXT)",
    "INSERT INTO t VALUES ('+15550000001'), ('+15550000001'), ('+15550000002')",
)
ONE = "SELECT CallSid FROM AddParticipants('c', '+15550000000', '+15550000001')"
SUBQUERY = "SELECT (SELECT CallSid FROM AddParticipants('c', '+15550000000', t.n)) FROM t"
LATE = "SELECT n, CASE WHEN rowid > 1 THEN (SELECT CallSid FROM AddParticipants('c', '+15550000000', t.n)) END FROM t"
INSERT = "INSERT INTO participants (FriendlyName, \"From\", \"To\") VALUES ('c', '+15550000000', '+15550000001')"


def the_same_again(t: apsw.Connection, sandbox: Sandbox) -> None:
    """The same SQL executed twice places two calls, though SQLite prepared it once."""
    assert t.execute(ONE).get != t.execute(ONE).get
    assert sandbox.counters.placed == 2


def while_the_first_has_unread_rows(t: apsw.Connection, sandbox: Sandbox) -> None:
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


def opened_late(t: apsw.Connection, sandbox: Sandbox) -> None:
    """A cursor that a statement first opens after another statement has begun still belongs to its own statement."""
    first = t.execute(LATE)
    assert next(first)[1] is None
    second = t.execute(ONE)
    other = next(second)[0]
    mine = next(first)[1]
    assert mine not in (None, other)
    again = t.execute(LATE)
    assert [next(again)[1], next(again)[1]] != [None, mine]
    assert sandbox.counters.placed == 3


def opened_late_and_prepared_anew(t: apsw.Connection, sandbox: Sandbox) -> None:
    """So it does where SQLite has prepared the statement anew, while others are in the middle of their rows."""
    t.execute(LATE).fetchall()
    t.execute("CREATE TABLE other (x)")
    first = t.execute(LATE)
    next(first)
    second = t.execute(SUBQUERY)
    other = next(second)[0]
    assert next(first)[1] not in (None, other)
    assert next(second)[0] == other
    assert sandbox.counters.placed == 2 + 2


def a_statement_within_a_statement(t: apsw.Connection, sandbox: Sandbox) -> None:
    """A function that runs SQL of its own while a statement is read has its own calls."""
    t.create_scalar_function("dial", lambda: t.execute(ONE).get, 0)
    rows = t.execute(f"SELECT dial(), x.CallSid FROM ({ONE}) x, t").fetchall()
    assert len({row[1] for row in rows}) == 1
    assert len({row[0] for row in rows}) == 3
    assert sandbox.counters.placed == 4


def an_insert_within_a_statement(t: apsw.Connection, sandbox: Sandbox) -> None:
    """A function that places calls by INSERT places one each time, inside whatever it is called."""
    t.create_scalar_function("dial", lambda: t.execute(INSERT).fetchall() == [], 0)
    t.execute(f"SELECT dial(), x.CallSid FROM ({ONE}) x, t").fetchall()
    assert sandbox.counters.placed == 4


def beside_tables_that_run_statements(t: apsw.Connection, sandbox: Sandbox) -> None:
    """FTS5 runs statements of its own inside ours; ours does not end with them."""
    t.execute("CREATE VIRTUAL TABLE temp.f USING fts5(n)")
    t.execute("INSERT INTO f SELECT n FROM t")
    sql = (
        "SELECT f.n, (SELECT CallSid FROM AddParticipants('c', '+15550000000', f.n)) FROM f WHERE f MATCH '15550000001'"
    )
    assert len({call for _, call in t.execute(sql)}) == 1
    assert sandbox.counters.placed == 1


def prepared_anew(t: apsw.Connection, sandbox: Sandbox) -> None:
    """A statement that SQLite prepares again, because the schema has changed, still places each call once."""
    t.execute(SUBQUERY).fetchall()
    t.execute("CREATE TABLE other (x)")
    t.execute(SUBQUERY).fetchall()
    assert sandbox.counters.placed == 4


def triggers_of_the_session(t: apsw.Connection, sandbox: Sandbox) -> None:
    """SQLite does not tell a temporary trigger from one that came with a file: neither may place calls."""
    t.execute(
        "CREATE TEMP TRIGGER dial AFTER INSERT ON t BEGIN"
        " INSERT INTO participants(FriendlyName, \"From\", \"To\") VALUES ('c', '+15550000000', NEW.n); END"
    )
    with pytest.raises(apsw.SQLError, match="unsafe use"):
        t.execute("INSERT INTO t VALUES ('+15550000005'), ('+15550000006')")
    assert sandbox.counters.placed == 0


FACTS: tuple[Fact, ...] = (
    the_same_again,
    while_the_first_has_unread_rows,
    opened_late,
    opened_late_and_prepared_anew,
    a_statement_within_a_statement,
    an_insert_within_a_statement,
    beside_tables_that_run_statements,
    prepared_anew,
    triggers_of_the_session,
)
