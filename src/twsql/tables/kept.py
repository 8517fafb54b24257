"""Rows that are read now and given later: a few thousand in memory, the others in a file that has no name."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from typing import BinaryIO

from twsql.errors import OperationalError
from twsql.schema import Row

IN_MEMORY = 10_000
"""Rows that wait in memory, some 20 MB."""
_BLOCK = 500


def kept(rows: Iterator[Row]) -> Iterator[Row]:
    """Read the rows to their end at once, and give them in the same order.

    Raises OperationalError where there is no room for the file.
    """
    first = list(islice(rows, IN_MEMORY))
    if len(first) < IN_MEMORY:
        return iter(first)
    try:
        return chain(first, _read(_written(rows)))
    except OSError as error:
        raise OperationalError(f"no room for rows that wait: {error}; set TMPDIR to a folder with room") from error


def _written(rows: Iterator[Row]) -> BinaryIO:
    from tempfile import TemporaryFile  # few statements need one

    import msgspec

    file = TemporaryFile()  # noqa: SIM115 - closed when the last row has been read
    try:
        while block := list(islice(rows, _BLOCK)):
            file.write(msgspec.json.encode(block) + b"\n")
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


def _read(file: BinaryIO) -> Iterator[Row]:
    import msgspec

    with file:
        for line in file:
            yield from msgspec.json.decode(line)
