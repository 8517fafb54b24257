"""Type objects and constructors."""

from __future__ import annotations

import datetime

import pytest

from twsql.dbapi import (
    BINARY,
    DATETIME,
    NUMBER,
    ROWID,
    STRING,
    Binary,
    Connection,
    Date,
    DateFromTicks,
    Time,
    TimeFromTicks,
    Timestamp,
    TimestampFromTicks,
)

UTC = datetime.timezone.utc


@pytest.mark.parametrize(
    ("declared", "types"),
    [
        ("TEXT", [STRING]),
        ("varchar(20)", [STRING]),
        ("Clob", [STRING]),
        ("BLOB", [BINARY]),
        ("varbinary(8)", [BINARY]),
        ("INTEGER", [NUMBER, ROWID]),
        ("BIGINT", [NUMBER]),
        ("DOUBLE PRECISION", [NUMBER]),
        ("DECIMAL(10, 2)", [NUMBER]),
        ("BOOLEAN", [NUMBER]),
        ("DATETIME", [DATETIME]),
        ("DATE", [DATETIME]),
        ("TIMESTAMP TEXT", [DATETIME]),
        ("JSON", []),
        ("", []),
        (None, []),
    ],
)
def test_a_declared_type_equals_its_type_objects(declared: str | None, types: list[object]) -> None:
    """A column's declared type is told by its parts as SQLite tells affinities; none equals none."""
    every = [STRING, BINARY, NUMBER, DATETIME, ROWID]
    assert [each for each in every if declared == each] == types
    assert [each for each in every if declared != each] == [each for each in every if each not in types]


def test_type_objects_are_distinct() -> None:
    """Each equals itself only, can be in a set, and has its name."""
    every = [STRING, BINARY, NUMBER, DATETIME, ROWID]
    assert len(set(every)) == 5
    assert [str(each) for each in every] == ["STRING", "BINARY", "NUMBER", "DATETIME", "ROWID"]


def test_description(connection: Connection) -> None:
    """Seven items for each column, before the first fetch and for no rows; an expression has no type."""
    connection.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b VARCHAR(9), c BLOB, d DATETIME, e)")
    cursor = connection.execute("SELECT rowid, b, c, d, e, a + 1 AS f FROM t")
    assert cursor.description == (
        ("a", "INTEGER", None, None, None, None, None),
        ("b", "VARCHAR(9)", None, None, None, None, None),
        ("c", "BLOB", None, None, None, None, None),
        ("d", "TEXT", None, None, None, None, None),  # the values of which are text
        ("e", None, None, None, None, None, None),
        ("f", None, None, None, None, None, None),
    )
    assert [column[1] for column in cursor.description[:4]] == [ROWID, STRING, BINARY, DATETIME]
    assert cursor.fetchall() == []
    assert cursor.description


def test_description_of_twilios_tables(connection: Connection) -> None:
    """Twilio's columns have types too, and asking for them asks Twilio nothing."""
    description = connection.execute("SELECT Sid, DateCreated FROM conferences LIMIT 0").description
    assert [column[:2] for column in description] == [("Sid", STRING), ("DateCreated", DATETIME)]


@pytest.mark.parametrize("where", ["a = 1", "a = 2"])
def test_description_follows_a_changed_schema(one: Connection, where: str) -> None:
    """A statement that was run before another column came is described with it, rows or not."""
    one.execute("INSERT INTO t VALUES (1, 'x')")
    for expected in (["a", "b"], ["a", "b", "c"]):
        description = one.execute(f"SELECT * FROM t WHERE {where}").description
        assert [column[0] for column in description] == expected
        one.execute(f"ALTER TABLE t ADD COLUMN {'cd'[len(expected) - 2]} TEXT")


def test_description_follows_another_connection(one: Connection, other: Connection) -> None:
    """A column that another connection has added is described as soon as its values come."""
    one.execute("INSERT INTO t VALUES (1, 'x')")
    one.commit()
    assert one.execute("SELECT * FROM t").fetchall() == [(1, "x")]
    other.execute("ALTER TABLE t ADD COLUMN c DEFAULT 'y'")
    cursor = one.execute("SELECT * FROM t")
    assert [column[0] for column in cursor.description] == ["a", "b", "c"]
    assert cursor.fetchall() == [(1, "x", "y")]


def test_constructors() -> None:
    """Dates and times are Python's own; those made from ticks are UTC."""
    assert Date(2026, 1, 2) == datetime.date(2026, 1, 2)
    assert Time(3, 4, 5) == datetime.time(3, 4, 5)
    assert Timestamp(2026, 1, 2, 3, 4, 5, tzinfo=UTC) == datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert DateFromTicks(86_399) == datetime.date(1970, 1, 1)
    assert TimeFromTicks(86_399) == datetime.time(23, 59, 59)
    assert TimestampFromTicks(86_400) == datetime.datetime(1970, 1, 2, tzinfo=UTC)
    assert Binary(b"\0x") == b"\0x"
