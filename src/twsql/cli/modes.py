"""How the shell prints rows: apsw's modes, none of which alters text or lets it steer a terminal."""

# apsw.shell has no types.
# mypy: allow-untyped-calls

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import apsw.shell

from twsql.cli.formats.lines import fits, lines
from twsql.cli.formats.terminal import json_escaped
from twsql.cli.formats.text import cell, visible, width
from twsql.schema import Value

_BOX = 5000
"""Rows of one box, whose columns are as wide as all of them need."""

_BOXES = ("box", "table", "qbox")

_RULE = str.maketrans("╭─┬╮-", "╞═╪╡=")


class Modes(apsw.shell.Shell):
    """apsw's shell, with a rule under a box's header, and a line for each value if a box is too wide."""

    def __init__(self) -> None:
        self._box: tuple[list[str], list[list[Value]]] = ([], [])
        super().__init__()

    def command_mode(self, cmd: list[str]) -> None:
        """Set how rows are printed. apsw's modes table and qbox would write dots or names for letters beyond ASCII."""
        super().command_mode(cmd)
        if cmd[0] in _BOXES and not any(option.startswith("--string-sanitize") for option in cmd):
            self.box_options = {**self.box_options, "string_sanitize": 0}

    command_mode.__doc__ = apsw.shell.Shell.command_mode.__doc__  # it is the command's help

    def output_box(self, header: bool, line: Sequence[Value]) -> None:
        """Outputs using line drawing and auto sizing columns, or a line for each value where that is too wide."""
        if header:
            self._box = ([str(name) for name in line], [])
            return
        self._box[1].append(list(line))
        if len(self._box[1]) == _BOX:
            self.end_box()

    def end_box(self) -> None:
        """Print the rows of output_box."""
        names, rows = self._box
        self._box = (names, [])
        if not rows:
            return
        if not fits(_box_width(names, rows), self.stdout):
            lines(names, rows, self.stdout)
            return
        options, out = self.box_options, self.stdout
        self.box_options = {**options, "binary": cell, "string_sanitize": options["string_sanitize"] or visible}
        self.stdout = io.StringIO()
        try:
            super().output_box([visible(name) for name in names], rows)
            box = self.stdout.getvalue()
        finally:
            self.box_options, self.stdout = options, out
        self.write(self.stdout, _ruled(box, len(rows)))

    def output_insert(self, header: bool, line: Sequence[Value]) -> None:
        """Lines as SQL insert statements, of the table that .mode named, or "table"."""
        super().output_insert(header, [self._shown(value) if isinstance(value, str) else value for value in line])

    def _fmt_text_col(self, v: Any) -> str:
        return self._shown(super()._fmt_text_col(v))

    def _fmt_c_string(self, v: Any) -> str:
        return self._shown(super()._fmt_c_string(v))

    def _fmt_json_value(self, v: Any) -> str:
        text: str = super()._fmt_json_value(v)
        return json_escaped(text) if self.stdout.isatty() else text

    def _shown(self, text: str) -> str:
        """Escape characters that steer a terminal; a file gets the text unchanged."""
        return visible(text) if self.stdout.isatty() else text


def _ruled(box: str, rows: int) -> str:
    """Draw the rule under the header; apsw draws it only if a row has several lines."""
    drawn = box.split("\n")
    top = drawn[0].translate(_RULE)
    if top not in drawn:
        drawn.insert(len(drawn) - 2 - rows, top)  # the box ends with its lower edge, and a line end
    return "\n".join(drawn)


def _box_width(names: list[str], rows: list[list[Value]]) -> int:
    widths = [max(width(cell(value)) for value in column) for column in zip(names, *rows, strict=True)]
    return sum(widths) + 3 * len(widths) + 1
