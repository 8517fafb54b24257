"""Tables that a file stores: BI tools list the tables of sqlite_schema, and `twsql init` writes Twilio's there.

A stored table has its own name and is read-only. So no file can pass off participants as contacts, and nobody ends a
conference in the grid of a BI tool. `temp.conferences` is in no file, and can be written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from twsql.errors import NotSupportedError, ReadOnlyError
from twsql.schema import Procedure
from twsql.vtab.relation import Relation

STORED = "stored"
"""The module argument of a stored table; an eponymous table has none."""
ENTRY = "SELECT sql FROM main.sqlite_schema WHERE type = 'table' AND name = ?1 COLLATE NOCASE"
"""The main file's definition of a table."""

_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)


def definition(name: str) -> str:
    """The statement that stores a table, as sqlite_schema has it."""
    return f"CREATE VIRTUAL TABLE {name} USING {name}({STORED})"


def is_stored(relation: Relation, schema: str, name: str, arguments: Sequence[str], entry: str | None) -> bool:
    """Whether SQLite connects to a stored table, not to the eponymous one.

    `schema`, `name` and `arguments` are those of xConnect; `entry` is the main file's definition of a table of that
    name. Raises NotSupportedError for stored tables that `twsql init` does not make.
    """
    own = relation.name
    if name.lower() != own.lower():
        raise NotSupportedError(f"{name} in this file claims to be {own} of Twilio; nothing was read: write {own}")
    claimed = bool(arguments) or schema != "main" or _is_claimed(own, entry)
    if claimed and isinstance(relation.source, Procedure):
        raise NotSupportedError(f"{own} in this file claims to be Twilio's: a procedure is never stored")
    if list(arguments) == [STORED] and schema != "temp":
        return True
    if arguments or schema != "main" or (claimed and not _is_made_by_init(own, entry)):
        raise NotSupportedError(
            f"{own} was not stored by twsql: twsql init FILE stores the tables as {definition(own)}"
        )
    return False


def read_only(name: str) -> ReadOnlyError:
    """The error for a change of a stored table."""
    return ReadOnlyError(f"{name} as a file lists it can only be read: temp.{name} writes; nothing was sent")


def _is_claimed(name: str, entry: str | None) -> bool:
    """Whether a file's entry is a virtual table of the module `name`, not a table or another module's."""
    text = _COMMENT.sub(" ", entry or "")
    return re.match(r"\s*CREATE\s+VIRTUAL\b", text, re.I) is not None and (
        re.search(rf"\bUSING\W*{re.escape(name)}\b", text, re.I) is not None
    )


def _is_made_by_init(name: str, entry: str | None) -> bool:
    return entry is not None and entry.lower() == definition(name).lower()
