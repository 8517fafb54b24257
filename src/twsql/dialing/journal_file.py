"""Opens a journal's file: checks whose it is, restricts who may read it, waits for other processes."""

from __future__ import annotations

import fcntl
import os
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache

import apsw

from twsql.dialing.journal import never
from twsql.dialing.journal_versions import VERSIONS
from twsql.sqlite_files import ForeignFileError, transaction

MEMORY = ":memory:"
_SHARED = (0x40000002, 510)
"""The first byte and the number of bytes that SQLite locks in a file while it reads."""
_LONGEST_WAIT = 60.0
"""Seconds to wait for another process that has locked the file."""


class BusyHandler:
    """Waits while another process has locked the file. Ctrl-C ends it, unlike SQLite's own busy timeout."""

    def __init__(self) -> None:
        self.begin()

    def begin(self, give_up: Callable[[], bool] = never) -> None:
        """Begin the longest wait now; `give_up` may end it earlier."""
        self._end = time.monotonic() + _LONGEST_WAIT
        self._give_up = give_up

    def __call__(self, times: int) -> bool:
        """SQLite calls this for the n-th time while the file is locked: wait a little, or return False to give up."""
        if self._give_up() or time.monotonic() > self._end:
            return False
        time.sleep(min(0.001 * 2 ** min(times, 10), 0.05))
        return True


def opened(path: str, busy: BusyHandler) -> apsw.Connection:
    """Open the journal, create it if it is missing, and bring it to the newest version. Raises apsw.Error, OSError."""
    busy.begin()
    if path != MEMORY:
        # Phone numbers are private. Only a new file is created here: closing a file that SQLite has open in this
        # process would release SQLite's locks.
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
    with _ours(), transaction(connection):  # no other process is creating it meanwhile
        VERSIONS.of(connection)
    for each in (path, f"{path}-wal", f"{path}-shm", f"{path}-holds") if path != MEMORY else ():
        with suppress(FileNotFoundError, PermissionError):  # only its owner may
            os.chmod(each, 0o600)
    connection.execute(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL"
    ).fetchall()  # apsw runs the second one when the rows of the first have been read
    with _ours():
        VERSIONS.bring_up(connection)  # also checks that the file can be written


@cache
def _keep_log(path: str) -> None:
    """Keep another copy of SQLite in this process (the sqlite3 module) from removing the journal's write-ahead log.

    When that copy closes the journal it believes that no other connection has it open, as POSIX locks belong to the
    process. This lock, on the bytes that SQLite locks for reading, belongs to a file handle. Only Linux has such locks.
    """
    if hasattr(fcntl, "F_OFD_SETLK"):
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)  # stays open: closing it would release SQLite's locks
        fcntl.fcntl(handle, fcntl.F_OFD_SETLK, struct.pack("hhqqi4x", fcntl.F_RDLCK, os.SEEK_SET, *_SHARED, 0))


os.register_at_fork(after_in_child=_keep_log.cache_clear)  # a daemon closes inherited files


@contextmanager
def _ours() -> Iterator[None]:
    """Raise OSError with the reason if the file is no journal of this twsql."""
    try:
        yield
    except ForeignFileError as error:
        newer = "a newer twsql made it: upgrade"
        raise OSError(newer if error.version else "it is a database of something else") from error
