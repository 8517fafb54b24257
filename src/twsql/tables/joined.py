"""Joins: SQLite asks the inner table for one row of the outer at a time, and the next ones are asked for meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from twsql.schema import Row
from twsql.twilio.ahead import FIRST

if TYPE_CHECKING:
    from concurrent.futures import Future

    from twsql.twilio.client import Client

LOOK = 1000
"""Rows of the outer table that are looked at ahead at most: they wait in memory."""

Fetch = Callable[[Row], list[Row]]
"""From a row of the outer table to rows of the inner one, by asking Twilio."""
Known = Callable[[Row], "list[Row] | None"]
"""The same where Twilio need not be asked; None where it must be."""


class Ahead:
    """What has been asked for and not yet been wanted, in the order of the outer table.

    `key` is what rows of the outer table are told apart by: a SID. Each one that is wanted in its turn doubles how many
    are asked for ahead, `most_ahead` at most. Where another is wanted (SQLite's WHERE drops some, or it sorts them),
    fewer are asked for, down to none until what is wanted is again what was expected.
    """

    def __init__(self, client: Client, key: str, known: Known, fetch: Fetch) -> None:
        self._client = client
        self._key = key
        self._known = known
        self._fetch = fetch
        self._window = FIRST
        self._asked: dict[str, Future[list[Row]]] = {}
        self._expected = ""
        self._sid = ""
        self._here: Future[list[Row]] | None = None

    def rows(self, here: Row, coming: Iterator[Row]) -> list[Row]:
        """The inner rows of the outer row `here`; those of the rows `coming` are asked for meanwhile.

        Another cursor of the statement on the same row is given the same rows.
        """
        known = self._known(here)
        if known is not None:
            return known
        sid = str(here[self._key])
        if self._here is None or sid != self._sid:
            self._sid = sid
            self._here = self._wanted(sid) or self._submit(here)
            if len(self._asked) * 8 <= self._window * 7:
                self._ask(coming)
        return self._here.result()

    def close(self) -> None:
        """Send nothing more."""
        for future in self._asked.values():
            future.cancel()
        self._asked.clear()

    def _ask(self, coming: Iterator[Row]) -> None:
        """Ask for what comes next, as far as the window goes and a page's length is looked ahead."""
        self._expected = ""
        near: set[str] = set()
        for row in islice(coming, LOOK):
            sid = str(row[self._key])
            if sid == self._sid or sid in near or self._known(row) is not None:
                continue
            self._expected = self._expected or sid
            if len(near) >= self._window:
                break
            near.add(sid)
            if sid not in self._asked:
                self._asked[sid] = self._submit(row)

    def _wanted(self, sid: str) -> Future[list[Row]] | None:
        """Take what was asked for, and see by it how far ahead is right."""
        if sid not in self._asked:
            self.close()
            if self._expected:
                self._window = 1 if sid == self._expected else 0
            return None
        passed_over = 0
        while (first := next(iter(self._asked))) != sid:
            self._asked.pop(first).cancel()
            passed_over += 1
        self._window = self._window // 2 if passed_over else min(self._window * 2, self._client.most_ahead)
        return self._asked.pop(sid)

    def _submit(self, row: Row) -> Future[list[Row]]:
        return self._client.submit(lambda: self._fetch(row))


def rows_of(ahead: Ahead, *outer: Iterator[Row]) -> list[Row] | None:
    """The inner rows of the outer row with which the first of `outer` begins that is not empty; None if all are."""
    for rows in outer:
        here = next(rows, None)
        if here is not None:
            return ahead.rows(here, rows)
    return None
