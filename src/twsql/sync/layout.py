"""The tables of the file: the columns of the live tables, and the file's own."""

from __future__ import annotations

from dataclasses import dataclass

from twsql.schema import Column
from twsql.schema.calls import CALL
from twsql.schema.recordings import RECORDING
from twsql.schema.resources import CONFERENCE, PARTICIPANT

_FIRST_SEEN = Column("FirstSeen", "When a run first read it from Twilio, UTC.", type="datetime")
_LAST_SEEN = Column("LastSeen", "When a run last read it from Twilio, UTC.", type="datetime")
_RUN = Column("Run", "The run that last read it: sync_runs.Run.", type="integer")


@dataclass(frozen=True)
class FileTable:
    """A table of the file: `live` are the columns of the live table, `own` are the file's."""

    name: str
    description: str
    identity: tuple[str, ...]
    live: tuple[Column, ...] = ()
    own: tuple[Column, ...] = ()

    @property
    def columns(self) -> tuple[Column, ...]:
        """All columns in their order."""
        return self.live + self.own


CONFERENCES = FileTable(
    name="conferences",
    description="Every conference of the account, as last read from Twilio.",
    identity=("Sid",),
    live=CONFERENCE,
    own=(
        _FIRST_SEEN,
        _LAST_SEEN,
        _RUN,
        Column("InsightsRead", "When Insights was last asked who was in it, UTC.", type="datetime"),
        Column("InsightsFinal", "Whether Insights will not tell more.", type="boolean"),
    ),
)

PARTICIPANTS = FileTable(
    name="participants",
    description="Everybody whom a run found in a conference, or Insights told of. Who has left is kept, as last seen.",
    identity=("ConferenceSid", "CallSid"),
    live=PARTICIPANT,
    own=(
        _FIRST_SEEN,
        _LAST_SEEN,
        Column(
            "LeftAt",
            "When they left, UTC, as far as it is known; NULL: still there at the last run. LeftAtSource tells how"
            " exact it is.",
            type="datetime",
        ),
        Column(
            "LeftAtSource",
            "insights: Twilio told the time. conference-end: the conference's end, at the latest then. run: the first"
            " run that did not find them any more, so they left between LastSeen and LeftAt.",
        ),
        _RUN,
        Column("JoinedAt", "When they were in, UTC, as Insights told.", type="datetime"),
        Column("From", "The number that the call was placed from, as Insights told."),
        Column("To", "The number that was called, as Insights told."),
        Column("CallStatus", "What became of the call, as Insights told: answered, busy, no_answer, …"),
    ),
)

CALLS = FileTable(
    name="calls",
    description="Every call of the account, as last read from Twilio.",
    identity=("Sid",),
    live=CALL,
    own=(_FIRST_SEEN, _LAST_SEEN, _RUN),
)

RECORDINGS = FileTable(
    name="recordings",
    description="Every recording of the account, as last read from Twilio; one that is deleted there is kept here.",
    identity=("Sid",),
    live=RECORDING,
    own=(_FIRST_SEEN, _LAST_SEEN, _RUN),
)

SYNC_RUNS = FileTable(
    name="sync_runs",
    description="One row for each run of twsql sync.",
    identity=("Run",),
    own=(
        Column("Run", "A number that grows.", type="integer"),
        Column("AccountSid", "The account whose conferences these are; a file has one."),
        Column("Started", "When it began, UTC.", type="datetime"),
        Column("Finished", "When it ended, UTC; NULL: it has not, or was killed.", type="datetime"),
        Column(
            "Since",
            "From when on it read what had ended and calls; NULL: of at least one table everything.",
            type="datetime",
        ),
        Column("Conferences", "How many rows of conferences it read.", type="integer"),
        Column("Participants", "How many rows of participants it read, those of Insights too.", type="integer"),
        Column("Requests", "How many requests it sent to Twilio.", type="integer"),
        Column(
            "Outcome",
            "running; ok: everything was read; failed: see Error; stopped: by a signal; killed: it ended without a"
            " word.",
        ),
        Column("Error", "Why it failed; with ok: what Twilio did not let it read."),
        Column("Seconds", "How long it took; NULL: as for Finished.", type="real"),
        Column("Tables", "The tables that it was to read, with spaces between; NULL: conferences participants."),
        Column("Calls", "How many rows of calls it read.", type="integer"),
        Column("Recordings", "How many rows of recordings it read.", type="integer"),
    ),
)

SYNC_DESCRIPTIONS = FileTable(
    name="sync_descriptions",
    description="What each table, view and column of this file holds.",
    identity=("TableName", "ColumnName"),
    own=(
        Column("TableName", "The table or view."),
        Column("ColumnName", "Its column; '' for the table itself."),
        Column("Description", "What it holds."),
    ),
)

LIVE = (CONFERENCES, PARTICIPANTS, CALLS, RECORDINGS)
"""The tables that hold Twilio's."""
TABLES = (*LIVE, SYNC_RUNS, SYNC_DESCRIPTIONS)


def upsert(table: FileTable) -> str:
    """The statement that writes a row of the live table; Run and the time of reading are bound after the row's values.

    An existing row gets the new values. The file's own columns stay, but a participant that is listed again is present.
    """
    live = [_quoted(column.name) for column in table.live]
    seen = ['"LastSeen" = excluded."LastSeen"', '"Run" = excluded."Run"']
    back = ['"LeftAt" = NULL', '"LeftAtSource" = NULL'] if any(c.name == "LeftAt" for c in table.own) else []
    changes = [f"{name} = excluded.{name}" for name in live if name.strip('"') not in table.identity]
    now = len(live) + 2
    places = [f"?{number}" for number in (*range(1, now), now, now)]
    return " ".join(
        (
            f"INSERT INTO {table.name}",
            f"({', '.join(live)}, Run, FirstSeen, LastSeen) VALUES ({', '.join(places)})",
            f"ON CONFLICT ({', '.join(table.identity)}) DO UPDATE SET {', '.join(changes + seen + back)}",
        )
    )


def _quoted(name: str) -> str:
    return f'"{name}"'
