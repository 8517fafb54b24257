"""queues: the account's queues, in which calls wait."""

from __future__ import annotations

from twsql.lists.resource import Resource
from twsql.procedures import changing
from twsql.schema import Column, Table

QUEUE = (
    Column("Sid", "The SID of the queue: QU and 32 hexadecimal digits.", key=True, sid="QU", names="FriendlyName"),
    Column("FriendlyName", "The name by which TwiML enqueues into it."),
    Column("CurrentSize", "How many calls wait in it now.", type="integer"),
    Column("MaxSize", "How many calls may wait in it: 1 to 5000.", type="integer"),
    Column("AverageWaitTime", "Seconds that the calls in it have waited so far, on average.", type="integer"),
    Column("AccountSid", "The SID of the account that the queue belongs to."),
    Column("DateCreated", "When it was created, UTC.", type="datetime"),
    Column("DateUpdated", "When it was last changed, UTC.", type="datetime"),
    Column("Uri", "Its path in the API, from the host on."),
)
"""Sources: Twilio's OpenAPI file, schema `api.v2010.account.queue`."""

_RESOURCE = Resource("queues", QUEUE, path="Queues")

QUEUES = Table(
    name="queues",
    description="The account's queues, in which calls wait.",
    columns=QUEUE,
    rows=_RESOURCE.rows,
    identity=("Sid",),
    insert=changing.insert("queues", "Queues", QUEUE, changing.parameters(QUEUE, "MaxSize", required="FriendlyName")),
    update=changing.update("queues", "Queues/{Sid}", QUEUE, changing.parameters(QUEUE, "FriendlyName MaxSize")),
    delete=changing.delete("queues", "Queues/{Sid}", QUEUE),
    pages=1,
    expected_rows=20,
)
