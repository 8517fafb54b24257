"""A table or procedure as a SQLite virtual table: numbered columns, some hidden."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from twsql.schema import Column, Parameter, Procedure, Row, Table, Type, Value
from twsql.schema.values import CONVERT

DECLARED: dict[Type, str] = {
    "text": "TEXT",
    "integer": "INTEGER",
    "real": "REAL",
    "boolean": "BOOLEAN",
    "datetime": "DATETIME",
}
"""The declared type in SQL of each column type."""


REST = 63
"""SQLite marks the used columns in 64 bits; the last bit stands for column 63 and all that follow."""


@dataclass(frozen=True)
class Slot:
    """One column of the virtual table: a property of Twilio's JSON (`column`), an input (`parameter`), or both."""

    name: str
    declared: str
    hidden: bool
    column: Column | None = None
    parameter: Parameter | None = None

    @property
    def sql(self) -> str:
        """The column's definition in CREATE TABLE."""
        collation = " COLLATE NOCASE" if self.column and self.column.ignores_case else ""
        return f'"{self.name}" {self.declared}{collation}{" HIDDEN" if self.hidden else ""}'


@dataclass(frozen=True, eq=False)
class Relation:
    """A declaration with its columns numbered.

    `readers` has for each column its key in Twilio's JSON and the conversion of its value; None for a mere input.
    `joins` has the columns of keys and references, each with the key of its values: `conferences.Sid`.
    """

    source: Table | Procedure
    slots: tuple[Slot, ...]
    readers: tuple[tuple[str, Callable[[Any], Value]] | None, ...]
    joins: tuple[tuple[Column, str], ...] = ()

    @property
    def name(self) -> str:
        """The name in SQL."""
        return self.source.name

    @property
    def own_name(self) -> str:
        """The name by which columns reference it."""
        return self.source.own_name if isinstance(self.source, Table) else self.source.name

    def slot_named(self, name: str) -> int:
        """The number of a column."""
        return next(number for number, slot in enumerate(self.slots) if slot.name == name)

    def has_effect(self, *, read_only: bool) -> bool:
        """Whether a statement can change something at Twilio with it; a view or trigger of a file must not do that."""
        source = self.source
        if isinstance(source, Procedure):
            return True
        return bool(source.insert or source.update or source.delete) and not read_only

    def value(self, row: Row, number: int) -> Value:
        """The value of a column in a row of Twilio's JSON; NULL for a mere input."""
        reader = self.readers[number]
        if reader is None:
            return None
        value = row.get(reader[0])
        return reader[1](value() if callable(value) else value)

    @property
    def sql(self) -> str:
        """The CREATE TABLE statement for sqlite3_declare_vtab."""
        return self._declared(self.slots)

    @property
    def read_sql(self) -> str:
        """The same for a read-only connection, without the last columns, which only INSERT and UPDATE use."""
        return self._declared([slot for slot in self.slots if slot.column])

    def _declared(self, slots: Iterable[Slot]) -> str:
        return f'CREATE TABLE "{self.name}" ({", ".join(slot.sql for slot in slots)})'


def relation(source: Table | Procedure) -> Relation:
    """Number the columns of a declaration."""
    slots = tuple(_procedure_slots(source) if isinstance(source, Procedure) else _table_slots(source))
    readers = tuple(
        (slot.column.json_key, CONVERT[slot.column.type]) if slot.column is not None else None for slot in slots
    )
    return Relation(source, slots, readers, () if isinstance(source, Procedure) else tuple(_joins(source)))


def _joins(table: Table) -> Iterator[tuple[Column, str]]:
    for column in table.columns:
        if column.references:
            yield column, column.references
        elif column.key:
            yield column, f"{table.own_name}.{column.name}"


def input_type(parameter: Parameter) -> str:
    """The declared type of an input. With none SQLite gives NUMERIC affinity, and IN turns '+1555…' into a number."""
    return "INTEGER" if parameter.kind in ("integer", "boolean") else "TEXT"


def _procedure_slots(procedure: Procedure) -> Iterator[Slot]:
    """Yield the visible results, then the inputs in order (the arguments of the table function), then hidden results.

    From column REST on, SQLite tells only whether any column is used. If results and inputs both stood there, a
    statement that gives RequestKey and reads QueueTime would look like one that reads nothing. So the hidden results of
    AddParticipants stand before its last inputs.
    """
    results = {column.name: column for column in procedure.columns}
    names = {parameter.name for parameter in procedure.inputs}
    visible = [_result_slot(column) for column in procedure.columns if not column.hidden]
    hidden = [_result_slot(column) for column in procedure.columns if column.hidden and column.name not in names]
    inputs = [_input_slot(parameter, results.get(parameter.name)) for parameter in procedure.inputs]
    before = REST - len(visible) - len(hidden)
    yield from (*visible, *inputs[:before], *hidden, *inputs[before:])


def _table_slots(table: Table) -> Iterator[Slot]:
    """Yield the columns, then the further inputs of INSERT and UPDATE."""
    yield from map(_result_slot, table.columns)
    names = {column.name for column in table.columns}
    for effect in (table.update, table.insert):
        for parameter in effect.procedure.inputs if effect else ():
            if parameter.name not in names and parameter.name not in dict(effect.keys if effect else ()):
                names.add(parameter.name)
                yield _input_slot(parameter, None)


def _result_slot(column: Column) -> Slot:
    return Slot(column.name, DECLARED[column.type], column.hidden, column=column)


def _input_slot(parameter: Parameter, column: Column | None) -> Slot:
    return Slot(parameter.name, input_type(parameter), hidden=True, column=column, parameter=parameter)
