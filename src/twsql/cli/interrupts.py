"""Ctrl-C while SQLite computes."""

from __future__ import annotations

import apsw

_STEPS = 50_000
"""Instructions of SQLite's virtual machine between two checks, some 5 ms."""


def heed(connection: apsw.Connection) -> None:
    """Let Ctrl-C end a statement without requests: Python handles signals only while Python code runs."""
    connection.set_progress_handler(_go_on, _STEPS, id=heed)


def _go_on() -> bool:
    return False
