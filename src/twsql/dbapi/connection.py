"""PEP 249's Connection, and connect()."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import Any

import apsw

from twsql import errors
from twsql.catalog import CATALOG
from twsql.dbapi.cursor import Cursor
from twsql.dbapi.functions import Extensible
from twsql.dbapi.parameters import Parameters
from twsql.dbapi.translation import Translated
from twsql.hosts.apsw import Registration, register
from twsql.schema import Procedure
from twsql.twilio.settings import Settings
from twsql.vtab.changes import Consent, Hear

_READ = apsw.SQLITE_OPEN_READONLY
_READ_AND_WRITE = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
_BUSY_TIMEOUT = 5_000  # milliseconds that SQLite waits for another connection's lock, as the sqlite3 module does


def connect(
    database: str | os.PathLike[str] = ":memory:", *, autocommit: bool = False, vfs: str | None = None, **settings: Any
) -> Connection:
    """Open a SQLite database with Twilio's tables and procedures; a missing file is created.

    Settings that are not given come from the environment. No request is sent before a statement needs one. With `safe`
    the file must be there, and is opened to be read.
    `vfs` is SQLite's way to the file: connections with `memdb` and the same name, as `/work`, share one in memory.
    Raises SettingError for a malformed setting, OperationalError for a database that cannot be opened.
    """
    safe = Settings.load(**settings).safe
    try:
        with Translated():
            opened = apsw.Connection(os.fspath(database), flags=_READ if safe else _READ_AND_WRITE, vfs=vfs)
    except errors.OperationalError as error:
        hint = " (safe opens only files that are there)" if safe else ""
        raise errors.OperationalError(f"{error}: {database}{hint}") from error.__cause__
    try:
        opened.set_busy_timeout(_BUSY_TIMEOUT)
        # Nothing can be changed under safe, so there is no transaction to begin.
        return Connection(opened, register(opened, **settings), autocommit=autocommit or safe)
    except BaseException:
        opened.close()
        raise


class Connection(Extensible):
    """A connection to a SQLite database, and by its tables to Twilio.

    An INSERT, UPDATE, DELETE or REPLACE of an ordinary table opens a transaction that commit() or rollback() ends;
    close() rolls back. Statements that read open none, nor do changes at Twilio: no rollback takes a call back. With
    `autocommit` every statement is committed at its end, except after BEGIN.

    `with connection:` commits at its end, or rolls back if an exception ends it, and leaves the connection open, as
    the sqlite3 module does. One thread at a time may use a connection.
    """

    Warning = errors.Warning
    Error = errors.Error
    InterfaceError = errors.InterfaceError
    DatabaseError = errors.DatabaseError
    DataError = errors.DataError
    OperationalError = errors.OperationalError
    IntegrityError = errors.IntegrityError
    InternalError = errors.InternalError
    ProgrammingError = errors.ProgrammingError
    NotSupportedError = errors.NotSupportedError

    def __init__(
        self,
        opened: apsw.Connection,
        registration: Registration | None = None,
        *,
        procedures: Sequence[Procedure] = CATALOG.procedures,
        autocommit: bool = False,
    ) -> None:
        self._apsw = opened
        self._registration = registration
        self._procedures = procedures
        self._autocommit = autocommit
        self._closed = False
        self.warn_by(_warn)

    @property
    def apsw(self) -> apsw.Connection:
        """The underlying apsw connection, for everything else in SQLite; InterfaceError once this one is closed."""
        if self._closed:
            raise errors.InterfaceError("the connection is closed: make a new one with connect()")
        return self._apsw

    @property
    def procedures(self) -> Sequence[Procedure]:
        """The procedures for EXEC, CALL and callproc()."""
        return self._procedures

    @property
    def default_country(self) -> str | None:
        """The country of phone numbers without a country code."""
        return self._registration.settings.default_country if self._registration else None

    @property
    def autocommit(self) -> bool:
        """Whether every statement is committed at its end; setting it to True commits what is open."""
        return self._autocommit

    @autocommit.setter
    def autocommit(self, value: bool) -> None:
        if value:
            self.commit()
        self._autocommit = value

    @property
    def isolation_level(self) -> str | None:
        """None if every statement is committed at its end, as in the sqlite3 module; else DEFERRED."""
        return None if self._autocommit else "DEFERRED"

    @isolation_level.setter
    def isolation_level(self, value: str | None) -> None:
        if value is not None and value.upper() not in ("", "DEFERRED"):
            raise errors.NotSupportedError(f"isolation_level is None or 'DEFERRED', not {value!r}: write BEGIN {value}")
        self.autocommit = value is None

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return not self.apsw.get_autocommit()

    def cursor(self) -> Cursor:
        """Make a cursor."""
        return Cursor(self)

    def execute(self, operation: str, parameters: Parameters = ()) -> Cursor:
        """Run one statement with a new cursor, and give that."""
        return self.cursor().execute(operation, parameters)

    def executemany(self, operation: str, seq_of_parameters: Iterable[Parameters]) -> Cursor:
        """Run one statement with each set of parameters, with a new cursor, and give that."""
        return self.cursor().executemany(operation, seq_of_parameters)

    def executescript(self, script: str) -> Cursor:
        """Run a script with a new cursor, and give that."""
        return self.cursor().executescript(script)

    def commit(self) -> None:
        """Commit the open transaction; do nothing if there is none."""
        self._end("COMMIT")

    def rollback(self) -> None:
        """Take back the changes of SQLite's tables since the transaction's begin; what Twilio did stays done."""
        self._end("ROLLBACK")

    def interrupt(self) -> None:
        """Make the statements under way end with OperationalError; may be called from another thread."""
        self.apsw.interrupt()

    @property
    def dialled(self) -> int:
        """How many calls this connection has dialled, or tried, that a journal file records."""
        return self._registration.engine.dialled if self._registration else 0

    @property
    def requests(self) -> int:
        """How many requests this connection has sent to Twilio."""
        return self._registration.engine.requests if self._registration else 0

    def warn_by(self, tell: Callable[[str], None]) -> None:
        """Let `tell` have the warnings, in place of Python's `warnings`."""
        if self._registration:
            self._registration.engine.warn = tell

    def watch(self, hear: Callable[[int, int], None]) -> None:
        """Let `hear` know, in whatever thread, how many calls of a statement have ended, and of how many."""
        if self._registration:
            self._registration.engine.watch = hear

    def watch_changes(self, consent: Consent, hear: Hear) -> None:
        """Ask `consent` before a statement changes rows at Twilio, and let `hear` know of each row that was changed."""
        if self._registration:
            self._registration.engine.consent, self._registration.engine.hear = consent, hear

    def begin_no_more(self) -> None:
        """Keep calls that wait from being placed, of all statements; a statement that is read on places them again."""
        if self._registration:
            self._registration.engine.begin_no_more()

    def close(self) -> None:
        """Roll back an open transaction and close the connection and its cursors.

        Raises InterfaceError if it is closed already.
        """
        opened = self.apsw
        self._closed = True
        try:
            with Translated():
                opened.close()
        finally:
            if self._registration:
                self._registration.close()

    def __enter__(self) -> Connection:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self.rollback()
            return
        try:
            self.commit()
        except errors.Error:
            self.rollback()
            raise

    def _end(self, verb: str) -> None:
        if self.in_transaction:
            with Translated():
                self.apsw.execute(verb)


def _warn(text: str) -> None:
    """Warn with the line of the first caller outside of this package, which runs the statement."""
    level, frame = 1, sys._getframe()
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == "twsql":
        level, frame = level + 1, frame.f_back
    warnings.warn(text, errors.Warning, stacklevel=level)
