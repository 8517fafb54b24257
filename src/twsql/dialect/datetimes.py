"""DateTime: times with a time zone are UTC, written as SQLite's own functions write them."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects.sqlite import DATETIME

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

_UTC = datetime.timezone.utc


class UTC(DATETIME):
    """`DateTime(timezone=True)`: aware datetimes in Python, UTC text `YYYY-MM-DD HH:MM:SS` in SQLite.

    A datetime without a time zone counts as UTC. A fraction of a second is written only if there is one: SQLite
    compares texts, and `12:00:00.000000` is greater than `12:00:00`, which Twilio's tables have.

    `DateTime()` is SQLAlchemy's for SQLite, so that a file means the same with both dialects.
    """

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """Make the function that writes a value."""
        return _written if self.timezone else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """Make the function that reads a value."""
        return _read if self.timezone else super().result_processor(dialect, coltype)


def _written(value: datetime.date | None) -> str | None:
    if value is None:
        return None
    if not isinstance(value, datetime.datetime):
        return f"{value.isoformat()} 00:00:00"
    utc = value if value.tzinfo is None else value.astimezone(_UTC)
    return utc.replace(tzinfo=None).isoformat(sep=" ")


def _read(text: str | None) -> datetime.datetime | None:
    if text is None:
        return None
    value = datetime.datetime.fromisoformat(text)
    return value.replace(tzinfo=_UTC) if value.tzinfo is None else value.astimezone(_UTC)
