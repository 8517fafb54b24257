"""json and jsonl: an object for each row. Numbers are numbers, NULL is null, a blob is hexadecimal text."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import count
from json import JSONEncoder
from typing import TextIO

from twsql.schema import Value

Row = Sequence[Value]

_encoded = JSONEncoder(ensure_ascii=False).encode


def json(columns: Sequence[str], rows: Iterable[Row], out: TextIO) -> None:
    """Write an array, a row a line.

    The array is closed only after the last row: half a result is no valid JSON, so nobody takes it for the whole.
    """
    line = _writer(columns)
    out.write("[")
    before = "\n"
    for row in rows:
        out.write(before + line(row))
        before = ",\n"
    out.write("]\n" if before == "\n" else "\n]\n")


def jsonl(columns: Sequence[str], rows: Iterable[Row], out: TextIO) -> None:
    """Write an object a line."""
    line = _writer(columns)
    out.writelines(line(row) + "\n" for row in rows)


def _writer(columns: Sequence[str]) -> Callable[[Row], str]:
    keys = [_encoded(name) + ": " for name in _distinct(columns)]
    return lambda row: "{" + ", ".join([key + _value(value) for key, value in zip(keys, row, strict=True)]) + "}"


def _distinct(columns: Sequence[str]) -> list[str]:
    """Number repeated names, `a:1`, as SQLite does in a subquery: a key has one value only."""
    names: list[str] = []
    for name in columns:
        numbered = (f"{name}:{number}" for number in count(1))
        names.append(name if name not in names else next(each for each in numbered if each not in (*columns, *names)))
    return names


def _value(value: Value) -> str:
    if isinstance(value, bytes):
        return f'"{value.hex().upper()}"'
    if isinstance(value, float) and math.isinf(value):
        return "9e999" if value > 0 else "-9e999"  # as SQLite has it: JSON's grammar knows no infinity
    return _encoded(value)
