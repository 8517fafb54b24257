"""Days before what Twilio keeps are not sent: the rows of a looser filter are those that match, and more."""

from __future__ import annotations

import pytest

from twsql.lists import retention
from twsql.schema import Column, Value
from twsql.schema.where import Where

OLDEST = "2025-01-27"
SENT = (Column("DateSent", type="datetime", filter="DateSent"),)


@pytest.mark.parametrize(
    ("terms", "params"),
    [
        ([(">", "2025-06-01")], {"DateSent>": "2025-06-01"}),
        ([(">=", OLDEST)], {"DateSent>": OLDEST}),
        ([(">", "2020-01-01")], {}),
        ([("<", "2020-01-01")], {"DateSent<": OLDEST}),
        ([("<=", "2025-01-26 10:00:00"), (">", "2020-01-01")], {"DateSent<": OLDEST}),
        ([("<", "2025-02-03"), (">", "2025-01-20 09:00:00")], {"DateSent<": "2025-02-02"}),
        ([(">", "abc"), ("<", 5)], {}),
    ],
)
def test_bounds(terms: list[tuple[str, Value]], params: dict[str, str]) -> None:
    """An early lower bound is left out, an early upper one becomes the first day that is certainly kept."""
    where = retention.since(Where(between={"DateSent": tuple(terms)}), "DateSent", OLDEST)
    assert list(where.lists(SENT)) == [params]


@pytest.mark.parametrize(
    ("values", "params"),
    [
        (("2025-06-01 10:00:00",), {"DateSent>": "2025-06-01", "DateSent<": "2025-06-01"}),
        (("2020-01-01 10:00:00",), {"DateSent<": OLDEST}),
        (("2020-01-01 10:00:00", "2025-06-01 10:00:00"), {"DateSent<": "2025-06-01"}),
        ((5, None), {}),
    ],
)
def test_equality(values: tuple[Value, ...], params: dict[str, str]) -> None:
    """An early time becomes an upper bound."""
    where = retention.since(Where(equal={"DateSent": values, "To": ("a",)}), "DateSent", OLDEST)
    assert list(where.lists(SENT)) == [params]
    assert where.any_of("To") == ("a",)
