"""incoming_phone_numbers: the account's own numbers."""

from __future__ import annotations

from twsql.lists.resource import Resource
from twsql.procedures import changing
from twsql.schema import Column, Table
from twsql.tables.applications import CALLBACKS, SETTABLE

NUMBER = (
    Column("Sid", "The SID of the number: PN and 32 hexadecimal digits.", key=True, sid="PN", names="PhoneNumber"),
    Column("PhoneNumber", "The number, in E.164 form.", filter="PhoneNumber", loose=True, narrows=1000, e164=True),
    Column("FriendlyName", "Its name; by default the number.", filter="FriendlyName", loose=True, narrows=1000),
    Column("Type", "What kind of number it is: local, mobile, toll-free, …"),
    Column("Status", "Its status: in-use, …"),
    Column("Capabilities", "What it can do, a JSON object: voice, sms, mms, fax."),
    *CALLBACKS,
    Column("VoiceReceiveMode", "voice or fax: what a call to it is taken for.", values=("voice", "fax")),
    Column(
        "VoiceApplicationSid",
        "The SID of the application whose URLs a call to it uses, in place of its own; '' takes it away.",
        sid="AP",
        references="applications.Sid",
    ),
    Column(
        "SmsApplicationSid",
        "The SID of the application whose URLs a message to it uses, in place of its own; '' takes it away.",
        sid="AP",
        references="applications.Sid",
    ),
    Column("TrunkSid", "The SID of the trunk that calls to it go to; '' takes it away.", sid="TK"),
    Column("AddressSid", "The SID of the address that it is registered with.", sid="AD"),
    Column("AddressRequirements", "Which address it needs: none, any, local or foreign."),
    Column("BundleSid", "The SID of the regulatory bundle of it.", sid="BU"),
    Column("IdentitySid", "The SID of the identity that it is registered with.", sid="RI"),
    Column("EmergencyStatus", "Active or Inactive: whether emergency calls can be made from it."),
    Column("EmergencyAddressSid", "The SID of the address for emergency calls.", sid="AD"),
    Column("EmergencyAddressStatus", "Whether that address is registered, or how far that is."),
    Column("Origin", "twilio, or hosted: where the number comes from.", filter="Origin", narrows=2),
    Column("Beta", "Whether the number is new to Twilio.", type="boolean", filter="Beta", narrows=2),
    Column("AccountSid", "The SID of the account that the number belongs to."),
    Column("ApiVersion", "The version of the API that its calls use: 2010-04-01."),
    Column("DateCreated", "When it was bought, UTC.", type="datetime"),
    Column("DateUpdated", "When it was last changed, UTC.", type="datetime"),
    Column("Uri", "Its path in the API, from the host on."),
)
"""Sources: Twilio's OpenAPI file, schema `api.v2010.account.incoming_phone_number`."""

_CHANGES = changing.parameters(
    NUMBER, f"FriendlyName {SETTABLE} VoiceReceiveMode VoiceApplicationSid SmsApplicationSid TrunkSid"
)
_PATH = "IncomingPhoneNumbers"

INCOMING_PHONE_NUMBERS = Table(
    name="incoming_phone_numbers",
    description="The account's own numbers.",
    columns=NUMBER,
    rows=Resource("incoming_phone_numbers", NUMBER, path=_PATH).rows,
    identity=("Sid",),
    update=changing.update("incoming_phone_numbers", _PATH + "/{Sid}", NUMBER, _CHANGES),
    instead=(
        ("INSERT", "a number costs money, so buy it in Twilio's Console"),
        ("DELETE", "a number that is released may be gone for good, so release it in Twilio's Console"),
    ),
    pages=5,
    expected_rows=200,
)
