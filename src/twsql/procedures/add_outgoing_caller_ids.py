"""AddOutgoingCallerIds: has Twilio call a number, to validate it as a caller ID."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twsql.procedures.add_participants import ADD_PARTICIPANTS
from twsql.procedures.once_inputs import CHECK_ONLY, once_columns, once_inputs, price_columns
from twsql.procedures.witnesses import validations
from twsql.schema import Checked, Column, Parameter, Procedure, Row, inputs
from twsql.schema.once import Once, Record

if TYPE_CHECKING:
    from twsql.twilio.client import Client

_TWILIO = "Twilio"
"""Who calls, as the journal shows it: Twilio does not tell the number."""


def add_outgoing_caller_ids(client: Client, checked: Checked) -> Row:
    """Have the number called: one request, which is repeated only if Twilio certainly did nothing.

    Raises OutcomeUnknown if the response was lost, TwilioError if Twilio refused.
    """
    return client.create(
        client.path("OutgoingCallerIds"), inputs.form(ADD_OUTGOING_CALLER_IDS, checked), sid="call_sid"
    )


_SHARED = {parameter.name: parameter for parameter in ADD_PARTICIPANTS.inputs}

ADD_OUTGOING_CALLER_IDS = Procedure(
    name="AddOutgoingCallerIds",
    description="Has Twilio call a number and ask for a code, which makes it a caller ID.",
    inputs=(
        Parameter("PhoneNumber", "The number, in E.164 form.", "called", required=True, field="PhoneNumber"),
        Parameter("FriendlyName", "A name for it; the number without one.", field="FriendlyName", most=64),
        Parameter("CallDelay", "Seconds before the call.", "integer", field="CallDelay", least=0, most=60, default="0"),
        Parameter("Extension", "Keys to press once the call is answered, to reach an extension.", field="Extension"),
        replace(_SHARED["StatusCallback"], description="Where Twilio reports whether it was validated."),
        _SHARED["StatusCallbackMethod"],
        CHECK_ONLY,
        *once_inputs("call"),
    ),
    columns=(
        Column("AccountSid", "The SID of the account that the number is validated for."),
        Column("CallSid", "The SID of the call: CA and 32 hexadecimal digits.", sid="CA"),
        Column("ValidationCode", "What to key in on the call; NULL if the response was lost, as Twilio tells it once."),
        Column("Status", "code-lost, dry-run, failed or unknown; NULL for a call that was placed and has its code."),
        Column("FriendlyName", "The name for it.", hidden=True),
        Column("PhoneNumber", "The number.", hidden=True),
        *price_columns(),
        *once_columns("call", "placed"),
    ),
    run=add_outgoing_caller_ids,
    once=Once(
        noun="call",
        done="placed",
        sid="call_sid",
        record=lambda checked: Record(sender=_TWILIO, recipient=str(checked["PhoneNumber"])),
        find=validations.find,
        decided=validations.decided,
        proves_absence=True,
        per_minute=True,
    ),
)
