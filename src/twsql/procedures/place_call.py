"""PlaceCall: places a call into no conference; TwiML says what happens on it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twsql.procedures.add_participants import ADD_PARTICIPANTS
from twsql.procedures.once_inputs import CHECK_ONLY, once_columns, once_inputs, price_columns
from twsql.procedures.witnesses import placed
from twsql.schema import Checked, Parameter, Procedure, Row, inputs
from twsql.schema.calls import CALL
from twsql.schema.once import Once, Record
from twsql.schema.resources import results

if TYPE_CHECKING:
    from twsql.twilio.client import Client

_LONGEST_TWIML = 4000


def place_call(client: Client, checked: Checked) -> Row:
    """Place the call: one request, which is repeated only if Twilio certainly did nothing.

    Raises OutcomeUnknown if the response was lost, TwilioError if Twilio refused.
    """
    return client.create(client.path("Calls"), inputs.form(PLACE_CALL, checked), sid="sid")


_SHARED = {parameter.name: parameter for parameter in ADD_PARTICIPANTS.inputs}


def _shared(*names: str) -> tuple[Parameter, ...]:
    """Inputs that a call into a conference has as well."""
    return tuple(_SHARED[name] for name in names)


def _method(name: str, of: str) -> Parameter:
    return replace(_SHARED["StatusCallbackMethod"], name=name, field=name, description=f"The HTTP method of {of}.")


_CALL = (
    *_shared("From", "To"),
    Parameter("Url", "Where Twilio gets the TwiML of the call. It goes before Twiml.", "url", field="Url"),
    Parameter("Twiml", "The TwiML itself: what happens on the call.", field="Twiml", most=_LONGEST_TWIML),
    Parameter(
        "ApplicationSid",
        "The SID of the application whose URLs the call uses. It goes before Url.",
        "sid",
        field="ApplicationSid",
        values=("AP",),
    ),
    _method("Method", "Url"),
    Parameter("FallbackUrl", "Where Twilio gets TwiML if Url fails.", "url", field="FallbackUrl"),
    _method("FallbackMethod", "FallbackUrl"),
    *_shared("StatusCallback", "StatusCallbackMethod", "StatusCallbackEvent"),
    Parameter(
        "SendDigits",
        "Keys to press once the call is answered: 0-9, #, * and w, which waits half a second.",
        field="SendDigits",
    ),
    replace(_SHARED["Timeout"], description="Seconds to let the phone ring before it counts as not answered."),
    replace(_SHARED["Record"], description="Whether to record the call."),
    *_shared("RecordingChannels", "RecordingStatusCallback", "RecordingStatusCallbackMethod"),
    replace(
        _SHARED["RecordingStatusCallbackEvent"], values=("in-progress", "completed", "absent"), default="completed"
    ),
    *_shared("RecordingTrack", "Trim", "SipAuthUsername", "SipAuthPassword", "MachineDetection"),
    *_shared("MachineDetectionTimeout", "MachineDetectionSpeechThreshold", "MachineDetectionSpeechEndThreshold"),
    *_shared("MachineDetectionSilenceTimeout"),
)

_FURTHER = (
    Parameter("AsyncAmd", "Whether the call goes on while that is found out.", "boolean", field="AsyncAmd"),
    Parameter(
        "AsyncAmdStatusCallback", "Where Twilio reports what has answered.", "url", field="AsyncAmdStatusCallback"
    ),
    _method("AsyncAmdStatusCallbackMethod", "AsyncAmdStatusCallback"),
    *_shared("CallerId", "CallReason", "CallToken", "TimeLimit", "Byoc", "ClientNotificationUrl"),
)


_PRICES = price_columns()
_RESULTS = tuple(
    column
    for column in results(CALL, "AccountSid", "Sid", "Status")
    if column.name not in {price.name for price in _PRICES}
)


def _record(checked: Checked) -> Record:
    shown = str(checked["CallerId"]) if "CallerId" in checked else None
    return Record(sender=str(checked["From"]), recipient=str(checked["To"]), shown=shown)


PLACE_CALL = Procedure(
    name="PlaceCall",
    description="Places a call into no conference: a URL, TwiML or an application says what happens on it.",
    inputs=(*_CALL, CHECK_ONLY, *_FURTHER, *once_inputs("call")),
    columns=(*_RESULTS, *_PRICES, *once_columns("call", "placed")),
    run=place_call,
    once=Once(
        noun="call",
        done="placed",
        sid="sid",
        record=_record,
        find=placed.find,
        decided=placed.decided,
        proves_absence=True,
        per_minute=True,
    ),
    any_of=(("Url", "Twiml", "ApplicationSid"),),
)
