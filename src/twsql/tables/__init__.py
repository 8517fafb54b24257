"""The tables, one file each; a new one is a file here and an entry in TABLES."""

from __future__ import annotations

from twsql.tables.accounts import ACCOUNTS
from twsql.tables.applications import APPLICATIONS
from twsql.tables.available_phone_numbers import AVAILABLE_PHONE_NUMBERS
from twsql.tables.balance import BALANCE
from twsql.tables.call_events import CALL_EVENTS
from twsql.tables.call_summaries import CALL_SUMMARIES
from twsql.tables.calls import CALLS
from twsql.tables.conference_participant_summaries import CONFERENCE_PARTICIPANT_SUMMARIES
from twsql.tables.conference_summaries import CONFERENCE_SUMMARIES
from twsql.tables.conferences import CONFERENCES
from twsql.tables.incoming_phone_numbers import INCOMING_PHONE_NUMBERS
from twsql.tables.media import MEDIA
from twsql.tables.messages import MESSAGES
from twsql.tables.outgoing_caller_ids import OUTGOING_CALLER_IDS
from twsql.tables.participants import PARTICIPANTS
from twsql.tables.queue_members import QUEUE_MEMBERS
from twsql.tables.queues import QUEUES
from twsql.tables.recordings import RECORDINGS
from twsql.tables.transcriptions import TRANSCRIPTIONS
from twsql.tables.twsql_journal import TWSQL_JOURNAL
from twsql.tables.twsql_requests import TWSQL_REQUESTS
from twsql.tables.usage_records import USAGE_RECORDS
from twsql.tables.usage_triggers import USAGE_TRIGGERS
from twsql.tables.voice_prices import VOICE_PRICES

TABLES = (
    CONFERENCES,
    PARTICIPANTS,
    CALLS,
    RECORDINGS,
    CALL_EVENTS,
    TRANSCRIPTIONS,
    MESSAGES,
    MEDIA,
    CONFERENCE_SUMMARIES,
    CONFERENCE_PARTICIPANT_SUMMARIES,
    CALL_SUMMARIES,
    INCOMING_PHONE_NUMBERS,
    OUTGOING_CALLER_IDS,
    AVAILABLE_PHONE_NUMBERS,
    APPLICATIONS,
    QUEUES,
    QUEUE_MEMBERS,
    USAGE_RECORDS,
    USAGE_TRIGGERS,
    BALANCE,
    ACCOUNTS,
    VOICE_PRICES,
    TWSQL_JOURNAL,
    TWSQL_REQUESTS,
)
"""All tables except the sys_ tables, which describe these: see `twsql.catalog`."""
