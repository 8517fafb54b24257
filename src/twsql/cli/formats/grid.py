"""table and markdown: columns as wide as the first rows need; a wider value further down makes its line longer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import TextIO

from twsql.cli.formats.lines import fits, lines
from twsql.cli.formats.text import cell, width
from twsql.schema import Value

Row = Sequence[Value]

SIZED = 1000
"""Rows that are read before the first is written, to size the columns; further ones are written as they come."""


@dataclass(frozen=True)
class Style:
    """How a grid looks: its cells, its lines, and the rule below its header.

    The rule gets each column's width, and whether it has numbers, which are aligned right.
    """

    cell: Callable[[Value], str]
    line: Callable[[Sequence[str]], str]
    rule: Callable[[int, bool], str]


@dataclass(frozen=True)
class Grid:
    """Columns with their names, widths, and whether they are aligned right."""

    style: Style
    names: Sequence[str]
    widths: Sequence[int]
    right: Sequence[bool]

    def write(self, rows: Iterable[Row], out: TextIO) -> None:
        """Write the header and the rows."""
        rules = [self.style.rule(*each) for each in zip(self.widths, self.right, strict=True)]
        out.write(self._line(self.names))
        out.write(self.style.line(rules))
        out.writelines(self._line([self.style.cell(value) for value in row]) for row in rows)

    def _line(self, texts: Sequence[str]) -> str:
        columns = zip(texts, self.widths, self.right, strict=True)
        return self.style.line([_padded(*column) for column in columns])


def table(columns: Sequence[str], rows: Iterable[Row], out: TextIO) -> None:
    """Write a header, a rule and the rows, two blanks between columns.

    If that is too wide for a terminal, each value gets a line: nobody can use a SID that is broken or cut.
    """
    held, rows = _held(rows)
    grid = _grid(_TABLE, columns, held)
    if fits(sum(grid.widths) + 2 * (len(columns) - 1), out):
        grid.write(rows, out)
    else:
        lines(columns, rows, out)


def markdown(columns: Sequence[str], rows: Iterable[Row], out: TextIO) -> None:
    """Write a table in GitHub's Markdown; markup in values is escaped."""
    held, rows = _held(rows)
    _grid(_MARKDOWN, columns, held).write(rows, out)


def _held(rows: Iterable[Row]) -> tuple[list[Row], Iterator[Row]]:
    """Give the first rows, and all of them.

    An error or Ctrl-C among the first is raised after the rows before it: they may be calls that were placed.
    """
    rest = iter(rows)
    held: list[Row] = []
    try:
        held.extend(islice(rest, SIZED))
    except BaseException as error:
        if not held:
            raise
        return held, _failing(held, error)
    return held, chain(held, rest)


def _failing(rows: Iterable[Row], error: BaseException) -> Iterator[Row]:
    yield from rows
    raise error


def _grid(style: Style, columns: Sequence[str], held: Sequence[Row]) -> Grid:
    names = [style.cell(column) for column in columns]
    texts = ([style.cell(value) for value in row] for row in held)
    widths = [max(map(width, column)) for column in zip(names, *texts, strict=True)]
    right = [_are_numbers(values) for values in zip(*held, strict=True)] or [False] * len(names)
    return Grid(style, names, widths, right)


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
"""Characters that GitHub's Markdown reads as markup; an underscore between letters is none."""

_MARKDOWN = Style(
    cell=lambda value: _MARKS.sub(r"\\\g<0>", cell(value)),
    line=lambda texts: f"| {' | '.join(texts)} |\n",
    rule=lambda size, right: "-" * max(size - 1, 2) + ":" if right else "-" * max(size, 3),
)
