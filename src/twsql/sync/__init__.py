"""sync: writes an account's conferences and participants to a SQLite file for other tools, and keeps it up to date."""

from __future__ import annotations

from twsql.sync.run import Report, sync

__all__ = ["Report", "sync"]
