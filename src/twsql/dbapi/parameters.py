"""Parameters: the value of each placeholder, and its conversion from Python to SQLite."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from decimal import Decimal
from typing import Any, SupportsIndex

from twsql.errors import DataError, ProgrammingError
from twsql.schema import Value
from twsql.tokens import tokens

Parameters = Sequence[Any] | Mapping[str, Any]

_MOST = 32766  # SQLITE_MAX_VARIABLE_NUMBER as SQLite has it


class Named(Mapping[str, Value]):
    """Parameters by name; a value is adapted when SQLite reads it. Raises ProgrammingError if it is missing."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        self._params = params

    def __getitem__(self, name: str) -> Value:
        if name not in self._params:
            known = ", ".join(map(str, self._params)) or "nothing"
            raise ProgrammingError(f"no value for the parameter {name}: the mapping has {known}")
        return adapted(self._params[name], name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._params)

    def __len__(self) -> int:
        return len(self._params)


def bindings(params: Parameters) -> tuple[Value, ...] | Named:
    """Parameters in apsw's form. Raises DataError for a value that SQLite cannot store."""
    if isinstance(params, Mapping):
        return Named(params)
    if isinstance(params, (str, bytes, bytearray, memoryview, Set)) or not isinstance(params, Iterable):
        raise ProgrammingError(f"parameters are a sequence or a mapping, not {type(params).__name__}")
    return tuple(adapted(value, number) for number, value in enumerate(params, 1))


def placeholders(sql: str) -> list[str]:
    """List the placeholders of a statement as written, repeated ones too."""
    return [token.text for token in tokens(sql) if token.kind == "parameter"]


def values(texts: Sequence[str], params: Parameters) -> list[Value]:
    """The value of each placeholder, numbered as in SQLite.

    Raises ProgrammingError if placeholders and parameters do not match.
    """
    given = bindings(params)
    if isinstance(given, Named):
        return [given[_key(text)] for text in texts]
    numbers = _numbers(texts)
    count = max(numbers, default=0)
    if count != len(given):
        raise ProgrammingError(f"the statement has {_counted(count)}, and {len(given)} given")
    return [given[number - 1] for number in numbers]


def adapted(value: Any, parameter: int | str) -> Value:
    """Convert a Python value to SQLite's; `parameter` is its number or name, for the message.

    A datetime becomes UTC text in SQLite's form, without fractions of a second (no time zone means UTC), a
    date or time ISO text, a Decimal text, a bool 0 or 1. Anything with `__index__` is an integer.
    """
    if value is None or isinstance(value, (float, bytes)):
        return value
    if isinstance(value, str):
        return _text(value, parameter)
    if isinstance(value, SupportsIndex):
        return _integer(value.__index__(), parameter)
    if isinstance(value, (bytearray, memoryview)):
        return bytes(value)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, (datetime.date, datetime.time)):
        return moment(value)
    kind = type(value).__name__
    raise DataError(f"parameter {parameter} is a {kind}, which SQLite cannot hold: pass text or a number")


def moment(value: datetime.date | datetime.time) -> str:
    """A date, a time of day or both, as SQLite's own functions write them."""
    if isinstance(value, datetime.time):
        return value.replace(microsecond=0, tzinfo=None).isoformat()
    if not isinstance(value, datetime.datetime):
        return value.isoformat()
    utc = value if value.tzinfo is None else value.astimezone(datetime.timezone.utc)
    return utc.replace(tzinfo=None, microsecond=0).isoformat(sep=" ")


def _text(value: str, parameter: int | str) -> str:
    try:
        value.isascii() or value.encode()
    except UnicodeEncodeError as error:
        raise DataError(f"parameter {parameter} has half of a surrogate pair: it is not text") from error
    return value


def _integer(value: int, parameter: int | str) -> int:
    if not -(2**63) <= value < 2**63:
        raise DataError(f"parameter {parameter} does not fit into 64 bits: pass it as text")
    return value


def _numbers(texts: Sequence[str]) -> list[int]:
    known: dict[str, int] = {}
    last = 0
    numbers = []
    for text in texts:
        if text == "?":
            number = last + 1
        elif text.startswith("?"):
            number = _number(text)
        else:
            number = known.setdefault(text, last + 1)
        last = max(last, number)
        numbers.append(number)
    return numbers


def _number(text: str) -> int:
    # The length comes first: Python refuses to parse a number of thousands of digits.
    number = int(text[1:]) if len(text) < 10 else 0
    if not 1 <= number <= _MOST:
        raise ProgrammingError(f"{text[:10]} is no parameter: they go from ?1 to ?{_MOST}")
    return number


def _key(text: str) -> str:
    if text == "?":
        raise ProgrammingError("? takes its value from a sequence, and a mapping is given: write :name")
    return text[1:]


def _counted(count: int) -> str:
    return f"{count} parameter" if count == 1 else f"{count} parameters"
