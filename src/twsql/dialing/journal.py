"""The journal: records every call before it is sent, and its outcome afterwards.

It is a SQLite file that any tool may read, without credentials and `secret` inputs. When `write` returns, the change is
on the disk. Threads that write at the same moment share one transaction.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import apsw

from twsql import forks
from twsql.dialing.entry_locks import EntryLocks
from twsql.dialing.journal_file import MEMORY, BusyHandler, never, opened
from twsql.errors import Error, OperationalError
from twsql.sqlite_files import transaction

T = TypeVar("T")
Change = Callable[[apsw.Connection], T]
Outcome = tuple[Any, "Exception | None"]


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
        self._busy = BusyHandler()
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
        """Run a SELECT; its rows are dictionaries by column. Raises OperationalError if it fails."""
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
            self._connection = opened(self.path, self._busy)
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
