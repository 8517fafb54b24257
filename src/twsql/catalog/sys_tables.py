"""sys_tables, sys_tablecolumns, sys_procedures, sys_procedureparameters: descriptions of all tables and procedures.

All of it comes from the declarations of tables and procedures, like the reference in docs/.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Protocol

from twsql.schema import Column, Parameter, Procedure, Row, Table
from twsql.schema.where import Where
from twsql.vtab.relation import DECLARED, Slot, input_type, relation

if TYPE_CHECKING:
    from twsql.twilio.client import Client


class Declared(Protocol):
    """The tables and procedures that the sys_ tables describe."""

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables, including those of this file."""

    @property
    def procedures(self) -> tuple[Procedure, ...]:
        """The procedures."""


def sys_tables(catalog: Declared, client: Client, where: Where) -> Iterator[Row]:
    """Yield one row for each table."""
    for table in catalog.tables:
        yield {
            "table_name": table.name,
            "table_type": "SYSTEM TABLE" if table.local else "TABLE",
            "description": table.description,
            "is_insertable": table.insert is not None,
            "is_updateable": table.update is not None,
            "is_deletable": table.delete is not None,
        }


def sys_tablecolumns(catalog: Declared, client: Client, where: Where) -> Iterator[Row]:
    """Yield one row for each column of each table."""
    for table in catalog.tables:
        for ordinal, slot in enumerate(relation(table).slots, start=1):
            yield {
                "table_name": table.name,
                "column_name": slot.name,
                "ordinal": ordinal,
                "data_type_name": slot.declared,
                "is_key": slot.name in table.identity,
                "is_hidden": slot.hidden,
                "is_updateable": _settable(table, slot, "update"),
                "is_insertable": _settable(table, slot, "insert"),
                "filter": filter_text(slot.column) or None,
                "description": _described(slot),
            }


def sys_procedures(catalog: Declared, client: Client, where: Where) -> Iterator[Row]:
    """Yield one row for each procedure."""
    for procedure in catalog.procedures:
        yield {"procedure_name": procedure.name, "description": procedure.description}


def sys_procedureparameters(catalog: Declared, client: Client, where: Where) -> Iterator[Row]:
    """Yield one row for each input of each procedure, then one for each result column.

    An input with an alias has that name, by which EXEC takes it too: ConferenceSid.
    """
    for procedure in catalog.procedures:
        yield from (_input_row(procedure, *numbered) for numbered in enumerate(procedure.inputs, start=1))
        yield from (_output_row(procedure, *numbered) for numbered in enumerate(procedure.columns, start=1))


def filter_text(column: Column | None) -> str:
    """The comparisons of this column that become Twilio's filters, in SQL; '' if SQLite compares everything."""
    if column is None or not (column.filter or column.key or column.lookup):
        return ""
    if column.type == "datetime":
        return "= IN < <= > >= (whole UTC days)"
    if column.ranges:
        return "= IN < <= > >="
    return "=" if column.type == "boolean" else "= IN"


def _input_row(procedure: Procedure, ordinal: int, parameter: Parameter) -> Row:
    return {
        "procedure_name": procedure.name,
        "column_name": parameter.alias or parameter.name,
        "direction": "input",
        "ordinal": ordinal,
        "data_type_name": input_type(parameter),
        "is_required": parameter.required,
        "is_array": parameter.kind in ("array", "urls", "texts"),
        "allowed_values": " ".join(parameter.values) or None,
        "minimum": parameter.least,
        "maximum": parameter.most,
        "default": parameter.default or None,
        "description": parameter.description,
    }


def _output_row(procedure: Procedure, ordinal: int, column: Column) -> Row:
    return {
        "procedure_name": procedure.name,
        "column_name": column.name,
        "direction": "output",
        "ordinal": ordinal,
        "data_type_name": DECLARED[column.type],
        "is_hidden": column.hidden,
        "description": column.description,
    }


