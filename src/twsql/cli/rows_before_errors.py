"""Rows before errors, in apsw's shell: it reads a row ahead, and would lose one where the next is an error."""

from __future__ import annotations

from types import TracebackType

import apsw

from twsql.schema import Value


class RowsBeforeErrors:
    """Within it an error among a statement's rows only ends them; it is raised when it is left, with the rows shown.

    They may be of calls that were placed. `rows` counts what its cursors have given.
    """

    def __init__(self) -> None:
        self.rows = 0
        self._is_on = False
        self._error: BaseException | None = None

    def heed(self, connection: apsw.Connection) -> None:
        """Give the connection cursors that know of it."""
        connection.cursor_factory = lambda its: _Cursor(its, self)

    def bears(self, error: BaseException) -> bool:
        """Whether the error can wait; it is kept then."""
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
    def __init__(self, connection: apsw.Connection, patience: RowsBeforeErrors) -> None:
        super().__init__(connection)
        self._patience = patience

    def __next__(self) -> tuple[Value, ...]:
        try:
            row: tuple[Value, ...] = super().__next__()
        except StopIteration:
            raise
        except BaseException as error:  # Ctrl-C too
            if self._patience.bears(error):
                raise StopIteration from None
            raise
        self._patience.rows += 1
        return row
