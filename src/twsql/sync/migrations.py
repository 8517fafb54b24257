"""Opens a file for sync, and brings its tables to the newest version."""

from __future__ import annotations

import apsw

from twsql.errors import NotSupportedError
from twsql.sqlite_files import ForeignFileError, Versions
from twsql.sync.layout import TABLES
from twsql.sync.views import VIEWS

APPLICATION_ID = 0x7477736C
"""`twsl` in ASCII."""

_FIRST = """
CREATE TABLE conferences (
  Sid TEXT NOT NULL PRIMARY KEY, AccountSid TEXT, FriendlyName TEXT, Status TEXT, Region TEXT,
  ReasonConferenceEnded TEXT, CallSidEndingConference TEXT, DateCreated DATETIME, DateUpdated DATETIME,
  ApiVersion TEXT, Uri TEXT, SubresourceUris TEXT,
  FirstSeen DATETIME NOT NULL, LastSeen DATETIME NOT NULL, Run INTEGER NOT NULL REFERENCES sync_runs (Run));
CREATE INDEX conferences_by_date ON conferences (DateCreated);
CREATE INDEX conferences_by_name ON conferences (FriendlyName);
CREATE INDEX conferences_by_end ON conferences (Status, ReasonConferenceEnded);
CREATE INDEX conferences_not_over ON conferences (Run) WHERE Status <> 'completed';
CREATE TABLE participants (
  ConferenceSid TEXT NOT NULL REFERENCES conferences (Sid), CallSid TEXT NOT NULL, AccountSid TEXT, Label TEXT,
  Status TEXT, Muted BOOLEAN, Hold BOOLEAN, Coaching BOOLEAN, CallSidToCoach TEXT, StartConferenceOnEnter BOOLEAN,
  EndConferenceOnExit BOOLEAN, QueueTime INTEGER, DateCreated DATETIME, DateUpdated DATETIME, Uri TEXT,
  FirstSeen DATETIME, LastSeen DATETIME, LeftAt DATETIME, LeftAtSource TEXT, Run INTEGER REFERENCES sync_runs (Run),
  PRIMARY KEY (ConferenceSid, CallSid));
CREATE INDEX participants_by_call ON participants (CallSid);
CREATE INDEX participants_by_date ON participants (DateCreated);
CREATE INDEX participants_who_left ON participants (LeftAt) WHERE LeftAt IS NOT NULL;
CREATE INDEX participants_present ON participants (ConferenceSid) WHERE LeftAt IS NULL;
CREATE TABLE sync_runs (
  Run INTEGER PRIMARY KEY, AccountSid TEXT NOT NULL, Started DATETIME NOT NULL, Finished DATETIME, Since DATETIME,
  Conferences INTEGER NOT NULL DEFAULT 0, Participants INTEGER NOT NULL DEFAULT 0,
  Requests INTEGER NOT NULL DEFAULT 0, Outcome TEXT NOT NULL DEFAULT 'running', Error TEXT);
CREATE TABLE sync_descriptions (
  TableName TEXT NOT NULL, ColumnName TEXT NOT NULL, Description TEXT NOT NULL, PRIMARY KEY (TableName, ColumnName));
"""

_INSIGHTS = """
ALTER TABLE conferences ADD COLUMN InsightsRead DATETIME;
ALTER TABLE conferences ADD COLUMN InsightsFinal BOOLEAN;
ALTER TABLE participants ADD COLUMN JoinedAt DATETIME;
ALTER TABLE participants ADD COLUMN "From" TEXT;
ALTER TABLE participants ADD COLUMN "To" TEXT;
ALTER TABLE participants ADD COLUMN CallStatus TEXT;
CREATE INDEX conferences_without_insights ON conferences (DateUpdated)
  WHERE Status = 'completed' AND InsightsFinal IS NOT 1;
DROP INDEX participants_by_date;
CREATE INDEX participants_by_date ON participants (coalesce(JoinedAt, DateCreated));
"""

_SECONDS = "ALTER TABLE sync_runs ADD COLUMN Seconds REAL"

