"""The cursor: rows as they are asked for, counts, EXEC and CALL, scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from twsql.dbapi import Connection, Cursor, connect
from twsql.errors import DataError, Error, InputError, InterfaceError, ProgrammingError, TwilioError
from twsql.sandbox import Sandbox

from .modules import counted

EXEC = "EXEC AddParticipants ConferenceSid = ?, From = '+15005550006', To = ?"
NUMBERS = [f"+1555123000{digit}" for digit in range(5)]


def test_rows_are_made_when_they_are_fetched(connection: Connection) -> None:
    """execute() makes the first row, each fetch those that it gives; what nobody fetches is never made."""
    made = counted(connection.apsw)
    cursor = connection.execute("SELECT number FROM counted")
    assert len(made) == 1
    assert cursor.fetchone() == (0,)
    assert cursor.fetchmany(2) == [(1,), (2,)]
    assert next(cursor) == (3,)
    assert len(made) <= 5
    assert cursor.rowcount == -1
    cursor.close()
    assert len(made) <= 5


def test_fetching(connection: Connection) -> None:
    """Each way of fetching goes on where the last one ended."""
    counted(connection.apsw)
    cursor = connection.execute("SELECT number FROM counted LIMIT 9")
    cursor.arraysize = 2
    assert cursor.fetchone() == (0,)
    assert cursor.fetchmany() == [(1,), (2,)]
    assert cursor.fetchmany(0) == []
    assert next(iter(cursor)) == (3,)
    assert [number for (number,) in cursor] == [4, 5, 6, 7, 8]
    assert (cursor.fetchone(), cursor.fetchmany(), cursor.fetchall()) == (None, [], [])


def test_a_new_statement_ends_the_last_one(connection: Connection) -> None:
    """A cursor that is used again lets go of the rows that it has not read, so their table can go."""
    connection.executescript("CREATE TABLE t (a); INSERT INTO t VALUES (1), (2)")
    cursor = connection.execute("SELECT * FROM t")
    cursor.execute("DROP TABLE t")
    assert cursor.description is None


@pytest.mark.parametrize(
    ("sql", "rowcount", "lastrowid", "rows"),
    [
        ("INSERT INTO t VALUES (7, 'a'), (8, 'b')", 2, 8, None),
        ("INSERT INTO t (b) VALUES ('x') RETURNING b, a", 1, 4, [("x", 4)]),
        ("REPLACE INTO t VALUES (3, 'new')", 1, 3, None),
        ("INSERT OR IGNORE INTO t VALUES (1, 'again')", 0, None, None),
        ("WITH n AS (SELECT 9) INSERT INTO t SELECT *, 'x' FROM n", 1, 9, None),
        ("UPDATE t SET b = 'x' WHERE a < 3", 2, None, None),
        ("UPDATE t SET b = 'x' WHERE a < 3 RETURNING a", 2, None, [(1,), (2,)]),
        ("DELETE FROM t", 3, None, None),
        ("DELETE FROM t WHERE 0", 0, None, None),
        ("SELECT a FROM t", -1, None, [(1,), (2,), (3,)]),
        ("CREATE TABLE u (a)", -1, None, None),
        ("PRAGMA user_version", -1, None, [(0,)]),
        ("PRAGMA user_version = 1", -1, None, None),
        ("", -1, None, None),
        ("-- nothing ;", -1, None, None),
        (";", -1, None, None),
    ],
)
def test_counts(connection: Connection, sql: str, rowcount: int, lastrowid: int | None, rows: Any) -> None:
    """A change counts its rows, an insert tells its last row id; what gives no rows has no description."""
    connection.executescript("CREATE TABLE t (a INTEGER PRIMARY KEY, b); INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)")
    cursor = connection.execute(sql)
    assert (cursor.rowcount, cursor.lastrowid) == (rowcount, lastrowid)
    assert (cursor.description is None) == (rows is None)
    if rows is None:
        with pytest.raises(ProgrammingError, match="no rows to fetch"):
            cursor.fetchall()
    else:
        assert cursor.fetchall() == rows
    cursor.close()
    assert (cursor.rowcount, cursor.lastrowid) == (rowcount, lastrowid)


def test_returning_runs_to_its_end(connection: Connection) -> None:
    """All rows are changed, whether or not those of RETURNING are fetched."""
    connection.executescript("CREATE TABLE t (a); INSERT INTO t VALUES (1), (2), (3)")
    assert connection.execute("DELETE FROM t RETURNING a").fetchone() == (1,)
    assert connection.execute("SELECT count(*) FROM t").fetchone() == (0,)


def test_executemany(connection: Connection) -> None:
    """A statement is run with each set, which may come from a generator; counts add up and rows come together."""
    connection.execute("CREATE TABLE t (a, b)")
    cursor = connection.executemany("INSERT INTO t VALUES (?, ?)", ((number, "x") for number in range(3)))
    assert (cursor.rowcount, cursor.description) == (3, None)
    cursor.executemany("DELETE FROM t WHERE a <= :a RETURNING a", [{"a": 0}, {"a": 2}])
    assert (cursor.rowcount, cursor.fetchall()) == (3, [(0,), (1,), (2,)])
    cursor.executemany("SELECT ?", [(1,), (2,)])
    assert (cursor.rowcount, cursor.fetchall()) == (2, [(1,), (2,)])
    assert cursor.executemany("INSERT INTO t VALUES (?, ?)", []).rowcount == -1


def test_one_statement_at_a_time(connection: Connection) -> None:
    """A second statement is refused before the first is run; semicolons elsewhere are no statements."""
    for sql in ("CREATE TABLE t (a); SELECT 1", "EXEC HangUp; SELECT 1", "SELECT 1; EXEC HangUp"):
        with pytest.raises(ProgrammingError, match="one statement at a time: executescript"):
            connection.execute(sql)
        with pytest.raises(ProgrammingError, match="one statement at a time: executescript"):
            connection.executemany(sql, [()])
    assert connection.execute("SELECT ';', 1 /* ; */ ; -- ;").fetchall() == [(";", 1)]
    assert connection.execute("SELECT name FROM sqlite_schema").fetchall() == []


def test_exec(twilio: Connection, sandbox: Sandbox) -> None:
    """EXEC places the call though no row is fetched, and the row tells of it."""
    cursor = twilio.execute(
        "EXEC AddParticipants ConferenceSid = 'MyConference', From = '+18149044818', To = '+919602968074'"
    )
    assert sandbox.counters.placed_by == {("MyConference", "+919602968074"): 1}
    assert [column[0] for column in cursor.description] == ["AccountSid", "CallSid", "ConferenceSid", "Status"]
    ((account, call, conference, status),) = cursor.fetchall()
    assert (cursor.rowcount, account, status) == (1, sandbox.account_sid, "queued")
    assert (call[:2], conference[:2]) == ("CA", "CF")
    assert not twilio.in_transaction


@pytest.mark.parametrize(
    "call",
    [
        lambda cursor: cursor.execute(EXEC, ("room", NUMBERS[0])),
        lambda cursor: cursor.execute(EXEC.replace("?", ":x", 1).replace("?", "@y"), {"x": "room", "y": NUMBERS[0]}),
        lambda cursor: cursor.execute(
            f"CALL main.addparticipants('room', '+15005550006', To = '{NUMBERS[0]}', Label = NULL);"
        ),
        lambda cursor: cursor.callproc("ADDPARTICIPANTS", ["room", "+15005550006", NUMBERS[0], None]),
        lambda cursor: cursor.callproc(
            "AddParticipants", {"conferencesid": "room", "From": "+15005550006", "TO": NUMBERS[0]}
        ),
        lambda cursor: cursor.execute("SELECT * FROM AddParticipants(?, ?, ?)", ("room", "+15005550006", NUMBERS[0])),
    ],
)
def test_ways_to_call(twilio: Connection, sandbox: Sandbox, call: Callable[[Cursor], Any]) -> None:
    """EXEC, CALL, callproc() and SELECT place the same call, once."""
    cursor = twilio.cursor()
    call(cursor)
    assert len(cursor.fetchall()) == 1
    assert sandbox.counters.placed_by == {("room", NUMBERS[0]): 1}


def test_a_table_of_the_procedures_name_is_not_called(twilio: Connection, sandbox: Sandbox) -> None:
    """A file's own table AddParticipants does not come between EXEC and the procedure."""
    twilio.apsw.execute('CREATE TABLE AddParticipants (Conference, "From", "To")')
    assert twilio.execute(EXEC, ("room", NUMBERS[0])).rowcount == 1
    assert sandbox.counters.placed == 1


