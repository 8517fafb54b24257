"""participants inside a join: SQLite asks for one conference at a time, and the next ones are asked for meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from twsql.schema import Row
from twsql.twilio.ahead import FIRST
from twsql.where import Where

if TYPE_CHECKING:
    from concurrent.futures import Future

    from twsql.twilio.client import Client

LOOK = 1000
"""Rows of the outer table that are looked at ahead at most: they wait in memory."""

Fetch = Callable[[Row], list[Row]]
"""From a conference to its participants' rows."""


class Ahead:
    """The conferences whose participants have been asked for and not yet been wanted, in the order of the outer table.

    Each one that is wanted in its turn doubles how many are asked for ahead, `most` at most; where SQLite passes over
    some, its WHERE drops them, and fewer are asked for.
    """

    def __init__(self, client: Client, fetch: Fetch) -> None:
        self._client = client
        self._fetch = fetch
        self._window = FIRST
        self._asked: dict[str, Future[list[Row]]] = {}
        self._sid = ""
        self._here: Future[list[Row]] | None = None

    def rows(self, here: Row, coming: Iterator[Row]) -> list[Row]:
        """The participants of the conference `here`; those of the conferences `coming` are asked for meanwhile.

        Another cursor of the statement on the same conference is given the same rows.
        """
        if here.get("status") == "completed":  # Twilio has none of these, so nothing is asked
            return []
        if self._here is None or here["sid"] != self._sid:
            self._sid = str(here["sid"])
            self._here = self._wanted(self._sid) or self._submit(here)
            if len(self._asked) * 8 <= self._window * 7:
                self._ask(coming)
        return self._here.result()

    def close(self) -> None:
        """Send nothing more."""
        for future in self._asked.values():
            future.cancel()
        self._asked.clear()

    def _ask(self, coming: Iterator[Row]) -> None:
        """Ask for the conferences that come next, as far as the window goes and a page's length is looked ahead."""
        active = (row for row in islice(coming, LOOK) if row.get("status") != "completed")
        for row in islice(active, self._window):
            if row["sid"] not in self._asked:
                self._asked[str(row["sid"])] = self._submit(row)

    def _wanted(self, sid: str) -> Future[list[Row]] | None:
        """Take what was asked for, and see by it how far ahead is right."""
        passed_over = 0
        while self._asked:
            first = next(iter(self._asked))
            future = self._asked.pop(first)
            if first == sid:
                wider = min(self._window * 2, self._client.most_ahead)
                self._window = max(1, self._window // 2) if passed_over else wider
                return future
            future.cancel()
            passed_over += 1
        self._window = 1 if passed_over else self._window
        return None

    def _submit(self, conference: Row) -> Future[list[Row]]:
        return self._client.submit(lambda: self._fetch(conference))


def in_a_join(client: Client, where: Where, sid: str, fetch: Fetch) -> list[Row] | None:
    """The participants of one conference, if a cursor over `conferences` in the same statement is on it; else None."""
    if where.company is None:
        return None
    around = where.company.around("conferences", "sid", sid)
    here = next(around, None)
    if here is None:
        return None
    others = tuple(sorted((name, values) for name, values in where.equal.items() if name != "ConferenceSid"))
    key = ("participants", others, "FriendlyName" in where.columns)
    ahead: Ahead | None = where.company.kept.get(key)
    if ahead is None:
        ahead = where.company.kept[key] = Ahead(client, fetch)
    return ahead.rows(here, around)
