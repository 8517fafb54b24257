"""Lets C step a statement on that apsw has started, and read its rows into Arrow's buffers (`c/arrow.c`).

A row of twelve columns costs apsw twelve Python objects, and Arrow reads them again. C makes none.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import apsw
import pyarrow as pa

from twsql.dbapi.arrow.kinds import TYPES, UNKNOWN, misfit, schema
from twsql.dbapi.translation import translation
from twsql.errors import Error, InterfaceError, NotSupportedError
from twsql.hosts.loadable import loadable_path

_MISFIT = -1
_MOST_BYTES = 64 * 1024 * 1024
"""Bytes of texts and blobs after which a batch ends."""
_STEPS = 100_000
"""Instructions of SQLite between two chances for other threads and for Ctrl-C: C holds Python's lock."""


class _Column(ctypes.Structure):
    _fields_ = (
        ("valid", ctypes.c_void_p),
        ("values", ctypes.c_void_p),
        ("offsets", ctypes.c_void_p),
        ("size", ctypes.c_int64),
        ("room", ctypes.c_int64),
        ("nulls", ctypes.c_int64),
        ("kind", ctypes.c_char),
    )


class _Batch(ctypes.Structure):
    _fields_ = (
        ("rows", ctypes.c_int64),
        ("most", ctypes.c_int64),
        ("width", ctypes.c_int32),
        ("misfit", ctypes.c_int32),
        ("columns", ctypes.POINTER(_Column)),
    )


class _Memory:
    """The buffers of a batch; they live as long as an array that needs them."""

    def __init__(self, c: Any, letters: str, rows: int) -> None:
        self.batch = _Batch()
        self._free = c.twsql_arrow_free
        if not c.twsql_arrow_begin(ctypes.byref(self.batch), letters.encode(), rows):
            raise MemoryError

    @property
    def columns(self) -> list[_Column]:
        """The columns' buffers."""
        return list(self.batch.columns[: self.batch.width])

    def __del__(self) -> None:
        self._free(ctypes.byref(self.batch))


def can_read(cursor: apsw.Cursor, sql: str) -> bool:
    """Whether C can read on: the extension is built, and nobody traces the rows, as a limit of them does."""
    connection = cursor.connection
    if cursor.row_trace or connection.row_trace:
        return False
    c = _library()
    return c is not None and bool(c.twsql_arrow_statement(connection.sqlite3_pointer(), sql.encode(), None))


def batches(cursor: apsw.Cursor, sql: str, names: Sequence[str], letters: str, size: int) -> Iterator[Any]:
    """Yield batches of up to `size` rows of the cursor's statement, which stands at its first row; then close it."""
    connection, c, text = cursor.connection, _library(), sql.encode()
    statement = c.twsql_arrow_statement(connection.sqlite3_pointer(), text, None)
    connection.set_progress_handler(_go_on, _STEPS, id=batches)
    before, code = 0, apsw.SQLITE_ROW
    try:
        while code == apsw.SQLITE_ROW:
            if not c.twsql_arrow_statement(connection.sqlite3_pointer(), text, statement):
                raise InterfaceError("the statement ended before all of its batches were read: keep its cursor open")
            memory = _Memory(c, letters, size)
            code = c.twsql_arrow_fill(ctypes.byref(memory.batch), statement, _widened(letters), _MOST_BYTES)
            if code not in (apsw.SQLITE_ROW, apsw.SQLITE_DONE):
                raise _error(c, connection, code, memory.batch, names, before)
            before += memory.batch.rows
            letters = "".join(each.kind.decode() for each in memory.columns).replace(UNKNOWN, "s")
            arrays = [_array(memory, at) for at in range(len(names))]
            yield pa.record_batch(arrays, schema=schema(names, letters))
    finally:
        cursor.close(force=True)  # apsw does not know that the statement has ended, or failed


def _widened(letters: str) -> bytes:
    """'y' for each column that may turn from integers to doubles: an expression in its first batch."""
    return bytes(ord("y" if letter == UNKNOWN else "n") for letter in letters)


def _error(c: Any, connection: apsw.Connection, code: int, batch: _Batch, names: Sequence[str], before: int) -> Error:
    if code == _MISFIT:
        return misfit(names[batch.misfit], batch.columns[batch.misfit].kind.decode(), before + batch.rows + 1)
    words = c.twsql_arrow_error(connection.sqlite3_pointer()).decode(errors="replace")
    made: Any = apsw.exception_for(code)
    return translation(type(made)(words))


def _array(memory: _Memory, at: int) -> Any:
    column, rows = memory.batch.columns[at], memory.batch.rows
    letter = column.kind.decode()
    if letter == UNKNOWN:  # no value but NULL
        return pa.nulls(rows, TYPES["s"])
    valid = pa.foreign_buffer(column.valid, (rows + 7) // 8, memory) if column.nulls else None
    if letter in "sx":
        offsets = pa.foreign_buffer(column.offsets, 4 * (rows + 1), memory)
        values = pa.foreign_buffer(column.values, column.size, memory)
        return pa.Array.from_buffers(TYPES[letter], rows, [valid, offsets, values], column.nulls)
    size = {"b": (rows + 7) // 8, "d": 4 * rows}.get(letter, 8 * rows)
    values = pa.foreign_buffer(column.values, size, memory)
    return pa.Array.from_buffers(TYPES[letter], rows, [valid, values], column.nulls)


def _go_on() -> bool:
    return False


@cache
def _library() -> Any:
    """The functions of `c/arrow.c`, for apsw's SQLite; None if the extension is not built, or is older."""
    connection = apsw.Connection(":memory:")  # the user's own need not allow extensions
    connection.enable_load_extension(True)
    try:
        path = loadable_path()
        connection.load_extension(path, "sqlite3_twsqlarrow_init")
    except (NotSupportedError, apsw.ExtensionLoadingError):
        return None
    finally:
        connection.close()
    # PyDLL raises what a virtual table's Python code raised in the meantime.
    c = ctypes.PyDLL(path)
    c.twsql_arrow_statement.restype = ctypes.c_void_p
    c.twsql_arrow_statement.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
    c.twsql_arrow_error.restype = ctypes.c_char_p
    c.twsql_arrow_error.argtypes = (ctypes.c_void_p,)
    c.twsql_arrow_begin.restype = ctypes.c_bool
    c.twsql_arrow_begin.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int64)
    c.twsql_arrow_fill.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int64)
    c.twsql_arrow_free.argtypes = (ctypes.c_void_p,)
    c.twsql_arrow_free.restype = None
    return c
