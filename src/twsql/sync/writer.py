"""Writes a run to the SQLite file. A run writes only through `Writer`: another target needs the same methods."""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta, timezone

import apsw

from twsql.dbapi.translation import translation
from twsql.errors import NotSupportedError, OperationalError
from twsql.schema import Value
from twsql.sqlite_files import transaction
from twsql.sync.insights import ConferenceInsights
from twsql.sync.layout import LIVE, PARTICIPANTS, FileTable, upsert
from twsql.sync.migrations import migrate

_BUSY_TIMEOUT, _READ_TIMEOUT = 10_000, 100  # milliseconds for another program's write to end, and for a read
_CACHE = 64 * 1024
"""KB of SQLite's page cache."""
_WAL_PAGES = 16 * 1024
"""Pages of the WAL (64 MB) after which SQLite copies them to the file."""
_UPSERTS = {table: upsert(table) for table in LIVE}
_COUNTS = {
    table: " ".join(("UPDATE sync_runs SET", table.name, "=", table.name, "+ ?, Requests = ? WHERE Run = ?"))
    for table in LIVE
}
_LAST_GOOD = """
SELECT max(Started) FROM sync_runs
WHERE Outcome = 'ok' AND instr(' ' || coalesce(Tables, 'conferences participants') || ' ', ' ' || ? || ' ')
"""
_UNDATED = {
    "conferences": "SELECT 1 FROM conferences WHERE Status = 'completed' AND DateUpdated IS NULL LIMIT 1",
    "calls": "SELECT 1 FROM calls WHERE Status = 'completed' AND StartTime IS NULL LIMIT 1",
    "recordings": "SELECT 1 FROM recordings WHERE DateCreated IS NULL LIMIT 1",
}

_SWEEP = """
UPDATE participants SET (LeftAt, LeftAtSource) = (
  SELECT coalesce(min(DateUpdated), :now), iif(count(*), 'conference-end', 'run')
  FROM conferences WHERE Sid = ConferenceSid AND Status = 'completed')
WHERE LeftAt IS NULL AND (
  Run < :run OR (SELECT c.Status FROM conferences c WHERE c.Sid = ConferenceSid) = 'completed')
"""
_UNSETTLED = """
SELECT Sid FROM conferences WHERE Status <> 'completed' AND Run < :run
UNION SELECT ConferenceSid FROM participants
WHERE LeftAt IS NULL AND Run = :run AND ConferenceSid NOT IN (SELECT Sid FROM conferences)
"""
_UNSETTLED_CALLS = """
SELECT Sid FROM calls INDEXED BY calls_unsettled
WHERE Price IS NULL AND Status NOT IN ('busy', 'failed', 'no-answer', 'canceled') AND Run < :run
AND (Status <> 'completed' OR coalesce(EndTime, StartTime, DateCreated, FirstSeen) > :late)
"""
_UNSETTLED_RECORDINGS = """
SELECT Sid FROM recordings INDEXED BY recordings_unsettled
WHERE Price IS NULL AND Status NOT IN ('absent', 'deleted') AND Run < :run
AND (Status <> 'completed' OR coalesce(DateUpdated, DateCreated, FirstSeen) > :late)
"""
_UNSETTLED_ROWS = {
    "conferences": _UNSETTLED,
    "calls": _UNSETTLED_CALLS,
    "recordings": _UNSETTLED_RECORDINGS,
}
_EARLIEST = {
    "calls": """
SELECT count(*), min(StartTime) FROM calls
WHERE Sid IN (SELECT value FROM json_each(:sids)) AND StartTime < :day AND Status = 'completed'
""",
    "recordings": """
SELECT count(*), min(DateCreated) FROM recordings
WHERE Sid IN (SELECT value FROM json_each(:sids)) AND DateCreated < :day
""",
}
_BETWEEN = {
    "calls": "SELECT count(*) FROM calls WHERE StartTime >= ? AND StartTime < ?",
    "recordings": "SELECT count(*) FROM recordings WHERE DateCreated >= ? AND DateCreated < ?",
}
_SINGLES = 20
"""Requests for a row each, sent side by side, that take about as long as a full page."""
_RATED = timedelta(days=3)
"""What is over has a price within minutes, if it has one at all: what ended longer ago stays as it was read."""
_KEPT_BY_INSIGHTS, _LATE, _ASK_AGAIN = timedelta(days=30), timedelta(days=1), timedelta(minutes=10)
"""Insights has a conference for 30 days after its end. At first its data may be incomplete, and is read again."""
_INSIGHTS_DUE = """
SELECT Sid FROM conferences WHERE Status = 'completed' AND InsightsFinal IS NOT 1 AND DateUpdated > ?
AND coalesce(InsightsRead < ?, true) ORDER BY DateUpdated DESC
"""
_ASKED = """
UPDATE conferences SET InsightsRead = :now, InsightsFinal = :final OR coalesce(DateUpdated < :late, false)
WHERE Sid = :sid
"""
_INSIGHTS = """
INSERT INTO participants (ConferenceSid, CallSid, AccountSid, Label, Status, Coaching, JoinedAt, LeftAt, LeftAtSource,
  CallStatus, "From", "To")
VALUES (?, ?, ?, ?, 'complete', ?, ?, ?8, iif(?8 IS NULL, NULL, 'insights'), ?7, ?9, ?10)
ON CONFLICT (ConferenceSid, CallSid) DO UPDATE SET
  JoinedAt = excluded.JoinedAt, CallStatus = excluded.CallStatus, "From" = excluded."From", "To" = excluded."To",
  LeftAt = coalesce(excluded.LeftAt, LeftAt), LeftAtSource = coalesce(excluded.LeftAtSource, LeftAtSource)
"""


