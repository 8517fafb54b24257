"""conference_summaries: the conferences of the last 30 days, as Voice Insights sums them up."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from twsql.errors import NotFound
from twsql.lists import insights
from twsql.lists.insights import Window
from twsql.procedures.addressing import is_conference_sid
from twsql.schema import Column, Row, Table
from twsql.schema.where import Where
from twsql.twilio.urls import product_path

if TYPE_CHECKING:
    from twsql.twilio.client import Client

_STATUSES = ("not_started", "in_progress", "completed", "summary_timeout")
_REASONS = (
    "last_participant_left",
    "conference_ended_via_api",
    "participant_with_end_conference_on_exit_left",
    "last_participant_kicked",
    "participant_with_end_conference_on_exit_kicked",
)
_WINDOW = Window("CreateTime", since="CreatedAfter", until="CreatedBefore")


def conference_summaries(client: Client, where: Where) -> Iterator[Row]:
    """Yield one row for each conference: by SID one request each, else Insights' lists."""
    there = client.at(insights.HOST)
    sids = where.any_of("ConferenceSid")
    if sids is None or insights.has_inputs(CONFERENCE_SUMMARIES.columns, where):
        path = product_path("v1", "Conferences")
        return insights.listed(there, path, "conferences", CONFERENCE_SUMMARIES.columns, where, _WINDOW)
    found = there.prefetch(partial(_one, there), filter(is_conference_sid, sids))
    return (row for row in found if row is not None)


def _one(client: Client, sid: str) -> Row | None:
    try:
        return client.get(product_path("v1", "Conferences", sid), key="conferences")
    except NotFound:
        return None


CONFERENCE_SUMMARIES = Table(
    name="conference_summaries",
    description="The conferences of the last 30 days, as Voice Insights sums them up; ended ones too.",
    columns=(
        Column(
            "ConferenceSid",
            "The SID of the conference.",
            key=True,
            filter="ConferenceSid",
            references="conferences.Sid",
            sid="CF",
            names="FriendlyName",
        ),
        Column("AccountSid", "The SID of the account that the conference belongs to."),
        Column("FriendlyName", "Its name.", filter="FriendlyName", loose=True, narrows=1000),
        Column("CreateTime", "When it was created, UTC.", type="datetime", filter="Created"),
        Column("StartTime", "When it started, UTC.", type="datetime"),
        Column("EndTime", "When it ended, UTC.", type="datetime"),
        Column("DurationSeconds", "Seconds from its creation to its end.", type="integer"),
        Column("ConnectDurationSeconds", "Seconds from its start to its end.", type="integer"),
        Column("Status", f"{', '.join(_STATUSES)}.", filter="Status", values=_STATUSES),
        Column("MaxParticipants", "The most participants that it could have.", type="integer"),
        Column("MaxConcurrentParticipants", "The most participants at one time.", type="integer"),
        Column("UniqueParticipants", "How many different participants it had.", type="integer"),
        Column("EndReason", "Why it ended.", filter="EndReason", values=_REASONS),
        Column("EndedBy", "The SID of the call that ended it.", references="calls.Sid", sid="CA"),
        Column("MixerRegion", "Where its audio was mixed.", filter="MixerRegion"),
        Column("MixerRegionRequested", "Where its audio was to be mixed."),
        Column("RecordingEnabled", "Whether it was recorded.", type="boolean"),
        Column("DetectedIssues", "What went wrong, a JSON object."),
        Column("Tags", "Names of what went wrong, a JSON array."),
        Column("TagInfo", "More on the tags, a JSON object."),
        Column("ProcessingState", "complete, in_progress or timeout."),
        Column("Url", "Its address in the API."),
        Column("Links", "The addresses of its participants, a JSON object."),
        Column("Tag", "An input: only conferences with this tag.", filter="Tags", hidden=True, late=True),
        Column(
            "DetectedIssue",
            "An input: only conferences with this issue.",
            filter="DetectedIssues",
            hidden=True,
            late=True,
        ),
        Column(
            "Subaccount", "An input: the conferences of this subaccount.", filter="Subaccount", hidden=True, late=True
        ),
    ),
    rows=conference_summaries,
    identity=("ConferenceSid",),
    pages=3,
    expected_rows=5_000,
)
