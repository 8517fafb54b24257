"""Answers an assistant's SQL: rows, or what a statement would ask of Twilio. Nothing here changes anything."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from twsql.dbapi import Connection, Cursor
from twsql.mcp.marks import marked, plain, shown
from twsql.schema import Value
from twsql.tokens import first_word

MOST_ROWS = 1000
"""Rows of an answer, whatever is asked for."""
MOST_BYTES = 100_000
"""Bytes of an answer's rows, about 30,000 tokens."""


@dataclass(frozen=True)
class Reader:
    """Reads on a connection under `safe`; one statement at a time."""

    connection: Connection
    lock: threading.Lock = field(default_factory=threading.Lock)

    def query(self, sql: str, limit: int) -> str:
        """Run a statement: its first rows, and what it cost. Raises twsql.Error."""
        warnings: list[str] = []
        with self.lock:
            self.connection.warn_by(warnings.append)
            began, before = time.monotonic(), self.connection.requests
            with self.connection.execute(sql) as cursor:
                names = [column[0] for column in cursor.description or ()]
                rows, reason = _within(cursor, max(1, min(limit, MOST_ROWS))) if names else ([], "")
            requests, seconds = self.connection.requests - before, time.monotonic() - began
        told = f"{_counted(len(rows), 'row')}{reason}; cost: {_counted(requests, 'request')}, {seconds:.2f} seconds."
        told += "".join(f"\nWarning: {each}" for each in warnings)
        return f"{told}\n{marked(_joined(names, rows))}"

    def explain(self, sql: str) -> str:
        """What a statement would ask of Twilio, by its plan; nothing is asked. Raises twsql.Error."""
        explained = sql if first_word(sql) == "EXPLAIN" else f"EXPLAIN QUERY PLAN {sql}"
        with self.lock, self.connection.execute(explained) as cursor:
            steps = [shown(row[-1]) for row in cursor]
        return f"Nothing was asked of Twilio. The plan, a step a line:\n{marked(chr(10).join(steps))}"


def _within(cursor: Cursor, limit: int) -> tuple[list[str], str]:
    """The first rows as JSON, and why these are not all."""
    rows: list[str] = []
    size = 0
    for row in cursor:
        if len(rows) == limit:
            return rows, f", and more were not read: raise limit (up to {MOST_ROWS}), or narrow the statement"
        rows.append(_row(row))
        size += len(rows[-1].encode())
        if size > MOST_BYTES:
            rows.pop()
            return rows, f", and more were not read, as {MOST_BYTES:,} bytes are an answer's limit: read fewer columns"
    return rows, ""


def _row(row: Iterable[Value]) -> str:
    return shown([plain(value) for value in row])


def _joined(names: list[str], rows: list[str]) -> str:
    """The columns' names and the rows, an array a line."""
    return "\n".join([shown(names), *rows])


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
