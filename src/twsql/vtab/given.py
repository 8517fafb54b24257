"""The values that SQLite gives for the terms of a plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from twsql.schema import Value
from twsql.vtab.question import IN, LIMIT, OFFSET, Term

Argument = Value | Collection[Value]
"""The value of one term; for an IN all of its values."""


def values(operator: str, argument: Argument) -> tuple[Value, ...]:
    """The values that a column may equal, in an order that does not change from run to run."""
    if operator != IN:
        return (single(argument),)
    some = argument if isinstance(argument, Collection) and not isinstance(argument, (str, bytes)) else (argument,)
    return tuple(sorted((value for value in some if value is not None), key=lambda v: (type(v).__name__, v)))


def single(argument: Argument) -> Value:
    """The one value of a term that is no IN."""
    if isinstance(argument, (str, bytes, int, float)) or argument is None:
        return argument
    raise TypeError(f"one value expected, not {type(argument).__name__}")


def both(some: tuple[Value, ...], others: tuple[Value, ...]) -> tuple[Value, ...]:
    """What is among the values of two terms. A number may equal a text, which only SQLite can tell: take one term."""
    if {type(value) for value in some + others if value is not None} != {str}:
        return some
    return tuple(value for value in some if value in others)


def limits(terms: Sequence[Term], arguments: Sequence[Argument]) -> tuple[int | None, int]:
    """The values of LIMIT, None where there is none, and of OFFSET."""
    found = {op: value for (_, op), value in zip(terms, arguments, strict=True) if op in (LIMIT, OFFSET)}
    limit, offset = found.get(LIMIT), found.get(OFFSET)
    return (
        limit if isinstance(limit, int) and limit > 0 else None,
        offset if isinstance(offset, int) and offset > 0 else 0,
    )


def copies(rows: Sequence[dict[str, Value]]) -> list[int]:
    """Number the calls of a Batch that are equal: they are several, and the same ones if the Batch is read again."""
    seen: Counter[tuple[tuple[str, Value], ...]] = Counter()
    numbers = []
    for each in rows:
        key = tuple(sorted(each.items()))
        numbers.append(seen[key])
        seen[key] += 1
    return numbers
