"""The Arrow type of each column, by its declared type; letters stand for them, as in `c/arrow.c`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from twsql.dbapi.types import TypeCode
from twsql.errors import DataError, ProgrammingError

if TYPE_CHECKING:
    from twsql.dbapi.results import Description

UNKNOWN = "?"
"""An expression: it has no declared type, and takes that of its values in the first batch."""
TYPES: Mapping[str, Any] = {
    "i": pa.int64(),
    "f": pa.float64(),
    "b": pa.bool_(),
    "s": pa.string(),
    "x": pa.binary(),
    "t": pa.timestamp("us", tz="UTC"),
    "d": pa.date32(),
}
_PARTS = (
    ("DATETIME", "t"),
    ("TIMESTAMP", "t"),
    ("BOOL", "b"),
    ("INT", "i"),
    ("CHAR", "s"),
    ("CLOB", "s"),
    ("TEXT", "s"),
    ("STRING", "s"),
    ("JSON", "s"),
    ("BLOB", "x"),
    ("BINARY", "x"),
    ("REAL", "f"),
    ("FLOA", "f"),
    ("DOUB", "f"),
)
"""What a declared type contains, and its kind; the first one counts."""


def kinds(description: Description, types: Mapping[str, Any]) -> str:
    """A letter for each column. `types` has the Arrow type of columns by name: a DataType, or its name."""
    names = [column[0] for column in description]
    if unknown := [name for name in types if name not in names]:
        raise ProgrammingError(f"types: there is no column {unknown[0]!r}: columns are {', '.join(names)}")
    return "".join(_given(name, types[name]) if name in types else _declared(code) for name, code, *_ in description)


def schema(names: Sequence[str], letters: str) -> Any:
    """The schema of columns of these kinds; one that is still unknown had no value, and is text."""
    return pa.schema([(name, TYPES.get(letter, TYPES["s"])) for name, letter in zip(names, letters, strict=True)])


def misfit(name: str, letter: str, row: int) -> DataError:
    """The error for a value that does not fit its column; `row` is its number, from 1."""
    return DataError(
        f"column {name} is {TYPES.get(letter, 'of one type')}, and the value of row {row:,} is not: give another type,"
        f" such as fetch_arrow_table(types={{{name!r}: 'string'}}), or use CAST in the statement"
    )


def _given(name: str, given: Any) -> str:
    try:
        wanted = pa.type_for_alias(given) if isinstance(given, str) else given
    except ValueError as error:
        raise ProgrammingError(f"types: {name}: arrow has no type {given!r}") from error
    for letter, known in TYPES.items():
        if wanted == known or (pa.types.is_timestamp(wanted) and letter == "t"):
            return letter
    known_names = ", ".join(map(str, TYPES.values()))
    raise ProgrammingError(f"types: {name} cannot be {wanted}: types are {known_names}")


def _declared(code: str | None) -> str:
    declared = (code.declared if isinstance(code, TypeCode) else code or "").upper()
    if declared == "DATE":
        return "d"
    return next((letter for part, letter in _PARTS if part in declared), UNKNOWN)
