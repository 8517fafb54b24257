"""csv as RFC 4180 has it: a header, then a record for each row, each ended by CR LF."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TextIO

from twsql.cli.formats.text import number
from twsql.schema import Value

_QUOTED = re.compile('[",\r\n]|^ | $')


def csv(columns: Sequence[str], rows: Iterable[Sequence[Value]], out: TextIO) -> None:
    """Write records: NULL is empty, the empty text is `""`, a blob is hexadecimal.

    Python's csv module would write NULL and the empty text alike.
    """
    out.write(_record(columns))
    out.writelines(map(_record, rows))


def _record(values: Sequence[Value]) -> str:
    # An empty line is no record to most readers, so a NULL that is alone in its row is written as an empty text.
    return (",".join(map(_field, values)) or '""') + "\r\n"


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
