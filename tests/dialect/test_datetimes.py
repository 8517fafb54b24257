"""DateTime with a time zone: aware in Python, SQLite's own form in the file."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest
from sqlalchemy import Column, DateTime, Engine, MetaData, Table, select, text

UTC = timezone.utc
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "written", "read"),
    [
        (NOON, "2026-03-01 12:00:00", NOON),
        (NOON.astimezone(timezone(timedelta(hours=5, minutes=30))), "2026-03-01 12:00:00", NOON),
        (datetime.fromisoformat("2026-03-01 12:00:00"), "2026-03-01 12:00:00", NOON),
        (NOON.replace(microsecond=500_000), "2026-03-01 12:00:00.500000", NOON.replace(microsecond=500_000)),
        (date(2026, 3, 1), "2026-03-01 00:00:00", NOON.replace(hour=0)),
        (None, None, None),
    ],
)
def test_round_trip(engine: Engine, value: date | None, written: str | None, read: datetime | None) -> None:
    """A value is written as UTC text, which compares with Twilio's times, and read as an aware datetime."""
    table = Table("moments", MetaData(), Column("At", DateTime(timezone=True)))
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(table.insert(), {"At": value})
        assert connection.scalar(text("SELECT At FROM moments")) == written
        assert connection.scalar(select(table.c.At)) == read


def test_without_a_time_zone_a_file_means_what_it_means_to_sqlite(engine: Engine) -> None:
    """DateTime() is SQLAlchemy's: naive, with microseconds."""
    table = Table("moments", MetaData(), Column("At", DateTime))
    naive = NOON.replace(tzinfo=None)
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(table.insert(), {"At": naive})
        assert connection.scalar(text("SELECT At FROM moments")) == "2026-03-01 12:00:00.000000"
        assert connection.scalar(select(table.c.At)) == naive
