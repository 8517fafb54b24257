"""Reads what Twilio has through the SQL of the live tables, so that a run has their speed and their push-down."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any, TypeVar

import apsw

from twsql.hosts.apsw import register
from twsql.schema import Value
from twsql.sync import insights
from twsql.sync.insights import Told
from twsql.sync.layout import CONFERENCES, PARTICIPANTS, FileTable
from twsql.twilio.client import Client
from twsql.twilio.settings import Settings

T = TypeVar("T")
Rows = Iterator[tuple[Value, ...]]
_AT_ONCE = 100
"""How many conferences are asked for by SID in one statement."""


class Live:
    """The live tables of one account, which can change nothing there. Rows have the columns of `FileTable.live`."""

    def __init__(self, **settings: Any) -> None:
        self._db = apsw.Connection(":memory:")
        self._registration = register(self._db, **{**settings, "read_only": True})
        self.client = self._registration.engine.client
        self._insights = Client(insights.settings(self.settings))

    @property
    def settings(self) -> Settings:
        """The settings that lead to the account."""
        return self._registration.settings

    @property
    def requests(self) -> int:
        """How many requests were sent."""
        return self.client.total.requests + self._insights.total.requests

    def conferences(self, status: str, since: str | None = None) -> Rows:
        """Yield the conferences of a status, those only that changed from `since` on if it is given."""
        if since is None:
            return self._select(CONFERENCES, "WHERE Status = ?", status)
        return self._select(CONFERENCES, "WHERE Status = ? AND DateUpdated >= ?", status, since)

    def conferences_of(self, sids: list[str]) -> Rows:
        """Yield the conferences of these SIDs, with one request each; an unknown one is no row."""
        for start in range(0, len(sids), _AT_ONCE):
            chunk = json.dumps(sids[start : start + _AT_ONCE])
            yield from self._select(CONFERENCES, "WHERE Sid IN (SELECT value FROM json_each(?))", chunk)

    def participants(self) -> Rows:
        """Yield everybody who is in a conference, with one request for each conference that is not over."""
        return self._select(PARTICIPANTS, "")

    def insights(self, sids: list[str]) -> Iterator[Told]:
        """Yield what Insights tells of these conferences, in order, several asked for at the same time.

        Raises TwilioError with the code insights.NOT_ENABLED for an account that does not have it.
        """
        yield from self._insights.prefetch(partial(insights.participants, self._insights), sids)

    def close(self) -> None:
        """End the connections to Twilio."""
        self._insights.close()
        self._registration.close()
        self._db.close()

    def _select(self, table: FileTable, where: str, *values: Value) -> Rows:
        columns = ", ".join(f'"{column.name}"' for column in table.live)
        return self._db.execute(" ".join(("SELECT", columns, "FROM main." + table.name, where)), values)
