"""The columns of messages and their media: one for each property of Twilio's JSON."""

from __future__ import annotations

from twsql.schema import Column

MESSAGE_SID = "[SM]M"
"""The prefix of a message's SID: SM, or MM of one with media."""

MESSAGE = (
    Column("Sid", "The SID of the message: SM or MM and 32 hexadecimal digits.", key=True, sid=MESSAGE_SID),
    Column("AccountSid", "The SID of the account that the message belongs to."),
    Column("From", "Who sent it: a phone number, a short code or a name.", filter="From", narrows=2, e164=True),
    Column(
        "To",
        "Who gets it: a phone number, or an address such as whatsapp:+12025550100.",
        filter="To",
        narrows=1000,
        e164=True,
    ),
    Column("Body", "The text; empty once it was taken away."),
    Column(
        "Status",
        "accepted, scheduled, queued, sending, sent, delivered, undelivered, failed, read or canceled; receiving or"
        " received of one that came in.",
    ),
    Column("Direction", "inbound, outbound-api, outbound-call or outbound-reply."),
    Column("MessagingServiceSid", "The SID of the messaging service that sent it, if one did."),
    Column("DateSent", "When it was sent or received, UTC; NULL while it waits.", type="datetime", filter="DateSent"),
    Column("DateCreated", "When it was created, UTC.", type="datetime"),
    Column("DateUpdated", "When it was last changed, UTC.", type="datetime"),
    Column("NumSegments", "How many segments the text takes, each of which costs.", type="integer"),
    Column("NumMedia", "How many media it has.", type="integer"),
    Column("Price", "What it cost, below zero; NULL while that is not known.", type="real"),
    Column("PriceUnit", "The currency of Price: USD, …"),
    Column("ErrorCode", "Twilio's code of why it was not delivered.", type="integer"),
    Column("ErrorMessage", "Why it was not delivered."),
    Column("ApiVersion", "The version of the API that made it: 2010-04-01."),
    Column("Uri", "Its path in the API, from the host on."),
    Column("SubresourceUris", "The path of its media, a JSON object."),
)
"""Sources: Twilio's OpenAPI file, schema `api.v2010.account.message`."""

MEDIA = (
    Column("Sid", "The SID of the medium: ME and 32 hexadecimal digits.", lookup=True, sid="ME"),
    Column(
        "ParentSid",
        "The SID of the message.",
        key=True,
        references="messages.Sid",
        none_when=lambda message: message.get("num_media") == "0",
        sid=MESSAGE_SID,
    ),
    Column("AccountSid", "The SID of the account that the medium belongs to."),
    Column("ContentType", "What it is: image/jpeg, audio/ogg, …"),
    Column("DateCreated", "When it was created, UTC.", type="datetime", filter="DateCreated"),
    Column("DateUpdated", "When it was last changed, UTC.", type="datetime"),
    Column("Uri", "Its path in the API, from the host on; without .json it is the medium itself."),
)
"""Sources: Twilio's OpenAPI file, schema `api.v2010.account.message.media`."""
