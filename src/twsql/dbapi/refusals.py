"""Statements that twsql.connect refuses: those that would hide Twilio's tables, and changes of a synced copy."""

from __future__ import annotations

from itertools import islice

import apsw

from twsql.catalog import CATALOG
from twsql.dbapi.transactions import Change, change_in
from twsql.dbapi.translation import Translated
from twsql.errors import OperationalError, ProgrammingError, ReadOnlyError
from twsql.tokens import first_word, tokens

COPIED = ("conferences", "participants", "calls", "recordings")
"""Twilio's tables that `twsql sync` copies."""

_OURS = {relation.name.lower(): relation.name for relation in CATALOG.relations}
_KEPT = frozenset({*COPIED, "sync_runs", "sync_descriptions"})
_LONGEST = 12  # CREATE TEMP VIRTUAL TABLE IF NOT EXISTS schema . name


def refuse(connection: apsw.Connection, sql: str) -> None:
    """Raise ProgrammingError or ReadOnlyError for a statement that must not run; it has done nothing yet."""
    made = _made(sql)
    if made is not None and made.lower() in _OURS:
        own = _OURS[made.lower()]
        raise ProgrammingError(f"{own} is the name of one of Twilio's here, and would be hidden: give another name")
    change = change_in(sql) if made is None else None
    if change is not None and change.table.lower() in _KEPT and _is_copy(connection, change):
        live = f"; temp.{change.table} is Twilio" if change.table.lower() in COPIED else ""
        raise ReadOnlyError(f"{change.table} in this file belongs to twsql sync and can only be read{live}")


def notice(connection: apsw.Connection, file: str) -> str:
    """The notice for a file with copies that `twsql sync` made; '' for other files.

    It is the first to read the file: raises OperationalError, which names it, if that is no database.
    """
    try:
        with Translated():
            names = [name for name in COPIED if connection.table_exists("main", name)]
            if not names or not connection.table_exists("main", "sync_runs"):
                return ""
    except OperationalError as error:
        raise OperationalError(f"{error}: {file}") from error
    *first, last = names
    listed = f"{', '.join(first)} and {last} are copies" if first else f"{last} is a copy"
    return f"twsql: {file}: {listed} that twsql sync made; temp.{names[0]} is Twilio\n"


def _is_copy(connection: apsw.Connection, change: Change) -> bool:
    """Whether the table is in a synced file; SQLite looks for it in temp, main and attached files, in this order."""
    names = connection.db_names()
    schemas = [change.schema] if change.schema else sorted(names, key=lambda name: name != "temp")
    where = next((each for each in schemas if connection.table_exists(each, change.table)), None)
    return where is not None and connection.table_exists(where, "sync_runs")


def _made(sql: str) -> str | None:
    """The new name of a CREATE TABLE, CREATE VIEW or ALTER TABLE … RENAME TO; None for other statements."""
    verb = first_word(sql)
    if verb not in ("CREATE", "ALTER"):
        return None
    found = list(islice(tokens(sql), _LONGEST))
    words = [token.text.upper() for token in found]
    kind = next((place for place, word in enumerate(words[:4]) if word in ("TABLE", "VIEW")), None)
    if kind is None:
        return None
    start = kind + (4 if words[kind + 1 : kind + 4] == ["IF", "NOT", "EXISTS"] else 1)
    start += 2 if words[start + 1 : start + 2] == ["."] else 0
    if verb == "ALTER":
        start = start + 3 if words[start + 1 : start + 3] == ["RENAME", "TO"] else len(found)
    if start >= len(found):
        return None
    named = found[start]
    return named.text[1:-1] if named.kind == "string" else named.name  # SQLite takes a string for a name here
