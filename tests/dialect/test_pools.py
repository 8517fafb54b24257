"""Connections of an engine: in threads, in forked processes, and at its end."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError

from twsql.dialect.pools import FilePool, ThreadPool


def test_threads_share_a_database_in_memory(engine: Engine) -> None:
    """More threads than a pool of SQLAlchemy's would keep read at the same time what one of them has written."""
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t AS SELECT 7 AS a"))
    together = threading.Barrier(8)

    def read(_: int) -> object:
        with engine.connect() as connection:
            together.wait(60)
            return connection.scalar(text("SELECT a FROM t, conferences"))

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(read, range(8))) == [7] * 8
    assert isinstance(engine.pool, ThreadPool)


def test_connections_of_ended_threads_are_closed(engine: Engine) -> None:
    """A server that begins a thread for each request keeps no connection of each."""

    def read() -> None:
        with engine.connect() as connection:
            connection.scalar(text("SELECT 1"))

    for _ in range(9):
        thread = threading.Thread(target=read)
        thread.start()
        thread.join()
    assert int(engine.pool.status().rpartition(" ")[2]) <= 5


def test_one_thread_reads_while_it_writes(engine: Engine) -> None:
    """A loop over chunks of one result writes each into the same database, as pandas does."""
    with engine.connect() as reader, engine.connect() as writer:
        for (sid,) in reader.execute(text("SELECT Sid FROM conferences")).yield_per(1):
            writer.execute(text("CREATE TABLE IF NOT EXISTS sids (Sid)"))
            writer.execute(
                text("INSERT INTO sids VALUES (:s)"),
                {"s": sid},
            )
        writer.commit()
        assert writer.scalar(text("SELECT count(*) FROM sids")) == 6


def test_two_engines_in_memory_share_nothing(engine: Engine, url: URL) -> None:
    """Each engine has its own database."""
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (a)"))
    other = create_engine(url)
    with pytest.raises(DBAPIError, match="no such table"), other.connect() as connection:
        connection.execute(text("SELECT * FROM t"))
    other.dispose()


def test_dispose_closes(url: URL, tmp_path: Path) -> None:
    """A file has as many connections as are in use. dispose() closes them; the engine then makes new ones."""
    engine = create_engine(url.set(database=str(tmp_path / "calls.db")))
    assert isinstance(engine.pool, FilePool)
    with engine.connect() as connection:
        first = connection.connection.dbapi_connection
        connection.scalar(text("SELECT count(*) FROM conferences"))
    with ExitStack() as many:
        assert len([many.enter_context(engine.connect()) for _ in range(16)]) > 15  # SQLAlchemy's limit
    engine.dispose()
    with pytest.raises(Exception, match="the connection is closed"):
        first.cursor()
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM conferences")) == 6
    engine.dispose()


def test_a_closed_connection_is_replaced(engine: Engine) -> None:
    """A statement on a connection that somebody closed fails; the engine's next connection is a new one."""
    with engine.connect() as connection:
        connection.connection.dbapi_connection.close()
        with pytest.raises(DBAPIError, match="closed") as caught:
            connection.execute(text("SELECT 1"))
    assert caught.value.connection_invalidated
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1


FORKS = """
import os, sys
from sqlalchemy import create_engine, text
for url in sys.argv[1:]:
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT Sid FROM conferences"))
        rows.fetchone()
        child = os.fork()
        if child == 0:
            with engine.connect() as own:
                good = own.scalar(text("SELECT count(*) FROM conferences")) == 6
                os._exit(0 if good and own.connection is not connection.connection else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert len(rows.fetchall()) == 5
"""


def test_a_forked_process_has_connections_of_its_own(url: URL, tmp_path: Path) -> None:
    """The child reads Twilio with a new connection, and leaves the parent's alone, which is in use."""
    urls = [url, url.set(database=str(tmp_path / "calls.db"))]
    shown = [each.render_as_string(hide_password=False) for each in urls]
    subprocess.run([sys.executable, "-c", FORKS, *shown], check=True, timeout=60)
