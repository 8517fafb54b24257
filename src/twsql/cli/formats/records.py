"""csv by RFC 4180, except for the line ends: a header, then a record for each row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TextIO

from twsql.cli.formats.text import number
from twsql.schema import Value

_QUOTED = re.compile('[",\r\n]|^ | $')
_FORMULA = re.compile("[=+@\t\r-]")


def csv(
    columns: Sequence[str],
    rows: Iterable[Sequence[Value]],
    out: TextIO,
    *,
    end: str = "\n",
    escape_formulas: bool = False,
) -> None:
    r"""Write records: NULL is empty, the empty text is `""`, a blob is hexadecimal.

    Python's csv module would write NULL and the empty text alike. Lines end in LF: a shell reads CR as part of the
    last value: `SID=$(twsql query --format csv … | tail -1)`. `escape_formulas` puts ' before text that a spreadsheet
    would compute.
    """
    field = _unformulated if escape_formulas else _field
    out.write(_record(columns, field, end))
    out.writelines(_record(row, field, end) for row in rows)


def _record(values: Sequence[Value], field: Callable[[Value], str], end: str) -> str:
    # An empty line is no record to most readers, so a NULL that is alone in its row is written as an empty text.
    return (",".join(map(field, values)) or '""') + end


def _unformulated(value: Value) -> str:
    return _field(f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value)


def _field(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.hex().upper()
    if not isinstance(value, str):
        return number(value)
    if value and not _QUOTED.search(value):
        return value
    doubled = value.replace('"', '""')
    return f'"{doubled}"'
