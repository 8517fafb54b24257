"""sync: keeps an account's conferences, participants, calls and recordings in a SQLite file for other tools."""

from __future__ import annotations

from twsql.sync.run import Report, sync

__all__ = ["Report", "sync"]
