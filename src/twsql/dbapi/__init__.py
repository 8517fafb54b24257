"""PEP 249 over apsw, with EXEC and CALL for procedures."""

from __future__ import annotations

import apsw

from twsql.dbapi.connection import Connection, connect
from twsql.dbapi.cursor import Cursor
from twsql.dbapi.execs import is_exec
from twsql.dbapi.invocations import translate
from twsql.dbapi.script import split
from twsql.dbapi.types import (
    BINARY,
    DATETIME,
    NUMBER,
    ROWID,
    STRING,
    Binary,
    Date,
    DateFromTicks,
    Time,
    TimeFromTicks,
    Timestamp,
    TimestampFromTicks,
)
from twsql.errors import (
    DatabaseError,
    DataError,
    Error,
    IntegrityError,
    InterfaceError,
    InternalError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
    Warning,
)

sqlite_version = apsw.sqlite_lib_version()
"""The version of SQLite, as the sqlite3 module tells it; SQLAlchemy asks for it."""
sqlite_version_info = tuple(map(int, sqlite_version.split(".")))

apilevel = "2.0"
threadsafety = 1
"""Threads may share the module, but not connections: a second thread in one gets an InterfaceError, after a wait."""
paramstyle = "qmark"
"""`?` with a sequence; `:name`, `@name` and `$name` with a mapping work too."""

__all__ = [
    "BINARY",
    "DATETIME",
    "NUMBER",
    "ROWID",
    "STRING",
    "Binary",
    "Connection",
    "Cursor",
    "DataError",
    "DatabaseError",
    "Date",
    "DateFromTicks",
    "Error",
    "IntegrityError",
    "InterfaceError",
    "InternalError",
    "NotSupportedError",
    "OperationalError",
    "ProgrammingError",
    "Time",
    "TimeFromTicks",
    "Timestamp",
    "TimestampFromTicks",
    "Warning",
    "apilevel",
    "connect",
    "is_exec",
    "paramstyle",
    "split",
    "sqlite_version",
    "sqlite_version_info",
    "threadsafety",
    "translate",
]
