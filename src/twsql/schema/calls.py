"""The columns of calls: one for each property of Twilio's JSON."""

from __future__ import annotations

from twsql.schema import Column

CALL_STATUSES = ("queued", "ringing", "in-progress", "completed", "busy", "failed", "no-answer", "canceled")
"""In the order of a call's life; it ends in one of the last five."""

CALL = (
    Column("Sid", "The SID of the call: CA and 32 hexadecimal digits.", key=True, sid="CA"),
    Column("AccountSid", "The SID of the account that the call belongs to."),
    Column(
        "To",
        "Who is called: a phone number, a SIP address or a client.",
        filter="To",
        loose=True,  # whether Twilio's filter finds a number in other spellings too is not known
        narrows=1000,
        references="voice_prices.DestinationNumber",
        e164=True,
    ),
    Column(
        "From",
        "Who calls: a phone number, a SIP address or a client.",
        filter="From",
        loose=True,  # a call may show another number than it came from, and be found by either
        narrows=100,
        e164=True,
    ),
    Column(
        "Status",
        "queued, ringing, in-progress, completed, busy, failed, no-answer or canceled.",
        filter="Status",
        values=CALL_STATUSES,
    ),
    Column(
        "StartTime",
        "When it began, UTC; NULL while it waits. Twilio lists calls by it.",
        type="datetime",
        filter="StartTime",
    ),
    Column("EndTime", "When it ended, UTC; NULL while it has not.", type="datetime", filter="EndTime"),
    Column("Duration", "Seconds that it lasted; NULL while it has not ended.", type="integer"),
    Column("Price", "What it cost, a negative number; NULL until Twilio knows it.", type="real"),
    Column("PriceUnit", "The currency of Price: USD."),
    Column("Direction", "inbound, outbound-api (placed by the API) or outbound-dial (by TwiML)."),
    Column(
        "AnsweredBy",
        "Who answered, if MachineDetection was on: human, machine_start, machine_end_beep, fax, unknown, …",
    ),
    Column(
        "ParentCallSid",
        "The SID of the call whose TwiML placed this one.",
        filter="ParentCallSid",
        references="calls.Sid",
        sid="CA",
    ),
    Column("ForwardedFrom", "The number that an inbound call was forwarded from."),
    Column("CallerName", "The caller's name, if the number has caller-name lookup."),
    Column("PhoneNumberSid", "The SID of the Twilio number of an inbound call, or of a verified caller ID."),
    Column("GroupSid", "The SID of the call's group."),
    Column("TrunkSid", "The SID of the SIP trunk that it used."),
    Column("QueueTime", "Milliseconds that the call waited before it was placed.", type="integer"),
    Column("ToFormatted", "To, written as people do."),
    Column("FromFormatted", "From, written as people do."),
    Column("DateCreated", "When it was created, UTC.", type="datetime"),
    Column("DateUpdated", "When it was last changed, UTC.", type="datetime"),
    Column("ApiVersion", "The version of the API that made it: 2010-04-01."),
    Column("Uri", "Its path in the API, from the host on."),
    Column("SubresourceUris", "The paths of its recordings and the like, a JSON object."),
)
"""Sources: Twilio's OpenAPI file, schema `api.v2010.account.call`."""
