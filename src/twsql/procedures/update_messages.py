"""UPDATE messages: cancels a message that was not sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twsql.errors import TwilioError
from twsql.procedures.changing import changed_form
from twsql.schema import Checked, Parameter, Procedure, Row
from twsql.schema.messages import MESSAGE, MESSAGE_SID

if TYPE_CHECKING:
    from twsql.twilio.client import Client

_CANCELED = "canceled"


def update_message(client: Client, checked: Checked) -> Row:
    """Cancel the message: one request. A message that is canceled already costs one more, and is no error."""
    form = changed_form(UPDATE_MESSAGE, checked)
    path = client.path("Messages", str(checked["Sid"]))
    try:
        return client.post(path, form, repeatable=True)
    except TwilioError:
        row = client.get(path, key="messages")
        if row.get("status") != _CANCELED:
            raise
        return row


UPDATE_MESSAGE = Procedure(
    name="UPDATE messages",
    description="Cancels a message that was not sent.",
    inputs=(
        Parameter("Sid", "The SID of the message.", "sid", required=True, values=(MESSAGE_SID,)),
        Parameter("Status", "canceled.", "enum", field="Status", values=(_CANCELED,)),
    ),
    columns=MESSAGE,
    run=update_message,
)
"""Not among PROCEDURES: in SQL it is `UPDATE messages SET …`."""
