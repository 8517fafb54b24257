"""The command `twsql`: shell, query, sync, doctor and sandbox."""

from __future__ import annotations

from twsql.cli.command import main

__all__ = ["main"]
