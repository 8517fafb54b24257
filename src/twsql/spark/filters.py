"""Spark's filters as the question that SQLite asks: the same planner decides what goes to Twilio.

Spark checks every row once more, so a filter that is not understood costs rows, never a wrong result.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from typing import Any

from pyspark.sql.datasource import (
    EqualNullSafe,
    EqualTo,
    Filter,
    GreaterThan,
    GreaterThanOrEqual,
    In,
    LessThan,
    LessThanOrEqual,
    Not,
)
from pyspark.sql.types import StructType

from twsql.errors import ProgrammingError
from twsql.schema import Table, Value
from twsql.schema.where import Where
from twsql.spark.columns import SPARK
from twsql.vtab.question import EQ, Constraint, Question, from_json
from twsql.vtab.relation import REST, relation
from twsql.vtab.table_plan import TablePlan, plan

_OPERATORS = {
    EqualTo: EQ,
    EqualNullSafe: EQ,
    In: EQ,
    LessThan: "<",
    LessThanOrEqual: "<=",
    GreaterThan: ">",
    GreaterThanOrEqual: ">=",
}


def where(table: Table, wanted: StructType, filters: Iterable[Filter]) -> Where:
    """What the table's generator needs to know of the filters. Raises ProgrammingError if a required column lacks."""
    numbered = relation(table)
    numbers = {slot.name.lower(): number for number, slot in enumerate(numbered.slots) if slot.column is not None}
    asked = [*_asked(table, wanted, filters)]
    question = Question(
        constraints=tuple(
            Constraint(numbers[name.lower()], operator, many=isinstance(value, tuple))
            for name, operator, value in asked
        ),
        used=frozenset(min(numbers[each.lower()], REST) for each in wanted.fieldNames()),
    )
    answer = plan(numbered, table, question)
    made = TablePlan() if answer is None else from_json(TablePlan, answer.plan)
    if made.missing:
        raise ProgrammingError(
            f"{table.name}: Twilio lists rows of one {' and one '.join(made.missing)} only: filter by"
            f" {made.missing[0]} = … (or isin), and set spark.sql.python.filterPushdown.enabled to true"
        )
    taken = () if answer is None else answer.arguments
    return made.where([asked[number][2] for number in taken])


def _asked(table: Table, wanted: StructType, filters: Iterable[Filter]) -> Iterator[tuple[str, str, Any]]:
    """Yield (column, operator, value) for each filter that SQLite has too; the value of an IN is a tuple."""
    types = {column.name.lower(): SPARK[column.type] for column in table.columns}
    read = {each.name.lower() for each in wanted.fields if each.dataType == types.get(each.name.lower())}
    for each in map(_straight, filters):
        operator = _OPERATORS.get(type(each))
        if operator is None or len(each.attribute) != 1 or each.attribute[0].lower() not in read:
            continue
        values = each.value if isinstance(each, In) else (each.value,)
        if any(value is None or not isinstance(value, (str, int, float, datetime)) for value in values):
            continue
        sqlite = tuple(_value(value, operator) for value in values)
        yield each.attribute[0], operator, sqlite if isinstance(each, In) else sqlite[0]


def _straight(each: Filter) -> Filter:
    """`NOT Muted`, as Spark writes `Muted = false`, as an equality."""
    if isinstance(each, Not) and isinstance(each.child, EqualTo) and isinstance(each.child.value, bool):
        return EqualTo(each.child.attribute, not each.child.value)
    return each


def _value(value: str | float | datetime, operator: str) -> Value:
    """A value as SQLite's tables have it: a time is UTC text, a boolean 0 or 1."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        moment = value if value.tzinfo is None else value.astimezone(timezone.utc).replace(tzinfo=None)
        text = moment.isoformat(" ")
        return text.removesuffix(" 00:00:00") if operator == "<" else text  # before a day: that day is not listed
    return value
