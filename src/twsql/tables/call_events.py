"""call_events: the HTTP requests that Twilio made for a call, and the answers to them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from twsql.lists.resource import Resource
from twsql.schema import Column, Row, Table
from twsql.schema.where import Where
from twsql.tables.calls import CALLS

if TYPE_CHECKING:
    from twsql.twilio.client import Client


def call_events(client: Client, where: Where) -> Iterator[Row]:
    """Yield one row for each event, call by call. The list has no SIDs, so each row gets its place in its call's list.

    With CallSid that is one request for each call; without, the calls are listed, and the events of many are fetched
    side by side.
    """
    for _, events in groupby(_EVENTS.rows(client, where), key=lambda event: event["call_sid"]):
        for place, event in enumerate(events, start=1):
            yield {**event, "ordinal": place}


_COLUMNS = (
    Column("CallSid", "The SID of the call.", key=True, references="calls.Sid", sid="CA"),
    Column("Ordinal", "The event's place in Twilio's list of the call, from 1.", type="integer"),
    Column("Request", "What Twilio requested: method, url, parameters, …, a JSON object."),
    Column("Response", "What came back: response_code, response_body, request_duration, …, a JSON object."),
)

_EVENTS = Resource("events", _COLUMNS, sid="", within="Calls/{CallSid}/Events", parents=CALLS.rows)

CALL_EVENTS = Table(
    name="call_events",
    description="The HTTP requests that Twilio made for a call, and the answers to them.",
    columns=_COLUMNS,
    rows=call_events,
    identity=("CallSid", "Ordinal"),
    pages=10_000,
    expected_rows=500_000,
)
