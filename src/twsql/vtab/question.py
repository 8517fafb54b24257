"""The question of SQLite's xBestIndex and the answer to it, as plain data; the same in every host."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, TypeVar

from twsql import forks

LIMIT, OFFSET, EQ, IN = "limit", "offset", "=", "in"
RANGES = ("<", "<=", ">", ">=")

REQUEST = 1e6
"""The cost of one request; a row costs 1. No number of rows outweighs a request."""
LATE = 1e200
"""The cost of a plan for which there may be a join order that gives the table more to ask by."""
NEVER = 1e300
"""The cost of a plan that can only fail."""

Term = tuple[str, str]
"""A term that the plan uses: the column's name ('' for LIMIT and OFFSET) and the operator."""


@dataclass(frozen=True)
class Constraint:
    """One term of WHERE, LIMIT or OFFSET that SQLite offers; `many` marks an IN whose values can come all at once."""

    column: int
    operator: str
    usable: bool = True
    collation: str = "BINARY"
    many: bool = False

    @property
    def taken_as(self) -> str:
        """The operator; `in` for an IN whose values come all at once."""
        return IN if self.many and self.operator == EQ else self.operator


@dataclass(frozen=True)
class Question:
    """The input of xBestIndex: constraints, ORDER BY as (column, descending), and the used columns."""

    constraints: tuple[Constraint, ...] = ()
    order: tuple[tuple[int, bool], ...] = ()
    used: frozenset[int] = frozenset()

    def limits(self) -> Iterator[tuple[int, str]]:
        """Yield the numbers of LIMIT and OFFSET among the constraints, each with its operator."""
        for number, constraint in enumerate(self.constraints):
            if constraint.operator in (LIMIT, OFFSET) and constraint.usable:
                yield number, constraint.operator

    def others(self, taken: list[int]) -> list[Constraint]:
        """The terms that only SQLite checks; with one of them SQLite may need more rows than LIMIT says."""
        return [
            constraint
            for number, constraint in enumerate(self.constraints)
            if number not in taken and constraint.operator not in (LIMIT, OFFSET)
        ]


@dataclass(frozen=True)
class Answer:
    """The answer: `arguments` are the constraints whose values are wanted, in the order of the plan's terms.

    `omit` are those that SQLite need not check again. `plan` is the plan's text, which goes to the scan; `asks` says in
    words what goes to Twilio, for a reader of EXPLAIN QUERY PLAN.
    """

    arguments: tuple[int, ...]
    omit: frozenset[int]
    plan: str
    asks: str
    cost: float
    rows: int
    ordered: bool = False
    unique: bool = False


def refused(missing: Sequence[str]) -> str:
    """What a plan that lacks these asks of Twilio."""
    return f"nothing of Twilio, but an error: without {' and '.join(missing)}"


P = TypeVar("P")


def to_json(plan: Any) -> str:
    """A plan as JSON with column names, readable in a debugger; without what is as usual."""
    given = {each.name: getattr(plan, each.name) for each in fields(plan) if getattr(plan, each.name) != each.default}
    return json.dumps(given, ensure_ascii=False, separators=(",", ":"))


@lru_cache(maxsize=256)
def from_json(kind: type[P], text: str) -> P:
    """The plan of a JSON text; cached, as a join starts the same plan for each outer row."""
    with forks.put_off():
        import msgspec  # a statement that reads none of our tables need not load it

    return msgspec.json.decode(text, type=kind)
