"""Twilio conferences as SQL.

`connect` gives a PEP 249 connection; `register` adds the tables and procedures to an apsw connection, `load` to one of
Python's sqlite3, `loadable_path` is for any other SQLite; `sync` keeps a file for BI tools. The settings are those that
docs/settings.md lists, each of which has an environment variable too.
"""

from __future__ import annotations

__version__ = "0.1.0"  # before the imports: the HTTP client names it

from twsql.dbapi import (
    BINARY,
    DATETIME,
    NUMBER,
    ROWID,
    STRING,
    Binary,
    Connection,
    Cursor,
    Date,
    DateFromTicks,
    Time,
    TimeFromTicks,
    Timestamp,
    TimestampFromTicks,
    apilevel,
    connect,
    paramstyle,
    sqlite_version,
    sqlite_version_info,
    threadsafety,
)
from twsql.errors import (
    AuthenticationFailed,
    DatabaseError,
    DataError,
    Error,
    InputError,
    IntegrityError,
    InterfaceError,
    InternalError,
    NotFound,
    NotSupportedError,
    OperationalError,
    OutcomeUnknown,
    ProgrammingError,
    RateLimited,
    ReadOnlyError,
    SettingError,
    TwilioError,
    Unreachable,
    Warning,
)
from twsql.hosts.apsw import Registration, register
from twsql.hosts.loadable import load, loadable_path
from twsql.sync import Report, sync

__all__ = [
    "BINARY",
    "DATETIME",
    "NUMBER",
    "ROWID",
    "STRING",
    "AuthenticationFailed",
    "Binary",
    "Connection",
    "Cursor",
    "DataError",
    "DatabaseError",
    "Date",
    "DateFromTicks",
    "Error",
    "InputError",
    "IntegrityError",
    "InterfaceError",
    "InternalError",
    "NotFound",
    "NotSupportedError",
    "OperationalError",
    "OutcomeUnknown",
    "ProgrammingError",
    "RateLimited",
    "ReadOnlyError",
    "Registration",
    "Report",
    "SettingError",
    "Time",
    "TimeFromTicks",
    "Timestamp",
    "TimestampFromTicks",
    "TwilioError",
    "Unreachable",
    "Warning",
    "__version__",
    "apilevel",
    "connect",
    "load",
    "loadable_path",
    "paramstyle",
    "register",
    "sqlite_version",
    "sqlite_version_info",
    "sync",
    "threadsafety",
]
