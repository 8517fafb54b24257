"""queue_members: the calls that wait in queues."""

from __future__ import annotations

from twsql.lists.resource import Resource
from twsql.procedures import changing
from twsql.schema import Column, Parameter, Table
from twsql.tables.queues import QUEUES

MEMBER = (
    Column(
        "QueueSid",
        "The SID of the queue that the call waits in.",
        key=True,
        sid="QU",
        references="queues.Sid",
        none_when=lambda queue: queue.get("current_size") == 0,
    ),
    Column("CallSid", "The SID of the call.", lookup=True, sid="CA", references="calls.Sid"),
    Column("Position", "Its place in the queue, from 1, which is the front.", type="integer"),
    Column("WaitTime", "Seconds that it has waited.", type="integer"),
    Column("DateEnqueued", "When it came into the queue, UTC.", type="datetime"),
    Column("Uri", "Its path in the API, from the host on."),
)
"""Sources: Twilio's OpenAPI file, schema `api.v2010.account.queue.member`."""

_PATH = "Queues/{QueueSid}/Members"
_CHANGES = (
    Parameter(
        "Url",
        "Where Twilio gets the TwiML that goes on with the call, which leaves the queue. Required by UPDATE.",
        "url",
        required=True,
        field="Url",
    ),
    Parameter("Method", "The HTTP method of Url.", "enum", field="Method", values=("GET", "POST"), default="POST"),
)

QUEUE_MEMBERS = Table(
    name="queue_members",
    description="The calls that wait in queues.",
    columns=MEMBER,
    rows=Resource("queue_members", MEMBER, sid="CallSid", within=_PATH, parents=QUEUES.rows).rows,
    identity=("QueueSid", "CallSid"),
    update=changing.update("queue_members", _PATH + "/{CallSid}", MEMBER, _CHANGES, repeatable=False),
    instead=(
        ("INSERT", "the TwiML <Enqueue> of a call brings it into a queue"),
        ("DELETE", "UPDATE queue_members SET Url = … WHERE … takes a call out of its queue"),
    ),
    pages=10,
)
