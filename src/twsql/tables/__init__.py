"""The tables, one file each; a new one is a file here and an entry in TABLES."""

from __future__ import annotations

from twsql.tables.call_events import CALL_EVENTS
from twsql.tables.call_summaries import CALL_SUMMARIES
from twsql.tables.calls import CALLS
from twsql.tables.conference_participant_summaries import CONFERENCE_PARTICIPANT_SUMMARIES
from twsql.tables.conference_summaries import CONFERENCE_SUMMARIES
from twsql.tables.conferences import CONFERENCES
from twsql.tables.participants import PARTICIPANTS
from twsql.tables.recordings import RECORDINGS
from twsql.tables.transcriptions import TRANSCRIPTIONS
from twsql.tables.twsql_journal import TWSQL_JOURNAL
from twsql.tables.twsql_requests import TWSQL_REQUESTS

TABLES = (
    CONFERENCES,
    PARTICIPANTS,
    CALLS,
    RECORDINGS,
    CALL_EVENTS,
    TRANSCRIPTIONS,
    CONFERENCE_SUMMARIES,
    CONFERENCE_PARTICIPANT_SUMMARIES,
    CALL_SUMMARIES,
    TWSQL_JOURNAL,
    TWSQL_REQUESTS,
)
"""All tables except the sys_ tables, which describe these: see `twsql.catalog`."""