class Writer:
    """The file of one account. Each `put` is one transaction, so a reader sees all of it or nothing.

    Every method raises OperationalError if the file cannot be written; earlier transactions stay. No other process may
    write runs at the same time: see Lock.
    """

    def __init__(self, path: str, account: str) -> None:
        self._path = path
        self._account = account
        self._run = 0
        self._begun = 0.0
        with self._translated():
            self._db = apsw.Connection(path)
        try:
            self._open()
        except BaseException:
            self._db.close()
            raise

    def last_good(self, table: str) -> str | None:
        """When the last run began that read all of a table; None if there was none."""
        return self._one(_LAST_GOOD, table)

    def has_undated(self, table: str) -> bool:
        """Whether a row has no time by which a list from some day on finds it, so that such a list may lack others."""
        return table in _UNDATED and bool(self._one(_UNDATED[table]))

    def not_over(self) -> int:
        """How many conferences in the file are not over."""
        return int(self._one("SELECT count(*) FROM conferences WHERE Status <> 'completed'") or 0)

    def begin(self, since: str | None, tables: Collection[str]) -> None:
        """Begin a run that is to read these tables; earlier ones without an end were killed."""
        with self._translated(), transaction(self._db):
            self._db.execute("UPDATE sync_runs SET Outcome = 'killed' WHERE Outcome = 'running'")
            insert = "INSERT INTO sync_runs (AccountSid, Started, Since, Tables) VALUES (?, ?, ?, ?)"
            self._db.execute(insert, (self._account, now(), since, " ".join(tables)))
            self._run = self._db.last_insert_rowid()
        self._begun = time.monotonic()

    def put(self, table: FileTable, rows: Sequence[tuple[Value, ...]], requests: int) -> None:
        """Write rows of a live table; `requests` is how many the run has sent so far."""
        seen = (self._run, now())
        with self._translated(), transaction(self._db):
            self._db.executemany(_UPSERTS[table], [row + seen for row in rows])
            self._db.execute(_COUNTS[table], (len(rows), requests, self._run))

    def unsettled(self, table: str) -> list[str]:
        """The SIDs of what was not over, or had no price, and what this run has not listed: it may have changed."""
        bindings: dict[str, str | int] = {"run": self._run, "late": now(_RATED)}
        with self._translated():
            return [str(sid) for (sid,) in self._db.execute(_UNSETTLED_ROWS[table], bindings)]

    def listed_from(self, table: str, since: str, page_size: int) -> str:
        """The time from which a table is listed: earlier if pages cost less than a request for each unsettled row.

        1,200 calls of yesterday have no price yet: the 40,000 calls since then are 40 pages of 1,000.
        """
        bindings = {"sids": json.dumps(self.unsettled(table)), "day": since[:10]}
        with self._translated():
            ((count, first),) = self._db.execute(_EARLIEST[table], bindings)
        if first is None:
            return since
        pages = int(self._one(_BETWEEN[table], first[:10], since[:10]) or 0) // page_size + 1
        return first if pages * _SINGLES < count else since

    def insights_due(self) -> list[str]:
        """The SIDs of ended conferences on which Insights may have new data, newest first."""
        with self._translated():
            return [str(sid) for (sid,) in self._db.execute(_INSIGHTS_DUE, (now(_KEPT_BY_INSIGHTS), now(_ASK_AGAIN)))]

    def put_insights(self, data: Sequence[ConferenceInsights], requests: int) -> None:
        """Write Insights' data; final data is not read again."""
        rows = [row for each in data for row in each.rows]
        with self._translated(), transaction(self._db):
            self._db.executemany(_INSIGHTS, rows)
            times = {"now": now(), "late": now(_LATE)}
            self._db.executemany(_ASKED, [{"sid": each.conference, "final": each.final, **times} for each in data])
            self._db.execute(_COUNTS[PARTICIPANTS], (len(rows), requests, self._run))

    def finish(self, requests: int, remark: str | None = None, *, swept: bool) -> None:
        """End a run that has read everything; `swept`: participants that it has not listed have left."""
        with self._translated():
            with transaction(self._db):
                if swept:
                    self._db.execute(_SWEEP, {"run": self._run, "now": now()})
                self._end("ok", requests, remark)
                self._db.pragma("optimize")
            # The file is whole without its -wal then, to be copied or sent. A reader that takes long prevents it.
            self._db.set_busy_timeout(_READ_TIMEOUT)
            self._db.pragma("wal_checkpoint", "truncate")

    def fail(self, outcome: str, requests: int, error: str | None = None) -> None:
        """End a run that has not read everything. In a file that cannot be written it stays `running`."""
        with suppress(apsw.Error), transaction(self._db):  # the caller raises what was wrong first
            self._end(outcome, requests, error)

    def close(self) -> None:
        """End the connection."""
        self._db.close()

    def _open(self) -> None:
        with self._translated():
            self._db.set_busy_timeout(_BUSY_TIMEOUT)
            migrate(self._db, self._path)
            self._db.pragma("synchronous", "full")
            # Call SIDs are random: a batch changes as many pages of their index as it has rows.
            self._db.pragma("cache_size", -_CACHE)
            self._db.wal_autocheckpoint(_WAL_PAGES)
        account = self._one("SELECT AccountSid FROM sync_runs ORDER BY Run DESC LIMIT 1")
        if account not in (None, self._account):
            raise NotSupportedError(
                f"{self._path} has the conferences of {account}, not of {self._account}: name another file"
            )

    def _end(self, outcome: str, requests: int, error: str | None = None) -> None:
        update = "UPDATE sync_runs SET Outcome = ?, Finished = ?, Seconds = ?, Requests = ?, Error = ? WHERE Run = ?"
        seconds = round(time.monotonic() - self._begun, 3)
        self._db.execute(update, (outcome, now(), seconds, requests, error, self._run))

    def _one(self, sql: str, *bindings: Value) -> str | None:
        with self._translated():
            value = self._db.execute(sql, bindings).get
        return None if value is None else str(value)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Raise apsw's errors as twsql's, which name the file and say what to do."""
        try:
            yield
        except apsw.FullError as error:
            raise OperationalError(f"{self._path}: the disk is full: make room and run again, {_KEPT}") from error
        except apsw.NotADBError as error:
            raise NotSupportedError(f"{self._path} is not a SQLite file: name another one") from error
        except apsw.IOError as error:
            words = f"{translation(error)}: check the disk and run again, {_KEPT}"
            raise OperationalError(f"{self._path}: {words}") from error
        except apsw.Error as error:
            told = translation(error)
            raise type(told)(f"{self._path}: {told}") from error


_KEPT = "what was synced before is kept"


def now(ago: timedelta = timedelta()) -> str:
    """The time now, or some time ago: UTC, in SQLite's own form."""
    return (datetime.now(timezone.utc) - ago).strftime("%Y-%m-%d %H:%M:%S")
