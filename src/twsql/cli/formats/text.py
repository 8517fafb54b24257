"""Makes text safe for a terminal, and measures its width there."""

from __future__ import annotations

import math
import re

from twsql.schema import Value

# Control characters steer a terminal; the marks of writing direction and the line separators reorder what is read.
UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    r"""The text on one line, with escapes for characters that steer a terminal: `\n`, `\x1b`, `\u202e`."""
    return UNSAFE.sub(lambda match: match.group().encode("unicode_escape").decode("ascii"), text)


def cell(value: Value) -> str:
    """A value for people: NULL by name, a blob in SQL's notation."""
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"X'{value.hex().upper()}'"
    return visible(value) if isinstance(value, str) else number(value)


def number(value: float) -> str:
    """A number in SQLite's notation, which for infinity differs from Python's."""
    if isinstance(value, float) and math.isinf(value):
        return "Inf" if value > 0 else "-Inf"
    return str(value)


def width(text: str) -> int:
    """The columns that a text takes on a terminal: two for 日, none for a combining accent."""
    if text.isascii():
        return len(text)
    from apsw.unicode import text_width  # 10 ms, and most results need it not

    return max(text_width(text), 0)
