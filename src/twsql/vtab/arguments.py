"""A plan's text and the values that SQLite gives for it, read: what to ask of a table, what to give a procedure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import product
from typing import Any

from twsql.schema import Table, Value
from twsql.vtab.plan import IN, LIMIT, OFFSET, RANGES
from twsql.where import Where

Argument = Value | Collection[Value]
"""The value of one constraint; for an IN all of its values."""


@lru_cache(maxsize=256)
def read(text: str) -> dict[str, Any]:
    """The plan's text, read; a join starts the same plan once a row."""
    spec: dict[str, Any] = json.loads(text)
    return spec


def where(spec: dict[str, Any], arguments: Sequence[Argument]) -> Where:
    """What a statement asks of a table."""
    equal: dict[str, tuple[Value, ...]] = {}
    between: dict[str, tuple[tuple[str, Value], ...]] = {}
    for (name, operator), argument in zip(spec["args"], arguments, strict=True):
        if operator in RANGES:
            between[name] = (*between.get(name, ()), (operator, _single(argument)))
        elif operator not in (LIMIT, OFFSET):
            values = _values(operator, argument)
            equal[name] = _both(equal[name], values) if name in equal else values
    order = tuple((name, descending) for name, descending in spec.get("sorted", ()))
    return Where(equal, between, frozenset(spec["columns"]), enough(spec, arguments), spec["ordered"], order)


def is_understood(table: Table, where: Where) -> bool:
    """Whether what a column may equal narrows the rows as SQLite will: `Sid = 5` does not, so its LIMIT is no limit."""
    return all(
        where.any_of(column.name) is not None if column.type != "boolean" else set(where.equal[column.name]) < {0, 1}
        for column in table.columns
        if column.name in where.equal
    )


def _both(some: tuple[Value, ...], others: tuple[Value, ...]) -> tuple[Value, ...]:
    """What is among the values of two terms. A number may equal a text, which only SQLite can tell: take one term."""
    if {type(value) for value in some + others if value is not None} != {str}:
        return some
    return tuple(value for value in some if value in others)


def combinations(spec: dict[str, Any], arguments: Sequence[Argument]) -> Iterator[dict[str, Value]]:
    """Yield the inputs of each row: every combination of the values that came as sets. NULL in an IN equals nothing."""
    named = [
        (name, _values(operator, argument) if operator == IN else (_single(argument),))
        for (name, operator), argument in zip(spec["args"], arguments, strict=True)
        if operator not in (LIMIT, OFFSET)
    ]
    for values in product(*(values for _, values in named)):
        yield dict(zip((name for name, _ in named), values, strict=True))


def copies(given: Sequence[dict[str, Value]]) -> list[int]:
    """Number the calls of a Batch that are equal: they are several, and the same ones if the Batch is read again."""
    seen: Counter[tuple[tuple[str, Value], ...]] = Counter()
    copies = []
    for each in given:
        key = tuple(sorted(each.items()))
        copies.append(seen[key])
        seen[key] += 1
    return copies


def _values(operator: str, argument: Argument) -> tuple[Value, ...]:
    """The values that a column may equal, in an order that does not change from run to run."""
    if operator != IN:
        return (_single(argument),)
    values = argument if isinstance(argument, Collection) and not isinstance(argument, (str, bytes)) else (argument,)
    return tuple(sorted((value for value in values if value is not None), key=lambda v: (type(v).__name__, v)))


def _single(argument: Argument) -> Value:
    if isinstance(argument, (str, bytes, int, float)) or argument is None:
        return argument
    raise TypeError(f"one value expected, not {type(argument).__name__}")


def enough(spec: dict[str, Any], arguments: Sequence[Argument]) -> int | None:
    """How many rows LIMIT and OFFSET together ask for at most; None where there is no limit."""
    limit, offset = limits(spec, arguments)
    return None if limit is None else limit + offset


def limits(spec: dict[str, Any], arguments: Sequence[Argument]) -> tuple[int | None, int]:
    """The values of LIMIT, None where there is none, and of OFFSET."""
    given = {op: value for (_, op), value in zip(spec["args"], arguments, strict=True) if op in (LIMIT, OFFSET)}
    limit, offset = given.get(LIMIT), given.get(OFFSET)
    return (
        limit if isinstance(limit, int) and limit > 0 else None,
        offset if isinstance(offset, int) and offset > 0 else 0,
    )
