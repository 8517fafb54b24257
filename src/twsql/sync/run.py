"""One run of sync: reads everything that can have changed since the last good run, and writes it to the file."""

from __future__ import annotations

import os
import re
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from twsql.errors import NO_INSIGHTS, DataError, Error, InputError, TwilioError
from twsql.sync.batches import batches
from twsql.sync.layout import CALLS, CONFERENCES, LIVE, PARTICIPANTS, RECORDINGS, FileTable
from twsql.sync.lock import Lock
from twsql.sync.writer import Writer

if TYPE_CHECKING:
    from twsql.sync.live import Live, Rows

OVERLAP = timedelta(hours=1)
"""The overlap of a run with the last good one: clocks differ, and Twilio's lists may lag."""

EVERY = tuple(table.name for table in LIVE)
"""The tables that a run reads unless it is told otherwise."""

_CONFERENCES_AT_ONCE = 100
"""Conferences whose Insights one transaction writes."""


@dataclass(frozen=True)
class Progress:
    """The progress of a run: rows read, requests sent, and requests that the stage still needs, if that is known."""

    stage: str
    rows: int
    requests: int
    left: int | None = None


@dataclass(frozen=True)
class Report:
    """A run's report: rows that it read, requests that it sent, and the time from which it read (None: everything).

    `remark` says what Twilio refused to show.
    """

    path: str
    since: str | None
    conferences: int
    participants: int
    requests: int
    seconds: float
    remark: str | None = None
    calls: int = 0
    recordings: int = 0


@dataclass(frozen=True)
class _Stage:
    """A list to read; `requests` is how many it may take, if that is known."""

    name: str
    table: FileTable
    rows: Rows
    requests: int | None = None


def sync(
    path: str | os.PathLike[str],
    *,
    only: Collection[str] = EVERY,
    since: str | None = None,
    full: bool = False,
    insights: bool = False,
    tell: Callable[[Progress], None] = lambda progress: None,
    **settings: Any,
) -> Report:
    """Write the account's conferences, participants, calls and recordings into a SQLite file, and keep it up to date.

    `only` names some of the tables; participants bring conferences. The first run reads everything; a later one what
    was not over or had no price, and what has begun or ended since the last good run began (and a little before).
    `full` reads everything once more. `since`, a UTC day or time, begins earlier than that; the
    first run begins there. `insights` asks Conference Insights too, with a request for each conference that ended in
    the last 30 days. `tell` is called after each transaction. `settings` as for `connect`.

    Raises OperationalError if another sync is at work on the file, the disk is full or Twilio fails, and
    NotSupportedError for a file that is not of sync, newer than this twsql, or of another account.
    """
    from twsql.sync.live import Live  # loads requests (60 ms), which `import twsql` does not need

    name, begun, tables = os.fspath(path), time.monotonic(), _tables(only)
    start = None if since is None else _moment(since)
    with closing(Live(**settings)) as live:
        account = live.settings.require_credentials()[0]
        with Lock(name), closing(Writer(name, account)) as writer:
            starts = {
                table: None if full or writer.has_undated(table) else _since(start, writer.last_good(table))
                for table in tables
            }
            run = _Run(live, writer, tell)
            _recorded(run, starts, insights)
        return _report(run, name, _earliest(starts), time.monotonic() - begun)


def _report(run: _Run, path: str, since: str | None, seconds: float) -> Report:
    conferences, participants, calls, recordings = (run.rows[table.name] for table in LIVE)
    return Report(path, since, conferences, participants, run.live.requests, seconds, run.remark, calls, recordings)


def _tables(only: Collection[str]) -> list[str]:
    """The tables to read, in their order. Raises InputError for a name that is none."""
    unknown = sorted(set(only) - set(EVERY))
    if unknown or not only:
        raise InputError(f"only takes some of {', '.join(EVERY)}, not {', '.join(unknown) or 'none'}")
    return [name for name in EVERY if name in only or (name == "conferences" and "participants" in only)]


def _earliest(starts: Mapping[str, str | None]) -> str | None:
    """The time from which a run reads; None if it reads everything of a table."""
    times = [start for start in starts.values() if start is not None]
    return min(times) if len(times) == len(starts) else None


