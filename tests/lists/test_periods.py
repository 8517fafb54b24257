"""The days that lists of usage records are asked for, by what a statement says of StartDate and EndDate."""

from __future__ import annotations

from datetime import date

import pytest

from twsql.lists.periods import spans
from twsql.schema.where import Where

TODAY = date(2026, 3, 10)


def asked(granularity: str, *terms: tuple[str, str, object]) -> list[str]:
    """The spans of terms as (column, operator, value), as `2026-01-01..2026-01-31`."""
    equal = {column: value for column, operator, value in terms if operator == "="}
    between: dict[str, tuple[object, ...]] = {}
    for column, operator, value in terms:
        if operator != "=":
            between[column] = (*between.get(column, ()), (operator, value))
    equal = {name: value if isinstance(value, tuple) else (value,) for name, value in equal.items()}
    where = Where(equal=equal, between=between)  # type: ignore[arg-type]
    return [f"{first or ''}..{last or ''}" for first, last in spans(where, granularity, TODAY)]


@pytest.mark.parametrize(
    ("granularity", "terms", "expected"),
    [
        ("daily", [], [".."]),
        ("daily", [("StartDate", ">=", "2026-01-15")], ["2026-01-15.."]),
        ("daily", [("StartDate", ">", "2026-01-15"), ("EndDate", "<", "2026-01-20")], ["2026-01-16..2026-01-19"]),
        ("daily", [("EndDate", ">=", "2026-01-15"), ("StartDate", "<=", "2026-01-15")], ["2026-01-15..2026-01-15"]),
        ("daily", [("StartDate", "=", ("2026-01-15", "2026-01-03"))], ["2026-01-03..2026-01-15"]),
        ("daily", [("StartDate", "=", "2026-01-15"), ("EndDate", "<", "2026-01-15")], []),
        ("daily", [("StartDate", ">", "2026-01-15 10:00:00")], ["2026-01-15.."]),
        ("daily", [("StartDate", ">=", "2026-02-30"), ("EndDate", "<", 5)], [".."]),
        ("daily", [("EndDate", "<=", "2026-03-11"), ("StartDate", ">=", "1999-01-01")], [".."]),
        ("monthly", [("StartDate", ">=", "2026-01-15")], ["2026-01-01.."]),
        ("monthly", [("EndDate", "<", "2026-02-01")], ["..2026-01-31"]),
        ("monthly", [("StartDate", "=", "2026-02-05")], ["2026-02-01..2026-02-28"]),
        ("yearly", [("StartDate", "<=", "2024-05-05")], ["..2024-12-31"]),
        ("yearly", [("EndDate", ">", "2024-05-05"), ("EndDate", "<=", "9999-12-31")], ["2024-01-01.."]),
        ("last-month", [("StartDate", "=", "2026-01-15")], [".."]),
        ("all-time", [("StartDate", ">=", "2026-01-15"), ("EndDate", "<", "2026-02-10")], ["2026-01-15..2026-02-09"]),
        ("all-time", [("StartDate", "<=", "2026-01-15"), ("EndDate", ">=", "2026-02-10")], [".."]),
        (
            "all-time",
            [("StartDate", "=", ("2026-01-01", "2026-02-01")), ("EndDate", "=", "2026-02-28")],
            ["2026-01-01..2026-02-28", "2026-02-01..2026-02-28"],
        ),
        ("all-time", [("StartDate", "=", "2026-02-01"), ("EndDate", "=", "2026-01-31")], []),
    ],
)
def test_spans(granularity: str, terms: list[tuple[str, str, object]], expected: list[str]) -> None:
    """Whole periods that hold every record meant; of all time, the period itself."""
    assert asked(granularity, *terms) == expected
