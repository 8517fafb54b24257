"""Implicit transactions: which statements open one, so that commit() and rollback() have something to end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import apsw

from twsql.dbapi.tokens import Token, first_word, tokens

VERBS = frozenset({"INSERT", "REPLACE", "UPDATE", "DELETE"})
"""What changes rows; WITH may stand before each."""

_VIEW = "SELECT 1 FROM \"{}\".sqlite_master WHERE type = 'view' AND name = ? COLLATE NOCASE"


@dataclass(frozen=True)
class Change:
    """What a statement changes: `verb` is one of VERBS, `schema` None where the statement does not say."""

    verb: str
    schema: str | None
    table: str


def change_in(sql: str) -> Change | None:
    """Tell what rows a statement changes; None where it changes none, or cannot be understood."""
    if first_word(sql) not in VERBS | {"WITH"}:
        return None
    outside = _outside_parentheses(tokens(sql))
    verb = next((token.text.upper() for token in outside if token.text.upper() in VERBS), "")
    rest = list(islice(outside, 6))  # [OR …] INTO schema . table
    if rest and rest[0].text.upper() == "OR":
        rest = rest[2:]
    if verb != "UPDATE":
        # A function or table may be named replace, so only REPLACE INTO is the verb.
        rest = rest[1:] if rest and rest[0].text.upper() in ("INTO", "FROM") else []
    if len(rest) > 2 and rest[1].text == ".":
        return Change(verb, rest[0].name, rest[2].name)
    return Change(verb, None, rest[0].name) if verb and rest else None


def begin_for(connection: apsw.Connection, change: Change | None) -> bool:
    """Open a transaction if none is open and an ordinary table is to be changed; say whether it did.

    A change of Twilio's tables opens none: nothing could roll it back, and the file would stay locked meanwhile.
    """
    if change is None or not connection.get_autocommit() or not _is_ordinary(connection, change):
        return False
    connection.execute("BEGIN")
    return True


def _outside_parentheses(sql: Iterable[Token]) -> Iterator[Token]:
    depth = 0
    for token in sql:
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and token.text != ")":
            yield token


def _is_ordinary(connection: apsw.Connection, change: Change) -> bool:
    """Whether a table or view is in a database; those of Twilio are in none."""
    if connection.table_exists(change.schema, change.table):
        return True
    schemas = [change.schema] if change.schema else connection.db_names()
    views = (_VIEW.format(schema.replace('"', '""')) for schema in schemas)
    return any(connection.execute(view, (change.table,)).fetchall() for view in views)
