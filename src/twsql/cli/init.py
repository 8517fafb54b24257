"""twsql init: stores the live tables in a SQLite file, for tools that list the tables of its schema."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing

import apsw

from twsql.catalog import CATALOG
from twsql.dbapi.translation import Translated
from twsql.errors import NotSupportedError, OperationalError
from twsql.hosts.apsw import register
from twsql.hosts.stored import definition

_TABLES = [table.name for table in CATALOG.tables]


def run(arguments: argparse.Namespace) -> int:
    """Store the tables that the file lacks. Raises NotSupportedError if it has other tables of these names."""
    try:
        with Translated():
            _store(arguments.file)
    except OperationalError as error:
        raise OperationalError(f"{error}: {arguments.file}") from error
    sys.stderr.write(f"twsql: {arguments.file} lists {', '.join(_TABLES)}: load the extension to read them\n")
    return 0


def _store(file: str) -> None:
    with closing(apsw.Connection(file)) as connection, closing(register(connection, safe=False)), connection:
        known = {name.lower(): sql for name, sql in connection.execute("SELECT name, sql FROM sqlite_schema")}
        others = [name for name in _TABLES if known.get(name.lower(), definition(name)) != definition(name)]
        if others:
            kept = " (twsql sync keeps its copy there)" if "sync_runs" in known else ""
            raise NotSupportedError(f"{file} has its own {', '.join(others)}{kept}: give another file")
        for name in _TABLES:
            if name.lower() not in known:
                connection.execute(definition(name))