def test_executemany_of_exec(twilio: Connection, sandbox: Sandbox) -> None:
    """A call for each set of parameters, and the rows of all in one result, in their order."""
    cursor = twilio.executemany(EXEC, (("room", number) for number in NUMBERS))
    assert sandbox.counters.placed_by == {("room", number): 1 for number in NUMBERS}
    rows = cursor.fetchall()
    assert (cursor.rowcount, len(rows), len({row[1] for row in rows})) == (5, 5, 5)
    assert twilio.executemany(EXEC, []).description is None
    assert sandbox.counters.placed == 5


def test_callproc_gives_a_copy_of_its_parameters(twilio: Connection) -> None:
    """What callproc() returns equals its parameters, and is not them."""
    by_place: list[Any] = ["room", "+15005550006", NUMBERS[0]]
    by_name = {"Conference": "room", "From": "+15005550006", "To": NUMBERS[1]}
    cursor = twilio.cursor()
    assert cursor.callproc("AddParticipants", by_place) == by_place
    assert cursor.callproc("AddParticipants", by_place) is not by_place
    assert cursor.callproc("AddParticipants", by_name) == by_name
    assert cursor.callproc("AddParticipants", by_name) is not by_name


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda c: c.execute("EXEC AddParticipants To = '+1555'"), InputError, "Conference"),
        (lambda c: c.execute("EXEC AddParticipant To = '+1555'"), ProgrammingError, "did you mean AddParticipants?"),
        (lambda c: c.execute(EXEC, ("room",)), ProgrammingError, "the statement has 2 parameters, and 1 given"),
        (lambda c: c.callproc("AddParticipants", {"Form": "x"}), ProgrammingError, "did you mean From?"),
        (lambda c: c.callproc("AddParticipant"), ProgrammingError, "did you mean AddParticipants?"),
        (lambda c: c.callproc("AddParticipants", ["x"] * 100), ProgrammingError, "one value too many"),
        (lambda c: c.callproc("AddParticipants", "x"), ProgrammingError, "a sequence or a mapping, not str"),
        (lambda c: c.execute(EXEC, ("room", "+15005550001")), TwilioError, "HTTP 400"),
    ],
)
def test_calls_that_fail(
    twilio: Connection, sandbox: Sandbox, call: Callable[[Cursor], Any], kind: type[Error], message: str
) -> None:
    """A wrong call places none, and says why in the procedure's, the driver's or Twilio's words."""
    cursor = twilio.cursor()
    with pytest.raises(kind) as caught:
        call(cursor)
    assert message in str(caught.value)
    assert sandbox.counters.placed == 0
    assert cursor.description is None


