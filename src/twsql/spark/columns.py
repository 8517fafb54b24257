"""A table's columns in Spark: their types, and Arrow batches of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pyarrow as pa
from pyspark.sql.types import (
    BooleanType,
    DataType,
    DoubleType,
    LongType,
    StringType,
    StructField,
    StructType,
    TimestampType,
)

from twsql.errors import DataError, ProgrammingError
from twsql.schema import Row, Table, Type, Value
from twsql.schema.values import CONVERT, Convert

BATCH = 2000
"""Rows of one Arrow batch."""

SPARK: dict[Type, DataType] = {
    "text": StringType(),
    "integer": LongType(),
    "real": DoubleType(),
    "boolean": BooleanType(),
    "datetime": TimestampType(),
}
"""Spark's type of each column type."""


def schema(table: Table) -> StructType:
    """The visible columns; a hidden one is read if the reader's own schema names it."""
    return StructType([StructField(each.name, SPARK[each.type]) for each in table.columns if not each.hidden])


@dataclass(frozen=True)
class Reader:
    """Reads a column of Twilio's rows into an Arrow array; `as_it_is` is the Python type that needs no conversion."""

    name: str
    key: str
    late: bool
    as_it_is: type
    convert: Convert
    arrow: pa.DataType
    array: Callable[[list[Value]], pa.Array]

    def read(self, rows: Sequence[Row]) -> pa.Array:
        """The column's values, as SQLite would have them. Raises what Arrow raises for one that is not of its type."""
        key, convert, as_it_is = self.key, self.convert, self.as_it_is
        values: list[Any] = [row.get(key) for row in rows]
        if self.late:
            values = [each() if callable(each) else each for each in values]
        if {*map(type, values)} <= {as_it_is, type(None)}:
            return pa.array(values, self.arrow)
        return self.array([None if each is None else convert(each) for each in values])


def readers(table: Table, wanted: StructType) -> list[Reader]:
    """A reader for each column of a Spark schema. Raises ProgrammingError for what the table cannot give."""
    columns = {column.name.lower(): column for column in table.columns}
    found = []
    for each in wanted.fields:
        column = columns.get(each.name.lower())
        if column is None:
            raise ProgrammingError(f"{table.name} has no column {each.name}: it has {', '.join(columns)}")
        if each.dataType not in (SPARK[column.type], StringType()):
            either = " or ".join(dict.fromkeys((SPARK[column.type].simpleString(), "string")))
            raise ProgrammingError(f"{table.name}.{column.name} can be read as {either}")
        arrow, array = _TEXT if each.dataType == StringType() else _ARROW[column.type]
        as_it_is = _AS_IT_IS.get((column.type, arrow), type(None))
        found.append(Reader(each.name, column.json_key, column.late, as_it_is, CONVERT[column.type], arrow, array))
    return found


def batches(table: str, columns: Sequence[Reader], rows: Iterable[Row]) -> Iterator[pa.RecordBatch]:
    """Yield the rows as Arrow batches. Raises DataError for a value that is not of its column's type."""
    arrow = pa.schema([pa.field(each.name, each.arrow) for each in columns])
    source = iter(rows)
    while some := list(islice(source, BATCH)):
        yield pa.RecordBatch.from_arrays([_array(table, each, some) for each in columns], schema=arrow)


def _array(table: str, column: Reader, rows: Sequence[Row]) -> pa.Array:
    try:
        return column.read(rows)
    except (pa.ArrowInvalid, pa.ArrowTypeError, ValueError, TypeError, OverflowError) as error:
        raise DataError(
            f"{table}.{column.name} has a value that is no {column.arrow}: read it as a string, with .schema(…)"
        ) from error


def _texts(values: list[Value]) -> pa.Array:
    return pa.array([each if each is None or isinstance(each, str) else str(each) for each in values], pa.string())


def _integers(values: list[Value]) -> pa.Array:
    return pa.array(values, pa.int64())


def _reals(values: list[Value]) -> pa.Array:
    return pa.array([None if each is None else float(each) for each in values], pa.float64())


def _booleans(values: list[Value]) -> pa.Array:
    known: dict[Value, bool | None] = {None: None, 0: False, 1: True}
    if not all(each in known for each in values):
        raise ValueError("neither true nor false")
    return pa.array([known[each] for each in values], pa.bool_())


def _moments(values: list[Value]) -> pa.Array:
    return pa.array(values, pa.string()).cast(pa.timestamp("us")).cast(_MOMENT)  # the text is UTC


_MOMENT = pa.timestamp("us", tz="UTC")
_TEXT = pa.string(), _texts
_AS_IT_IS: dict[tuple[Type, pa.DataType], type] = {("text", pa.string()): str, ("boolean", pa.bool_()): bool}
_ARROW: dict[Type, tuple[pa.DataType, Callable[[list[Value]], pa.Array]]] = {
    "text": _TEXT,
    "integer": (pa.int64(), _integers),
    "real": (pa.float64(), _reals),
    "boolean": (pa.bool_(), _booleans),
    "datetime": (_MOMENT, _moments),
}