def _settable(table: Table, slot: Slot, verb: str) -> bool:
    effect = table.update if verb == "update" else table.insert
    if effect is None:
        return False
    taken = dict(effect.keys)
    inputs = {parameter.name for parameter in effect.procedure.inputs} - taken.keys()
    return slot.name in inputs or (verb == "insert" and slot.name in {column for _, column in effect.keys})


def _described(slot: Slot) -> str:
    described = slot.column or slot.parameter
    return described.description if described else ""


_TABLES = (
    Column("TableName", "The name in SQL.", ignores_case=True),
    Column("TableType", "TABLE: read from Twilio; SYSTEM TABLE: told by twsql itself."),
    Column("Description", "What a row is."),
    Column("IsInsertable", "Whether INSERT works.", type="boolean"),
    Column("IsUpdateable", "Whether UPDATE works.", type="boolean"),
    Column("IsDeletable", "Whether DELETE works.", type="boolean"),
)
_TABLECOLUMNS = (
    Column("TableName", "The table.", ignores_case=True),
    Column("ColumnName", "The name in SQL.", ignores_case=True),
    Column("Ordinal", "Its place, from 1.", type="integer"),
    Column("DataTypeName", "The declared type."),
    Column("IsKey", "Whether it is part of what tells a row from every other.", type="boolean"),
    Column("IsHidden", "Whether SELECT * leaves it out.", type="boolean"),
    Column("IsUpdateable", "Whether UPDATE can set it.", type="boolean"),
    Column("IsInsertable", "Whether INSERT can give it.", type="boolean"),
    Column("Filter", "The comparisons that Twilio filters by; NULL: SQLite compares."),
    Column("Description", "What it holds."),
)
_PROCEDURES = (
    Column("ProcedureName", "The name in SQL.", ignores_case=True),
    Column("Description", "What it does."),
)
_PROCEDUREPARAMETERS = (
    Column("ProcedureName", "The procedure.", ignores_case=True),
    Column("ColumnName", "The name of the input or result column.", ignores_case=True),
    Column("Direction", "input or output."),
    Column("Ordinal", "Its place among the inputs or the outputs, from 1.", type="integer"),
    Column("DataTypeName", "The type."),
    Column("IsRequired", "Whether it must be given.", type="boolean"),
    Column("IsArray", "Whether it takes several values: text with spaces or commas, or JSON.", type="boolean"),
    Column("AllowedValues", "The values it may have, or the prefix of a SID."),
    Column("Minimum", "The least value, or length of a text.", type="integer"),
    Column("Maximum", "The greatest value, or length of a text.", type="integer"),
    Column("Default", "What Twilio does without this input."),
    Column("IsHidden", "Whether SELECT * leaves the output out.", type="boolean"),
    Column("Description", "What it is."),
)


def declared(catalog: Declared) -> tuple[Table, ...]:
    """The sys_ tables of a catalogue."""
    return (
        Table(
            name="sys_tables",
            description="The tables.",
            columns=_TABLES,
            rows=partial(sys_tables, catalog),
            identity=("TableName",),
            pages=0,
            local=True,
        ),
        Table(
            name="sys_tablecolumns",
            description="The columns of the tables.",
            columns=_TABLECOLUMNS,
            rows=partial(sys_tablecolumns, catalog),
            identity=("TableName", "ColumnName"),
            pages=0,
            local=True,
        ),
        Table(
            name="sys_procedures",
            description="The procedures.",
            columns=_PROCEDURES,
            rows=partial(sys_procedures, catalog),
            identity=("ProcedureName",),
            pages=0,
            local=True,
        ),
        Table(
            name="sys_procedureparameters",
            description="The inputs and results of the procedures.",
            columns=_PROCEDUREPARAMETERS,
            rows=partial(sys_procedureparameters, catalog),
            identity=("ProcedureName", "Direction", "ColumnName"),
            pages=0,
            local=True,
        ),
    )
