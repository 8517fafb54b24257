"""Ctrl-C: it ends also a statement that only computes, and says where the calls are that were dialled."""

from __future__ import annotations

import apsw

DIALLED = "interrupted; the journal has the calls that were dialled: 'twsql journal settle' finds their outcome"
_STEPS = 50_000
"""Instructions of SQLite's virtual machine between two checks, some 5 ms."""


def heed(connection: apsw.Connection) -> None:
    """Let Ctrl-C end a statement without requests: Python handles signals only while Python code runs."""
    connection.set_progress_handler(_go_on, _STEPS, id=heed)


def _go_on() -> bool:
    return False
