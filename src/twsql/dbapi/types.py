"""PEP 249's types: constructors for parameters, and the type codes of `description`."""

from __future__ import annotations

import datetime

Date = datetime.date
Time = datetime.time
Timestamp = datetime.datetime
Binary = bytes


class Type:
    """Equals the declared types of one kind: `description[0][1] == STRING`.

    A declared type of this kind contains one of `parts`, by SQLite's rules of affinity, and none of `but`. SQLite does
    not enforce a column's type. An expression has no type, and equals nothing.
    """

    def __init__(self, name: str, parts: tuple[str, ...], but: tuple[str, ...] = (), *, whole: bool = False) -> None:
        self.name = name
        self._parts = parts
        self._but = but
        self._whole = whole

    def __repr__(self) -> str:
        return self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, str):
            return self is other
        declared = (other.declared if isinstance(other, TypeCode) else other).upper()
        if self._whole:
            return declared in self._parts
        return any(part in declared for part in self._parts) and not any(part in declared for part in self._but)


class TypeCode(str):
    """A column's type code in `description`: text that names the type of its values, for readers such as Polars.

    Times are text (UTC in SQLite's form) and booleans 0 and 1; no value is a datetime or a bool. The type objects
    compare with `declared`, the declared type: `description[0][1] == DATETIME`.
    """

    __slots__ = ("declared",)
    declared: str

    def __new__(cls, values: str, declared: str) -> TypeCode:
        """Make the code."""
        made = super().__new__(cls, values)
        made.declared = declared
        return made


def type_code(declared: str | None) -> TypeCode | None:
    """The code of a declared type; an expression has none."""
    if declared is None:
        return None
    if declared == DATETIME:
        return TypeCode("TEXT", declared)
    return TypeCode("INTEGER" if "BOOL" in declared.upper() else declared, declared)


_TIMES = ("DATE", "TIME")
_TEXTS = ("CHAR", "CLOB", "TEXT", "STRING")

DATETIME = Type("DATETIME", _TIMES)
STRING = Type("STRING", _TEXTS, but=_TIMES)
BINARY = Type("BINARY", ("BLOB", "BINARY"), but=(*_TIMES, *_TEXTS))
NUMBER = Type("NUMBER", ("INT", "REAL", "FLOA", "DOUB", "NUM", "DEC", "BOOL"), but=(*_TIMES, *_TEXTS, "BLOB", "BINARY"))
ROWID = Type("ROWID", ("INTEGER",), whole=True)  # what SQLite declares a row id as; other integers may be declared so


def DateFromTicks(ticks: float) -> datetime.date:
    """Give the UTC day of a time in seconds since 1970."""
    return TimestampFromTicks(ticks).date()


def TimeFromTicks(ticks: float) -> datetime.time:
    """Give the UTC time of day of a time in seconds since 1970."""
    return TimestampFromTicks(ticks).time()


def TimestampFromTicks(ticks: float) -> datetime.datetime:
    """Give the UTC time, with its time zone, of a time in seconds since 1970."""
    return datetime.datetime.fromtimestamp(ticks, datetime.timezone.utc)
