"""Rows that are read now and given later: some thousands in memory, the others in a file that has no name."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from twsql.errors import OperationalError
from twsql.schema import Row

IN_MEMORY = 10_000
"""Rows that wait in memory, some 20 MB."""
_BLOCK = 500


class SpillQueue:
    """Rows that wait, first in, first out.

    `append` raises OperationalError where there is no room for the file.
    """

    def __init__(self) -> None:
        self._first: deque[Row] = deque()
        self._file: BinaryIO | None = None
        self._read_to = 0
        self._blocks = 0
        self._last: list[Row] = []

    def append(self, row: Row) -> None:
        """Keep a row."""
        if len(self._first) < IN_MEMORY and not self._blocks and not self._last:
            self._first.append(row)
            return
        self._last.append(row)
        if len(self._last) == _BLOCK:
            self._write()

    def take(self) -> deque[Row]:
        """Give up the rows that come next: none only if there are none."""
        if not self._first and self._blocks:
            self._first.extend(self._read())
        elif not self._first:
            self._first.extend(self._last)
            self._last = []
        taken, self._first = self._first, deque()
        return taken

    def close(self) -> None:
        """Give up the file."""
        if self._file is not None:
            self._file.close()

    def _write(self) -> None:
        from tempfile import TemporaryFile  # few statements need one

        import msgspec

        try:
            if self._file is None:
                self._file = TemporaryFile()  # noqa: SIM115 - closed by `close`
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


def kept(rows: Iterable[Row]) -> Iterator[Row]:
    """Read the rows to their end at once, and give them in the same order."""
    waiting = SpillQueue()
    try:
        for row in rows:
            waiting.append(row)
    except BaseException:
        waiting.close()
        raise
    return _given(waiting)


def _given(waiting: SpillQueue) -> Iterator[Row]:
    try:
        while taken := waiting.take():
            while taken:
                yield taken.popleft()
    finally:
        waiting.close()
