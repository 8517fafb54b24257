"""sys_primarykeys, sys_foreignkeys, sys_indexes: what identifies a row, what joins to what, what Twilio looks up.

All of it comes from the declarations of the tables: a tool that joins by foreign keys joins what is read side by side.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from twsql.catalog.sys_tables import Declared, filter_text
from twsql.schema import Column, Row, Table
from twsql.schema.where import Where

if TYPE_CHECKING:
    from twsql.twilio.client import Client


def sys_primarykeys(catalog: Declared, client: Client, where: Where) -> Iterator[Row]:
    """Yield one row for each column that identifies rows."""
    for table in catalog.tables:
        for place, column in enumerate(table.identity, start=1):
            yield {
                "table_name": table.name,
                "column_name": column,
                "key_seq": place,
                "key_name": _primary(table),
            }


def sys_foreignkeys(catalog: Declared, client: Client, where: Where) -> Iterator[Row]:
    """Yield one row for each column that holds the key of a table."""
    known = {table.name: table for table in catalog.tables}
    for table in catalog.tables:
        for column in table.columns:
            name, _, key = column.references.partition(".")
            if name in known and (name, key) != (table.own_name, column.name):
                yield {
                    "table_name": table.name,
                    "column_name": column.name,
                    "foreign_key_name": f"FK_{table.name}_{column.name}",
                    "referenced_table_name": name,
                    "referenced_column_name": key,
                    "primary_key_name": _primary(known[name]),
                }


def sys_indexes(catalog: Declared, client: Client, where: Where) -> Iterator[Row]:
    """Yield one row for each column by which rows are found without reading all of them."""
    for table in catalog.tables:
        for place, column in enumerate(table.identity, start=1):
            yield _index(table, _primary(table), column, place, is_primary=True)
        for each in table.columns:
            if filter_text(each) and (each.name,) != table.identity:
                yield _index(table, f"IX_{table.name}_{each.name}", each.name, 1, is_primary=False)


def _primary(table: Table) -> str:
    return f"PK_{table.name}"


def _index(table: Table, name: str, column: str, place: int, *, is_primary: bool) -> Row:
    declared = next((each for each in table.columns if each.name == column), None)
    return {
        "table_name": table.name,
        "index_name": name,
        "column_name": column,
        "ordinal": place,
        "is_unique": is_primary,
        "is_primary": is_primary,
        "sort_order": "D" if column == table.newest_first else None,
        "filter": filter_text(declared) or None,
    }


_PRIMARYKEYS = (
    Column("TableName", "The table.", ignores_case=True),
    Column("ColumnName", "A column of those that identify a row together.", ignores_case=True),
    Column("KeySeq", "Its place among them, from 1.", type="integer"),
    Column("KeyName", "The name of the key."),
)
_FOREIGNKEYS = (
    Column("TableName", "The table.", ignores_case=True),
    Column("ColumnName", "The column that holds the key of another table.", ignores_case=True),
    Column("ForeignKeyName", "The name of the foreign key."),
    Column("ReferencedTableName", "The other table; a join with it is read side by side.", ignores_case=True),
    Column("ReferencedColumnName", "Its column.", ignores_case=True),
    Column("PrimaryKeyName", "The name of its key."),
)
_INDEXES = (
    Column("TableName", "The table.", ignores_case=True),
    Column("IndexName", "The name of the index."),
    Column("ColumnName", "The column.", ignores_case=True),
    Column("Ordinal", "Its place in the index, from 1.", type="integer"),
    Column("IsUnique", "Whether its columns identify a row.", type="boolean"),
    Column("IsPrimary", "Whether it is the primary key.", type="boolean"),
    Column("SortOrder", "D: Twilio lists the rows by this column, the latest first."),
    Column("Filter", "The comparisons that Twilio filters by; NULL: SQLite compares."),
)


def declared(catalog: Declared) -> tuple[Table, ...]:
    """These tables of a catalogue."""
    return (
        Table(
            name="sys_primarykeys",
            description="The columns that identify the rows of the tables.",
            columns=_PRIMARYKEYS,
            rows=partial(sys_primarykeys, catalog),
            identity=("TableName", "ColumnName"),
            pages=0,
            local=True,
        ),
        Table(
            name="sys_foreignkeys",
            description="What joins to what: the columns that hold keys of other tables.",
            columns=_FOREIGNKEYS,
            rows=partial(sys_foreignkeys, catalog),
            identity=("TableName", "ColumnName"),
            pages=0,
            local=True,
        ),
        Table(
            name="sys_indexes",
            description="The columns by which Twilio finds rows, so that not all of them are read.",
            columns=_INDEXES,
            rows=partial(sys_indexes, catalog),
            identity=("TableName", "IndexName", "ColumnName"),
            pages=0,
            local=True,
        ),
    )
