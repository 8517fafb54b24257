"""Voice Insights' data on conferences that are over, as the file keeps it.

https://www.twilio.com/docs/voice/voice-insights/api/conference/conference-participant-resource
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from twsql.schema import Value

COLUMNS = (
    "ConferenceSid",
    "CallSid",
    "AccountSid",
    "Label",
    "IsCoach",
    "JoinTime",
    "CallStatus",
    "LeaveTime",
    "From",
    "To",
    "ProcessingState",
)
"""Columns of conference_participant_summaries."""


@dataclass(frozen=True)
class ConferenceInsights:
    """Insights' data on a conference: a row for each participant; `final` if Insights will add no more.

    A row has the values of all COLUMNS but the last.
    """

    conference: str
    rows: list[tuple[Value, ...]]
    final: bool


def by_conference(conferences: Sequence[str], rows: Iterable[tuple[Value, ...]]) -> Iterator[ConferenceInsights]:
    """Yield the data on each of the conferences, from rows of COLUMNS in their order; a conference may have no rows."""
    found = {str(sid): [*each] for sid, each in groupby(rows, key=lambda row: row[0])}
    for sid in conferences:
        known = found.get(sid, [])
        final = bool(known) and all(row[-1] != "in_progress" for row in known)
        yield ConferenceInsights(sid, [row[:-1] for row in known if row[1]], final)
