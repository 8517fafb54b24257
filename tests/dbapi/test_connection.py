"""The connection: what it opens, how it ends, and that threads share the module but not connections."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import apsw
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from twsql import dbapi, errors
from twsql.dbapi import Connection, connect
from twsql.sandbox import Sandbox

from .modules import NOWHERE


def test_module() -> None:
    """What PEP 249 wants to know of a module."""
    assert (dbapi.apilevel, dbapi.threadsafety, dbapi.paramstyle) == ("2.0", 1, "qmark")
    assert all(hasattr(dbapi, name) for name in dbapi.__all__)
    assert {"is_exec", "split", "translate"} <= set(dbapi.__all__)


def test_errors_are_attributes(connection: Connection) -> None:
    """Code that has only the connection can catch its errors."""
    names = [name for name in vars(errors) if isinstance(getattr(errors, name), type) and name in vars(Connection)]
    assert len(names) == 10
    assert all(getattr(connection, name) is getattr(errors, name) is getattr(dbapi, name) for name in names)
    with pytest.raises(connection.ProgrammingError):
        connection.execute("SELEC")


def test_database(tmp_path: Path) -> None:
    """A path or a text names the file; the default is in memory and each connection's own."""
    for database in (tmp_path / "a.db", str(tmp_path / "b.db")):
        opened = connect(database, **NOWHERE)
        opened.executescript("CREATE TABLE t (a)")
        assert opened.apsw.filename == str(database)
        opened.close()
    one, two = connect(**NOWHERE), connect(**NOWHERE)
    one.execute("CREATE TABLE t (a)")
    assert two.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,)
    one.close()
    two.close()


def test_settings(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings come as arguments or from the environment, and a wrong one leaves nothing open."""
    for name, value in (("ACCOUNT_SID", sandbox.account_sid), ("AUTH_TOKEN", sandbox.auth_token)):
        monkeypatch.setenv(f"TWILIO_{name}", value)
    opened = connect(base_url=sandbox.base_url)
    assert opened.execute("SELECT * FROM conferences").fetchall() == []
    opened.close()
    before = apsw.connections()
    with pytest.raises(errors.SettingError, match="timeout"):
        connect(base_url=sandbox.base_url, timeout="soon")
    assert len(apsw.connections()) == len(before)


@pytest.mark.parametrize(
    "use",
    [
        lambda connection, cursor: connection.cursor(),
        lambda connection, cursor: connection.execute("SELECT 1"),
        lambda connection, cursor: connection.executemany("SELECT 1", []),
        lambda connection, cursor: connection.executescript("SELECT 1"),
        lambda connection, cursor: connection.commit(),
        lambda connection, cursor: connection.rollback(),
        lambda connection, cursor: connection.close(),
        lambda connection, cursor: connection.interrupt(),
        lambda connection, cursor: connection.in_transaction,
        lambda connection, cursor: connection.apsw,
        lambda connection, cursor: cursor.execute("SELECT 1"),
        lambda connection, cursor: cursor.fetchone(),
        lambda connection, cursor: cursor.fetchall(),
    ],
)
def test_a_closed_connection(use: Callable[[Connection, dbapi.Cursor], Any]) -> None:
    """A closed connection and its cursors refuse everything, a second close as well."""
    opened = connect(**NOWHERE)
    cursor = opened.execute("SELECT 1 UNION SELECT 2")
    opened.close()
    with pytest.raises(errors.InterfaceError, match="the connection is closed: make a new one with connect"):
        use(opened, cursor)
    cursor.close()


def test_interrupt(connection: Connection) -> None:
    """interrupt() from another thread ends a statement with OperationalError; the connection is good for the next."""
    started = threading.Event()

    def begin(number: int) -> int:
        started.set()
        return number

    connection.apsw.create_scalar_function("begin_", begin)

    def stop() -> None:
        started.wait(60)
        connection.interrupt()

    stopper = threading.Thread(target=stop)
    stopper.start()
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT begin_(i) FROM n) SELECT count(*) FROM n"
    with pytest.raises(errors.OperationalError, match="interrupted"):
        connection.execute(endless)
    stopper.join()
    assert connection.execute("SELECT 1").fetchall() == [(1,)]


def test_threads_share_the_module(file: Path) -> None:
    """Threads with a connection each work at the same time, also as writers of one file."""

    def write(number: int) -> int:
        opened = connect(file, **NOWHERE)
        opened.execute("PRAGMA synchronous = OFF")  # what waits for the disk here is no test of the disk
        for turn in range(20):
            with opened:
                opened.execute("INSERT INTO t VALUES (?, 'x')", (number * 100 + turn,))
        ((rows,),) = opened.execute("SELECT count(*) FROM t WHERE a / 100 = ?", (number,))
        opened.close()
        return rows

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(write, range(6))) == [20] * 6


def test_a_connection_may_move_to_another_thread(connection: Connection) -> None:
    """A connection made in one thread can be used in another, as long as it is by one at a time."""
    connection.execute("CREATE TABLE t (a)")
    with ThreadPoolExecutor(1) as pool:
        pool.submit(connection.execute, "INSERT INTO t VALUES (1)").result()
        pool.submit(connection.commit).result()
    assert connection.execute("SELECT a FROM t").fetchall() == [(1,)]


def test_a_busy_connection_refuses_a_second_thread(connection: Connection) -> None:
    """While a statement runs in one thread another gets an InterfaceError; the statement is not disturbed."""
    running, release = threading.Event(), threading.Event()

    def hold() -> str:
        running.set()
        release.wait(5)  # an old apsw refuses only when the statement has ended
        return "held"

    connection.apsw.create_scalar_function("hold", hold)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(lambda: connection.execute("SELECT hold()").fetchall())
        assert running.wait(60)
        with pytest.raises(errors.InterfaceError, match="use one connection in each thread"):
            connection.execute("SELECT 1")
        release.set()
        assert first.result(30) == [("held",)]
    assert connection.execute("SELECT 1").fetchall() == [(1,)]


WORDS = "SELECT FROM WHERE INSERT INTO t VALUES ( ) , ; * = ? :a 'x' ' \" [ -- /* WITH AS EXEC CALL BEGIN END 1 NULL"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(WORDS.split())).map(" ".join) | st.text(), st.lists(st.integers()))
def test_garbage(connection: Connection, operation: str, params: list[int]) -> None:
    """Whatever is executed, it runs or is an error of twsql's."""
    with contextlib.suppress(errors.Error):
        connection.execute(operation, params)
    connection.rollback()
    assert not connection.in_transaction
