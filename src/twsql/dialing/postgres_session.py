"""A session of the journal in PostgreSQL: a connection, and the number that says who works on an entry.

The session holds the advisory lock of its number. PostgreSQL releases it when the session ends: because the process
ends, the connection does, or PostgreSQL itself. So whoever can lock that number knows that the session is over.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Collection
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from twsql import forks
from twsql.dialing import postgres_versions
from twsql.twilio.journal_address import JournalAddress

_CLIENT = {
    "application_name": "twsql",
    "connect_timeout": 10,
    # A connection whose other end is gone ends after 25 seconds; by itself a system notices it after hours.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
    "target_session_attrs": "read-write",
}
"""libpq's settings, unless the URL has others."""
_SERVER = """
    SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3;
    SET tcp_user_timeout = 25000;
    SET idle_in_transaction_session_timeout = '20s'; SET lock_timeout = '10s';
    SET search_path = twsql, pg_temp; SET timezone = 'UTC'; SET datestyle = 'ISO'; SET client_min_messages = 'error';
    SET default_transaction_isolation = 'read committed'"""
_ADOPT = "UPDATE effects SET holder = %s WHERE holder = ANY(%s::bigint[]) AND hold = ANY(%s::bigint[])"


class Cursor(Protocol):
    """What psycopg gives: rows, dictionaries by column; without a description there are none."""

    description: Any

    def fetchall(self) -> list[dict[str, Any]]:
        """Give the rows."""


class Pipeline(Protocol):
    """Statements that are sent without waiting for their results."""

    def sync(self) -> None:
        """Wait for the results."""


class Connection(Protocol):
    """What is used of psycopg's connections."""

    closed: bool
    broken: bool
    info: Any

    def execute(self, query: str, params: Any = None) -> Cursor:
        """Run a statement; `%s` and `%(name)s` are its parameters."""

    def pipeline(self) -> AbstractContextManager[Pipeline]:
        """Send the block's statements without waiting for their results."""

    def transaction(self) -> AbstractContextManager[Any]:
        """Commit the block's changes, or none of them if it fails."""

    def fileno(self) -> int:
        """Give its socket's file descriptor."""

    def close(self) -> None:
        """End the session."""


class PoolerError(Exception):
    """What answers is not PostgreSQL itself."""


@dataclass(frozen=True)
class Session:
    """A session; `socket` tells its file descriptor from another one of the same number."""

    connection: Connection
    number: int
    socket: tuple[int, int]

    def end(self) -> None:
        """End it, and with it whatever it holds."""
        self.connection.close()

    def drop(self) -> None:
        """Forget the parent's connection in a forked child. While the child had it open too, it would not end."""
        descriptor, inode = self.socket
        with suppress(OSError):
            if os.fstat(descriptor).st_ino == inode:
                os.close(descriptor)


def opened(address: JournalAddress, earlier: Collection[int], work: Collection[int]) -> Session:
    """Open a session. What this process has in `work`, entries by their `hold`, goes over to it from `earlier` ones.

    Raises psycopg.Error, ImportError, PoolerError and ForeignDatabaseError.
    """
    with forks.put_off():
        import psycopg
        from psycopg.conninfo import conninfo_to_dict
        from psycopg.rows import dict_row

    settings: dict[str, Any] = {**_CLIENT, **conninfo_to_dict(address.conninfo)}
    # After a failure in a pipeline psycopg may take statements for prepared that PostgreSQL has forgotten.
    settings["prepare_threshold"] = None
    connection: Connection = psycopg.connect(autocommit=True, row_factory=dict_row, **settings)
    try:
        return Session(connection, _begun(connection, earlier, work), _socket(connection))
    except BaseException:
        connection.close()
        raise


def _begun(connection: Connection, earlier: Collection[int], work: Collection[int]) -> int:
    connection.execute(_SERVER)
    _refuse_poolers(connection)
    postgres_versions.bring_up(connection)
    number = secrets.randbits(62)
    connection.execute("SELECT pg_advisory_lock(%s)", (number,))
    if earlier and work:
        connection.execute(_ADOPT, (number, list(earlier), list(work)))
    return number


def _refuse_poolers(connection: Connection) -> None:
    """Raise if another program hands sessions around: what they hold would not end with us."""
    facts = connection.execute(
        "SELECT pg_backend_pid() AS pid, current_setting('synchronous_commit') AS commits"
    ).fetchall()[0]
    if facts["pid"] != connection.info.backend_pid:
        raise PoolerError("a connection pooler answers in its place: name PostgreSQL's own host and port")
    if facts["commits"] in ("off", "local", "remote_write"):  # such a commit may be forgotten
        connection.execute("SET synchronous_commit = on")


def _socket(connection: Connection) -> tuple[int, int]:
    descriptor = connection.fileno()
    return descriptor, os.fstat(descriptor).st_ino


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row whose times are UTC text in SQLite's form, with milliseconds."""
    return {
        name: value.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] if isinstance(value, datetime) else value
        for name, value in row.items()
    }
