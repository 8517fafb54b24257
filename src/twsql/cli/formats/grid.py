"""table and markdown: columns as wide as the first rows need; what is wider further down pushes its line out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TextIO

from twsql.cli.formats.text import cell, width
from twsql.schema import Value

Row = Sequence[Value]

SIZED = 1000
"""How many rows are held back to size the columns; further ones are written as they come."""


@dataclass(frozen=True)
class Style:
    """How a grid looks: its cells, its lines, and the rule below its header.

    The rule gets for each column its width and whether it holds numbers, which are aligned right.
    """

    cell: Callable[[Value], str]
    line: Callable[[Sequence[str]], str]
    rule: Callable[[int, bool], str]


def table(columns: Sequence[str], rows: Iterable[Row], out: TextIO) -> None:
    """Write a header, a rule and the rows, two blanks between columns."""
    _write(_TABLE, columns, rows, out)


def markdown(columns: Sequence[str], rows: Iterable[Row], out: TextIO) -> None:
    """Write a table as GitHub's Markdown has it; what Markdown would take as its own is escaped."""
    _write(_MARKDOWN, columns, rows, out)


def _write(style: Style, columns: Sequence[str], rows: Iterable[Row], out: TextIO) -> None:
    rows = iter(rows)
    held: list[Row] = []
    try:
        held.extend(islice(rows, SIZED))
    except BaseException:  # the rows before an error or a Ctrl-C may be calls that were placed
        if held:
            _write_held(style, columns, held, out)
        raise
    line = _write_held(style, columns, held, out)
    out.writelines(map(line, rows))


def _write_held(style: Style, columns: Sequence[str], held: Sequence[Row], out: TextIO) -> Callable[[Row], str]:
    """Write the header and the rows held back; give the function that makes the lines of further ones."""
    names = [style.cell(column) for column in columns]
    texts = [[style.cell(value) for value in row] for row in held]
    widths = [max(map(width, column)) for column in zip(names, *texts, strict=True)]
    right = [_are_numbers(values) for values in zip(*held, strict=True)] or [False] * len(names)

    def line(cells: Sequence[str]) -> str:
        return style.line([_padded(*each) for each in zip(cells, widths, right, strict=True)])

    out.write(line(names))
    out.write(style.line([style.rule(*each) for each in zip(widths, right, strict=True)]))
    out.writelines(map(line, texts))
    return lambda row: line([style.cell(value) for value in row])


def _padded(text: str, size: int, right: bool) -> str:
    blanks = " " * (size - width(text))
    return blanks + text if right else text + blanks


def _are_numbers(values: Sequence[Value]) -> bool:
    given = [value for value in values if value is not None]
    return bool(given) and all(isinstance(value, (int, float)) for value in given)


_TABLE = Style(
    cell=cell,
    line=lambda texts: "  ".join(texts).rstrip(" ") + "\n",
    rule=lambda size, right: "-" * size,
)

_MARKS = re.compile(r"[\\`*\[\]<>|~&]|(?<![^\W_])_|_(?![^\W_])")
"""What GitHub's Markdown reads as markup; an underscore between letters is none."""

_MARKDOWN = Style(
    cell=lambda value: _MARKS.sub(r"\\\g<0>", cell(value)),
    line=lambda texts: f"| {' | '.join(texts)} |\n",
    rule=lambda size, right: "-" * max(size - 1, 2) + ":" if right else "-" * max(size, 3),
)
