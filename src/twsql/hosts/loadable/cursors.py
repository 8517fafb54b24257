"""The worker's side of a cursor: a scan that sends its rows in batches."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from twsql.errors import DataError
from twsql.hosts.loadable import frames
from twsql.hosts.loadable.frames import Kind
from twsql.schema import Procedure, Row, Table, Value
from twsql.vtab.given import Argument
from twsql.vtab.procedure_scan import ProcedureScan
from twsql.vtab.relation import REST, Relation
from twsql.vtab.statement import Statement
from twsql.vtab.table_scan import TableScan

MOST_ROWS = 1000
MOST_BYTES = 256 * 1024
"""A batch of this size is sent; a single row may be larger."""

_here = threading.local()


def pause() -> None:
    """Called before each request: if this thread fills a batch, send it and wait until the host needs more rows."""
    cursor: TableCursor | None = getattr(_here, "cursor", None)
    if cursor is not None:
        cursor.pause()


@contextmanager
def _filling(cursor: TableCursor) -> Iterator[None]:
    """Tell `pause` which cursor this thread works for."""
    _here.cursor = cursor
    try:
        yield
    finally:
        _here.cursor = None


class TableCursor:
    """The rows of a table. A batch ends before a request, as the host may not need the rows of that request.

    Batches grow from one row on, so that a host that reads a row or two does not wait for a thousand.
    """

    def __init__(
        self, relation: Relation, table: Table, used: int, pause: Callable[[TableCursor, bytes], None]
    ) -> None:
        self._scan = TableScan(relation, table, shown=self)
        self.relation = relation
        self._send_and_wait = pause
        readers = enumerate(relation.readers)
        self._numbers = [n for n, reader in readers if used >> min(n, REST) & 1 and reader is not None]
        self._late = {n for n, slot in enumerate(relation.slots) if slot.column is not None and slot.column.late}
        self._head = b"".join(map(frames.value, (len(self._numbers), *self._numbers)))
        self._rows: list[Row] = []
        self._values: list[bytes] = []
        self._most = 1
        self._problem: Exception | None = None
        self._place = 0
        self._waits = False

    def start(self, statement: Statement, text: str, arguments: Sequence[Argument]) -> bytes:
        """Begin a scan; returns its first batch."""
        self._new_batch()
        self._most, self._problem = 1, None
        with _filling(self):
            self._scan.start(statement, text, arguments)
            return self._fill()

    def fetch(self) -> bytes:
        """Return the next batch, or raise the error that ended the batch before."""
        if self._problem is not None:
            raise self._problem
        self._new_batch()
        with _filling(self):
            self._scan.Next()
            return self._fill()

    def pause(self) -> None:
        """Send the rows so far, if there are any, and wait until the host needs more."""
        if self._rows:
            self._waits = True
            self._send_and_wait(self, self._batch(last=False))
            self._waits = False
            self._new_batch()

    def move(self, place: int) -> None:
        """Note which row of the batch the host is on."""
        self._place = place

    @property
    def row(self) -> Row | None:
        """The row that the host is on."""
        return self._rows[self._place] if self._place < len(self._rows) else None

    def coming(self) -> Iterator[Row]:
        """Yield the rows after this one; while the scan waits before a request, only those that it has."""
        yield from self._rows[self._place + 1 :]
        if not self._waits:
            yield from self._scan.coming()

    def column(self, row: int, number: int) -> Value:
        """The value of a column of a row of the last batch."""
        return self.relation.value(self._rows[row], number)

    def rowid(self, row: int) -> int:
        """The rowid of a row of the last batch; the statement remembers which row it is."""
        return self._scan.rowid(self._rows[row])

    def close(self) -> None:
        """End the scan; no further page is fetched."""
        self._scan.Close()

    def _new_batch(self) -> None:
        self._rows, self._values, self._place = [], [], 0

    def _fill(self) -> bytes:
        size = 0
        while (row := self._scan.row) is not None:
            values = b"".join(map(self._value, self._numbers))
            self._rows.append(row)
            self._values.append(values)
            size += len(values)
            if len(self._rows) >= self._most or size >= MOST_BYTES:
                self._most = min(2 * self._most, MOST_ROWS)
                return self._batch(last=False)
            try:
                self._scan.Next()
            except Exception as error:
                if not self._rows:
                    raise
                self._problem = error  # raised after the rows before it, as without batches
                return self._batch(last=False)
        return self._batch(last=True)

    def _value(self, number: int) -> bytes:
        """The value of a column of the row that the scan is on."""
        if number in self._late:
            return frames.LAZY
        try:
            return frames.value(self._scan.Column(number))
        except DataError:
            return frames.LAZY  # raised again if SQLite reads the value

    def _batch(self, *, last: bool) -> bytes:
        return _rows_frame(last, len(self._rows), self._head, self._values)


class ProcedureCursor:
    """The rows of a procedure, one at a time. The row has the inputs; a result is fetched when SQLite reads it."""

    def __init__(self, relation: Relation, procedure: Procedure) -> None:
        self._scan = ProcedureScan(relation, procedure)
        self._readers = relation.readers
        self._head = b"".join(map(frames.value, (len(self._readers), *range(len(self._readers)))))

    def start(self, statement: Statement, text: str, arguments: Sequence[Argument]) -> bytes:
        """Begin a scan; returns its first row."""
        self._scan.start(statement, text, arguments)
        return self._row()

    def fetch(self) -> bytes:
        """Return the next row."""
        self._scan.Next()
        return self._row()

    def column(self, row: int, number: int) -> Value:
        """The value of a column of this row; for a result the procedure runs."""
        return self._scan.Column(number)

    def move(self, place: int) -> None:
        """Do nothing: there is one row at a time."""

    def rowid(self, row: int) -> int:
        """The place of this row."""
        return self._scan.Rowid()

    def close(self) -> None:
        """End the scan; no further run begins."""
        self._scan.Close()

    def _row(self) -> bytes:
        if self._scan.Eof():
            return _rows_frame(True, 0, self._head, ())
        return _rows_frame(False, 1, self._head, map(self._value, range(len(self._readers))))

    def _value(self, number: int) -> bytes:
        given = self._scan.given(number)
        lazy = self._scan.is_watched or (given is None and self._readers[number] is not None)
        return frames.LAZY if lazy else frames.value(given)


def _rows_frame(last: bool, count: int, columns: bytes, values: Iterable[bytes]) -> bytes:
    return frames.sealed(Kind.ROWS, frames.value(int(last)) + frames.value(count) + columns + b"".join(values))
