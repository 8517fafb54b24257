"""UPDATE recordings: pauses, resumes and stops. DELETE FROM recordings: deletes the audio."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twsql.errors import InputError
from twsql.schema import Checked, Parameter, Procedure, Row, inputs
from twsql.schema.recordings import RECORDING

if TYPE_CHECKING:
    from twsql.twilio.client import Client


def update_recording(client: Client, checked: Checked) -> Row:
    """Change the recording: two requests, as only its conference or its call can, which the first one finds."""
    if "Status" not in checked:
        raise InputError(f"{UPDATE_RECORDING.name}: nothing to change: give Status")
    sid = str(checked["Sid"])
    recording = client.get(client.path("Recordings", sid), key="recordings")
    if conference := recording.get("conference_sid"):
        path = client.path("Conferences", str(conference), "Recordings", sid)
    else:
        path = client.path("Calls", str(recording.get("call_sid")), "Recordings", sid)
    return client.post(path, inputs.form(UPDATE_RECORDING, checked), repeatable=True)


def delete_recording(client: Client, checked: Checked) -> Row:
    """Delete the recording: one request."""
    client.delete(client.path("Recordings", str(checked["Sid"])))
    return {"sid": checked["Sid"], "status": "deleted"}


_SID = Parameter("Sid", "The SID of the recording.", "sid", required=True, values=("RE",))

UPDATE_RECORDING = Procedure(
    name="UPDATE recordings",
    description="Pauses, resumes or stops a recording that is under way.",
    inputs=(
        _SID,
        Parameter(
            "Status",
            "paused, in-progress (goes on after a pause) or stopped.",
            "enum",
            field="Status",
            values=("paused", "in-progress", "stopped"),
        ),
        Parameter(
            "PauseBehavior",
            "What a pause is in the audio: silence (as long as the pause), or skip (nothing).",
            "enum",
            field="PauseBehavior",
            values=("silence", "skip"),
            default="silence",
        ),
    ),
    columns=RECORDING,
    run=update_recording,
)
"""Not among PROCEDURES: in SQL it is `UPDATE recordings SET …`."""

DELETE_RECORDING = Procedure(
    name="DELETE FROM recordings",
    description="Deletes a recording with its audio.",
    inputs=(_SID,),
    columns=RECORDING,
    run=delete_recording,
)
"""Not among PROCEDURES: in SQL it is `DELETE FROM recordings WHERE …`."""
