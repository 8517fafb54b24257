"""The columns of conferences and participants: one for each property of Twilio's JSON."""

from __future__ import annotations

from dataclasses import replace

from twsql.schema import Column

STATUSES = ("init", "in-progress", "completed")
"""In the order of a conference's life."""

CONFERENCE = (
    Column("Sid", "The SID of the conference: CF and 32 hexadecimal digits.", key=True, sid="CF", names="FriendlyName"),
    Column("AccountSid", "The SID of the account that the conference belongs to."),
    Column(
        "FriendlyName",
        "The name that the conference was made with.",
        filter="FriendlyName",
        loose=True,  # whether Twilio's filter minds upper and lower case is not known
        narrows=1000,
    ),
    Column("Status", "init, in-progress or completed.", filter="Status", narrows=100, values=STATUSES),
    Column("Region", "Where the conference's audio is mixed: us1, ie1, …"),
    Column(
        "ReasonConferenceEnded",
        "Why it ended: conference-ended-via-api, last-participant-left, last-participant-kicked,"
        " participant-with-end-conference-on-exit-left or participant-with-end-conference-on-exit-kicked.",
    ),
    Column("CallSidEndingConference", "The SID of the call whose end or removal ended the conference."),
    Column("DateCreated", "When it was created, UTC.", type="datetime", filter="DateCreated"),
    Column("DateUpdated", "When it was last changed, UTC.", type="datetime", filter="DateUpdated"),
    Column("ApiVersion", "The version of the API that made it: 2010-04-01."),
    Column("Uri", "Its path in the API, from the host on."),
    Column("SubresourceUris", "The paths of its participants and recordings, a JSON object."),
)
"""Sources: Twilio's OpenAPI file, schema `api.v2010.account.conference`."""

PARTICIPANT = (
    Column(
        "ConferenceSid",
        "The SID of the conference that the participant is in.",
        key=True,
        references="conferences.Sid",
        none_when=lambda conference: conference.get("status") == "completed",  # Twilio has none of what is over
        sid="CF",
        names="FriendlyName",
    ),
    Column(
        "CallSid",
        "The SID of the participant's call: CA and 32 hexadecimal digits.",
        lookup=True,
        references="calls.Sid",
        sid="CA",
        names="Label",
    ),
    Column("AccountSid", "The SID of the account that the participant belongs to."),
    Column(
        "Label",
        "The label that it was added with; unique among those who are in the conference.",
        lookup=True,
    ),
    Column("Status", "queued, connecting, ringing, connected, complete or failed."),
    Column("Muted", "Whether the participant is muted.", type="boolean", filter="Muted"),
    Column("Hold", "Whether the participant is on hold.", type="boolean", filter="Hold"),
    Column("Coaching", "Whether the participant coaches another call.", type="boolean", filter="Coaching"),
    Column("CallSidToCoach", "The SID of the call that is coached."),
    Column("StartConferenceOnEnter", "Whether the conference starts when the participant joins.", type="boolean"),
    Column("EndConferenceOnExit", "Whether the conference ends when the participant leaves.", type="boolean"),
    Column("QueueTime", "Milliseconds that the call waits in the account's queue.", type="integer"),
    Column("DateCreated", "When it was created, UTC.", type="datetime"),
    Column("DateUpdated", "When it was last changed, UTC.", type="datetime"),
    Column("Uri", "Its path in the API, from the host on."),
)
"""Sources: Twilio's OpenAPI file, schema `api.v2010.account.conference.participant`."""


def results(columns: tuple[Column, ...], *visible: str) -> tuple[Column, ...]:
    """The result columns of a procedure: the visible ones in this order, then all others, hidden."""
    named = {column.name: column for column in columns}
    rest = (replace(column, hidden=True) for column in columns if column.name not in visible)
    return (*(named[name] for name in visible), *rest)
