"""outgoing_caller_ids: numbers of others that the account may show as the caller, as they were verified."""

from __future__ import annotations

from twsql.lists.resource import Resource
from twsql.procedures import changing
from twsql.schema import Column, Table

CALLER_ID = (
    Column("Sid", "The SID of the caller ID: PN and 32 hexadecimal digits.", key=True, sid="PN", names="PhoneNumber"),
    Column("PhoneNumber", "The number, in E.164 form.", filter="PhoneNumber", narrows=100, e164=True),
    Column("FriendlyName", "Its name.", filter="FriendlyName", loose=True, narrows=100),
    Column("AccountSid", "The SID of the account that the caller ID belongs to."),
    Column("DateCreated", "When it was verified, UTC.", type="datetime"),
    Column("DateUpdated", "When it was last changed, UTC.", type="datetime"),
    Column("Uri", "Its path in the API, from the host on."),
)
"""Sources: Twilio's OpenAPI file, schema `api.v2010.account.outgoing_caller_id`."""

_PATH = "OutgoingCallerIds"

OUTGOING_CALLER_IDS = Table(
    name="outgoing_caller_ids",
    description="Numbers that were verified, so that calls may show them as the caller.",
    columns=CALLER_ID,
    rows=Resource("outgoing_caller_ids", CALLER_ID, path=_PATH).rows,
    identity=("Sid",),
    update=changing.update(
        "outgoing_caller_ids", _PATH + "/{Sid}", CALLER_ID, changing.parameters(CALLER_ID, "FriendlyName")
    ),
    instead=(
        ("INSERT", "AddOutgoingCallerIds rings the number to verify it"),
        ("DELETE", "only another call to the number would bring it back, so delete it in Twilio's Console"),
    ),
    pages=1,
    expected_rows=100,
)
