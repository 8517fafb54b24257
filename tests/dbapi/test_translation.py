"""apsw's errors become twsql's, every one of them, and all other errors stay what they are."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from twsql import errors
from twsql.dbapi import Connection, connect
from twsql.dbapi.translation import ERRORS, translation

from .modules import NOWHERE, provide

SERIES = "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n LIMIT 3) SELECT fail(i) FROM n"


def every(kind: type[apsw.Error]) -> Iterator[type[apsw.Error]]:
    """Yield a class and all that derive from it."""
    yield kind
    for each in kind.__subclasses__():
        yield from every(each)


@pytest.mark.parametrize("kind", [*every(apsw.Error)], ids=lambda kind: kind.__name__)
def test_every_error_of_apsw(connection: Connection, kind: type[apsw.Error]) -> None:
    """An error of apsw leaves the driver as the class that the table names, with the original as its cause."""

    def fail() -> None:
        raise kind("Something went  wrong.")

    connection.apsw.create_scalar_function("fail", fail)
    with pytest.raises(errors.Error) as caught:
        connection.execute("SELECT fail()")
    assert type(caught.value) is ERRORS[kind]
    assert str(caught.value).startswith("something went wrong")
    assert type(caught.value.__cause__) is kind


def test_an_error_that_apsw_may_add() -> None:
    """A class that is not in the table is told by its base, and one without words says its name."""

    class NewBusyError(apsw.BusyError):
        pass

    class NewError(apsw.Error):
        pass

    assert type(translation(NewBusyError())) is errors.OperationalError
    assert type(translation(NewError())) is errors.DatabaseError
    assert str(translation(NewError())) == "SQLite gave up: NewError"


@pytest.mark.parametrize(
    ("operation", "kind", "message"),
    [
        ("SELECT *\nFRM t", errors.ProgrammingError, 'near "FRM": syntax error at line 2, column 1'),
        ("SELECT 'é', a FROM none", errors.ProgrammingError, "no such table: none"),
        ("SELECT 'é', a FROM t, x.y", errors.ProgrammingError, "no such table: x.y"),
        ("SELECT 'é', nope FROM t", errors.ProgrammingError, "no such column: nope at line 1, column 13"),
        ("INSERT INTO t VALUES (1, 'x'), (1, 'y')", errors.IntegrityError, "UNIQUE constraint failed: t.a"),
        ("INSERT INTO t VALUES ('x', 1)", errors.IntegrityError, "datatype mismatch"),
        ("SELECT zeroblob(3000000000)", errors.DataError, "string or blob too big"),
        ("ATTACH '/none/such.db' AS x", errors.OperationalError, "unable to open database: /none/such.db"),
        ("DETACH x", errors.ProgrammingError, "no such database: x"),
    ],
)
def test_what_sqlite_says(one: Connection, operation: str, kind: type[errors.Error], message: str) -> None:
    """SQLite's own words are kept, with the place of a mistake in the statement where SQLite knows it."""
    with pytest.raises(errors.Error) as caught:
        one.execute(operation)
    assert (type(caught.value), str(caught.value)) == (kind, message)


def test_files(tmp_path: Path) -> None:
    """A file that cannot be opened, or is none of SQLite's, is an OperationalError."""
    with pytest.raises(errors.OperationalError, match=f"unable to open database file: {tmp_path}"):
        connect(tmp_path / "none" / "such.db", **NOWHERE)
    noise = tmp_path / "noise.db"
    noise.write_bytes(b"no database" * 100)
    opened = connect(noise, **NOWHERE)
    with pytest.raises(errors.OperationalError, match="file is not a database"):
        opened.execute("SELECT * FROM t")
    opened.close()


def test_a_read_only_file(file: Path) -> None:
    """A change of a file that may only be read is an OperationalError."""
    opened = Connection(apsw.Connection(str(file), flags=apsw.SQLITE_OPEN_READONLY))
    with pytest.raises(errors.OperationalError, match="attempt to write a readonly database"):
        opened.execute("INSERT INTO t VALUES (1, 'x')")
    opened.close()


def test_an_error_while_fetching(connection: Connection) -> None:
    """An error in a later row comes when that row is fetched, in each way of fetching; earlier rows are not lost."""

    def fail(number: int) -> int:
        if number == 2:
            raise apsw.IOError("disk gone")
        return number

    connection.apsw.create_scalar_function("fail", fail)
    for fetch in ("fetchone", "fetchmany", "fetchall", "__next__"):
        cursor = connection.execute(SERIES)
        assert cursor.fetchone() == (1,)
        with pytest.raises(errors.OperationalError, match="disk gone"):
            getattr(cursor, fetch)()


@pytest.mark.parametrize("error", [errors.NotFound("gone", status=404), ValueError("its own"), SystemExit(3)])
def test_other_errors_pass(connection: Connection, error: BaseException) -> None:
    """What a table raises, twsql's own error or any other, comes out as the same object."""

    def rows() -> Iterator[tuple[int]]:
        yield (1,)
        raise error

    provide(connection.apsw, "broken", ("a",), rows)
    cursor = connection.execute("SELECT * FROM broken")
    with pytest.raises(type(error)) as caught:
        cursor.fetchall()
    assert caught.value is error


def test_ctrl_c_passes(connection: Connection) -> None:
    """Ctrl-C in the middle of a statement is KeyboardInterrupt, and the connection is good for the next."""

    def rows() -> Iterator[tuple[int]]:
        yield (1,)
        os.kill(os.getpid(), signal.SIGINT)
        yield (2,)

    provide(connection.apsw, "slow", ("a",), rows)
    with pytest.raises(KeyboardInterrupt):
        connection.execute("SELECT * FROM slow").fetchall()
    assert connection.execute("SELECT 1").fetchall() == [(1,)]
