"""ModifyParticipants: changes one participant, or plays an announcement to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twsql.procedures.addressing import CONFERENCE_INPUT, PARTICIPANT_INPUT, conference_sid
from twsql.procedures.changing import changed_form
from twsql.schema import Checked, Parameter, Procedure, Row
from twsql.schema.resources import PARTICIPANT, results

if TYPE_CHECKING:
    from twsql.twilio.client import Client

_METHODS = ("GET", "POST")


def modify_participants(client: Client, checked: Checked) -> Row:
    """Change the participant: one request. An announcement is not sent again, as it might play twice."""
    form = changed_form(MODIFY_PARTICIPANTS, checked)
    sid = conference_sid(client, str(checked["Conference"]))
    path = client.path("Conferences", sid, "Participants", str(checked["Participant"]))
    return client.post(path, form, repeatable="AnnounceUrl" not in checked)


_CHANGES = (
    Parameter("Muted", "Whether the participant is muted.", "boolean", field="Muted"),
    Parameter("Hold", "Whether the participant is on hold.", "boolean", field="Hold"),
    Parameter("HoldUrl", "What plays while on hold.", "url", field="HoldUrl"),
    Parameter("HoldMethod", "The HTTP method of HoldUrl.", "enum", field="HoldMethod", values=_METHODS),
    Parameter("AnnounceUrl", "What is played to the participant now.", "url", field="AnnounceUrl"),
    Parameter("AnnounceMethod", "The HTTP method of AnnounceUrl.", "enum", field="AnnounceMethod", values=_METHODS),
    Parameter("WaitUrl", "What plays until the conference starts; empty is silence.", "url", field="WaitUrl"),
    Parameter("WaitMethod", "The HTTP method of WaitUrl.", "enum", field="WaitMethod", values=_METHODS),
    Parameter("BeepOnExit", "Whether a beep plays when the participant leaves.", "boolean", field="BeepOnExit"),
    Parameter(
        "EndConferenceOnExit",
        "Whether the conference ends when the participant leaves.",
        "boolean",
        field="EndConferenceOnExit",
    ),
    Parameter("Coaching", "Whether the participant coaches another.", "boolean", field="Coaching"),
    Parameter("CallSidToCoach", "The SID of the call to coach.", "sid", field="CallSidToCoach", values=("CA",)),
)

MODIFY_PARTICIPANTS = Procedure(
    name="ModifyParticipants",
    description="Mutes, holds, announces to or otherwise changes one participant.",
    inputs=(CONFERENCE_INPUT, PARTICIPANT_INPUT, *_CHANGES),
    columns=results(PARTICIPANT, "AccountSid", "CallSid", "ConferenceSid", "Status"),
    run=modify_participants,
)
