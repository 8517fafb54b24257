"""Record batches of rows of Python's values: the way for results that C cannot read on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timezone
from itertools import islice
from typing import Any

import pyarrow as pa

from twsql.dbapi.arrow.kinds import TYPES, UNKNOWN, misfit, schema
from twsql.schema import Value

_KINDS: Mapping[frozenset[type], str] = {
    frozenset(): UNKNOWN,
    frozenset({int}): "i",
    frozenset({float}): "f",
    frozenset({int, float}): "f",
    frozenset({str}): "s",
    frozenset({bytes}): "x",
}
"""The kind of an expression by the types of its values."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(rf"(?P<day>{_DAY.pattern})([ T](?P<time>\d\d:\d\d:\d\d)(\.(?P<fraction>\d{{1,9}}))?Z?)?", re.ASCII)


def batches(rows: Iterator[Sequence[Value]], names: Sequence[str], letters: str, size: int) -> Iterator[Any]:
    """Yield batches of up to `size` rows, one at least. Raises DataError for a value that does not fit."""
    before = 0
    while part := list(islice(rows, size)):
        columns = list(zip(*part, strict=True))
        letters = "".join(map(_kind, letters, columns)) if before == 0 else letters
        arrays = [_array(*each, before) for each in zip(names, letters, columns, strict=True)]
        letters = letters.replace(UNKNOWN, "s")
        yield pa.record_batch(arrays, schema=schema(names, letters))
        before += len(part)
    if before == 0:
        wanted = schema(names, letters)
        yield pa.record_batch([pa.array([], field.type) for field in wanted], schema=wanted)


def _kind(letter: str, column: Sequence[Value]) -> str:
    if letter != UNKNOWN:
        return letter
    return _KINDS.get(frozenset(type(value) for value in column if value is not None), UNKNOWN)


def _array(name: str, letter: str, column: Sequence[Value], before: int) -> Any:
    convert, number = _CONVERT.get(letter, _nothing), before

    def converted() -> Iterator[Any]:
        nonlocal number
        for value in column:
            number += 1
            yield None if value is None else convert(value)

    try:
        return pa.array([*converted()], TYPES.get(letter, TYPES["s"]))
    except (ValueError, TypeError) as error:
        raise misfit(name, letter, number) from error


def _moment(value: Any) -> datetime:
    found = _MOMENT.fullmatch(value)
    if found is None:
        raise ValueError
    micro = int((found["fraction"] or "").ljust(6, "0")[:6])
    text = f"{found['day']} {found['time'] or '00:00:00'}"
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(microsecond=micro, tzinfo=timezone.utc)


def _day(value: Any) -> date:
    if _DAY.fullmatch(value) is None:
        raise ValueError
    return date.fromisoformat(value)


def _one_of(*kinds: type, to: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def convert(value: Any) -> Any:
        if not isinstance(value, kinds):
            raise TypeError
        return to(value)

    return convert


def _boolean(value: Any) -> bool:
    if value not in (0, 1):
        raise ValueError
    return bool(value)


def _nothing(value: Any) -> Any:
    raise TypeError


_CONVERT: Mapping[str, Callable[[Any], Any]] = {
    "i": _one_of(int, to=int),
    "f": _one_of(int, float, to=float),
    "b": _one_of(int, to=_boolean),
    "s": _one_of(str, int, float, to=str),
    "x": _one_of(bytes, str, to=lambda value: value.encode() if isinstance(value, str) else value),
    "t": _moment,
    "d": _day,
}
