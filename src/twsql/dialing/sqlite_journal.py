"""The journal as a SQLite file, which any tool may read, or in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import apsw

from twsql import forks
from twsql.dialing.entry_locks import EntryLocks
from twsql.dialing.journal import Bindings, Change, Journal, Outcome, Rows, Steps, Taking, Waiting
from twsql.dialing.journal_file import MEMORY, BusyHandler, opened
from twsql.dialing.statements import SEND_WITHIN, SQLITE
from twsql.errors import Error, OperationalError
from twsql.sqlite_files import transaction
from twsql.twilio.clock import boottime

T = TypeVar("T")


class _Locks:
    """Locks on entries. They end with their process; so does whatever it would still send."""

    may_be_lost = False

    def __init__(self, locks: EntryLocks) -> None:
        self._locks = locks

    def begin(self, hold: int, claim: object) -> None:
        """Lock an entry that is about to be written for the first time."""
        self._locks.take(hold)

    def take(self, row: Mapping[str, Any], claim: object) -> Steps[Taking]:
        """Try to lock an entry."""
        yield from ()
        return "taken" if self._locks.take(row["hold"]) else "busy"

    def recorded(self, hold: int) -> None:
        """Do nothing: `release` unlocks."""

    def release(self, hold: int) -> None:
        """Unlock an entry."""
        self._locks.release(hold)

    def deadline(self) -> float:
        """Until when, by `boottime`, a call that is recorded now is sent."""
        return boottime() + SEND_WITHIN


class SqliteJournal(Journal):
    """One journal file, or one in memory (`:memory:`); any number of threads and processes may share a file.

    Raises OperationalError, before anything is sent, where the file cannot be opened or is not a journal.
    """

    statements = SQLITE
    older_digests = True

    def __init__(self, path: str) -> None:
        self.name = path
        self._connection: apsw.Connection | None = None
        self._parents: list[apsw.Connection] = []
        self._busy = BusyHandler()
        self._begin()
        forks.let_go_before(self)
        try:
            if path != MEMORY:
                Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._lock:
                self._opened()
            self.locks = _Locks(EntryLocks(None) if path == MEMORY else _file_locks(path))
        except (apsw.Error, OSError) as error:
            raise OperationalError(
                f"the journal {path} cannot be opened: {error}; nothing was sent;"
                " make it writable, or name another file with journal or TWSQL_JOURNAL"
            ) from error

    def read(self, sql: str, bindings: Bindings) -> Rows:
        """Run a SELECT; its rows are dictionaries by column. Raises OperationalError if it fails."""
        self._follow_fork()
        with self._lock:
            self._busy.begin()
            try:
                return _rows(self._opened(), sql, bindings)
            except (apsw.Error, OSError) as error:
                raise OperationalError(f"the journal {self.name} cannot be read: {error}") from error

    def now(self) -> datetime:
        """Tell the time by this machine's clock."""
        return datetime.now(timezone.utc)

    def let_go(self) -> None:
        """Close the file before a fork, and let nobody open it until that is over.

        SQLite keeps account in its memory of the locks that a process has. A child would find there locks that only
        its parent has; others, who see none, make the log's shared memory anew under it, which kills it (SIGBUS).
        """
        if self.name != MEMORY:
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
        if self.name != MEMORY and (self._is_busy or self._connection is not None):
            _in_use.add(self.name)
        if self._connection is not None:
            self._parents.append(self._connection)
            self._connection = None
        self._begin()

    def _begin(self) -> None:
        super()._begin()
        self._is_let_go = self._is_busy = False

    def _opened(self) -> apsw.Connection:
        """Give the connection, for whoever has the lock. Raises apsw.Error and OSError."""
        if self.name in _in_use:
            raise OSError("it was in use when this process was forked: start the process without a fork")
        if self._connection is None:
            self._connection = opened(self.name, self._busy)
        return self._connection

    def _transact(self, batch: Sequence[Waiting], give_up: Callable[[], bool]) -> list[Outcome] | None:
        """What each change gave or raised; None where another process has the file for too long."""
        try:
            connection = self._opened()
            self._busy.begin(give_up)
            with transaction(connection):
                return [_outcome(connection, each.change) for each in batch]
        except apsw.BusyError:
            return None
        except (apsw.Error, OSError) as error:
            failure = OperationalError(f"the journal {self.name} cannot be written: {error}")
            failure.__cause__ = error
            return [(None, failure)] * len(batch)


_in_use: set[str] = set()
"""Journals that this process, a forked child, must not open: its parent had them open."""


@cache
def shared(path: str) -> SqliteJournal:
    """The one journal of this path that the process has."""
    return SqliteJournal(path)


@cache
def _file_locks(path: str) -> EntryLocks:
    return EntryLocks(Path(f"{path}-holds"))


def _rows(connection: apsw.Connection, sql: str, bindings: Bindings) -> Rows:
    cursor = connection.execute(sql, bindings)
    return [dict(zip((c[0] for c in cursor.get_description()), row, strict=True)) for row in cursor]


def _outcome(connection: apsw.Connection, change: Change[Any]) -> Outcome:
    """What one change gave or raised; it is undone alone, unless it is the disk that fails."""
    try:
        with connection:
            value = _run(connection, change())
    except Error as error:  # raised again in the thread whose change this is
        return None, error
    return value, None


def _run(connection: apsw.Connection, steps: Steps[T]) -> T:
    rows: Rows | None = None
    while True:
        try:
            asked = next(steps) if rows is None else steps.send(rows)
        except StopIteration as end:
            value: T = end.value
            return value
        rows = _rows(connection, *asked)
