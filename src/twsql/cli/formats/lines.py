"""A line for each value, for tables that are too wide for the terminal."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TextIO

from twsql.cli.formats.text import cell, visible, width
from twsql.schema import Value

Row = Sequence[Value]


def lines(columns: Sequence[str], rows: Iterable[Row], out: TextIO) -> None:
    """Write each column's name and value on a line, and an empty line between rows."""
    names = [visible(column) for column in columns]
    size = max(map(width, names))
    heads = [name + " " * (size - width(name)) for name in names]
    for number, row in enumerate(rows):
        text = "".join(f"{head}  {cell(value)}\n" for head, value in zip(heads, row, strict=True))
        out.write(text if number == 0 else "\n" + text)


def fits(wanted: int, out: TextIO) -> bool:
    """Whether so many characters fit on a line; only a terminal has a limit."""
    try:
        return not out.isatty() or wanted <= os.get_terminal_size(out.fileno()).columns
    except OSError:  # a terminal that does not tell
        return True
