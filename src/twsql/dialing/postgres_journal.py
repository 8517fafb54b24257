"""The journal in PostgreSQL, which machines share: see docs/postgresql.md."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from typing import Any, TypeVar

from twsql import forks
from twsql.dialing.journal import Bindings, Change, Journal, Outcome, Rows, Steps, Waiting
from twsql.dialing.postgres_locks import SessionLocks
from twsql.dialing.postgres_session import Cursor, Pipeline, PoolerError, Session, opened, plain
from twsql.dialing.postgres_versions import ForeignDatabaseError
from twsql.dialing.statements import POSTGRES
from twsql.errors import Error, OperationalError
from twsql.redaction import clean
from twsql.twilio.journal_address import JournalAddress

T = TypeVar("T")
_LONGEST_WAIT = 60.0
"""Seconds to wait for a PostgreSQL that was there before: a restart, a failover."""
_PAUSE = 0.25
_PASSING = ("40001", "40P01", "55P03", "25006", "57P01", "57P02", "57P03", "57P05", "25P03")
"""SQLSTATEs after which a transaction may succeed, in another session mostly: deadlock, restart, failover, timeouts."""
_SAME_SESSION = ("40001", "40P01", "55P03")


class PostgresJournal(Journal):
    """One journal in a PostgreSQL database; any number of threads, processes and machines may share it.

    Raises OperationalError, before anything is sent, where the database cannot be reached or is not a journal.
    """

    statements = POSTGRES
    older_digests = False

    def __init__(self, address: JournalAddress) -> None:
        self.name = str(address)
        self._address = address
        self._session: Session | None = None
        self._parents: list[Session] = []
        self._earlier: list[int] = []
        self._why = ""
        self._locks = self.locks = SessionLocks(self._end_session)
        self._begin()
        forks.renew_in_children(self)
        problem: Exception | None = None
        try:
            with self._lock:
                self._opened()
        except ImportError as error:
            raise self._unusable(f"psycopg is missing ({error}): pip install 'twsql[postgres]'") from error
        except (PoolerError, ForeignDatabaseError) as error:
            raise self._unusable(str(error)) from error
        except _errors() as error:
            problem = _bare(error)
        if problem is not None:
            raise self._unusable(f"{_text(problem)}; start PostgreSQL, or name another journal") from problem

    def read(self, sql: str, bindings: Bindings) -> Rows:
        """Run a SELECT; its rows are dictionaries by column. Raises OperationalError if it fails."""
        self._follow_fork()
        with self._lock:
            try:
                return self._patiently(lambda session: _rows(session, sql, bindings))
            except (_errors(), PoolerError, ForeignDatabaseError) as error:
                problem = _bare(error)
        raise OperationalError(f"the journal {self.name} cannot be read: {_text(problem)}") from problem

    def now(self) -> datetime:
        """Tell the time by PostgreSQL's clock."""
        text = self.read("SELECT clock_timestamp() AS now", {})[0]["now"]
        return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)

    def renew(self) -> None:
        """In a forked child use a session of its own, and leave the parent's alone."""
        if self._session is not None:
            self._session.drop()
            self._parents.append(self._session)
            self._session = None
        self._earlier.clear()
        self._locks.renew()
        self._begin()

    def _unusable(self, why: str) -> OperationalError:
        return OperationalError(
            f"the journal {self.name} cannot be opened: {why} (journal, TWSQL_JOURNAL); nothing was sent"
        )

    def _unwritten(self) -> OperationalError:
        return OperationalError(f"the journal {self.name} cannot be written: {self._why}")

    def _opened(self) -> Session:
        """Give the session, for whoever has the lock."""
        if self._session is None:
            self._session = opened(self._address, self._earlier, self._locks.work())
            self._earlier.append(self._session.number)
            self._locks.number = self._session.number
        return self._session

    def _end_session(self) -> None:
        self._follow_fork()
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._session is not None:
            self._session.end()
            self._session = None

    def _patiently(self, work: Callable[[Session], T], give_up: Callable[[], bool] = lambda: False) -> T:
        """Run `work`. If the session ends meanwhile, or somebody is in the way, run it again, for a minute at most.

        Raises psycopg.Error.
        """
        end = time.monotonic() + _LONGEST_WAIT
        while True:
            try:
                return work(self._opened())
            except _errors() as error:
                if not self._is_passing(error) or give_up() or time.monotonic() > end:
                    raise
            except BaseException:
                self._close()  # it may be in the middle of a transaction
                raise
            time.sleep(_PAUSE)

    def _is_passing(self, error: Any) -> bool:
        """Whether it may go well another time; ends a session that is of no use."""
        session = self._session
        if session is None or session.connection.closed or session.connection.broken:
            self._close()
            return True
        if error.sqlstate in _PASSING and error.sqlstate not in _SAME_SESSION:
            self._close()
        return error.sqlstate in _PASSING

    def _transact(self, batch: Sequence[Waiting], give_up: Callable[[], bool]) -> list[Outcome] | None:
        """What each change gave or raised; None where PostgreSQL is away for too long.

        Processes that write the same keys at the same moment do so in one order, so that none waits for the other.
        """
        ordered = sorted(batch, key=lambda each: each.order)
        try:
            outcomes = self._patiently(lambda session: _outcomes(session, [each.change for each in ordered]), give_up)
        except (_errors(), PoolerError, ForeignDatabaseError) as error:
            self._why = _text(error)
            return None
        by_change = dict(zip(map(id, ordered), outcomes, strict=True))
        return [by_change[id(each)] for each in batch]


