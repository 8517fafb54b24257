"""What tables and procedures are made of: frozen declarations that import nothing of SQLite and nothing of HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:  # declarations only name them; they are made in rooms further up
    from twsql.schema.once import Once
    from twsql.schema.where import Where
    from twsql.twilio.client import Client

Value = str | int | float | bytes | None
"""What SQLite can hold."""

Row = Mapping[str, Any]
"""One item as Twilio's JSON gives it: keys in snake_case, values not yet converted."""

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

    `field` is the key in Twilio's JSON: the name in snake_case unless given. `filter` is the query parameter by which
    Twilio narrows a list: equality for most, whole UTC days with `=`, `<` and `>` for a datetime; a `loose` one may let
    more through. A `key` addresses rows with one request each; a `lookup` does so beside a key. `narrows` tells the
    planner that an `=` or IN leaves one row in so many. Twilio lists nothing without an `=` or IN on a `required` one.

    `references` names the key of another table whose values these are (`conferences.Sid`): a join by it asks for many
    rows' at the same time. `none_when` tells of a row of that table that certainly has none here, so that nothing is
    asked. The value of a `late` column may be a function in the row, which is called when SQLite reads it.

    `values` are all that it may have; `sid` is the prefix of its SIDs, `names` the column of the names that stand for
    these. A comparison with anything else gets a warning.
    """

    name: str
    description: str = ""
    type: Type = "text"
    field: str = ""
    filter: str = ""
    loose: bool = False
    key: bool = False
    lookup: bool = False
    hidden: bool = False
    narrows: int = 10
    required: bool = False
    references: str = ""
    none_when: Callable[[Row], bool] | None = None
    late: bool = False
    values: tuple[str, ...] = ()
    sid: str = ""
    names: str = ""

    @property
    def json_key(self) -> str:
        """The key in Twilio's JSON."""
        return self.field or snake_case(self.name)


Kind = Literal["text", "integer", "boolean", "enum", "array", "url", "sid", "label", "conference", "called", "caller"]
"""`called` is a phone number or an address; `caller` is a phone number where that is one, else any name."""


@dataclass(frozen=True)
class Parameter:
    """One input of a procedure.

    `field` is Twilio's form field (empty: the input is part of the path). `values` are the allowed ones of an enum or
    array, or the prefix of a SID; `least` and `most` bound an integer, or the length of a text. `secret` values are
    never written down anywhere; `ours` are for twsql and not for Twilio. `alias` is a result column by whose name the
    input is also known.
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


Checked = Mapping[str, str | tuple[str, ...]]
"""Inputs by name as Twilio's form spells them, only those that were given; a tuple is an array."""


@dataclass(frozen=True)
class Procedure:
    """Something Twilio does, as a table-valued function: `run` sends one request for checked inputs, gives the answer.

    What happens `once` goes through the journal. `columns` are the result columns. The visible ones are what `SELECT *`
    gives; a hidden one that has the name of an input is read from the answer where that input is not given.
    """

    name: str
    description: str
    inputs: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    run: Callable[[Client, Checked], Row]
    once: Once | None = None


@dataclass(frozen=True)
class Effect:
    """What an INSERT, UPDATE or DELETE on a table does: a procedure, whose inputs are the columns of the same names.

    `keys` pairs an input with the column of another name that it is taken from. `done` says what became of a row.
    """

    procedure: Procedure
    keys: tuple[tuple[str, str], ...] = ()
    done: str = "changed"


@dataclass(frozen=True)
class Table:
    """A table that is read live: `rows` yields what Twilio has, a superset of what `where` asks for.

    `identity` are the columns that tell a row from every other. `newest_first` names the datetime column in whose
    descending order the rows come. `instead` pairs INSERT, UPDATE or DELETE, where there is none, with what to write.
    `pages` tells the planner how many requests a scan without any constraint takes
    in an account where that is few, and `expected_rows` how many rows it brings in one where they are many. A `local`
    one is told by twsql itself, and asks Twilio for nothing.
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


def snake_case(name: str) -> str:
    """`CallSidToCoach` is `call_sid_to_coach` in Twilio's JSON."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
