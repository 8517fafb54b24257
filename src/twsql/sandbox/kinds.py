"""The kinds of plain resources: what a create or an update gives is what is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .records import Account, Resource

_CALLBACKS: Mapping[str, Any] = {
    **dict.fromkeys(("voice_url", "voice_fallback_url", "sms_url", "sms_fallback_url", "status_callback")),
    **dict.fromkeys(("voice_method", "voice_fallback_method", "sms_method", "sms_fallback_method"), "POST"),
    "status_callback_method": "POST",
}


@dataclass(frozen=True)
class Kind:
    """A kind of resource under an account.

    `name` is Twilio's in its operations, `path` and `key` those of the list. `properties` have their defaults; the type
    of a default is how a form's value is read, None is text. Forms give those that are not `fixed`; a create needs the
    `required` ones, and `once` are those that an update cannot change. `filters` pairs query parameters with
    properties; with one of `patterns` part of the value is enough. `first` is the number of the first one, by which two
    kinds with one prefix have different SIDs.
    """

    name: str
    path: str
    key: str
    prefix: str
    properties: Mapping[str, Any]
    filters: Mapping[str, str] = field(default_factory=dict)
    patterns: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    once: tuple[str, ...] = ()
    first: int = 0


APPLICATIONS = Kind(
    "Application",
    "Applications",
    "applications",
    "AP",
    {
        "api_version": "2010-04-01",
        "friendly_name": "",
        "message_status_callback": None,
        "public_application_connect_enabled": False,
        "sms_status_callback": None,
        "voice_caller_id_lookup": False,
        **_CALLBACKS,
    },
    filters={"FriendlyName": "friendly_name"},
)
INCOMING_PHONE_NUMBERS = Kind(
    "IncomingPhoneNumber",
    "IncomingPhoneNumbers",
    "incoming_phone_numbers",
    "PN",
    {
        "address_requirements": "none",
        "address_sid": None,
        "api_version": "2010-04-01",
        "beta": False,
        "bundle_sid": None,
        "capabilities": {"fax": False, "mms": True, "sms": True, "voice": True},
        "emergency_address_sid": None,
        "emergency_address_status": "unregistered",
        "emergency_status": "Inactive",
        "friendly_name": "",
        "identity_sid": None,
        "origin": "twilio",
        "phone_number": "",
        "sms_application_sid": None,
        "status": "in-use",
        "trunk_sid": None,
        "type": "local",
        "voice_application_sid": None,
        "voice_caller_id_lookup": False,
        "voice_receive_mode": "voice",
        **_CALLBACKS,
    },
    filters={"FriendlyName": "friendly_name", "PhoneNumber": "phone_number", "Beta": "beta", "Origin": "origin"},
    patterns=("PhoneNumber",),
    required=("phone_number",),
    fixed=("address_requirements", "beta", "capabilities", "emergency_address_status", "origin", "status", "type"),
    once=("phone_number",),
)
OUTGOING_CALLER_IDS = Kind(
    "OutgoingCallerId",
    "OutgoingCallerIds",
    "outgoing_caller_ids",
    "PN",
    {"friendly_name": "", "phone_number": ""},
    filters={"FriendlyName": "friendly_name", "PhoneNumber": "phone_number"},
    once=("phone_number",),
    first=1 << 40,
)
QUEUES = Kind(
    "Queue",
    "Queues",
    "queues",
    "QU",
    {"friendly_name": "", "max_size": 100},
    required=("friendly_name",),
)
USAGE_TRIGGERS = Kind(
    "UsageTrigger",
    "Usage/Triggers",
    "usage_triggers",
    "UT",
    {
        "api_version": "2010-04-01",
        "callback_method": "POST",
        "callback_url": None,
        "date_fired": None,
        "friendly_name": "",
        "recurring": "alltime",
        "trigger_by": "usage",
        "trigger_value": "",
        "usage_category": "",
    },
    filters={"Recurring": "recurring", "TriggerBy": "trigger_by", "UsageCategory": "usage_category"},
    required=("callback_url", "trigger_value", "usage_category"),
    fixed=("date_fired",),
    once=("recurring", "trigger_by", "trigger_value", "usage_category"),
)

KINDS = (APPLICATIONS, INCOMING_PHONE_NUMBERS, OUTGOING_CALLER_IDS, QUEUES, USAGE_TRIGGERS)


def add(account: Account, kind: Kind, now: float, **given: Any) -> Resource:
    """Add a resource to an account's list, with defaults for what is not given."""
    known = account.resources[kind.key]
    known.append(Resource(account, kind.first + len(known), now, now, {**kind.properties, **given}))
    return known[-1]


def kept(account: Account, kind: Kind) -> list[Resource]:
    """Return an account's resources of a kind that have not been deleted, oldest first."""
    return [one for one in account.resources[kind.key] if not one.deleted]


def furnish(account: Account, now: float) -> None:
    """Give an account one resource of each kind, so that there is something to see."""
    site = "https://example.com/"
    add(account, APPLICATIONS, now, friendly_name="Reception", voice_url=site + "voice")
    sid = {"friendly_name": "(500) 555-0006", "phone_number": "+15005550006", "voice_url": site + "voice"}
    add(account, INCOMING_PHONE_NUMBERS, now, **sid)
    add(account, OUTGOING_CALLER_IDS, now, friendly_name="Front desk", phone_number="+12025550123")
    add(account, QUEUES, now, friendly_name="support")
    given = {"callback_url": site + "usage", "trigger_value": "1000", "usage_category": "calls", "trigger_by": "count"}
    add(account, USAGE_TRIGGERS, now, friendly_name="A thousand calls", recurring="monthly", **given)
