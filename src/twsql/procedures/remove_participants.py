"""RemoveParticipants: removes one participant from a conference, which ends that call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twsql.procedures.addressing import CONFERENCE_INPUT, PARTICIPANT_INPUT, conference_sid, is_call_sid
from twsql.schema import Checked, Procedure, Row
from twsql.schema.resources import PARTICIPANT, results

if TYPE_CHECKING:
    from twsql.twilio.client import Client


def remove_participants(client: Client, checked: Checked) -> Row:
    """Remove the participant: one request by call SID; a label costs one more, to find the call.

    Twilio's response is empty, so the row has what twsql knows: the SIDs, and `complete`, the status of an ended call.
    """
    sid = conference_sid(client, str(checked["Conference"]))
    path = client.path("Conferences", sid, "Participants", str(checked["Participant"]))
    known: Row = {
        "call_sid": checked["Participant"],
        "conference_sid": sid,
        "account_sid": client.settings.account_sid,
    }
    if not is_call_sid(str(checked["Participant"])):
        known = client.get(path, key="participants")
        path = client.path("Conferences", sid, "Participants", str(known["call_sid"]))
    client.delete(path)
    return {**known, "status": "complete"}


REMOVE_PARTICIPANTS = Procedure(
    name="RemoveParticipants",
    description="Removes one participant from a conference and ends that call.",
    inputs=(CONFERENCE_INPUT, PARTICIPANT_INPUT),
    columns=results(PARTICIPANT, "AccountSid", "CallSid", "ConferenceSid", "Status"),
    run=remove_participants,
)
