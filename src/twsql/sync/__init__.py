"""A SQLite file of the account's conferences and participants, kept up to date, for tools that open files."""

from __future__ import annotations

from twsql.sync.run import Report, sync

__all__ = ["Report", "sync"]
