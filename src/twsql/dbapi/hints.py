"""Remedies for SQLite's error messages: the nearest name, the right quotes, SQLite's word for another database's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from twsql.catalog import CATALOG
from twsql.nearest import did_you_mean, unknown
from twsql.tokens import first_word, tokens

# `SELECT … FROM` without a list gives the same error, but a table's name follows. To is no other word of a query.
_KEYWORD = re.compile(
    r"""\b(?:(To)\b|(From)\s*(?:[=,)<>!;|]|\Z|\b(?:IN|IS|NOT|LIKE|GLOB|BETWEEN|AND|OR|AS|FROM|ASC|DESC|COLLATE|LIMIT)\b))""",
    re.IGNORECASE,
)
# SQLite takes them for letters of a name. A trigger's own message may have them too.
_TYPOGRAPHIC = re.compile("(?:near|no such) .*[\u2018-\u201f]")

_LIST = "SELECT TableName FROM sys_tables lists the tables"
_COLUMNS = "SELECT ColumnName FROM sys_tablecolumns WHERE TableName = 'conferences' lists a table's columns"
_NOW = "SQLite has datetime('now') and datetime('now', '-7 days')"
_PART = "SQLite has strftime('%Y', DateCreated), and '%m' and '%d'"
_OTHERS: Mapping[str, str] = MappingProxyType(
    {"show": _LIST, "help": _LIST, "desc": _COLUMNS, "describe": _COLUMNS}
    | dict.fromkeys(("now", "getdate", "getutcdate", "dateadd"), _NOW)
    | dict.fromkeys(("year", "month", "day"), _PART)
)
"""SQLite's words for statements and functions of other databases."""
_TOP = re.compile(r"\bSELECT\s+TOP\b", re.IGNORECASE)


def hint(message: str, sql: str) -> str:
    """The remedy for an error message of SQLite's, beginning with `: `; '' if there is none."""
    if _TYPOGRAPHIC.match(message):
        return ": text needs straight quotes, 'text', and not those of a word processor"
    if message.startswith("unsafe use of virtual table"):
        return ": a view that a file stores cannot read it: write CREATE TEMP VIEW, or set read_only"
    if near := re.match(r'near "(.*)": syntax error', message):
        return _of_syntax(near[1].lower(), sql)
    missing = unknown(message)
    if missing is None:
        return ""
    kind, name = missing
    if kind == "function":
        found = CATALOG.named(name)
        other = _OTHERS.get(name.lower())
        return f": {found.name} is a table function: it goes after FROM" if found else f": {other}" if other else ""
    if kind == "column":
        return did_you_mean(name, _columns(sql))
    if name.lower().startswith("sys_"):
        return f": there are {', '.join(each.name for each in CATALOG.relations if each.name.startswith('sys_'))}"
    return did_you_mean(name, [each.name for each in CATALOG.relations])


def _of_syntax(word: str, sql: str) -> str:
    """The remedy for a syntax error near this word."""
    if word in ("from", "to"):
        found = next((m[m.lastindex or 0] for m in _KEYWORD.finditer(sql) if m[m.lastindex or 0].lower() == word), "")
        return f': {found} is a keyword of SQL: write "{found.title()}"' if found else ""
    if "\u00a0" in sql:  # SQLite takes it for a letter
        return ": it has no-break spaces, as word processors write them: SQL needs ordinary ones"
    if word in ("exec", "execute", "call"):
        return ": it stands alone; inside of another statement write SELECT * FROM AddParticipants(…)"
    if word == "%":
        return ": a parameter is ? or :name"
    if _TOP.search(sql):
        return ": SQLite has no TOP: write LIMIT at the end"
    is_first = first_word(sql).lower() == word
    return f": {_OTHERS[word]}" if is_first and word in _OTHERS else ""


def _columns(sql: str) -> Iterable[str]:
    """The columns of the tables and procedures that the statement names."""
    names = {token.name.lower() for token in tokens(sql) if token.is_name}
    return [slot.name for each in CATALOG.relations if each.name.lower() in names for slot in each.slots]
