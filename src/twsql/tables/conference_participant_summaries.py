"""conference_participant_summaries: who was in the conferences of the last 30 days, and when."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from twsql.errors import NotFound
from twsql.lists import insights
from twsql.procedures.addressing import is_conference_sid
from twsql.schema import Column, Row, Table
from twsql.schema.where import Where
from twsql.tables.conference_summaries import conference_summaries
from twsql.twilio.urls import product_path

if TYPE_CHECKING:
    from twsql.twilio.client import Client


def conference_participant_summaries(client: Client, where: Where) -> Iterator[Row]:
    """Yield one row for each participant, conference by conference; several conferences are fetched side by side.

    Without ConferenceSid the conferences of the last 30 days are listed first.
    """
    there = client.at(insights.HOST)
    sids = where.any_of("ConferenceSid")
    if sids is not None and len(sids) == 1:
        return _of(there, where, sids[0]) if is_conference_sid(sids[0]) else iter(())
    conferences = _recent(client, where) if sids is None else filter(is_conference_sid, sids)
    first = {} if where.limit is None else {"first": 1}
    return chain.from_iterable(there.prefetch(lambda sid: [*_of(there, where, sid)], conferences, **first))


def _recent(client: Client, where: Where) -> Iterator[str]:
    for row in conference_summaries(client, Where()):
        sid = str(row["conference_sid"])
        where.also_read("conference_summaries", sid, row)
        yield sid


def _of(client: Client, where: Where, conference: str) -> Iterator[Row]:
    path = product_path("v1", "Conferences", conference, "Participants")
    try:
        yield from insights.listed(client, path, "participants", CONFERENCE_PARTICIPANT_SUMMARIES.columns, where)
    except NotFound:  # it is older, or nothing is known of it yet
        return


CONFERENCE_PARTICIPANT_SUMMARIES = Table(
    name="conference_participant_summaries",
    description="Who was in the conferences of the last 30 days, from when to when, by Voice Insights.",
    columns=(
        Column("ConferenceSid", "The SID of the conference.", key=True, references="conferences.Sid", sid="CF"),
        Column("ParticipantSid", "The SID of the participant.", filter="ParticipantSid", narrows=1000, sid="CP"),
        Column("Label", "The label that it was added with.", filter="Label", loose=True, narrows=100),
        Column("CallSid", "The SID of the participant's call.", references="calls.Sid", sid="CA"),
        Column("AccountSid", "The SID of the account that the participant belongs to."),
        Column("CallDirection", "inbound or outbound."),
        Column("From", "Who called."),
        Column("To", "Who was called.", references="voice_prices.DestinationNumber"),
        Column("CallStatus", "answered, completed, busy, fail, noanswer, ringing or canceled."),
        Column("CountryCode", "The country of the participant's number: US, …"),
        Column("IsModerator", "Whether the conference started or ended with the participant.", type="boolean"),
        Column("JoinTime", "When the participant joined, UTC.", type="datetime"),
        Column("LeaveTime", "When the participant left, UTC.", type="datetime"),
        Column("DurationSeconds", "Seconds from joining to leaving.", type="integer"),
        Column("OutboundQueueLength", "How many calls waited before it.", type="integer"),
        Column("OutboundTimeInQueue", "Milliseconds that the call waited.", type="integer"),
        Column("JitterBufferSize", "large, medium, small or off."),
        Column("IsCoach", "Whether the participant coached another.", type="boolean"),
        Column("CoachedParticipants", "The SIDs of those who were coached, a JSON array."),
        Column("ParticipantRegion", "Where the participant's audio came in."),
        Column("ConferenceRegion", "Where the conference's audio was mixed."),
        Column("CallType", "carrier, client or sip."),
        Column("ProcessingState", "complete, in_progress or timeout."),
        Column("Properties", "More on the participant, a JSON object."),
        Column("Events", "What happened, with times, a JSON object."),
        Column("Metrics", "The quality of the audio, a JSON object."),
        Column("Url", "Its address in the API."),
        Column("Event", "An input: only participants with this event.", filter="Events", hidden=True, late=True),
    ),
    rows=conference_participant_summaries,
    identity=("ConferenceSid", "ParticipantSid"),
    pages=200,
)
