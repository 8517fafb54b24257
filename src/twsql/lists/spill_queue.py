"""A queue of rows: thousands wait in memory, further ones in a temporary file."""

from __future__ import annotations

from collections import deque
from typing import BinaryIO

from twsql.errors import OperationalError
from twsql.schema import Row

IN_MEMORY = 10_000
"""Rows that wait in memory; they take some 20 MB."""
_BLOCK = 500


class SpillQueue:
    """First in, first out. `append` raises OperationalError if the temporary file cannot be written."""

    def __init__(self) -> None:
        self._first: deque[Row] = deque()
        self._file: BinaryIO | None = None
        self._read_to = 0
        self._blocks = 0
        self._last: list[Row] = []

    def append(self, row: Row) -> None:
        """Add a row at the end."""
        if len(self._first) < IN_MEMORY and not self._blocks and not self._last:
            self._first.append(row)
            return
        self._last.append(row)
        if len(self._last) == _BLOCK:
            self._write()

    def take(self) -> deque[Row]:
        """Remove and return some of the first rows; none only if the queue is empty."""
        if not self._first and self._blocks:
            self._first.extend(self._read())
        elif not self._first:
            self._first.extend(self._last)
            self._last = []
        taken, self._first = self._first, deque()
        return taken

    def close(self) -> None:
        """Delete the file."""
        if self._file is not None:
            self._file.close()

    def _write(self) -> None:
        import msgspec

        try:
            if self._file is None:
                self._file = _temporary_file()
            self._file.seek(0, 2)
            self._file.write(msgspec.json.encode(self._last) + b"\n")
            self._file.flush()
        except OSError as error:
            raise OperationalError(f"no room for rows that wait: {error}; set TMPDIR to a folder with room") from error
        self._blocks += 1
        self._last = []

    def _read(self) -> list[Row]:
        import msgspec

        if self._file is None:
            return []
        self._file.seek(self._read_to)
        block: list[Row] = msgspec.json.decode(self._file.readline())
        self._read_to = self._file.tell()
        self._blocks -= 1
        return block


def _temporary_file() -> BinaryIO:
    from tempfile import TemporaryFile  # few statements need one

    return TemporaryFile()