def test_executescript(twilio: Connection, sandbox: Sandbox) -> None:
    """A script mixes SQL, EXEC and CALL; each statement that gives rows is a result set."""
    cursor = twilio.executescript(f"""
        CREATE TABLE log (n); -- a table ; of numbers
        CREATE TRIGGER twice AFTER INSERT ON log WHEN new.n < 9 BEGIN INSERT INTO log VALUES (9); END;
        INSERT INTO log VALUES (1);
        EXEC AddParticipants Conference = 'room;', [From] = '+15005550006', To = '{NUMBERS[0]}';
        CALL AddParticipants('room;', '+15005550006', '{NUMBERS[1]}');
        SELECT n FROM log
    """)
    assert sandbox.counters.placed_by == {("room;", NUMBERS[0]): 1, ("room;", NUMBERS[1]): 1}
    sets = [cursor.fetchall()]
    while cursor.nextset():
        sets.append(cursor.fetchall())
    assert [len(rows) for rows in sets] == [1, 1, 2]
    assert sets[2] == [(1,), (9,)]


def test_a_script_that_fails(connection: Connection) -> None:
    """What stands before a mistake is done, what stands behind it is not."""
    with pytest.raises(ProgrammingError, match="no such table: none"):
        connection.executescript("CREATE TABLE a (x); SELECT * FROM none; CREATE TABLE b (x)")
    assert connection.execute("SELECT name FROM sqlite_schema").fetchall() == [("a",)]


def test_a_script_without_rows(connection: Connection) -> None:
    """A script whose statements give no rows has nothing to fetch, and no next set."""
    cursor = connection.executescript("CREATE TABLE a (x); -- done")
    assert cursor.description is None
    for ask in (cursor.fetchone, cursor.nextset):
        with pytest.raises(ProgrammingError, match="no rows to fetch"):
            ask()


def test_nextset_after_one_statement(connection: Connection) -> None:
    """A single statement has one result set."""
    assert connection.execute("SELECT 1").nextset() is None


@pytest.mark.parametrize(
    "use",
    [
        lambda cursor: cursor.execute("SELECT 1"),
        lambda cursor: cursor.executemany("SELECT 1", []),
        lambda cursor: cursor.executescript("SELECT 1"),
        lambda cursor: cursor.callproc("AddParticipants"),
        lambda cursor: cursor.fetchone(),
        lambda cursor: cursor.fetchmany(),
        lambda cursor: cursor.fetchall(),
        lambda cursor: cursor.nextset(),
        lambda cursor: next(cursor),
    ],
)
def test_a_closed_cursor(connection: Connection, use: Callable[[Cursor], Any]) -> None:
    """A closed cursor refuses everything but to be closed again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 UNION SELECT 2")
        assert cursor.connection is connection
    with pytest.raises(InterfaceError, match="the cursor is closed"):
        use(cursor)
    cursor.close()


def test_no_effects_of_sizes(connection: Connection) -> None:
    """setinputsizes() and setoutputsize() are there and change nothing."""
    cursor = connection.cursor()
    cursor.setinputsizes([1])
    cursor.setoutputsize(1)
    assert cursor.execute("SELECT ?", ("long",)).fetchone() == ("long",)


def test_text_that_is_not_utf_8() -> None:
    """Bytes that are called text are an error of ours that says how to read them."""
    connection = connect()
    with pytest.raises(DataError, match="AS BLOB"):
        connection.execute("SELECT CAST(x'ff' AS TEXT)").fetchall()
    connection.close()
