"""Opens a journal's file: whose it is, who may read it, how long another process is waited for."""

from __future__ import annotations

import fcntl
import os
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache

import apsw

from twsql.dialing.journal_versions import VERSIONS
from twsql.sqlite_files import ForeignFileError, transaction

MEMORY = ":memory:"
_SHARED = (0x40000002, 510)
"""Where SQLite locks a file that it reads, and how many bytes."""
_LONGEST_WAIT = 60.0
"""Seconds in which another process must let go of the file."""


def never() -> bool:
    """Give up never."""
    return False


class BusyHandler:
    """Waits while another process has the file. It is Python's code, so Ctrl-C is heard: SQLite's own wait is deaf."""

    def __init__(self) -> None:
        self.begin()

    def begin(self, give_up: Callable[[], bool] = never) -> None:
        """Wait from now on, until it gives up."""
        self._end = time.monotonic() + _LONGEST_WAIT
        self._give_up = give_up

    def __call__(self, times: int) -> bool:
        """Wait a little; False where that is enough. SQLite asks whenever the file is locked, for the n-th time."""
        if self._give_up() or time.monotonic() > self._end:
            return False
        time.sleep(min(0.001 * 2 ** min(times, 10), 0.05))
        return True


def opened(path: str, busy: BusyHandler) -> apsw.Connection:
    """The journal's file, made if there is none, at the newest version. Raises apsw.Error and OSError."""
    busy.begin()
    if path != MEMORY:
        # Phone numbers are nobody else's. Only a new file is opened here: to close one that SQLite has open in this
        # process would take its locks away.
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    connection = apsw.Connection(path)
    connection.set_busy_handler(busy)
    try:
        _make_ready(connection, path)
        if path != MEMORY:
            _keep_log(path)
    except BaseException:
        connection.close()
        raise
    return connection


def _make_ready(connection: apsw.Connection, path: str) -> None:
    with _ours(), transaction(connection):  # no other process is making it just now
        VERSIONS.of(connection)
    for each in (path, f"{path}-wal", f"{path}-shm", f"{path}-holds") if path != MEMORY else ():
        with suppress(FileNotFoundError, PermissionError):  # only its owner may
            os.chmod(each, 0o600)
    connection.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL").fetchall()  # else only the first is run
    with _ours():
        VERSIONS.bring_up(connection)  # also finds out whether it can be written


@cache
def _keep_log(path: str) -> None:
    """Keep another copy of SQLite in this process (the sqlite3 module) from removing the journal's write-ahead log.

    When that copy closes the journal it takes itself for the last one that has it open: SQLite's locks belong to the
    process. This one, on the bytes that SQLite reads under, belongs to a file handle; Linux has such locks.
    """
    if hasattr(fcntl, "F_OFD_SETLK"):
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)  # for good: closing it would take SQLite's locks away
        fcntl.fcntl(handle, fcntl.F_OFD_SETLK, struct.pack("hhqqi4x", fcntl.F_RDLCK, os.SEEK_SET, *_SHARED, 0))


os.register_at_fork(after_in_child=_keep_log.cache_clear)  # a daemon closes what it has of its parent


@contextmanager
def _ours() -> Iterator[None]:
    """Say in an OSError's words whose the file is, if it is not a journal of ours."""
    try:
        yield
    except ForeignFileError as error:
        newer = "a newer twsql made it: upgrade"
        raise OSError(newer if error.version else "it is a database of something else") from error
