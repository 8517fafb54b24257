"""Calls and recordings in the file: complete, no more requests than needed, and again what had no price yet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timezone
from typing import Any

import apsw
import pytest
from tests.sync.conftest import File, assert_equal, names

from twsql.errors import InputError
from twsql.hosts.apsw import register
from twsql.sandbox import Readings, Sandbox, each_reading
from twsql.sync import sync
from twsql.sync.layout import CALLS, RECORDINGS
from twsql.sync.run import OVERLAP

LISTS = (
    "upper_bound", "calls_upper_bound", "order", "list_lag", "queued_start_time", "largest_page", "properties",
)  # fmt: skip
DIAL = "SELECT CallSid FROM AddParticipants(?, '+15005550006', ?)"
OLD = "2026-01-01 00:00:00"


@pytest.fixture
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """Twenty conferences of two calls, and two recordings each; `request.param` are its readings."""
    readings = getattr(request, "param", Readings())
    now = datetime.now(timezone.utc)
    with Sandbox(conferences=20, participants=2, days=300, readings=readings, now=now) as running:
        yield running


def assert_all_equal(file: File, account: dict[str, Any]) -> None:
    """Every table of the file has what Twilio has."""
    assert_equal(file, account)
    with closing(apsw.Connection(":memory:")) as live:
        registration = register(live, **account)
        for table in (CALLS, RECORDINGS):
            wanted = sorted(live.execute(f"SELECT {names(table)} FROM {table.name}"), key=repr)
            assert file.copy_of(table) == wanted
        registration.close()


def test_later_runs_read_what_can_have_changed(sandbox: Sandbox, file: File, account: dict[str, Any]) -> None:
    """A second run lists today's calls and recordings, those that wait, and asks for what had no price by its SID."""
    report = sync(file.path, **account)
    assert (report.calls, report.recordings, report.since) == (40, 40, None)
    assert_all_equal(file, account)
    assert file.rows("SELECT Calls, Recordings, Tables FROM sync_runs") == [
        (40, 40, "conferences participants calls recordings")
    ]
    sandbox.clear()
    only = ("calls", "recordings")
    sync(file.path, **account, only=only)
    lists = [dict(each.query) for each in sandbox.requests]
    day = (datetime.now(timezone.utc) - OVERLAP).strftime("%Y-%m-%d")
    assert [next(iter(query.items())) for query in lists[:6]] == [
        ("Status", "queued"),
        ("Status", "ringing"),
        ("Status", "in-progress"),
        ("Status", "canceled"),
        ("StartTime>", day),
        ("DateCreated>", day),
    ]
    assert sandbox.counters.by_route == {"ListCall": 5, "ListRecording": 1, "FetchRecording": 20}
    assert file.one("SELECT Tables FROM sync_runs WHERE Run = 2") == "calls recordings"


def test_prices_that_come_later(sandbox: Sandbox, file: File, account: dict[str, Any]) -> None:
    """A call that ended lately without a price is asked for until it has one; one that ended long ago is not."""
    sandbox.change(rated_after=1e9)
    sync(file.path, **account, only=["calls"])
    file.run(f"UPDATE calls SET StartTime = '{OLD}', EndTime = '{OLD}' WHERE Status = 'completed'")
    sandbox.clear()
    sync(file.path, **account, only=["calls"])
    assert "FetchCall" not in sandbox.counters.by_route
    file.run(f"UPDATE calls SET StartTime = '{OLD}', EndTime = datetime('now') WHERE Status = 'completed'")
    sandbox.change(rated_after=0)
    sync(file.path, **account, only=["calls"])
    assert sandbox.counters.by_route["FetchCall"] == 20
    assert file.rows("SELECT Status, Price IS NULL, count(*) FROM calls GROUP BY 1, 2 ORDER BY 1") == [
        ("completed", 0, 20),
        ("in-progress", 1, 20),
    ]


def test_many_without_a_price(file: File) -> None:
    """Pages of yesterday's calls are fewer requests than one for each call that has no price yet."""
    now = datetime.now(timezone.utc)
    with Sandbox(conferences=60, participants=1, days=2.5, over=1, rated_after=1e9, now=now) as sandbox:
        account = {
            "base_url": sandbox.base_url,
            "account_sid": sandbox.account_sid,
            "auth_token": sandbox.auth_token,
        }
        sync(file.path, **account, only=["calls"])
        sandbox.change(rated_after=0)
        sandbox.clear()
        sync(file.path, **account, only=["calls"])
        assert sandbox.counters.by_route == {"ListCall": 5}
    assert file.rows("SELECT DISTINCT Status, Price IS NULL FROM calls") == [("completed", 0)]


def test_only_what_is_named(sandbox: Sandbox, file: File, account: dict[str, Any]) -> None:
    """Conferences alone say nothing of who left; a table that was never read is read whole."""
    with pytest.raises(InputError, match="not numbers"):
        sync(file.path, **account, only=["numbers"])
    sync(file.path, **account, only=["participants"])
    assert file.one("SELECT count(*) FROM conferences") == 20
    assert sync(file.path, **account, only=["conferences"]).participants == 0
    assert file.one("SELECT count(*) FROM participants WHERE LeftAt IS NOT NULL") == 0
    report = sync(file.path, **account)
    assert (report.since, report.calls, report.conferences < 20) == (None, 40, True)
    assert_all_equal(file, account)


@pytest.mark.parametrize("sandbox", [*each_reading(*LISTS)], ids=lambda each: str(each) or "defaults", indirect=True)
def test_two_runs(sandbox: Sandbox, file: File, account: dict[str, Any]) -> None:
    """What begins, waits, is canceled and ends between two runs is in the file after the second, in each reading."""
    settings = {**account, "page_size": 15}
    sync(file.path, **settings)
    with closing(apsw.Connection(":memory:")) as db:
        registration = register(db, **account)
        begun = []
        for number in range(4):
            sandbox.change(calls_per_second=0.001 if number > 1 else None)
            begun += db.execute(DIAL, (f"new-{number}", f"+1555000000{number}")).fetchall()
        ends = db.execute("SELECT Sid FROM calls ORDER BY DateCreated, Sid LIMIT 3").fetchall()
        waits = [(each.sid,) for each in sandbox.calls() if each.status == "queued"]
        for (sid,) in [*ends, begun[0], waits[0]]:
            db.execute("UPDATE calls SET Status = 'completed' WHERE Sid = ?", (sid,))
        registration.close()
    sandbox.advance(sandbox.settings.readings.list_lag)
    sync(file.path, **settings)
    assert_all_equal(file, account)
