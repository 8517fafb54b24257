"""UPDATE calls: hangs up a call, or sends it to other TwiML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twsql.errors import TwilioError
from twsql.procedures.changing import changed_form
from twsql.schema import Checked, Parameter, Procedure, Row
from twsql.schema.calls import CALL, CALL_STATUSES

if TYPE_CHECKING:
    from twsql.twilio.client import Client

_METHODS = ("GET", "POST")
_LONGEST_TWIML = 4000
_NOT_IN_PROGRESS = 21220
"""Twilio's code for a change of a call that has ended."""
_ENDED = frozenset(CALL_STATUSES[CALL_STATUSES.index("completed") :])


def update_call(client: Client, checked: Checked) -> Row:
    """Change the call: one request. Other TwiML is not sent again, as it might begin twice.

    A call that ended by itself before it could be hung up is as was asked: it costs one more request, and is no error.
    """
    form = changed_form(UPDATE_CALL, checked)
    path = client.path("Calls", str(checked["Sid"]))
    hangs_up = {name for name, _ in form} == {"Status"}
    try:
        return client.post(path, form, repeatable=hangs_up)
    except TwilioError as error:
        if error.code != _NOT_IN_PROGRESS or not hangs_up:
            raise
        call = client.get(path, key="calls")
        if call.get("status") not in _ENDED and not call.get("end_time"):
            raise
        return call


_CHANGES = (
    Parameter(
        "Status",
        "completed hangs up, whatever the call's state; canceled does only before it is answered.",
        "enum",
        field="Status",
        values=("completed", "canceled"),
    ),
    Parameter("Url", "Where Twilio gets the TwiML that the call goes on with, before Twiml.", "url", field="Url"),
    Parameter("Method", "The HTTP method of Url.", "enum", field="Method", values=_METHODS),
    Parameter("Twiml", "The TwiML itself that goes on with the call.", field="Twiml", most=_LONGEST_TWIML),
    Parameter("FallbackUrl", "Where Twilio gets TwiML if Url fails.", "url", field="FallbackUrl"),
    Parameter("FallbackMethod", "The HTTP method of FallbackUrl.", "enum", field="FallbackMethod", values=_METHODS),
    Parameter("StatusCallback", "Where Twilio tells that the call has ended.", "url", field="StatusCallback"),
    Parameter(
        "StatusCallbackMethod",
        "The HTTP method of StatusCallback.",
        "enum",
        field="StatusCallbackMethod",
        values=_METHODS,
    ),
    Parameter("TimeLimit", "Seconds that the call may last.", "integer", field="TimeLimit", least=1, most=86_400),
)

UPDATE_CALL = Procedure(
    name="UPDATE calls",
    description="Hangs up a call, or sends it to other TwiML.",
    inputs=(Parameter("Sid", "The SID of the call.", "sid", required=True, values=("CA",)), *_CHANGES),
    columns=CALL,
    run=update_call,
)
"""Not among PROCEDURES: in SQL it is `UPDATE calls SET …`."""