def _recorded(run: _Run, starts: Mapping[str, str | None], insights: bool) -> None:
    """Do a run from these times on, by table, and record how it ended."""
    writer, live = run.writer, run.live
    writer.begin(_earliest(starts), starts)
    try:
        for stage in _stages(live, writer, starts):
            run.read(stage)
        if insights:
            run.read_insights()
        writer.finish(live.requests, run.remark, swept="participants" in starts)
    except Error as error:
        writer.fail("failed", live.requests, str(error))
        raise
    except BaseException:
        writer.fail("stopped", live.requests)
        raise


@dataclass
class _Run:
    """A run, with its row counts and its remark."""

    live: Live
    writer: Writer
    tell: Callable[[Progress], None]
    rows: Counter[str] = field(default_factory=Counter)
    remark: str | None = None
    _before: int = 0

    def read(self, stage: _Stage) -> None:
        """Read a list and write it."""
        for batch in batches(stage.rows):
            self.writer.put(stage.table, batch, self.live.requests)
            self._count(stage.name, stage.table, len(batch), stage.requests)
        self._before = self.live.requests

    def read_insights(self) -> None:
        """Read Insights and write it; for an account without Insights, set the remark."""
        sids = self.writer.insights_due()
        try:
            for batch in batches(self.live.insights(sids), _CONFERENCES_AT_ONCE):
                self.writer.put_insights(batch, self.live.requests)
                self._count("insights", PARTICIPANTS, sum(len(each.rows) for each in batch), len(sids))
        except TwilioError as error:
            if error.code != NO_INSIGHTS:
                raise
            self.remark = f"insights: not read: {error}"

    def _count(self, stage: str, table: FileTable, rows: int, requests: int | None) -> None:
        self.rows[table.name] += rows
        left = None if requests is None else max(requests - (self.live.requests - self._before), 0)
        self.tell(Progress(stage, self.rows.total(), self.live.requests, left))


def _stages(live: Live, writer: Writer, starts: Mapping[str, str | None]) -> Iterator[_Stage]:
    """Yield the lists in an order in which what changes its status meanwhile is read twice, not missed.

    They come one by one, as later ones depend on what earlier ones have written.
    """
    if "conferences" in starts:
        yield _Stage("conferences to begin", CONFERENCES, live.conferences("init"))
        yield _Stage("conferences in progress", CONFERENCES, live.conferences("in-progress"))
        if "participants" in starts:
            yield _Stage("participants", PARTICIPANTS, live.participants(), requests=writer.not_over() + 2)
        yield _Stage("ended conferences", CONFERENCES, live.conferences("completed", starts["conferences"]))
        yield _missed(live, writer, CONFERENCES)
    if "calls" in starts:
        yield _Stage("calls", CALLS, live.calls(_listed_from(live, writer, CALLS, starts)))
        yield _missed(live, writer, CALLS)
    if "recordings" in starts:
        yield _Stage("recordings", RECORDINGS, live.recordings(_listed_from(live, writer, RECORDINGS, starts)))
        yield _missed(live, writer, RECORDINGS)


def _listed_from(live: Live, writer: Writer, table: FileTable, starts: Mapping[str, str | None]) -> str | None:
    since = starts[table.name]
    return since and writer.listed_from(table.name, since, live.settings.page_size)


def _missed(live: Live, writer: Writer, table: FileTable) -> _Stage:
    unsettled = writer.unsettled(table.name)
    return _Stage(f"{table.name} missed", table, live.by_sid(table, unsettled), requests=len(unsettled))


def _since(wanted: str | None, last_good: str | None) -> str | None:
    """The time from which ended conferences are read: never so late that two runs leave a gap."""
    if last_good is None:
        return wanted
    safe = (datetime.fromisoformat(last_good) - OVERLAP).isoformat(" ")
    return safe if wanted is None else min(wanted, safe)


def _moment(text: str) -> str:
    """A day or time in SQLite's own form. Raises DataError for anything else."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d)?)?", text):
        with suppress(ValueError):  # a month 13, say; told below
            return datetime.fromisoformat(text).isoformat(" ")
    raise DataError(f"since must be a UTC day or time, YYYY-MM-DD or YYYY-MM-DD HH:MM:SS, not {text!r}")
