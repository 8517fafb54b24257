"""twsql odbc: prints a data source of unixODBC for this environment."""

from __future__ import annotations

import argparse
import glob
import os
import sys

from twsql.hosts.loadable import loadable_path

_DRIVERS = (
    "/usr/lib/*/odbc/libsqlite3odbc.so",  # Debian
    "/usr/lib*/libsqlite3odbc.so",  # Fedora
    "/opt/homebrew/lib/libsqlite3odbc.dylib",
    "/usr/local/lib/libsqlite3odbc.*",
)
"""The usual paths of SQLite's ODBC driver."""


def run(arguments: argparse.Namespace) -> int:
    """Print a section for ~/.odbc.ini. Raises NotSupportedError if the extension has not been built."""
    database = arguments.database
    database = database if database == ":memory:" else os.path.abspath(database)  # any folder may be the program's
    sys.stdout.write(section(arguments.name, database, loadable_path()))
    return 0


def section(name: str, database: str, extension: str) -> str:
    """The data source as a section of odbc.ini."""
    return (
        f"[{name}]\n"
        "Description = Twilio voice as SQL\n"
        f"Driver = {_driver()}\n"
        f"Database = {database}\n"
        f"LoadExt = {extension}\n"
    )


def _driver() -> str:
    """The driver's path, as its name in odbcinst.ini differs between systems; Debian's name if it is not found."""
    found = [path for pattern in _DRIVERS for path in sorted(glob.glob(pattern))]
    if not found:
        sys.stderr.write("twsql: found no libsqlite3odbc: install SQLite's ODBC driver (Debian: libsqliteodbc)\n")
    return found[0] if found else "SQLite3"
