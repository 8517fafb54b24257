"""EndConference: ends a conference. UPDATE conferences: ends a conference, or plays an announcement to it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twsql.procedures.addressing import CONFERENCE_INPUT, conference_sid
from twsql.procedures.changing import changed_form
from twsql.schema import Checked, Parameter, Procedure, Row
from twsql.schema.resources import CONFERENCE, results

if TYPE_CHECKING:
    from twsql.twilio.client import Client


def end_conference(client: Client, checked: Checked) -> Row:
    """End the conference for everybody in it: one request by SID, two or three by name."""
    return update_conference(client, {**checked, "Status": "completed"})


def update_conference(client: Client, checked: Checked) -> Row:
    """Change the conference: one request. An announcement is not sent again, as it might play twice."""
    form = changed_form(UPDATE_CONFERENCE, checked)
    path = client.path("Conferences", conference_sid(client, str(checked["Conference"])))
    return client.post(path, form, repeatable="AnnounceUrl" not in checked)


_CHANGES = (
    Parameter("Status", "completed ends the conference.", "enum", field="Status", values=("completed",)),
    Parameter("AnnounceUrl", "What is played to the conference now.", "url", field="AnnounceUrl"),
    Parameter(
        "AnnounceMethod",
        "The HTTP method of AnnounceUrl.",
        "enum",
        field="AnnounceMethod",
        values=("GET", "POST"),
    ),
)

_COLUMNS = tuple(replace(c, name="ConferenceSid", field="sid") if c.name == "Sid" else c for c in CONFERENCE)

END_CONFERENCE = Procedure(
    name="EndConference",
    description="Ends a conference for everybody in it.",
    inputs=(CONFERENCE_INPUT,),
    columns=results(_COLUMNS, "AccountSid", "ConferenceSid", "FriendlyName", "Status"),
    run=end_conference,
)

UPDATE_CONFERENCE = Procedure(
    name="UPDATE conferences",
    description="Ends a conference or announces to it.",
    inputs=(CONFERENCE_INPUT, *_CHANGES),
    columns=END_CONFERENCE.columns,
    run=update_conference,
)
"""Not among PROCEDURES: in SQL it is `UPDATE conferences SET …`."""
