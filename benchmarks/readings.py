"""Counts what is listed under every reading of Twilio: no conference may be missing, and none be given twice.

python benchmarks/readings.py                     50,000 conferences, and 20,000 for sync, under each reading
python benchmarks/readings.py --only order        under the readings of one field
python benchmarks/readings.py --costs             requests and seconds under the default readings only
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import apsw

from twsql.hosts.apsw import register
from twsql.sandbox import Readings, Sandbox, each_reading
from twsql.sync import sync

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
SMALL_PAGE = 100
"""Items on a page in place of the few of the tests' reading, which would take minutes."""


def account(sandbox: Sandbox) -> dict[str, Any]:
    """The settings that lead to a sandbox."""
    return {"base_url": sandbox.base_url, "account_sid": sandbox.account_sid, "auth_token": sandbox.auth_token}


@contextmanager
def connected(sandbox: Sandbox) -> Iterator[Callable[..., list[Any]]]:
    """Run SQL over a sandbox."""
    db = apsw.Connection(":memory:")
    registration = register(db, **account(sandbox), journal=":memory:")
    yield lambda sql, *values: db.execute(sql, values).fetchall()
    registration.close()
    db.close()


def listed(readings: Readings, conferences: int) -> str:
    """All conferences; those of one day, in each way of asking for it; the newest; 90 in a plain SELECT."""
    words = []
    with Sandbox(conferences=conferences, now=NOW, readings=readings) as sandbox, connected(sandbox) as sql:
        begun = time.perf_counter()
        rows = sql("SELECT Sid, DateCreated FROM conferences")
        seconds = time.perf_counter() - begun
        words.append(f"{len({sid for sid, _ in rows}):,} of {conferences:,} ({len(rows):,} rows, {seconds:.1f} s)")
        day = (NOW - timedelta(days=100)).strftime("%Y-%m-%d")
        after = (NOW - timedelta(days=99)).strftime("%Y-%m-%d")
        there = sum(moment is not None and moment[:10] == day for _, moment in rows)
        wheres = ("DateCreated >= ?1 AND DateCreated < ?2", "date(DateCreated) = ?1 AND DateCreated <= ?2")
        days = (len(sql(f"SELECT Sid FROM conferences WHERE {where}", day, after)) for where in wheres)
        words += [f"{count}/{there}" for count in days]
        newest = sql("SELECT DateCreated FROM conferences ORDER BY DateCreated DESC LIMIT 20")
        best = sorted((moment or "" for _, moment in rows), reverse=True)[:20]
        words.append(f"newest {sum(a == (b or '') for (b,), a in zip(newest, best, strict=True))}/20")
    with Sandbox(conferences=90, over=1, now=NOW, days=90, readings=readings) as sandbox, connected(sandbox) as sql:
        words.append(f"{len(sql('SELECT * FROM conferences'))} of 90")
    return "; ".join(words)


def synced(readings: Readings, conferences: int) -> str:
    """A first sync, some hours of calls, a second sync: what the file then lacks."""
    with tempfile.TemporaryDirectory() as folder, Sandbox(conferences=conferences, readings=readings) as sandbox:
        file = str(Path(folder, "calls.db"))
        sync(file, **account(sandbox))
        ended = [each.sid for each in sandbox.conferences() if each.status == "in-progress"][: conferences // 10]
        with connected(sandbox) as sql:
            for number in range(20):
                sql(f"SELECT CallSid FROM AddParticipants('new-{number}', '+15005550006', '+1555000{number:04}')")
            for sid in ended[:20]:
                sql("SELECT Status FROM EndConference(?)", sid)
        time.sleep(readings.list_lag)
        report = sync(file, **account(sandbox))
        with apsw.Connection(file) as db:
            found = dict(db.execute("SELECT Sid, Status FROM conferences"))
        every = sandbox.conferences()
        wrong = sum(each.sid in found and found[each.sid] != each.status for each in every)
        missing = sum(each.sid not in found for each in every)
        return f"second sync: {missing} of {len(every):,} missing, {wrong} wrong, {report.requests} requests"


def costs(conferences: int) -> None:
    """Requests and seconds of what must not become slower."""
    for title, sql, settings in (
        ("50,000 listed", "SELECT Sid, DateCreated FROM conferences", {"conferences": conferences}),
        ("all columns", "SELECT * FROM conferences", {"conferences": conferences}),
        ("one day", "SELECT Sid FROM conferences WHERE DateCreated >= '2025-11-20' AND DateCreated < '2025-11-21'",
         {"conferences": conferences}),
        ("30 days", "SELECT Sid FROM conferences WHERE DateCreated >= '2025-11-01' AND DateCreated < '2025-12-01'",
         {"conferences": conferences}),
        ("LIMIT 1", "SELECT Sid FROM conferences LIMIT 1", {"conferences": conferences}),
        ("newest 1", "SELECT Sid FROM conferences ORDER BY DateCreated DESC LIMIT 1", {"conferences": conferences}),
        ("newest 1000", "SELECT Sid FROM conferences ORDER BY DateCreated DESC LIMIT 1000",
         {"conferences": conferences}),
        ("join", "SELECT c.Sid, p.CallSid FROM conferences c JOIN participants p ON p.ConferenceSid = c.Sid",
         {"conferences": 1000, "participants": 5, "over": 0}),
        ("join of all", "SELECT c.Sid, p.CallSid FROM conferences c JOIN participants p ON p.ConferenceSid = c.Sid",
         {"conferences": 2000, "participants": 5}),
    ):  # fmt: skip
        with Sandbox(now=NOW, **settings) as sandbox, connected(sandbox) as run:
            taken = []
            for _ in range(3):
                sandbox.clear()
                begun = time.perf_counter()
                rows = len(run(sql))
                taken.append(time.perf_counter() - begun)
            print(f"{title:14} {sandbox.counters.requests:5} requests {min(taken):7.3f} s {rows:6} rows", flush=True)


def main() -> None:
    """Count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", default=[])
    parser.add_argument("--costs", action="store_true")
    parser.add_argument("--conferences", type=int, default=50_000)
    parser.add_argument("--synced", type=int, default=20_000)
    arguments = parser.parse_args()
    if arguments.costs:
        costs(arguments.conferences)
        return
    for each in each_reading(*arguments.only):
        readings = replace(each, largest_page=SMALL_PAGE) if each.largest_page < SMALL_PAGE else each
        print(str(readings) or "the defaults", flush=True)
        print("   ", listed(readings, arguments.conferences), flush=True)
        print("   ", synced(readings, arguments.synced), flush=True)


if __name__ == "__main__":
    main()