_CALLS = """
CREATE TABLE calls (
  Sid TEXT NOT NULL PRIMARY KEY, AccountSid TEXT, "To" TEXT, "From" TEXT, Status TEXT, StartTime DATETIME,
  EndTime DATETIME, Duration INTEGER, Price REAL, PriceUnit TEXT, Direction TEXT, AnsweredBy TEXT, ParentCallSid TEXT,
  ForwardedFrom TEXT, CallerName TEXT, PhoneNumberSid TEXT, GroupSid TEXT, TrunkSid TEXT, QueueTime INTEGER,
  ToFormatted TEXT, FromFormatted TEXT, DateCreated DATETIME, DateUpdated DATETIME, ApiVersion TEXT, Uri TEXT,
  SubresourceUris TEXT,
  FirstSeen DATETIME NOT NULL, LastSeen DATETIME NOT NULL, Run INTEGER NOT NULL REFERENCES sync_runs (Run));
CREATE INDEX calls_by_start ON calls (StartTime);
CREATE INDEX calls_unsettled ON calls (Run)
  WHERE Price IS NULL AND Status NOT IN ('busy', 'failed', 'no-answer', 'canceled');
CREATE TABLE recordings (
  Sid TEXT NOT NULL PRIMARY KEY, AccountSid TEXT, CallSid TEXT, ConferenceSid TEXT, Status TEXT, Source TEXT,
  Channels INTEGER, StartTime DATETIME, Duration INTEGER, MediaUrl TEXT, Price REAL, PriceUnit TEXT, ErrorCode INTEGER,
  EncryptionDetails TEXT, DateCreated DATETIME, DateUpdated DATETIME, ApiVersion TEXT, Uri TEXT, SubresourceUris TEXT,
  FirstSeen DATETIME NOT NULL, LastSeen DATETIME NOT NULL, Run INTEGER NOT NULL REFERENCES sync_runs (Run));
CREATE INDEX recordings_by_date ON recordings (DateCreated);
CREATE INDEX recordings_by_conference ON recordings (ConferenceSid) WHERE ConferenceSid IS NOT NULL;
CREATE INDEX recordings_by_call ON recordings (CallSid);
CREATE INDEX recordings_unsettled ON recordings (Run) WHERE Price IS NULL AND Status NOT IN ('absent', 'deleted');
ALTER TABLE sync_runs ADD COLUMN Tables TEXT;
ALTER TABLE sync_runs ADD COLUMN Calls INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sync_runs ADD COLUMN Recordings INTEGER NOT NULL DEFAULT 0;
"""

VERSIONS = Versions(APPLICATION_ID, (_FIRST, _INSIGHTS, _SECONDS, _CALLS))


def migrate(db: apsw.Connection, path: str) -> None:
    """Bring a file's tables, views and descriptions to the newest version; writes nothing if they are.

    Raises NotSupportedError, without a change, for a SQLite file of another program or of a newer twsql.
    """
    try:
        version = VERSIONS.of(db)
        db.pragma("journal_mode", "wal")  # in which readers are not blocked; a copy by VACUUM INTO loses it
        if version < len(VERSIONS.steps) or not _is_described(db):
            VERSIONS.bring_up(db, lambda: _describe(db))
    except ForeignFileError as error:
        raise _refusal(db, path, error.version) from error


def descriptions() -> list[tuple[str, str, str]]:
    """The rows of sync_descriptions."""
    rows = []
    for each in (*TABLES, *VIEWS):
        rows.append((each.name, "", each.description))
        rows += [(each.name, column.name, column.description) for column in each.columns]
    return rows


def _refusal(db: apsw.Connection, path: str, version: int) -> NotSupportedError:
    if not version:
        return NotSupportedError(f"{path} is a SQLite file, but not of twsql sync{_held(db)}: name another file")
    return NotSupportedError(
        f"{path} was written by a newer twsql (version {version} of its tables, this one knows {len(VERSIONS.steps)}):"
        " upgrade twsql, or name another file"
    )


def _held(db: apsw.Connection) -> str:
    """The contents of another program's file, in words: the names of its tables, or a count of other things."""
    names = [
        name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name LIMIT 6")
    ]
    if names:
        return f", it holds {', '.join(names[:5])}{' and more' if len(names) > 5 else ''}"
    return ", it holds views" if db.execute("SELECT 1 FROM sqlite_schema").get else ""


def _is_described(db: apsw.Connection) -> bool:
    views = dict(db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'view'").get or ())
    stored = db.execute("SELECT * FROM sync_descriptions").fetchall()
    return sorted(stored) == sorted(descriptions()) and all(views.get(view.name) == view.sql for view in VIEWS)


def _describe(db: apsw.Connection) -> None:
    """Create the views and descriptions anew; a user's own views stay."""
    for view in VIEWS:
        db.execute(f"DROP VIEW IF EXISTS {view.name}")
        db.execute(view.sql)
    db.execute("DELETE FROM sync_descriptions")
    db.executemany("INSERT INTO sync_descriptions VALUES (?, ?, ?)", descriptions())
