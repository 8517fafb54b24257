"""SendMessage: sends a text message, or one with media."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twsql.procedures.once_inputs import CHECK_ONLY, once_columns, once_inputs
from twsql.procedures.witnesses import messages
from twsql.schema import Checked, Parameter, Procedure, Row, inputs
from twsql.schema.messages import MESSAGE
from twsql.schema.once import Once, Record
from twsql.schema.resources import results

if TYPE_CHECKING:
    from twsql.twilio.client import Client

_LONGEST_BODY = 1600


def send_message(client: Client, checked: Checked) -> Row:
    """Send the message: one request, which is repeated only if Twilio certainly did nothing.

    Raises OutcomeUnknown if the response was lost, TwilioError if Twilio refused.
    """
    return client.create(client.path("Messages"), inputs.form(SEND_MESSAGE, checked), sid="sid")


def _flag(name: str, description: str) -> Parameter:
    return Parameter(name, description, "boolean", field=name)


def _enum(name: str, description: str, *values: str, default: str = "") -> Parameter:
    return Parameter(name, description, "enum", field=name, values=values, default=default)


def _sid(name: str, description: str, prefix: str) -> Parameter:
    return Parameter(name, description, "sid", field=name, values=(prefix,))


_INPUTS = (
    Parameter("From", "Who sends it: a phone number in E.164 form, a short code or a name.", "sender", field="From"),
    Parameter(
        "To",
        "Who gets it: a phone number in E.164 form, or an address such as whatsapp:+12025550100.",
        "called",
        required=True,
        field="To",
    ),
    Parameter("Body", "The text.", field="Body", most=_LONGEST_BODY),
    Parameter(
        "MediaUrl", "URLs of media to send, ten at most: a JSON array, or with spaces.", "urls", field="MediaUrl"
    ),
    _sid("MessagingServiceSid", "The SID of a messaging service, which chooses a From if none is given.", "MG"),
    _sid("ContentSid", "The SID of a content template, in place of a text.", "HX"),
    Parameter("ContentVariables", "The template's variables, a JSON object.", field="ContentVariables"),
    Parameter("StatusCallback", "Where Twilio reports what becomes of it.", "url", field="StatusCallback"),
    _sid("ApplicationSid", "The SID of an application, whose MessageStatusCallback is used.", "AP"),
    Parameter("MaxPrice", "The most that it may cost; a dearer one fails.", "number", field="MaxPrice"),
    _flag("ProvideFeedback", "Whether you will confirm its delivery."),
    Parameter("Attempt", "The number of this attempt at it, for your statistics.", "integer", field="Attempt", least=1),
    Parameter(
        "ValidityPeriod",
        "Seconds that it may wait in Twilio's queue.",
        "integer",
        field="ValidityPeriod",
        least=1,
        most=36_000,
        default="36000",
    ),
    _flag("ForceDelivery", "Reserved by Twilio."),
    _enum("ContentRetention", "Whether Twilio keeps the text.", "retain", "discard"),
    _enum("AddressRetention", "Whether Twilio keeps the number that it goes to.", "retain", "obfuscate"),
    _flag("SmartEncoded", "Whether Twilio replaces characters that need more segments."),
    Parameter("PersistentAction", "Rich actions: one, or a JSON array.", "texts", field="PersistentAction"),
    _enum("TrafficType", "free: only one that costs nothing.", "free"),
    _flag("ShortenUrls", "Whether Twilio shortens links in the text; needs a messaging service."),
    _enum("ScheduleType", "fixed: send it at SendAt; needs a messaging service.", "fixed"),
    Parameter("SendAt", "When to send it, UTC.", "datetime", field="SendAt"),
    _flag("SendAsMms", "Whether it is sent as one with media."),
    _enum("RiskCheck", "Whether Twilio looks for SMS pumping.", "enable", "disable", default="enable"),
    Parameter("FallbackFrom", "Who sends it if the From cannot.", "sender", field="FallbackFrom"),
)


def _record(checked: Checked) -> Record:
    senders = [str(checked[name]) for name in ("From", "MessagingServiceSid") if name in checked]
    return Record(
        sender=senders[0],
        recipient=str(checked["To"]),
        shown=senders[1] if len(senders) > 1 else None,
        details=messages.details(checked),
    )


SEND_MESSAGE = Procedure(
    name="SendMessage",
    description="Sends a text message, or one with media.",
    inputs=(*_INPUTS, CHECK_ONLY, *once_inputs("message")),
    columns=(
        *(
            column
            for column in results(MESSAGE, "AccountSid", "Sid", "Status")
            if column.name not in ("ErrorCode", "ErrorMessage")
        ),
        *once_columns("message", "sent"),
    ),
    run=send_message,
    once=Once(
        noun="message",
        done="sent",
        sid="sid",
        record=_record,
        find=messages.find,
        decided=messages.decided,
        proves_absence=True,
        private=("body",),
    ),
    any_of=(("From", "MessagingServiceSid"), ("Body", "MediaUrl", "ContentSid")),
)
