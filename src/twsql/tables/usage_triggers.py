"""usage_triggers: what Twilio calls a URL for, once so much has been used."""

from __future__ import annotations

from twsql.lists.resource import Resource
from twsql.procedures import changing
from twsql.schema import Column, Table

TRIGGER = (
    Column("Sid", "The SID of the trigger: UT and 32 hexadecimal digits.", key=True, sid="UT", names="FriendlyName"),
    Column("FriendlyName", "Its name."),
    Column("UsageCategory", "What is watched: calls, sms, totalprice, …", filter="UsageCategory", narrows=10),
    Column(
        "TriggerBy",
        "What of it is compared: count, usage or price.",
        filter="TriggerBy",
        values=("count", "usage", "price"),
        narrows=2,
    ),
    Column("TriggerValue", "How much fires it; with + as its first sign, so much more than now."),
    Column("CurrentValue", "How much it is now.", type="real"),
    Column(
        "Recurring",
        "After which time it begins anew: daily, monthly, yearly or alltime.",
        filter="Recurring",
        values=("daily", "monthly", "yearly", "alltime"),
        narrows=2,
    ),
    Column("CallbackUrl", "What Twilio calls."),
    Column("CallbackMethod", "The HTTP method of CallbackUrl.", values=("GET", "POST")),
    Column("DateFired", "When it last fired, UTC.", type="datetime"),
    Column("UsageRecordUri", "The path of the usage record that it watches."),
    Column("AccountSid", "The SID of the account that the trigger belongs to."),
    Column("ApiVersion", "The version of the API that made it: 2010-04-01."),
    Column("DateCreated", "When it was created, UTC.", type="datetime"),
    Column("DateUpdated", "When it was last changed, UTC.", type="datetime"),
    Column("Uri", "Its path in the API, from the host on."),
)
"""Sources: Twilio's OpenAPI file, schema `api.v2010.account.usage.usage_trigger`."""

_PATH = "Usage/Triggers"

USAGE_TRIGGERS = Table(
    name="usage_triggers",
    description="What Twilio calls a URL for, once so much has been used.",
    columns=TRIGGER,
    rows=Resource("usage_triggers", TRIGGER, path=_PATH).rows,
    identity=("Sid",),
    insert=changing.insert(
        "usage_triggers",
        _PATH,
        TRIGGER,
        changing.parameters(
            TRIGGER,
            "TriggerBy Recurring CallbackMethod FriendlyName",
            required="UsageCategory TriggerValue CallbackUrl",
        ),
    ),
    update=changing.update(
        "usage_triggers",
        _PATH + "/{Sid}",
        TRIGGER,
        changing.parameters(TRIGGER, "FriendlyName CallbackUrl CallbackMethod"),
    ),
    delete=changing.delete("usage_triggers", _PATH + "/{Sid}", TRIGGER),
    pages=1,
    expected_rows=20,
)
