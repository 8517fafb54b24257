"""Translates apsw's errors to twsql's; the only place that does."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType, TracebackType

import apsw

from twsql import errors
from twsql.dbapi.hints import hint
from twsql.tokens import place

ERRORS: Mapping[type[apsw.Error], type[errors.Error]] = MappingProxyType(
    {
        apsw.Error: errors.DatabaseError,
        # apsw was used wrongly
        apsw.BindingsError: errors.ProgrammingError,
        apsw.ConnectionClosedError: errors.InterfaceError,
        apsw.ConnectionNotClosedError: errors.InterfaceError,
        apsw.CursorClosedError: errors.InterfaceError,
        apsw.ExecutionCompleteError: errors.InterfaceError,
        apsw.ForkingViolationError: errors.InterfaceError,
        apsw.IncompleteExecutionError: errors.InterfaceError,
        apsw.InvalidContextError: errors.InterfaceError,
        apsw.MisuseError: errors.InterfaceError,
        apsw.RangeError: errors.InterfaceError,
        apsw.ThreadingViolationError: errors.InterfaceError,
        apsw.VFSFileClosedError: errors.InterfaceError,
        # SQLite does not have it
        apsw.NoFTS5Error: errors.NotSupportedError,
        apsw.NoLFSError: errors.NotSupportedError,
        apsw.VFSNotImplementedError: errors.NotSupportedError,
        # the statement or its values are wrong
        apsw.SQLError: errors.ProgrammingError,
        apsw.TooBigError: errors.DataError,
        apsw.ConstraintError: errors.IntegrityError,
        apsw.MismatchError: errors.IntegrityError,
        # the file, the machine or somebody else
        apsw.AbortError: errors.OperationalError,
        apsw.AuthError: errors.OperationalError,
        apsw.BusyError: errors.OperationalError,
        apsw.CantOpenError: errors.OperationalError,
        apsw.CorruptError: errors.OperationalError,
        apsw.EmptyError: errors.OperationalError,
        apsw.ExecTraceAbort: errors.OperationalError,
        apsw.ExtensionLoadingError: errors.OperationalError,
        apsw.FormatError: errors.OperationalError,
        apsw.FullError: errors.OperationalError,
        apsw.IOError: errors.OperationalError,
        apsw.InterruptError: errors.OperationalError,
        apsw.LockedError: errors.OperationalError,
        apsw.NoMemError: errors.OperationalError,
        apsw.NotADBError: errors.OperationalError,
        apsw.PermissionsError: errors.OperationalError,
        apsw.ProtocolError: errors.OperationalError,
        apsw.ReadOnlyError: errors.OperationalError,
        apsw.SchemaChangeError: errors.OperationalError,
        # SQLite is in a state that should not be
        apsw.InternalError: errors.InternalError,
        apsw.NotFoundError: errors.InternalError,
    }
)
"""twsql's error for each of apsw's; an error that a later apsw adds becomes a DatabaseError."""

_REMEDIES: Mapping[type[apsw.Error], str] = MappingProxyType(
    {
        apsw.BusyError: "another connection has locked it: end its transaction, or try again",
        apsw.ConnectionClosedError: "make a new one with connect()",
        apsw.ThreadingViolationError: "use one connection in each thread",
    }
)


class Translated:
    """A `with` block that raises apsw's errors as twsql's, from the original; other errors pass unchanged."""

    def __init__(self, sql: str = "") -> None:
        self._sql = sql

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, apsw.Error):
            raise translation(error, self._sql) from error
        if isinstance(error, UnicodeDecodeError):
            raise errors.DataError("a text in the result is not UTF-8: read it with CAST(… AS BLOB)") from error


def translation(error: apsw.Error, sql: str = "") -> errors.Error:
    """Translate one of apsw's errors; `sql` is the statement to which the error's offset refers, if it has one."""
    kind = next(ERRORS[each] for each in type(error).__mro__ if each in ERRORS)
    words = " ".join(str(error).split()).rstrip(".") or f"SQLite gave up: {type(error).__name__}"
    if words[1:2].islower():
        words = words[0].lower() + words[1:]
    remedy = next((f": {_REMEDIES[each]}" for each in type(error).__mro__ if each in _REMEDIES), "")
    return kind(f"{words}{_where(error, sql)}{remedy or (hint(words, sql) if sql else '')}")


def _where(error: apsw.Error, sql: str) -> str:
    offset = getattr(error, "error_offset", -1)  # in bytes of UTF-8; an error made by hand has none
    return place(sql, len(sql.encode()[:offset].decode(errors="ignore"))) if sql and offset >= 0 else ""
