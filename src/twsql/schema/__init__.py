"""Declarations of tables and procedures: frozen dataclasses, without SQLite and HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:  # declarations only name these types
    from twsql.schema.once import Once
    from twsql.schema.where import Where
    from twsql.twilio.client import Client

Value = str | int | float | bytes | None
"""A value of SQLite."""

Row = Mapping[str, Any]
"""An item of Twilio's JSON: keys in snake_case, values not yet converted."""

Type = Literal["text", "integer", "real", "boolean", "datetime"]
"""Column types: boolean is 0 or 1, datetime is UTC text `YYYY-MM-DD HH:MM:SS`."""


BOOLEANS: Mapping[str, bool] = {
    **dict.fromkeys(("true", "t", "yes", "y", "on", "1"), True),
    **dict.fromkeys(("false", "f", "no", "n", "off", "0"), False),
}
"""How a boolean may be spelled, in lower case: in SQL, in EXEC and in settings."""


@dataclass(frozen=True)
class Column:
    """One column of a table, or one result column of a procedure.

    `field` is the key in Twilio's JSON, by default the name in snake_case. `filter` is the query parameter that filters
    Twilio's list: by equality, or a datetime by whole UTC days with `=`, `<` and `>`; a `loose` filter lets other rows
    through too. With `ranges` the table's rows can use `<` and `>` of a text as well. A `key` identifies rows, one
    request each; a `lookup` does so together with a key. `narrows` tells the planner that an `=` or IN leaves one row
    of so many. Twilio lists nothing without an `=` or IN on a `required` column.

    `references` names the key of another table that the column holds (`conferences.Sid`): a join by it prefetches the
    rows of many keys. `none_when` tells whether a row of that table certainly has none here, so no request is sent. A
    `late` column may have a function in the row, which runs when SQLite reads the value.

    A column that `ignores_case` holds names of SQL. `values` are all possible values; `sid` is the prefix of its SIDs,
    a pattern if there are several, `names` the column with the names of these; an `e164` column has phone numbers. A
    comparison with anything else causes a warning.
    """

    name: str
    description: str = ""
    type: Type = "text"
    field: str = ""
    filter: str = ""
    loose: bool = False
    ranges: bool = False
    key: bool = False
    lookup: bool = False
    hidden: bool = False
    narrows: int = 10
    required: bool = False
    references: str = ""
    none_when: Callable[[Row], bool] | None = None
    late: bool = False
    ignores_case: bool = False
    values: tuple[str, ...] = ()
    sid: str = ""
    names: str = ""
    e164: bool = False

    @property
    def is_input(self) -> bool:
        """Whether it is no property of Twilio's, but filters the list; a row has the value that was given."""
        return self.hidden and bool(self.filter)

    @property
    def json_key(self) -> str:
        """The key in Twilio's JSON."""
        return self.field or snake_case(self.name)


Kind = Literal[
    "text",
    "integer",
    "number",
    "boolean",
    "datetime",
    "enum",
    "array",
    "url",
    "urls",
    "texts",
    "sid",
    "label",
    "conference",
    "called",
    "caller",
    "sender",
]
"""`called` is a phone number or an address; `caller` is a phone number or any name; `sender` may be a short code too.

`array`, `urls` and `texts` hold several items.
"""


@dataclass(frozen=True)
class Parameter:
    """One input of a procedure.

    `field` is Twilio's form field; '' for an input that is part of the path. `values` are those of an enum or array, or
    the prefix of a SID; `least` and `most` bound an integer, or the length of a text. twsql never writes a `secret`
    value anywhere; inputs that are `ours` are for twsql, not for Twilio. NULL means not given, and is an error for an
    input that is `never_null`. `alias` is a result column that also gives the input.
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
    alias: str = ""
    secret: bool = False
    ours: bool = False
    never_null: bool = False


Checked = Mapping[str, str | tuple[str, ...]]
"""The given inputs by name, spelled as in Twilio's form; a tuple is an array."""


@dataclass(frozen=True)
class Procedure:
    """A table-valued function that changes something at Twilio: `run` sends the request and returns Twilio's JSON.

    An effect that must happen `once` goes through the journal. `columns` are the results. `SELECT *` gives the visible
    ones; a hidden one with the name of an input has the response's value if the input is not given. Of each tuple in
    `any_of` at least one input is required.
    """

    name: str
    description: str
    inputs: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    run: Callable[[Client, Checked], Row]
    once: Once | None = None
    any_of: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Effect:
    """What an INSERT, UPDATE or DELETE on a table does: it runs a procedure with the columns of the same names.

    `keys` pairs an input with a column of another name. `done` is the participle for a changed row: `removed`.
    """

    procedure: Procedure
    keys: tuple[tuple[str, str], ...] = ()
    done: str = "changed"


@dataclass(frozen=True)
class Table:
    """A table that is read live: `rows` yields Twilio's rows, at least those that match `where`.

    `identity` are the columns that identify a row. The rows come in descending order of the datetime column
    `newest_first`. `instead` pairs INSERT, UPDATE or DELETE, if the table lacks it, with what to write in its place.
    For the planner `pages` is the number of requests of a scan without constraints in a small account, `expected_rows`
    its number of rows in a large one. A `local` table has rows of twsql itself, and sends no requests. The catalogue
    has the table under its `aliases` too; there `alias_of` is its own name.
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    rows: Callable[[Client, Where], Iterable[Row]]
    identity: tuple[str, ...]
    newest_first: str = ""
    insert: Effect | None = None
    update: Effect | None = None
    delete: Effect | None = None
    instead: tuple[tuple[str, str], ...] = ()
    pages: int = 100
    expected_rows: int = 1000
    local: bool = False
    aliases: tuple[str, ...] = ()
    alias_of: str = ""

    @property
    def own_name(self) -> str:
        """The name by which columns reference it, under an alias too."""
        return self.alias_of or self.name

    def under_aliases(self) -> Iterator[Table]:
        """Yield the same table under each of its other names."""
        for name in self.aliases:
            description = f"Another name of {self.name}: {self.description}"
            yield replace(self, name=name, aliases=(), alias_of=self.name, description=description)


def snake_case(name: str) -> str:
    """`CallSidToCoach` is `call_sid_to_coach` in Twilio's JSON."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
