"""Reads from Twilio by SQL on the live tables, so that a run has their speed and push-down."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import apsw

from twsql.hosts.apsw import register
from twsql.schema import Value
from twsql.sync import insights
from twsql.sync.insights import ConferenceInsights
from twsql.sync.layout import CALLS, CONFERENCES, PARTICIPANTS, RECORDINGS, FileTable
from twsql.twilio.settings import LONGEST_STATEMENT, MOST_ROWS, Settings

Rows = Iterator[tuple[Value, ...]]
_UNLIMITED = {"safe": False, "statement_timeout": LONGEST_STATEMENT, "max_rows": MOST_ROWS}
"""The SQL is ours, and reads everything."""
_AT_ONCE = 100
"""Of how many conferences one statement reads Insights."""
_BY_SID = 10_000
"""How many rows one statement fetches by SID."""


class Live:
    """The live tables of one account, read-only. Rows have the columns of `FileTable.live`."""

    def __init__(self, **settings: Any) -> None:
        self._db = apsw.Connection(":memory:")
        self._registration = register(self._db, **{**settings, **_UNLIMITED, "read_only": True})
        self.client = self._registration.engine.client

    @property
    def settings(self) -> Settings:
        """The settings of the account."""
        return self._registration.settings

    @property
    def requests(self) -> int:
        """How many requests have been sent."""
        return self.client.total.requests

    def conferences(self, status: str, since: str | None = None) -> Rows:
        """Yield the conferences of a status; with `since` only those that changed from then on."""
        if since is None:
            return self._select(CONFERENCES, "WHERE Status = ?", status)
        return self._select(CONFERENCES, "WHERE Status = ? AND DateUpdated >= ?", status, since)

    def by_sid(self, table: FileTable, sids: list[str]) -> Rows:
        """Yield the rows of these SIDs, with one request each or fewer; an unknown SID gives no row."""
        for start in range(0, len(sids), _BY_SID):
            chunk = json.dumps(sids[start : start + _BY_SID])
            yield from self._select(table, "WHERE Sid IN (SELECT value FROM json_each(?))", chunk)

    def calls(self, since: str | None = None) -> Rows:
        """Yield the calls; with `since` those that are not over, and those that began on its day or later.

        A call that was canceled while it waited has not begun. Twilio lists whole days, so the day's others cost
        nothing.
        """
        if since is None:
            yield from self._select(CALLS, "")
            return
        day = since[:10]
        for status in ("queued", "ringing", "in-progress"):
            yield from self._select(CALLS, "WHERE Status = ?", status)
        yield from self._select(CALLS, "WHERE Status = 'canceled' AND StartTime IS NULL AND EndTime >= ?", day)
        yield from self._select(CALLS, "WHERE StartTime >= ?", day)

    def recordings(self, since: str | None = None) -> Rows:
        """Yield the recordings; with `since` only those that were made on its day or later."""
        if since is None:
            return self._select(RECORDINGS, "")
        return self._select(RECORDINGS, "WHERE DateCreated >= ?", since[:10])

    def participants(self) -> Rows:
        """Yield all participants, with one request for each conference that is not over."""
        return self._select(PARTICIPANTS, "")

    def insights(self, sids: list[str]) -> Iterator[ConferenceInsights]:
        """Yield Insights' data on these conferences, in order; several are fetched at the same time.

        Raises TwilioError with the code NO_INSIGHTS for an account without Insights.
        """
        columns = ", ".join(f'"{name}"' for name in insights.COLUMNS)
        table = "main.conference_participant_summaries"
        select = " ".join(("SELECT", columns, "FROM", table, "WHERE ConferenceSid IN (SELECT value FROM json_each(?))"))
        for start in range(0, len(sids), _AT_ONCE):
            chunk = sids[start : start + _AT_ONCE]
            rows = self._db.execute(select, (json.dumps(chunk),))
            yield from insights.by_conference(chunk, rows)

    def close(self) -> None:
        """End the connections to Twilio."""
        self._registration.close()
        self._db.close()

    def _select(self, table: FileTable, where: str, *values: Value) -> Rows:
        columns = ", ".join(f'"{column.name}"' for column in table.live)
        return self._db.execute(" ".join(("SELECT", columns, "FROM main." + table.name, where)), values)
