"""Prints rows before errors in apsw's shell, which reads a row ahead and would lose it if the next one is an error."""

from __future__ import annotations

from types import TracebackType

import apsw

from twsql.hosts.limits import refuse_rows
from twsql.schema import Value


class RowsBeforeErrors:
    """A `with` block in which an error among a statement's rows only ends them; its end raises the error.

    The rows may be calls that were placed. `rows` counts the rows that the cursors have returned; `most` limits them,
    as apsw's shell takes no notice of the connection's own limit.
    """

    def __init__(self) -> None:
        self.rows = 0
        self.most: int | None = None
        self._is_on = False
        self._error: BaseException | None = None

    def follow(self, connection: apsw.Connection) -> None:
        """Give the connection cursors that report to this block."""
        connection.cursor_factory = lambda its: _Cursor(its, self)

    def count(self) -> None:
        """Count a row. Raises OperationalError beyond `most`."""
        if self.most is not None:
            refuse_rows(self.rows + 1, self.most)
        self.rows += 1

    def defers(self, error: BaseException) -> bool:
        """Whether the error can wait; it is stored then."""
        if self._is_on:
            self._error = error
        return self._is_on

    def __enter__(self) -> None:
        self._is_on = True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        kept, self._error, self._is_on = self._error, None, False
        if kept is not None and error is None:
            raise kept


class _Cursor(apsw.Cursor):
    def __init__(self, connection: apsw.Connection, block: RowsBeforeErrors) -> None:
        super().__init__(connection)
        self._block = block

    def __next__(self) -> tuple[Value, ...]:
        try:
            row: tuple[Value, ...] = super().__next__()
            self._block.count()
        except StopIteration:
            raise
        except BaseException as error:  # Ctrl-C too
            if self._block.defers(error):
                raise StopIteration from None
            raise
        return row
