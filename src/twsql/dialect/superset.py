"""Apache Superset's view of the dialect; Superset finds it by an entry point."""

# mypy: allow-subclassing-any

from __future__ import annotations

from typing import Any

from superset.db_engine_specs.sqlite import SqliteEngineSpec


class TwilioEngineSpec(SqliteEngineSpec):
    """SQLite's time grains and functions, for `twsql://`."""

    engine = "twsql"
    engine_name = "Twilio by twsql"
    default_driver = "apsw"
    sqlalchemy_uri_placeholder = "twsql://AC…:TOKEN@/calls.db?read_only=1"

    @classmethod
    def get_datatype(cls, type_code: Any) -> str | None:
        """Give the declared type of a result's column: a time is text, and a chart must know that it is a time."""
        declared: str | None = getattr(type_code, "declared", None) or super().get_datatype(type_code)
        return declared
