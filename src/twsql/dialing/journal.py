"""The journal: every call is on record before it is sent, and what became of it after.

A SQLite file that any tool may read. No credentials and no `secret` input are in it. What `write` has written is on the
disk when it returns; threads that write at the same moment share one transaction.
"""

from __future__ import annotations

import fcntl
import os
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import apsw

from twsql import forks
from twsql.dialing.entry_locks import EntryLocks
from twsql.errors import Error, OperationalError
from twsql.sqlite_files import ForeignFileError, Versions, transaction

T = TypeVar("T")
Change = Callable[[apsw.Connection], T]
Outcome = tuple[Any, "Exception | None"]

MEMORY = ":memory:"
_APPLICATION = 0x74777371
"""`twsq`, SQLite's application_id of a journal: a file of something else is never written to."""
_SHARED = (0x40000002, 510)
"""Where SQLite locks a file that it reads, and how many bytes."""
_LONGEST_WAIT = 60.0
"""Seconds in which another process must let go of the file."""
_STEPS = (
    """
    CREATE TABLE calls (
      id INTEGER PRIMARY KEY,
      account_sid TEXT NOT NULL,
      request_key TEXT,
      digest TEXT NOT NULL,
      conference TEXT NOT NULL,
      caller TEXT NOT NULL,
      shown TEXT,
      called TEXT NOT NULL,
      label TEXT,
      hold INTEGER NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('sending', 'placed', 'refused', 'unknown')),
      attempts INTEGER NOT NULL,
      started TEXT NOT NULL,
      sent TEXT NOT NULL,
      changed TEXT NOT NULL,
      call_sid TEXT,
      answer TEXT,
      code INTEGER,
      message TEXT,
      UNIQUE (account_sid, request_key)
    ) STRICT;
    CREATE VIEW entries AS SELECT
      id,
      strftime('%Y-%m-%d %H:%M:%S', started) AS date_created,
      strftime('%Y-%m-%d %H:%M:%S', changed) AS date_updated,
      account_sid, request_key, conference, caller AS "from", called AS "to", label, state, call_sid,
      answer ->> 'conference_sid' AS conference_sid, code AS error_code, message AS error_message, attempts
    FROM calls;
    CREATE INDEX calls_by_sid ON calls (call_sid) WHERE call_sid IS NOT NULL;
    CREATE INDEX calls_open ON calls (account_sid, state) WHERE state IN ('sending', 'unknown');
    """,
    # A key belongs to a server too; all that was on record is Twilio's. `since` and `until` are Twilio's time at the
    # first attempt, and when the last one was sent or its answer was lost: NULL where that was not known.
    """
    DROP VIEW entries;
    DROP INDEX calls_by_sid;
    DROP INDEX calls_open;
    ALTER TABLE calls RENAME TO calls_1;
    CREATE TABLE calls (
      id INTEGER PRIMARY KEY,
      account_sid TEXT NOT NULL,
      server TEXT NOT NULL DEFAULT 'https://api.twilio.com',
      request_key TEXT,
      digest TEXT NOT NULL,
      conference TEXT NOT NULL,
      caller TEXT NOT NULL,
      shown TEXT,
      called TEXT NOT NULL,
      label TEXT,
      hold INTEGER NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('sending', 'placed', 'refused', 'unknown')),
      attempts INTEGER NOT NULL,
      started TEXT NOT NULL,
      sent TEXT NOT NULL,
      changed TEXT NOT NULL,
      since TEXT,
      until TEXT,
      call_sid TEXT,
      answer TEXT,
      code INTEGER,
      message TEXT,
      UNIQUE (account_sid, server, request_key)
    ) STRICT;
    INSERT INTO calls (id, account_sid, request_key, digest, conference, caller, shown, called, label, hold, state,
                       attempts, started, sent, changed, call_sid, answer, code, message)
    SELECT id, account_sid, request_key, digest, conference, caller, shown, called, label, hold, state,
           attempts, started, sent, changed, call_sid, answer, code, message FROM calls_1;
    DROP TABLE calls_1;
    CREATE VIEW entries AS SELECT
      id,
      strftime('%Y-%m-%d %H:%M:%S', started) AS date_created,
      strftime('%Y-%m-%d %H:%M:%S', changed) AS date_updated,
      account_sid, server, request_key, conference, caller AS "from", called AS "to", label, state, call_sid,
      answer ->> 'conference_sid' AS conference_sid, code AS error_code, message AS error_message, attempts
    FROM calls;
    CREATE INDEX calls_by_sid ON calls (call_sid) WHERE call_sid IS NOT NULL;
    CREATE INDEX calls_open ON calls (account_sid, state) WHERE state IN ('sending', 'unknown');
    """,
    # Whatever must happen once, not only calls into conferences: `kind` is call or message.
    """
    DROP VIEW entries;
    CREATE TABLE effects (
      id INTEGER PRIMARY KEY,
      kind TEXT NOT NULL,
      procedure TEXT NOT NULL,
      account_sid TEXT NOT NULL,
      server TEXT NOT NULL,
      request_key TEXT,
      digest TEXT NOT NULL,
      conference TEXT,
      sender TEXT NOT NULL,
      shown TEXT,
      recipient TEXT NOT NULL,
      details TEXT,
      label TEXT,
      hold INTEGER NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('sending', 'placed', 'refused', 'unknown')),
      attempts INTEGER NOT NULL,
      started TEXT NOT NULL,
      sent TEXT NOT NULL,
      changed TEXT NOT NULL,
      since TEXT,
      until TEXT,
      sid TEXT,
      answer TEXT,
      code INTEGER,
      message TEXT,
      UNIQUE (procedure, account_sid, server, request_key)
    ) STRICT;
    INSERT INTO effects (id, kind, procedure, account_sid, server, request_key, digest, conference, sender, shown,
                         recipient, label, hold, state, attempts, started, sent, changed, since, until, sid, answer,
                         code, message)
    SELECT id, 'call', 'AddParticipants', account_sid, server, request_key, digest, conference, caller, shown,
           called, label, hold, state, attempts, started, sent, changed, since, until, call_sid, answer,
           code, message FROM calls;
    DROP TABLE calls;
    CREATE VIEW entries AS SELECT
      id,
      strftime('%Y-%m-%d %H:%M:%S', started) AS date_created,
      strftime('%Y-%m-%d %H:%M:%S', changed) AS date_updated,
      account_sid, server, request_key, conference, sender AS "from", recipient AS "to", label, state,
      iif(kind = 'call', sid, NULL) AS call_sid,
      answer ->> 'conference_sid' AS conference_sid, code AS error_code, message AS error_message, attempts,
      procedure, sid
    FROM effects;
    CREATE INDEX effects_by_sid ON effects (sid) WHERE sid IS NOT NULL;
    CREATE INDEX effects_open ON effects (account_sid, state) WHERE state IN ('sending', 'unknown');
    """,
)
VERSIONS = Versions(_APPLICATION, _STEPS)


