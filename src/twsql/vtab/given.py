"""The values that SQLite passes to xFilter for the terms of a plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from twsql.schema import Value
from twsql.vtab.question import IN, LIMIT, OFFSET, Term

Argument = Value | Collection[Value]
"""The value of one term; all values for an IN."""


def values(operator: str, argument: Argument) -> tuple[Value, ...]:
    """The values that a column may equal, in the same order in every run."""
    if operator != IN:
        return (single(argument),)
    some = argument if isinstance(argument, Collection) and not isinstance(argument, (str, bytes)) else (argument,)
    return tuple(sorted((value for value in some if value is not None), key=lambda v: (type(v).__name__, v)))


def single(argument: Argument) -> Value:
    """The value of a term other than IN."""
    if isinstance(argument, (str, bytes, int, float)) or argument is None:
        return argument
    raise TypeError(f"one value expected, not {type(argument).__name__}")


def both(some: tuple[Value, ...], others: tuple[Value, ...]) -> tuple[Value, ...]:
    """The values that two terms share. Only SQLite knows whether a number equals a text: then `some` is the answer."""
    if {type(value) for value in some + others if value is not None} != {str}:
        return some
    return tuple(value for value in some if value in others)


def limits(terms: Sequence[Term], arguments: Sequence[Argument]) -> tuple[int | None, int]:
    """The values of LIMIT (None without a LIMIT) and OFFSET."""
    found = {op: value for (_, op), value in zip(terms, arguments, strict=True) if op in (LIMIT, OFFSET)}
    limit, offset = found.get(LIMIT), found.get(OFFSET)
    return (
        limit if isinstance(limit, int) and limit > 0 else None,
        offset if isinstance(offset, int) and offset > 0 else 0,
    )


def copies(rows: Sequence[dict[str, Value]]) -> list[int]:
    """Number the equal rows of a Batch 0, 1, 2 …: they mean several calls, the same ones if SQLite reads it again."""
    counts: Counter[tuple[tuple[str, Value], ...]] = Counter()
    numbers = []
    for each in rows:
        key = tuple(sorted(each.items()))
        numbers.append(counts[key])
        counts[key] += 1
    return numbers
