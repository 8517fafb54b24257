"""Columns: values of Twilio's JSON as Arrow has them."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from pyspark.sql.types import StringType, StructField, StructType

from twsql.errors import DataError
from twsql.schema import Column, Table
from twsql.spark.columns import BATCH, batches, readers, schema

TABLE = Table(
    "things",
    "",
    (
        Column("Text"),
        Column("Count", type="integer"),
        Column("Price", type="real"),
        Column("Muted", type="boolean"),
        Column("Made", type="datetime"),
    ),
    rows=lambda client, where: (),
    identity=("Text",),
)
WANTED = schema(TABLE)
ROWS: list[dict[str, Any]] = [
    {"text": "a", "count": 5, "price": 0.5, "muted": True, "made": "Fri, 18 Feb 2022 21:46:53 +0100"},
    {"text": {"b": 1}, "count": "6", "price": "-0.0085", "muted": False, "made": None},
    {"text": 7, "count": None},
]


def read(rows: list[dict[str, Any]], wanted: StructType = WANTED) -> list[dict[str, Any]]:
    """The rows of all batches."""
    found = list(batches("things", readers(TABLE, wanted), rows))
    assert all(each.num_rows <= BATCH for each in found)
    return [row for each in found for row in each.to_pylist()]


def test_values_have_their_types() -> None:
    """Numbers that Twilio writes as text, times with an offset, objects, and what is not there."""
    assert [tuple(row.values()) for row in read(ROWS)] == [
        ("a", 5, 0.5, True, datetime(2022, 2, 18, 20, 46, 53, tzinfo=timezone.utc)),
        ('{"b":1}', 6, -0.0085, False, None),
        ("7", None, None, None, None),
    ]


def test_any_column_is_a_string_too() -> None:
    """As SQLite shows it."""
    wanted = StructType([StructField(name, StringType()) for name in ("Made", "Muted", "Count")])
    assert [tuple(row.values()) for row in read(ROWS[:1], wanted)] == [("2022-02-18 20:46:53", "1", "5")]


@pytest.mark.parametrize(
    "wrong", [{"count": "many"}, {"count": 2**70}, {"price": "dear"}, {"muted": "maybe"}, {"made": 5}], ids=str
)
def test_a_value_that_is_of_another_type(wrong: dict[str, Any]) -> None:
    """It is an error that says what to do, not a NULL that nobody sees; among others too."""
    name = next(iter(wrong)).capitalize()
    with pytest.raises(
        DataError, match=rf"things\.{name} has a value that is no .*: read it as a string, with .schema"
    ):
        read([*ROWS, {**ROWS[0], **wrong}])


def test_many_rows_are_several_batches() -> None:
    """Each has as many rows as one may have."""
    assert len(read(ROWS[:1] * (BATCH + 1))) == BATCH + 1
