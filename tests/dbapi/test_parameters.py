"""Parameters: placeholders in each style, and what Python values become in SQLite."""

from __future__ import annotations

import datetime
import enum
from collections import UserDict
from decimal import Decimal
from typing import Any

import pytest

from twsql.dbapi import Connection, Timestamp
from twsql.errors import DataError, ProgrammingError

EAST = datetime.timezone(datetime.timedelta(hours=5, minutes=30))


class Level(enum.IntEnum):
    """Any whole number that is no plain int."""

    HIGH = 3


class Whole:
    """A number of another library."""

    def __index__(self) -> int:
        return 7


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (None, None),
        (True, 1),
        (-(2**63), -(2**63)),
        (Level.HIGH, 3),
        (Whole(), 7),
        (1.5, 1.5),
        ("é\0x", "é\0x"),
        (b"\0", b"\0"),
        (bytearray(b"ab"), b"ab"),
        (memoryview(b"abcd")[::2], b"ac"),
        (Decimal("1.10"), "1.10"),
        (datetime.date(2026, 1, 2), "2026-01-02"),
        (datetime.time(3, 4, 5, 6), "03:04:05"),
        (datetime.time(3, 4, 5, tzinfo=EAST), "03:04:05"),
        (Timestamp(2026, 1, 2, 3, 4, 5, 999_999), "2026-01-02 03:04:05"),
        (datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=EAST), "2026-01-01 21:34:05"),
    ],
)
def test_values(connection: Connection, value: Any, stored: Any) -> None:
    """Each value is stored as SQLite can compare it: times as UTC text in SQLite's form, decimals exactly."""
    ((by_place,),) = connection.execute("SELECT ?", [value])
    ((by_name,),) = connection.execute("SELECT :x", {"x": value})
    assert (by_place, by_name) == (stored, stored)
    assert type(by_place) is type(stored)


def test_a_datetime_compares_with_sqlites_own(connection: Connection) -> None:
    """What a datetime becomes is what SQLite's datetime() gives for it."""
    now = datetime.datetime.now(EAST)
    ((same,),) = connection.execute("SELECT datetime(?, 'unixepoch') = ?", (int(now.timestamp()), now))
    assert same == 1


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (object(), "parameter 2 is a object, which SQLite cannot hold: pass text or a number"),
        ([1], "parameter 2 is a list, which SQLite cannot hold: pass text or a number"),
        (2**63, "parameter 2 does not fit into 64 bits: pass it as text"),
        ("\ud800", "parameter 2 has half of a surrogate pair: it is not text"),
    ],
)
def test_what_sqlite_cannot_hold(connection: Connection, value: Any, message: str) -> None:
    """A value that SQLite has no place for is a DataError that says which, and what to do."""
    for operation, params in (("SELECT ?, ?", (1, value)), ("CALL HangUp(?, ?)", (1, value))):
        with pytest.raises(DataError) as caught:
            connection.execute(operation.replace("HangUp", "AddParticipants"), params)
        assert str(caught.value) == message


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("SELECT ?, ?", (1, 2)),
        ("SELECT ?2, ?1", [2, 1]),
        ("SELECT :a, :b", (1, 2)),
        ("SELECT :a, @b", {"a": 1, "b": 2, "c": object()}),
        ("SELECT $a, :b", UserDict(a=1, b=2)),
    ],
)
def test_styles(connection: Connection, operation: str, params: Any) -> None:
    """A sequence fills every kind of placeholder, a mapping those with a name, and may have more than is asked for."""
    assert connection.execute(operation, params).fetchall() == [(1, 2)]


@pytest.mark.parametrize(
    ("operation", "params", "message"),
    [
        ("SELECT ?, ?", (1,), "the statement has 2 parameters, and 1 given"),
        ("SELECT ?", (1, 2), "the statement has 1 parameter, and 2 given"),
        ("SELECT '?' -- ?", (1,), "the statement has 0 parameters, and 1 given"),
        ("SELECT ?7", (), "the statement has 7 parameters, and 0 given"),
        ("SELECT :a, :a, :b", (), "the statement has 2 parameters, and 0 given"),
        ("SELECT ?", {"a": 1}, "? takes its value from a sequence, and a mapping is given: write :name"),
        ("SELECT :b", {"a": 1}, "no value for the parameter b: the mapping has a"),
        ("SELECT :b", {}, "no value for the parameter b: the mapping has nothing"),
        ("SELECT ?", "x", "parameters are a sequence or a mapping, not str"),
        ("SELECT ?", 1, "parameters are a sequence or a mapping, not int"),
        ("SELECT ?, ?", {1, 2}, "parameters are a sequence or a mapping, not set"),  # in which order?
    ],
)
def test_mismatch(connection: Connection, operation: str, params: Any, message: str) -> None:
    """Parameters that do not fit the placeholders are a ProgrammingError that counts or names them."""
    with pytest.raises(ProgrammingError) as caught:
        connection.execute(operation, params)
    assert str(caught.value) == message