def never() -> bool:
    """Give up never."""
    return False


class _BusyHandler:
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


@dataclass(frozen=True, eq=False)
class _Waiting:
    """A change that is to be written, unless it gives up."""

    change: Change[Any]
    give_up: Callable[[], bool]
    result: Future[Any]

    def end(self, value: Any, problem: Exception | None) -> None:
        """Tell whoever waits for it."""
        if problem is None:
            self.result.set_result(value)
        else:
            self.result.set_exception(problem)


class Journal:
    """One journal file, or one in memory (`:memory:`); any number of threads and processes may share a file.

    `holds` tells which entries are being worked on. Raises OperationalError, before anything is sent, where the file
    cannot be opened or is not a journal.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._connection: apsw.Connection | None = None
        self._parents: list[apsw.Connection] = []
        self._busy = _BusyHandler()
        self._begin()
        forks.let_go_before(self)
        try:
            if path != MEMORY:
                Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._lock:
                self._opened()
            self.entry_locks = EntryLocks(None) if path == MEMORY else _holds(path)
        except (apsw.Error, OSError) as error:
            raise OperationalError(
                f"the journal {path} cannot be opened: {error}; nothing was sent;"
                " make it writable, or name another file with journal or TWSQL_JOURNAL"
            ) from error

    def write(self, change: Change[T], give_up: Callable[[], bool] = never) -> T:
        """Run `change` in a transaction and wait until it is on the disk.

        Raises OperationalError where that fails, also where another process has the file and `give_up` comes true, and
        then nothing was written; an error of `change` itself as it is.
        """
        self._follow_fork()
        result: Future[T] = Future()
        self._waiting.append(_Waiting(change, give_up, result))
        with self._lock:
            if not result.done():  # else the thread that held the lock before has written this one too
                self._commit()
        return result.result()

    def read(self, sql: str, bindings: tuple[Any, ...] = ()) -> list[dict[str, Any]]:
        """Run a SELECT and give its rows by column. Raises OperationalError where that fails."""
        self._follow_fork()
        with self._lock:
            self._busy.begin()
            try:
                return rows_of(self._opened().execute(sql, bindings))
            except (apsw.Error, OSError) as error:
                raise OperationalError(f"the journal {self.path} cannot be read: {error}") from error

    def let_go(self) -> None:
        """Close the file before a fork, and let nobody open it until that is over.

        SQLite keeps account in its memory of the locks that a process has. A child would find there locks that only
        its parent has; others, who see none, make the log's shared memory anew under it, which kills it (SIGBUS).
        """
        if self.path != MEMORY:
            self._is_let_go = self._lock.acquire(timeout=forks.LONGEST_WAIT)
            self._is_busy = not self._is_let_go
            if self._is_let_go and self._connection is not None:
                self._connection.close()
                self._connection = None

    def go_on(self) -> None:
        """Go on in the parent."""
        self._is_busy = False
        if self._is_let_go:
            self._is_let_go = False
            self._lock.release()

    def renew(self) -> None:
        """In a forked child use locks and a connection of its own: SQLite forbids using, and closing, the parent's."""
        if self.path != MEMORY and (self._is_busy or self._connection is not None):
            _in_use.add(self.path)
        if self._connection is not None:
            self._parents.append(self._connection)
            self._connection = None
        self._begin()

    def _begin(self) -> None:
        self._process = os.getpid()
        self._is_let_go = self._is_busy = False
        self._lock: threading.Lock = threading.Lock()
        self._waiting: deque[_Waiting] = deque()

    def _follow_fork(self) -> None:
        if self._process != os.getpid():  # nobody told us of it, so nothing was let go of
            self.renew()

    def _opened(self) -> apsw.Connection:
        """Give the connection, for whoever has the lock. Raises apsw.Error and OSError."""
        if self.path in _in_use:
            raise OSError("it was in use when this process was forked: start the process without a fork")
        if self._connection is None:
            self._connection = _open(self.path, self._busy)
        return self._connection

    def _commit(self) -> None:
        """Write all that waits in one transaction."""
        batch = [self._waiting.popleft() for _ in range(len(self._waiting))]
        try:
            while batch:
                outcomes = self._transact([each.change for each in batch], lambda: any(e.give_up() for e in batch))
                # Those that have given up fail alone; if nobody has, all do.
                done = [each for each in batch if outcomes is not None or each.give_up()] or batch
                unwritten = OperationalError(f"the journal {self.path} cannot be written: another process has it")
                for each, (value, problem) in zip(done, outcomes or [(None, unwritten)] * len(done), strict=True):
                    each.end(value, problem)
                    batch.remove(each)
        except BaseException as error:
            for each in batch:  # nobody may wait for ever
                each.result.set_exception(error)
            raise

    def _transact(self, changes: list[Change[Any]], give_up: Callable[[], bool]) -> list[Outcome] | None:
        """What each change gave or raised; None where another process has the file for too long."""
        try:
            connection = self._opened()
            self._busy.begin(give_up)
            with transaction(connection):
                return [_outcome(connection, change) for change in changes]
        except apsw.BusyError:
            return None
        except (apsw.Error, OSError) as error:
            failure = OperationalError(f"the journal {self.path} cannot be written: {error}")
            failure.__cause__ = error
            return [(None, failure)] * len(changes)


_in_use: set[str] = set()
"""Journals that this process, a forked child, must not open: its parent had them open."""


@cache
def shared(path: str) -> Journal:
    """The one journal of this path that the process has."""
    return Journal(path)


@cache
def _holds(path: str) -> EntryLocks:
    return EntryLocks(Path(f"{path}-holds"))


def rows_of(cursor: apsw.Cursor) -> list[dict[str, Any]]:
    """All rows of a cursor, by column."""
    return [dict(zip((c[0] for c in cursor.get_description()), row, strict=True)) for row in cursor]


def _outcome(connection: apsw.Connection, change: Change[Any]) -> Outcome:
    """What one change gave or raised; it is undone alone, unless it is the disk that fails."""
    try:
        with connection:
            value = change(connection)
    except Error as error:  # raised again in the thread whose change this is
        return None, error
    return value, None


def _open(path: str, busy: _BusyHandler) -> apsw.Connection:
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
