"""The journal: records every call and message before it is sent, and its outcome afterwards.

There are two stores: a SQLite file, and a database of PostgreSQL that machines share. Neither has credentials or
`secret` inputs. When `write` returns, the change is on the disk. Threads that write at the same moment share one
transaction.
"""

from __future__ import annotations

import os
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol, TypeVar

from twsql.dialing.statements import Statements
from twsql.errors import OperationalError

T = TypeVar("T")
Bindings = Mapping[str, Any]
Rows = list[dict[str, Any]]
"""The rows of a statement, dictionaries by column."""
Steps = Generator[tuple[str, Bindings], Rows, T]
"""Statements of a transaction: each is yielded with its bindings, and its rows are sent back."""
Change = Callable[[], Steps[T]]
"""Begins a change. It may be begun again, also after a commit that nobody could tell of.

PostgreSQL gets the first statements of all changes of a transaction at once, then their second ones, and so on: that
takes as many journeys over the network as the longest change has statements, not as all of them have.
"""
Outcome = tuple[Any, "Exception | None"]


def ask(sql: str, bindings: Bindings) -> Steps[Rows]:
    """Run one statement."""
    return (yield sql, bindings)


def never() -> bool:
    """Give up never."""
    return False


@dataclass(frozen=True, eq=False)
class Waiting:
    """A change that is to be written, unless it gives up; changes of the same rows are sorted by `order`."""

    change: Change[Any]
    give_up: Callable[[], bool]
    order: str
    result: Future[Any]

    def end(self, value: Any, problem: Exception | None) -> None:
        """Tell whoever waits for it."""
        if problem is None:
            self.result.set_result(value)
        else:
            self.result.set_exception(problem)


Taking = Literal["taken", "busy", "soon"]
"""Whether an entry is locked now: busy is one that somebody else works on; soon this can be done, by itself."""


class Locks(Protocol):
    """Locks on the entries that are being worked on, over threads and processes. An entry's `hold` names its lock."""

    may_be_lost: bool
    """Whether others may take up an entry, after its deadline, while the process that locked it lives."""

    def begin(self, hold: int, claim: object) -> None:
        """Lock an entry that is about to be written for the first time; `claim` is whoever locks it."""

    def take(self, row: Mapping[str, Any], claim: object) -> Steps[Taking]:
        """Try to lock an entry. A claim may take again what it has taken."""

    def recorded(self, hold: int) -> None:
        """Note that the journal has the entry's outcome, and with it that nobody works on it."""

    def release(self, hold: int) -> None:
        """Unlock an entry."""

    def deadline(self) -> float:
        """Until when, by `boottime`, a call that is recorded now is sent."""


class Journal(ABC):
    """One journal; any number of threads and processes may share it.

    `name` is for errors: it has no password. `statements` are SQL of the store, `locks` tell which entries are being
    worked on. Entries of earlier versions of twsql have `older_digests`.
    """

    name: str
    statements: Statements
    locks: Locks
    older_digests: bool

    def write(self, change: Change[T], give_up: Callable[[], bool] = never, order: str = "") -> T:
        """Run `change` in a transaction and wait until it is on the disk.

        Raises OperationalError where that fails, also where the store cannot be reached or another process has it and
        `give_up` comes true, and then nothing was written; an error of `change` itself as it is.
        """
        self._follow_fork()
        result: Future[T] = Future()
        self._waiting.append(Waiting(change, give_up, order, result))
        with self._lock:
            if not result.done():  # else the thread that held the lock before has written this one too
                self._commit()
        return result.result()

    @abstractmethod
    def read(self, sql: str, bindings: Bindings) -> Rows:
        """Run a SELECT; its rows are dictionaries by column. Raises OperationalError if it fails."""

    @abstractmethod
    def now(self) -> datetime:
        """Tell the time, UTC, by the clock that dates the entries. Raises OperationalError if that is out of reach."""

    @abstractmethod
    def renew(self) -> None:
        """Begin anew in a forked child."""

    @abstractmethod
    def _transact(self, batch: Sequence[Waiting], give_up: Callable[[], bool]) -> list[Outcome] | None:
        """What each change gave or raised; None where the store cannot be had for too long."""

    def _begin(self) -> None:
        self._process = os.getpid()
        self._lock: threading.Lock = threading.Lock()
        self._waiting: deque[Waiting] = deque()

    def _follow_fork(self) -> None:
        if self._process != os.getpid():  # nobody told us of it, so nothing was let go of
            self.renew()

    def _unwritten(self) -> OperationalError:
        return OperationalError(f"the journal {self.name} cannot be written: another process has it")

    def _commit(self) -> None:
        """Write all that waits in one transaction."""
        batch = [self._waiting.popleft() for _ in range(len(self._waiting))]
        try:
            while batch:
                outcomes = self._transact(batch, lambda: any(each.give_up() for each in batch))
                # Those that have given up fail alone; if nobody has, all do.
                done = [each for each in batch if outcomes is not None or each.give_up()] or batch
                unwritten = self._unwritten()
                for each, (value, problem) in zip(done, outcomes or [(None, unwritten)] * len(done), strict=True):
                    each.end(value, problem)
                    batch.remove(each)
        except BaseException as error:
            for each in batch:  # nobody may wait for ever
                each.result.set_exception(error)
            raise
