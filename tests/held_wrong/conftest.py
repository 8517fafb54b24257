"""The command as a user runs it, as in tests/cli."""

from __future__ import annotations

from cli.conftest import bare, login, start, terminal, twsql

__all__ = ["bare", "login", "start", "terminal", "twsql"]
