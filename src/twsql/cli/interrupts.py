"""Ctrl-C while SQLite computes."""

from __future__ import annotations

import apsw

_STEPS = 50_000
"""SQLite's instructions between two looks, some 5 ms."""


def heed(connection: apsw.Connection) -> None:
    """Let Ctrl-C end a statement that asks Twilio nothing: Python sees to signals only while Python code runs."""
    connection.set_progress_handler(_go_on, _STEPS, id=heed)


def _go_on() -> bool:
    return False
