"""Remedies for SQLite's error messages: the nearest name, or the quotes that From and To need."""

from __future__ import annotations

import re
from collections.abc import Iterable

from twsql.catalog import CATALOG
from twsql.nearest import did_you_mean, unknown
from twsql.tokens import tokens

# `SELECT … FROM` without a list gives the same error, but a table's name follows.
_KEYWORD = re.compile(r"""\b(From|To)\s*(?:=|,|\)|\bIN\b|\bIS\b|<)""", re.IGNORECASE)


def hint(message: str, sql: str) -> str:
    """The remedy for an error message of SQLite's, beginning with `: `; '' if there is none."""
    if match := re.match(r'near "(from|to)": syntax error', message, re.IGNORECASE):
        word = next((m[1] for m in _KEYWORD.finditer(sql) if m[1].lower() == match[1].lower()), "")
        return f': {word} is a keyword of SQL: write "{word.title()}"' if word else ""
    missing = unknown(message)
    if missing is None:
        return ""
    kind, name = missing
    if kind == "function":
        found = CATALOG.named(name)
        return f": {found.name} is a table function: it goes after FROM" if found else ""
    return did_you_mean(name, [each.name for each in CATALOG.relations] if kind == "table" else _columns(sql))


def _columns(sql: str) -> Iterable[str]:
    """The columns of the tables and procedures that the statement names."""
    names = {token.name.lower() for token in tokens(sql) if token.is_name}
    return [slot.name for each in CATALOG.relations if each.name.lower() in names for slot in each.slots]
