"""Implicit transactions: which statements open one, so that commit() and rollback() have something to end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import apsw

from twsql.tokens import Token, first_word, tokens

VERBS = frozenset({"INSERT", "REPLACE", "UPDATE", "DELETE"})
"""The verbs of statements that change rows; WITH may stand before each."""

_BEFORE_TABLE = {"INSERT": "INTO", "REPLACE": "INTO", "DELETE": "FROM"}
_LONGEST = 7  # INSERT OR IGNORE INTO schema . table
_VIEW = "SELECT 1 FROM \"{}\".sqlite_master WHERE type = 'view' AND name = ? COLLATE NOCASE"


@dataclass(frozen=True)
class Change:
    """The change of a statement: `verb` is one of VERBS, `schema` is None if the statement names none."""

    verb: str
    schema: str | None
    table: str


def change_in(sql: str) -> Change | None:
    """The change of a statement; None if it changes no rows, or cannot be parsed."""
    word = first_word(sql)
    if word not in VERBS | {"WITH"}:
        return None
    # Only after WITH the verb may be far away; otherwise the rest of a long statement need not be read.
    outside = list(islice(_outside_parentheses(tokens(sql)), None if word == "WITH" else _LONGEST))
    verbs = (number for number, token in enumerate(outside) if token.text.upper() in VERBS)
    changes = (_change(outside[number : number + _LONGEST]) for number in verbs)
    return next((change for change in changes if change), None)


def _change(found: list[Token]) -> Change | None:
    """Parse VERB [OR …] [INTO | FROM] [schema.]table; None if that is no verb, but a table named replace, say."""
    verb, *rest = found
    word = verb.text.upper()
    if rest and rest[0].text.upper() == "OR":
        rest = rest[2:]
    if word in _BEFORE_TABLE:
        rest = rest[1:] if rest and rest[0].text.upper() == _BEFORE_TABLE[word] else []
    if len(rest) > 2 and rest[1].text == ".":
        return Change(word, rest[0].name, rest[2].name)
    return Change(word, None, rest[0].name) if rest else None


def begin_for(connection: apsw.Connection, change: Change | None) -> bool:
    """Open a transaction before a change of an ordinary table, if none is open; returns whether it did.

    A change of Twilio's tables opens none: nothing could roll it back, and the file would stay locked meanwhile.
    """
    if change is None or not connection.get_autocommit() or not is_ordinary(connection, change):
        return False
    connection.execute("BEGIN")
    return True


def _outside_parentheses(sql: Iterable[Token]) -> Iterator[Token]:
    depth = 0
    for token in sql:
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and token.text != ")":
            yield token


def is_ordinary(connection: apsw.Connection, change: Change) -> bool:
    """Whether a table or view is in a database; Twilio's are in none."""
    if connection.table_exists(change.schema, change.table):
        return True
    schemas = [change.schema] if change.schema else connection.db_names()
    views = (_VIEW.format(schema.replace('"', '""')) for schema in schemas)
    return any(connection.execute(view, (change.table,)).fetchall() for view in views)
