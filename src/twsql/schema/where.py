"""The constraints of a statement on one table, as far as the table's generator can use them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import product

from twsql.schema import Column, Row, Value

Params = dict[str, str]
Order = tuple[tuple[str, bool], ...]
"""Columns to sort by, and whether from the highest value down."""

_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?: \d{2}:\d{2}:\d{2}(?:\.\d+)?)?\Z")
MOST_LISTS = 12
"""An IN with more values than this is not pushed down: one list of everything costs fewer requests."""


def _forget(table: str, key: str, row: Row) -> None:
    """Outside of a statement no other table needs the row."""


@dataclass(frozen=True)
class Where:
    """The pushed constraints. They are hints, as SQLite checks every row once more.

    `equal` has the values that a column may have (from `=` and IN), `between` its bounds as (operator, value).
    `columns` are the columns that the statement reads. `limit` is how many rows are enough, if that is known. `ordered`
    demands the table's own order; `order` has the columns by which SQLite will sort the rows.

    In a join `outer` is the row of the referenced table, if the statement has read it. The generator passes rows of
    other tables that it reads to `also_read`, with the table's name and the row's key, so that no scan fetches them
    again.
    """

    equal: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    between: Mapping[str, tuple[tuple[str, Value], ...]] = field(default_factory=dict)
    columns: frozenset[str] = frozenset()
    limit: int | None = None
    ordered: bool = False
    order: Order = ()
    outer: Row | None = None
    also_read: Callable[[str, str, Row], None] = _forget

    @property
    def is_impossible(self) -> bool:
        """Whether a column must equal NULL, which nothing does."""
        return any(all(value is None for value in values) for values in self.equal.values())

    def any_of(self, name: str) -> tuple[str, ...] | None:
        """The texts that the column may equal; None for a column without such a constraint.

        A number may equal several texts ('5' and '05'), so it is no constraint here; NULL equals none.
        """
        values = [value for value in self.equal.get(name, (0,)) if value is not None]
        texts = tuple(value for value in values if isinstance(value, str))
        return texts if len(texts) == len(values) else None

    def lists(self, columns: tuple[Column, ...]) -> Iterator[Params]:
        """Yield the query parameters of lists that together have all matching rows.

        That is one list, or one for each value of a filter with several values; none if no row can match.
        """
        bounds: Params = {}
        choices: list[list[tuple[str, str]]] = []
        for column in columns:
            if column.filter and column.type == "datetime":
                bounds |= self._days(column)
            elif column.filter and (values := self._spelled(column)) is not None:
                choices.append([(column.filter, value) for value in values])
        for chosen in product(*choices):
            yield {**dict(chosen), **bounds}

    def _spelled(self, column: Column) -> tuple[str, ...] | None:
        """The values of a filter as Twilio spells them; None for no filter."""
        if column.type != "boolean":
            texts = self.any_of(column.name)
            if texts is not None and column.values:  # Twilio would refuse another value: it is in no row
                texts = tuple(text for text in texts if text in column.values)
            return None if texts is None or len(texts) > MOST_LISTS else texts
        values = self.equal.get(column.name)
        if values is None or not all(value in (0, 1) for value in values) or len(values) > 1:
            return None
        return tuple("true" if value else "false" for value in values)

    def _days(self, column: Column) -> Params:
        """The first and the last UTC day with matching rows, both whole; `day_ranges` makes the query of them."""
        params: Params = {}
        days = sorted(day or "" for day in map(_day, self.equal.get(column.name, ())))
        if days and all(days):
            params |= {column.filter + ">": days[0], column.filter + "<": days[-1]}
        for operator, value in self.between.get(column.name, ()):
            if (day := _day(value)) is None:
                continue
            if operator in (">", ">="):
                params[column.filter + ">"] = max(day, params.get(column.filter + ">", day))
            else:
                last = _day_before(day) if operator == "<" and len(str(value)) == len("2026-01-01") else day
                params[column.filter + "<"] = min(last, params.get(column.filter + "<", last))
        return params


def _day(value: Value) -> str | None:
    """The day of a date in SQLite's form; None for other values, which compare differently with text."""
    match = _DAY.match(value) if isinstance(value, str) else None
    if not match:
        return None
    try:
        date.fromisoformat(match[1])
    except ValueError:
        return None
    return match[1]


def _day_before(day: str) -> str:
    first = date.fromisoformat(day)
    return day if first == date.min else (first - timedelta(days=1)).isoformat()
