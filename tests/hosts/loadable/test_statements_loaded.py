"""Statements that overlap on one connection, through the extension: each has its own calls, whatever opens when.

The facts of tests/hosts/test_statements.py, on a host whose statements the extension has to find out by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from twsql.sandbox import Sandbox

ONE = "SELECT CallSid FROM AddParticipants('c', '+15550000000', '+15550000001')"
SUBQUERY = "SELECT (SELECT CallSid FROM AddParticipants('c', '+15550000000', t.n)) FROM t"
LATE = "SELECT n, CASE WHEN rowid > 1 THEN (SELECT CallSid FROM AddParticipants('c', '+15550000000', t.n)) END FROM t"
INSERT = "INSERT INTO participants (FriendlyName, \"From\", \"To\") VALUES ('c', '+15550000000', '+15550000001')"


RETURNING = f"/* RETURNING */ {INSERT} returning CallSid"


@pytest.fixture
def t(loaded: apsw.Connection) -> apsw.Connection:
    """The connection, with two rows that have one number, and one that has another."""
    loaded.execute("CREATE TEMP TABLE t (n TEXT)")
    loaded.execute("INSERT INTO t VALUES ('+15550000001'), ('+15550000001'), ('+15550000002')")
    return loaded


def test_the_same_again(loaded: apsw.Connection, world: Sandbox) -> None:
    """The same SQL executed twice places two calls, though SQLite prepared it once."""
    assert loaded.execute(ONE).get != loaded.execute(ONE).get
    assert world.counters.placed == 2


def test_while_the_first_has_unread_rows(t: apsw.Connection, world: Sandbox) -> None:
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
    assert world.counters.placed == 4


def test_opened_late(t: apsw.Connection, world: Sandbox) -> None:
    """A cursor that a statement first opens after another statement has begun still belongs to its own statement."""
    first = t.execute(LATE)
    assert next(first)[1] is None
    second = t.execute(ONE)
    other = next(second)[0]
    mine = next(first)[1]
    assert mine not in (None, other)
    again = t.execute(LATE)
    assert [next(again)[1], next(again)[1]] != [None, mine]
    assert world.counters.placed == 3


def test_opened_late_and_prepared_anew(t: apsw.Connection, world: Sandbox) -> None:
    """So it does where SQLite has prepared the statement anew, while others are in the middle of their rows."""
    t.execute(LATE).fetchall()
    t.execute("CREATE TABLE other (x)")
    first = t.execute(LATE)
    next(first)
    second = t.execute(SUBQUERY)
    other = next(second)[0]
    assert next(first)[1] not in (None, other)
    assert next(second)[0] == other
    assert world.counters.placed == 2 + 2


def test_a_statement_within_a_statement(t: apsw.Connection, world: Sandbox) -> None:
    """A function that runs SQL of its own while a statement is read has its own calls."""
    t.create_scalar_function("dial", lambda: t.execute(ONE).get, 0)
    rows = t.execute(f"SELECT dial(), x.CallSid FROM ({ONE}) x, t").fetchall()
    assert len({row[1] for row in rows}) == 1
    assert len({row[0] for row in rows}) == 3
    assert world.counters.placed == 4


def test_an_insert_within_a_statement(t: apsw.Connection, world: Sandbox) -> None:
    """A function that places calls by INSERT places one each time, inside whatever it is called."""
    t.create_scalar_function("dial", lambda: t.execute(INSERT).fetchall() == [], 0)
    t.execute(f"SELECT dial(), x.CallSid FROM ({ONE}) x, t").fetchall()
    assert world.counters.placed == 4


def test_beside_tables_that_run_statements(t: apsw.Connection, world: Sandbox) -> None:
    """FTS5 runs statements of its own inside ours; ours does not end with them."""
    t.execute("CREATE VIRTUAL TABLE temp.f USING fts5(n)")
    t.execute("INSERT INTO f SELECT n FROM t")
    sql = (
        "SELECT f.n, (SELECT CallSid FROM AddParticipants('c', '+15550000000', f.n)) FROM f WHERE f MATCH '15550000001'"
    )
    assert len({call for _, call in t.execute(sql)}) == 1
    assert world.counters.placed == 1


def test_prepared_anew(t: apsw.Connection, world: Sandbox) -> None:
    """A statement that SQLite prepares again, because the schema has changed, still places each call once."""
    t.execute(SUBQUERY).fetchall()
    t.execute("CREATE TABLE other (x)")
    t.execute(SUBQUERY).fetchall()
    assert world.counters.placed == 4


@pytest.mark.parametrize("transaction", ["", "BEGIN"])
@pytest.mark.parametrize("host", ["shell", "python"])
def test_equal_inserts(host: str, transaction: str, world: Sandbox, request: pytest.FixtureRequest) -> None:
    """Two equal INSERTs are two calls, also where the second statement comes to lie where the first one lay."""
    done = request.getfixturevalue(host)(transaction or "SELECT 1", INSERT, INSERT, INSERT)
    assert (done.returncode, done.stderr) == (0, "")
    assert world.counters.placed == 3


@pytest.mark.parametrize("host", ["shell", "python"])
def test_equal_selects(host: str, world: Sandbox, request: pytest.FixtureRequest) -> None:
    """So are two equal SELECTs, prepared one after the other in the same place."""
    done = request.getfixturevalue(host)(*[ONE] * 5)
    assert len(set(done.stdout.split())) == 5
    assert world.counters.placed == 5


def test_triggers_of_the_session(t: apsw.Connection, world: Sandbox) -> None:
    """A trigger may place no calls, not even a temporary one."""
    t.execute(
        "CREATE TEMP TRIGGER dial AFTER INSERT ON t BEGIN"
        " INSERT INTO participants(FriendlyName, \"From\", \"To\") VALUES ('c', '+15550000000', NEW.n); END"
    )
    with pytest.raises(apsw.SQLError, match="unsafe use"):
        t.execute("INSERT INTO t VALUES ('+15550000005'), ('+15550000006')")
    assert world.counters.placed == 0


@pytest.mark.parametrize(
    "stored",
    [
        f"CREATE VIEW v AS {ONE}",
        "CREATE TABLE v (n); CREATE TRIGGER dial AFTER INSERT ON v BEGIN"
        " SELECT CallSid FROM AddParticipants('c', '+15550000000', NEW.n); END",
        "CREATE VIEW v AS SELECT twsql_setting('sandbox', 1)",
    ],
)
def test_hostile_files(connect: Callable[[], apsw.Connection], world: Sandbox, stored: str, tmp_path: Path) -> None:
    """A view or trigger that came with a file can neither dial nor change a setting."""
    path = str(tmp_path / "hostile.db")
    maker = connect()
    maker.execute("ATTACH ? AS made", (path,))
    maker.execute(stored.replace(" v ", " made.v ", 1).replace("TRIGGER dial", "TRIGGER made.dial"))
    victim = connect()
    victim.execute("ATTACH ? AS hostile", (path,))
    with pytest.raises(apsw.SQLError, match="unsafe use"):
        victim.execute(
            "INSERT INTO hostile.v VALUES ('+15550000001')" if "TABLE v" in stored else "SELECT * FROM hostile.v"
        ).fetchall()
    assert world.counters.placed == 0


@pytest.mark.parametrize("host", ["shell", "python"])
def test_returning_is_refused(host: str, request: pytest.FixtureRequest, world: Sandbox) -> None:
    """SQLite would return NULL for the new call's SID, so nothing is sent; the word elsewhere is no clause."""
    refused = request.getfixturevalue(host)(RETURNING)
    assert "no RETURNING: AddParticipants(…)" in refused.stderr
    assert world.counters.placed == 0
    taken = request.getfixturevalue(host)(INSERT.replace("'c'", "' returning '"))
    assert (taken.returncode, world.counters.placed) == (0, 1)
