"""twsql_requests: the requests of the last statements."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from twsql.schema import Column, Row, Table
from twsql.schema.where import Where

if TYPE_CHECKING:
    from twsql.twilio.client import Client


def twsql_requests(client: Client, where: Where) -> Iterator[Row]:
    """Yield one row for each statement of this connection that sent requests, oldest first."""
    for cost in tuple(client.costs):
        yield {
            "number": cost.number,
            "began": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(cost.began)),
            "milliseconds": round(cost.seconds * 1000),
            "requests": cost.requests,
            "retries": cost.retries,
            "bytes": cost.bytes,
            "waits": cost.waits,
            "wait_milliseconds": round(cost.waited * 1000),
        }


TWSQL_REQUESTS = Table(
    name="twsql_requests",
    description="The requests of each of the last hundred statements of this connection.",
    columns=(
        Column("Number", "The statement's number; later ones have higher ones.", type="integer"),
        Column("Began", "When it began, UTC."),
        Column("Milliseconds", "How long it took, or has taken so far.", type="integer"),
        Column("Requests", "Requests that the statement sent, including retries.", type="integer"),
        Column("Retries", "How many of them were retries.", type="integer"),
        Column("Bytes", "Bytes of the responses' bodies, unpacked.", type="integer"),
        Column("Waits", "How often a request waited: for its turn, or before a retry.", type="integer"),
        Column("WaitMilliseconds", "How long, all threads together.", type="integer"),
    ),
    rows=twsql_requests,
    identity=("Number",),
    pages=0,
    local=True,
)
