"""Twilio's tables as SQLAlchemy's inspector tells of tables: from the declarations, without a request."""

from __future__ import annotations

from typing import Any

from sqlalchemy.types import DateTime, Float

from twsql.catalog import CATALOG
from twsql.hosts.stored import definition
from twsql.schema import Column, Table
from twsql.vtab.relation import DECLARED

PARTIAL = [table.name for table in CATALOG.tables if any(column.required for column in table.columns)]
"""The tables of which Twilio lists rows only for a value in WHERE."""
WHOLE = [table.name for table in CATALOG.tables if table.name not in PARTIAL]
_TABLES = {table.name.lower(): table for table in CATALOG.tables}
_SCHEMAS = (None, "main", "temp")
"""SQLite finds Twilio's tables in every schema, even in one that does not exist; they are shown in these."""


def named(name: str, schema: str | None = None) -> Table | None:
    """Twilio's table of that name, in any case."""
    return _TABLES.get(name.lower()) if schema in _SCHEMAS else None


def is_stored(table: Table, sql: str) -> bool:
    """Whether this is how `twsql init` stores the table in a file."""
    return sql.lower() == definition(table.name).lower()


def columns(dialect: Any, table: Table) -> list[dict[str, Any]]:
    """Describe the columns that `SELECT *` gives."""
    key = _key(table)
    return [
        {
            "name": column.name,
            "type": _type(dialect, column),
            "nullable": column.name not in key,
            "default": None,
            "primary_key": key.index(column.name) + 1 if column.name in key else 0,
            "comment": column.description or None,
        }
        for column in _visible(table)
    ]


def foreign_keys(table: Table, schema: str | None) -> list[dict[str, Any]]:
    """Describe the columns that hold the key of another of Twilio's tables."""
    return [
        {
            "name": None,
            "constrained_columns": [column.name],
            "referred_schema": schema,
            "referred_table": column.references.partition(".")[0],
            "referred_columns": [column.references.partition(".")[2]],
            "options": {},
        }
        for column in _visible(table)
        if column.references.partition(".")[0] in _TABLES
    ]


def _visible(table: Table) -> list[Column]:
    return [column for column in table.columns if not column.hidden]


def _key(table: Table) -> list[str]:
    visible = [column.name for column in _visible(table)]
    return list(table.identity) if set(table.identity) <= set(visible) else []


def _type(dialect: Any, column: Column) -> Any:
    if column.type == "datetime":
        return DateTime(timezone=True)
    if column.type == "real":
        return Float()  # some programs do not know SQLite's REAL
    return dialect._resolve_type_affinity(DECLARED[column.type])
