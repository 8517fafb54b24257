"""What tables and procedures are made of: frozen declarations that import nothing of SQLite and nothing of HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:  # declarations only name them; they are made in rooms further up
    from twsql.twilio.client import Client
    from twsql.vtab.where import Where

Value = str | int | float | bytes | None
"""What SQLite can hold."""

Row = Mapping[str, Any]
"""One item as Twilio's JSON gives it: keys in snake_case, values not yet converted."""

Type = Literal["text", "integer", "boolean", "datetime"]
"""Column types: boolean is 0 or 1, datetime is UTC text `YYYY-MM-DD HH:MM:SS`."""


@dataclass(frozen=True)
class Column:
    """One column of a table, or one result column of a procedure.

    `field` is the key in Twilio's JSON: the name in snake_case unless given. `filter` is the query parameter by which
    Twilio narrows a list: equality for most, whole UTC days with `=`, `<` and `>` for a datetime. `key` columns
    address one row. `update` is the form field of an UPDATE, where there is one.
    """

    name: str
    description: str = ""
    type: Type = "text"
    field: str = ""
    filter: str = ""
    key: bool = False
    hidden: bool = False
    update: Parameter | None = None

    @property
    def json_key(self) -> str:
        """The key in Twilio's JSON."""
        return self.field or snake_case(self.name)


Kind = Literal["text", "integer", "boolean", "enum", "array", "url", "sid", "conference"]


@dataclass(frozen=True)
class Parameter:
    """One input of a procedure, of an UPDATE or of an INSERT.

    `field` is Twilio's form field (empty: the input is part of the path). `values` are the allowed ones of an enum or
    array, or the one prefix of a SID; `least` and `most` bound an integer's value, or a text's length.
    """

    name: str
    description: str = ""
    kind: Kind = "text"
    required: bool = False
    field: str = ""
    values: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None
    default: str = ""
    aliases: tuple[str, ...] = ()
    secret: bool = False


Inputs = Mapping[str, Value]
"""Inputs of one call of a procedure by name, only those that were given (NULL means not given)."""


@dataclass(frozen=True)
class Table:
    """A table that is read live: `rows` yields what Twilio has, a superset of what `where` asks for.

    `update`, `delete` and `insert`, where given, carry one change to Twilio. `order` is the column by which rows
    come newest first. `cost` tells the planner how many requests a scan without any constraint may take.
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    rows: Callable[[Client, Where], Iterable[Row]]
    order: str = ""
    update: Callable[[Client, Row, Mapping[str, Value]], None] | None = None
    delete: Callable[[Client, Row], None] | None = None
    insert: Procedure | None = None
    cost: int = 100


@dataclass(frozen=True)
class Procedure:
    """Something Twilio does, as a table-valued function: `run` sends one request for checked inputs and gives its answer."""

    name: str
    description: str
    inputs: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    run: Callable[[Client, Inputs], Row]


def snake_case(name: str) -> str:
    """`CallSidToCoach` is `call_sid_to_coach` in Twilio's JSON."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
