"""Finds the conference or participant that a name, label or SID stands for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING

from twsql.errors import InputError, NotFound
from twsql.schema import Parameter, Row

if TYPE_CHECKING:
    from twsql.twilio.client import Client

ACTIVE = ("init", "in-progress")
"""The statuses of a conference that is not over, in order of its life."""

CONFERENCE_INPUT = Parameter(
    "Conference",
    "A conference's SID, or the name of one that is not over.",
    "conference",
    required=True,
    alias="ConferenceSid",
)

PARTICIPANT_INPUT = Parameter(
    "Participant",
    "The SID of the participant's call, or the participant's label.",
    required=True,
    alias="CallSid",
)


def is_conference_sid(text: str) -> bool:
    """Whether a text has the form of a conference's SID; Twilio never reads such a text as a name."""
    return re.fullmatch("CF[0-9a-fA-F]{32}", text) is not None


def is_call_sid(text: str) -> bool:
    """Whether a text has the form of a call's SID; Twilio allows no such label."""
    return re.fullmatch("CA[0-9a-fA-F]{32}", text) is not None


def active(client: Client, *names: str) -> Iterator[Row]:
    """Yield each conference that is not over; with `names` those that Twilio lists for them, maybe in another case."""
    yielded = set()
    for params in product(
        [{"Status": status} for status in ACTIVE], [{"FriendlyName": name} for name in names] or [{}]
    ):
        for row in client.pages(client.path("Conferences"), "conferences", {**params[0], **params[1]}):
            if row["sid"] not in yielded:
                yielded.add(row["sid"])
                yield row


def conference_sid(client: Client, conference: str) -> str:
    """The SID of a conference, from its SID or name: Twilio accepts a name only when it creates a conference.

    A name costs one or two requests. Raises NotFound if no conference that is not over has the name, InputError if
    several have it.
    """
    if is_conference_sid(conference):
        return conference
    found = [str(row["sid"]) for row in active(client, conference) if row.get("friendly_name") == conference]
    if not found:
        raise NotFound(f"no conference that is not over is named {conference!r}")
    if len(found) > 1:
        raise InputError(f"{len(found)} conferences are named {conference!r}: give the SID, one of {', '.join(found)}")
    return found[0]
