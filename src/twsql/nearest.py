"""Finds the nearest name to a misspelt one."""

from __future__ import annotations

import re
from collections.abc import Iterable

# A name in double quotes may be meant for text, so SQLite adds a question: `no such column: "Lable" - should this be …`
_UNKNOWN = re.compile(r'no such (table|column|function): "?(?:\w+\.)*(\w+)')


def unknown(message: str) -> tuple[str, str] | None:
    """The kind (table, column or function) and name that SQLite's error message says is missing."""
    match = _UNKNOWN.match(message)
    return (match[1], match[2]) if match else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint with the nearest known name, beginning with `: `; '' if none is near."""
    from difflib import get_close_matches  # only for an error

    spelled = {each.lower(): each for each in known}
    near = get_close_matches(name.lower(), spelled, 1)
    return f": did you mean {spelled[near[0]]}?" if near else ""
