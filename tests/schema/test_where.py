"""Constraints as query parameters: never fewer rows than asked for, and no needless list."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twsql.schema.resources import CONFERENCE, PARTICIPANT
from twsql.schema.where import Params, Where


def lists(where: Where) -> list[Params]:
    """The lists of conferences of one status."""
    return list(where.lists(tuple(column for column in CONFERENCE if column.name != "Status")))


def test_nothing() -> None:
    """Without constraints there is one list, without parameters."""
    assert lists(Where()) == [{}]
    assert Where().any_of("Sid") is None


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        (("a", "b"), ("a", "b")),
        ((None,), ()),
        (("a", None), ("a",)),
        ((), ()),
        ((5,), None),
        (("5", 5), None),
        ((b"a",), None),
        ((1.5, None), None),
    ],
)
def test_any_of(values: tuple[str, ...], texts: tuple[str, ...] | None) -> None:
    """Texts are what Twilio can be asked for; NULL equals nothing, and a number may equal several texts."""
    assert Where(equal={"Sid": values}).any_of("Sid") == texts


def test_no_row_can_match() -> None:
    """Where nothing can be equal, nothing is asked for."""
    assert lists(Where(equal={"FriendlyName": (None,)})) == []
    assert list(Where(equal={"Muted": ()}).lists(PARTICIPANT)) == []


@pytest.mark.parametrize("count", [1, 2, 12])
def test_several_names(count: int) -> None:
    """A few names are a list each, with the bounds of the dates in each of them."""
    names = tuple(f"n{number}" for number in range(count))
    where = Where(equal={"FriendlyName": names}, between={"DateCreated": ((">", "2026-01-02"),)})
    assert lists(where) == [{"FriendlyName": name, "DateCreated>": "2026-01-02"} for name in names]


def test_many_names() -> None:
    """More than twelve names are one list of all: that costs fewer requests."""
    assert lists(Where(equal={"FriendlyName": tuple(map(str, range(13)))})) == [{}]


@pytest.mark.parametrize(
    ("values", "params"),
    [
        ((1,), [{"Muted": "true"}]),
        ((0,), [{"Muted": "false"}]),
        ((1.0,), [{"Muted": "true"}]),
        ((0, 1), [{}]),
        ((2,), [{}]),
        (("1",), [{}]),
        ((None, 1), [{}]),
    ],
)
def test_booleans(values: tuple[int, ...], params: list[Params]) -> None:
    """Only 0 and 1 are what Twilio knows; of both nothing is narrowed."""
    assert list(Where(equal={"Muted": values}).lists(PARTICIPANT)) == params


_DAYS = st.dates(date(2026, 1, 1), date(2026, 1, 20))
_TIMES = st.sampled_from(["", " 00:00:00", " 12:30:00", " 23:59:59", " 00:00:00.5", "T00:00:00Z", " 12:30", " x"])
_VALUES = st.builds("{}{}".format, _DAYS, _TIMES) | st.sampled_from(["", "2026", "z", "2026-01-32", "2026-13-01"])
_OPERATORS = st.sampled_from(["<", "<=", ">", ">="])


@given(
    st.lists(st.tuples(_OPERATORS, _VALUES), max_size=4),
    st.lists(_VALUES, max_size=3) | st.none(),
    st.builds("{} {}".format, _DAYS, st.sampled_from(["00:00:00", "12:30:00", "23:59:59"])),
)
def test_no_day_is_missed(bounds: list[tuple[str, str]], equal: list[str] | None, moment: str) -> None:
    """A row that the constraints let through is on a day that Twilio is asked for."""
    where = Where(
        equal={} if equal is None else {"DateCreated": tuple(equal)},
        between={"DateCreated": tuple(bounds)} if bounds else {},
    )
    compare = {"<": moment.__lt__, "<=": moment.__le__, ">": moment.__gt__, ">=": moment.__ge__}
    matches = all(compare[operator](value) for operator, value in bounds) and (equal is None or moment in equal)
    asked = lists(where)
    if matches:
        (params,) = asked
        assert params.get("DateCreated>", "") <= moment[:10] <= params.get("DateCreated<", "9999")


@given(_DAYS, _DAYS)
def test_no_day_too_many(first: date, last: date) -> None:
    """Bounds by days are asked for exactly."""
    where = Where(between={"DateCreated": ((">=", str(first)), ("<", str(last)))})
    assert lists(where) == [{"DateCreated>": str(first), "DateCreated<": str(last - timedelta(days=1))}]
