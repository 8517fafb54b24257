"""Hidden inputs of a table: columns whose values Twilio searches by, though no row has them.

    WHERE CountryCode = 'US' AND InRegion IN ('CA', 'NY')

is two searches. Each row has the value by which it was found, as SQLite compares it once more. Without a value the
column cannot be read: `InRegion = 'CA' OR Contains = '415'` is no search of Twilio's, and no row can tell whether it is
true. So the columns are `late`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from twsql.errors import ProgrammingError
from twsql.schema import BOOLEANS, Column, Row, Value
from twsql.schema.where import Params, Where


def searches(where: Where, columns: tuple[Column, ...]) -> Iterator[tuple[Params, Row]]:
    """Yield the query of each search, and what its rows have of these columns; none if an input can only be NULL."""
    given = [column for column in columns if column.is_input and column.name in where.equal]
    others = {column.json_key: _Missing(column.name) for column in columns if column.is_input and column not in given}
    values = [[value for value in where.equal[column.name] if value is not None] for column in given]
    for chosen in product(*values):
        pairs = [*zip(given, chosen, strict=True)]
        yield (
            {column.filter: _spelled(column, value) for column, value in pairs},
            {**others, **{column.json_key: _compared(column, value) for column, value in pairs}},
        )


@dataclass(frozen=True)
class _Missing:
    """In place of a value that the statement does not give."""

    name: str

    def __call__(self) -> Value:
        raise ProgrammingError(
            f"{self.name} is an input of Twilio's search, which no row has: write {self.name} = … or IN, joined by"
            " AND; two searches are joined by UNION"
        )


def _spelled(column: Column, value: Value) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value)
    known = BOOLEANS.get(text.lower()) if column.type == "boolean" else None
    return text if known is None else str(known).lower()


def _compared(column: Column, value: Value) -> Value:
    """The value as SQLite compares it: text with the column's type, so that `Contains = 415` is '415'."""
    if column.type == "text":
        return str(value)
    return int(value) if isinstance(value, str) and value.isdecimal() else value
