"""applications: sets of URLs that numbers and calls are given by one SID."""

from __future__ import annotations

from twsql.lists.resource import Resource
from twsql.procedures import changing
from twsql.schema import Column, Table

METHODS = ("GET", "POST")

CALLBACKS = (
    Column("VoiceUrl", "Where Twilio gets the TwiML of a call."),
    Column("VoiceMethod", "The HTTP method of VoiceUrl.", values=METHODS),
    Column("VoiceFallbackUrl", "Where it gets the TwiML if VoiceUrl fails."),
    Column("VoiceFallbackMethod", "The HTTP method of VoiceFallbackUrl.", values=METHODS),
    Column("VoiceCallerIdLookup", "Whether the caller's name is looked up, which costs money.", type="boolean"),
    Column("StatusCallback", "Where Twilio sends what becomes of a call."),
    Column("StatusCallbackMethod", "The HTTP method of StatusCallback.", values=METHODS),
    Column("SmsUrl", "Where Twilio gets the TwiML of a message that comes in."),
    Column("SmsMethod", "The HTTP method of SmsUrl.", values=METHODS),
    Column("SmsFallbackUrl", "Where it gets the TwiML if SmsUrl fails."),
    Column("SmsFallbackMethod", "The HTTP method of SmsFallbackUrl.", values=METHODS),
)
"""The URLs that an application has, and a number too."""

APPLICATION = (
    Column("Sid", "Its SID: AP and 32 hexadecimal digits.", key=True, sid="AP", names="FriendlyName"),
    Column("FriendlyName", "Its name.", filter="FriendlyName", loose=True, narrows=100),
    *CALLBACKS,
    Column("SmsStatusCallback", "Where Twilio sends what becomes of a message that was sent."),
    Column("MessageStatusCallback", "Where Twilio sends what becomes of a message."),
    Column("PublicApplicationConnectEnabled", "Whether other accounts may dial it.", type="boolean"),
    Column("AccountSid", "The SID of the account that the application belongs to."),
    Column("ApiVersion", "The version of the API that its calls use: 2010-04-01."),
    Column("DateCreated", "When it was created, UTC.", type="datetime"),
    Column("DateUpdated", "When it was last changed, UTC.", type="datetime"),
    Column("Uri", "Its path in the API, from the host on."),
)
"""Sources: Twilio's OpenAPI file, schema `api.v2010.account.application`."""

SETTABLE = " ".join(column.name for column in CALLBACKS if column.name != "VoiceCallerIdLookup")
"""The callbacks that cost nothing."""
_GIVEN = changing.parameters(
    APPLICATION, f"FriendlyName {SETTABLE} SmsStatusCallback MessageStatusCallback PublicApplicationConnectEnabled"
)

APPLICATIONS = Table(
    name="applications",
    description="Sets of URLs that numbers and calls are given by one SID.",
    columns=APPLICATION,
    rows=Resource("applications", APPLICATION, path="Applications").rows,
    identity=("Sid",),
    insert=changing.insert("applications", "Applications", APPLICATION, _GIVEN),
    update=changing.update("applications", "Applications/{Sid}", APPLICATION, _GIVEN),
    delete=changing.delete("applications", "Applications/{Sid}", APPLICATION),
    pages=1,
    expected_rows=100,
)