_shared: dict[str, PostgresJournal] = {}


def shared(address: JournalAddress) -> PostgresJournal:
    """The one journal of this address that the process has."""
    if address.conninfo not in _shared:
        _shared[address.conninfo] = PostgresJournal(address)
    return _shared[address.conninfo]


def _rows(session: Session, sql: str, bindings: Bindings) -> Rows:
    return _fetched(_sent(session, sql, bindings))


def _sent(session: Session, sql: str, bindings: Bindings) -> Cursor:
    return session.connection.execute(sql, {**bindings, "holder": session.number})


def _fetched(cursor: Cursor) -> Rows:
    return [plain(row) for row in cursor.fetchall()] if cursor.description else []


def _outcomes(session: Session, changes: Sequence[Change[Any]]) -> list[Outcome]:
    """What each change gave or raised. They share a transaction; if one fails, each has one of its own."""
    try:
        return [(value, None) for value in _transaction(session, changes)]
    except Error as error:
        if len(changes) == 1:
            return [(None, error)]
    except _errors() as error:
        if session.connection.broken or session.connection.closed or error.sqlstate in _PASSING:
            raise
        if len(changes) == 1:
            failure = OperationalError(f"the journal cannot be written: {_text(error)}")
            failure.__cause__ = _bare(error)
            return [(None, failure)]
    return [outcome for each in changes for outcome in _outcomes(session, [each])]


def _transaction(session: Session, changes: Sequence[Change[Any]]) -> list[Any]:
    """Run changes side by side: the first statements of all, then the second ones, and so on."""
    connection = session.connection
    running = [_Running(each()) for each in changes]
    problem: Exception | None = None
    try:
        with connection.pipeline() as pipeline:
            try:
                _run(session, pipeline, running)
            except (Error, _errors()) as error:  # psycopg would log what else goes wrong at the pipeline's end
                problem = error
        if problem is not None:
            raise problem
    except Exception:
        if not (connection.broken or connection.closed):
            connection.execute("ROLLBACK")
        raise
    return [each.value for each in running]


def _run(session: Session, pipeline: Pipeline, running: Sequence[_Running]) -> None:
    session.connection.execute("BEGIN")
    left = [each for each in running if each.send(session, None)]
    while left:
        pipeline.sync()
        left = [each for each in left if each.send(session, each.fetched())]
    session.connection.execute("COMMIT")


class _Running:
    """A change, and its statement whose rows have not been read yet; `value` is what it gave."""

    def __init__(self, steps: Steps[Any]) -> None:
        self._steps = steps
        self._cursor: Cursor | None = None
        self.value: Any = None

    def send(self, session: Session, rows: Rows | None) -> bool:
        """Go on with the rows of the last statement; whether there is another one."""
        try:
            asked = next(self._steps) if rows is None else self._steps.send(rows)
        except StopIteration as end:
            self.value = end.value
            return False
        self._cursor = _sent(session, *asked)
        return True

    def fetched(self) -> Rows:
        """Give the rows of the last statement."""
        return [] if self._cursor is None else _fetched(self._cursor)


def _errors() -> Any:
    """Psycopg's errors, once it is imported: not before a journal needs it."""
    import psycopg

    return psycopg.Error


def _bare(error: Exception) -> Exception:
    """The same error without its connection and without the password: libpq quotes a URL that it cannot read."""
    return type(error)(clean(str(error)))


def _text(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
