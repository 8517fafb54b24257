"""One run and the next: complete, and no more requests than needed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import apsw
import pytest
from tests.sync.conftest import File, assert_equal
from tests.sync.conftest import sync_conferences as sync

from twsql.errors import DataError, SettingError, TwilioError
from twsql.hosts.apsw import register
from twsql.sandbox import Sandbox
from twsql.sync.live import Live as LiveTables
from twsql.sync.run import Progress
from twsql.sync.writer import Writer

Live = Callable[[str], list[Any]]


@pytest.fixture
def sandbox() -> Any:
    """Sixty conferences, half of them over, three participants in each."""
    with Sandbox(conferences=60, participants=3) as running:
        yield running


@pytest.fixture
def live(account: dict[str, Any]) -> Any:
    """Runs SQL on the live tables."""
    db = apsw.Connection(":memory:")
    registration = register(db, **account)
    yield lambda sql: db.execute(sql).fetchall()
    registration.close()
    db.close()


def dial(live: Live, name: str, number: str) -> str:
    """Call somebody into a conference."""
    ((sid,),) = live(f"SELECT CallSid FROM AddParticipants('{name}', '+15005550006', '{number}')")
    return str(sid)


def test_first_run_reads_everything(sandbox: Sandbox, file: File, account: dict[str, Any]) -> None:
    """Sixty conferences and thirty times three participants, for one request a list and one a conference not over."""
    report = sync(file.path, **account)
    assert (report.conferences, report.participants, report.since) == (60, 90, None)
    assert report.requests == sandbox.counters.requests == 3 + 2 + 30
    assert_equal(file, account)


def test_run_is_recorded(sandbox: Sandbox, file: File, account: dict[str, Any]) -> None:
    """sync_runs has the rows, the requests and the outcome."""
    sync(file.path, **account)
    assert file.rows("SELECT Run, AccountSid, Since, Conferences, Participants, Requests, Outcome FROM sync_runs") == [
        (1, sandbox.account_sid, None, 60, 90, 35, "ok")
    ]
    assert file.one("SELECT Started <= Finished FROM sync_runs") == 1


def test_second_run_asks_for_what_can_have_changed(sandbox: Sandbox, file: File, account: dict[str, Any]) -> None:
    """One request a conference in progress, one for what has ended lately, and the lists of what is not over."""
    sync(file.path, **account)
    sandbox.clear()
    report = sync(file.path, **account)
    assert sandbox.counters.by_route == {"ListParticipant": 30, "ListConference": 5}
    completed = [r.query for r in sandbox.requests if ("Status", "completed") in r.query]
    since = datetime.now(timezone.utc) - timedelta(hours=1)
    assert [dict(query)["DateUpdated>"] for query in completed] == [since.strftime("%Y-%m-%d")]
    assert report.conferences < 35
    assert_equal(file, account)


def test_changes_between_runs_are_found(sandbox: Sandbox, file: File, account: dict[str, Any], live: Live) -> None:
    """A new conference, a new participant, one who left, one muted, a conference that ended: all are in the file."""
    stays = dial(live, "stays", "+15551000001")
    leaves = dial(live, "stays", "+15551000002")
    ends = dial(live, "ends", "+15551000003")
    sync(file.path, **account)
    dial(live, "new", "+15551000004")
    dial(live, "stays", "+15551000005")
    live(f"DELETE FROM participants WHERE CallSid = '{leaves}' AND FriendlyName = 'stays'")
    live(f"UPDATE participants SET Muted = 1 WHERE CallSid = '{stays}' AND FriendlyName = 'stays'")
    live("SELECT Status FROM EndConference('ends')")
    sync(file.path, **account)
    assert_equal(file, account)
    left = dict(file.rows("SELECT CallSid, LeftAtSource FROM participants WHERE LeftAt IS NOT NULL"))
    assert left == {leaves: "run", ends: "conference-end"}
    assert file.one("SELECT Muted FROM participants WHERE CallSid = ?", (stays,)) == 1


def test_who_has_left_is_remembered(sandbox: Sandbox, file: File, account: dict[str, Any], live: Live) -> None:
    """Twilio forgets the participants of a conference that is over; the file has them, with the time of its end."""
    dial(live, "short", "+15551000001")
    sync(file.path, **account)
    live("SELECT Status FROM EndConference('short')")
    sync(file.path, **account)
    assert file.rows(
        "SELECT c.Status, p.LeftAt = c.DateUpdated, p.LastSeen >= p.FirstSeen, p.Run FROM participants p"
        " JOIN conferences c ON c.Sid = p.ConferenceSid WHERE c.FriendlyName = 'short'"
    ) == [("completed", 1, 1, 1)]


def test_old_conference_that_ended_long_ago_is_found(
    sandbox: Sandbox, file: File, account: dict[str, Any], live: Live
) -> None:
    """One that was not over at the last run, and is in none of the lists of this one, is asked for by its SID."""
    dial(live, "old", "+15551000001")
    sync(file.path, **account)
    live("SELECT Status FROM EndConference('old')")
    future = (datetime.now(timezone.utc) + timedelta(days=3)).strftime("%Y-%m-%d %H:%M:%S")
    file.run(f"UPDATE sync_runs SET Started = '{future}'")  # so the list of what has ended begins after its end
    sandbox.clear()
    sync(file.path, **account)
    assert sandbox.counters.by_route["FetchConference"] == 1
    assert file.one("SELECT Status FROM conferences WHERE FriendlyName = 'old'") == "completed"


def test_who_comes_back_has_not_left(sandbox: Sandbox, file: File, account: dict[str, Any]) -> None:
    """A participant who is found again is present again."""
    sync(file.path, **account)
    file.run("UPDATE participants SET LeftAt = '2026-01-01 00:00:00', LeftAtSource = 'run'")
    sync(file.path, **account)
    assert file.one("SELECT count(*) FROM participants WHERE LeftAt IS NULL AND LeftAtSource IS NULL") == 90


def test_account_that_changes_during_a_run(sandbox: Sandbox, file: File, account: dict[str, Any], live: Live) -> None:
    """A conference that begins, and one that ends, while lists are read are neither missed nor said to go on."""
    ends = dial(live, "ends", "+15551000001")

    def happen(progress: Progress) -> None:
        if progress.stage == "conferences in progress":
            dial(live, "begins", "+15551000002")
        if progress.stage == "participants":
            live("SELECT Status FROM EndConference('ends')")

    sync(file.path, tell=happen, **account)
    assert_equal(file, account)
    assert file.rows("SELECT CallSid, LeftAtSource FROM participants WHERE LeftAt IS NOT NULL") == [
        (ends, "conference-end")
    ]


def test_full_reads_everything_again(sandbox: Sandbox, file: File, account: dict[str, Any]) -> None:
    """What was changed in the file behind our back is right again after a full run."""
    sync(file.path, **account)
    file.run("UPDATE conferences SET FriendlyName = 'x'; DELETE FROM conferences WHERE Status = 'completed'")
    assert sync(file.path, full=True, **account).since is None
    assert_equal(file, account)


@pytest.mark.parametrize("since", ["2026-09-01", "2026-09-01 10:00", "2026-09-01T10:00:30"])
def test_since_bounds_the_first_run(sandbox: Sandbox, file: File, account: dict[str, Any], since: str) -> None:
    """Ended conferences from then on are in the file, and all that are not over."""
    sync(file.path, since=since, **account)
    bound = datetime.fromisoformat(since).strftime("%Y-%m-%d %H:%M:%S")
    assert file.one("SELECT count(*) FROM conferences WHERE Status = 'in-progress'") == 30
    assert file.one("SELECT min(DateUpdated) FROM conferences WHERE Status = 'completed'") >= bound
    assert file.one("SELECT Since FROM sync_runs") == bound


def test_since_leaves_no_gap(sandbox: Sandbox, file: File, account: dict[str, Any]) -> None:
    """A later run begins at the last good one at the latest, whatever `since` says."""
    sync(file.path, since="2026-09-01", **account)
    last = file.one("SELECT Started FROM sync_runs")
    tomorrow = (datetime.now(timezone.utc) + timedelta(days=1)).strftime("%Y-%m-%d")
    assert sync(file.path, since=tomorrow, **account).since < last
    assert sync(file.path, since="2026-01-01", **account).since == "2026-01-01 00:00:00"


@pytest.mark.parametrize("since", ["yesterday", "2026-13-01", "2026-1-1", "", "2026-01-01 25:00", "1' OR 1"])
def test_since_is_a_day_or_time(file: File, account: dict[str, Any], since: str) -> None:
    """Anything else is refused before anything is asked or made."""
    with pytest.raises(DataError, match="since must be a UTC day or time"):
        sync(file.path, since=since, **account)
    assert not Path(file.path).exists()


def test_credentials_are_needed_before_a_file_is_made(file: File, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing setting leaves no file behind."""
    monkeypatch.delenv("TWILIO_ACCOUNT_SID", raising=False)
    with pytest.raises(SettingError, match="no account SID"):
        sync(file.path)
    assert not Path(file.path).exists()


def test_failed_run_is_repeated_whole(sandbox: Sandbox, file: File, account: dict[str, Any]) -> None:
    """What was read before an error stays, nobody is said to have left, and the next run does not rely on it."""
    sandbox.fail("error", path="Participants.json", status=400)
    with pytest.raises(TwilioError, match="a fault that was asked for"):
        sync(file.path, **account)
    ((outcome, error, finished),) = file.rows("SELECT Outcome, Error, Finished IS NOT NULL FROM sync_runs")
    assert (outcome, finished) == ("failed", 1)
    assert "a fault that was asked for" in error
    assert file.one("SELECT count(*) FROM conferences") == 30
    sandbox.heal()
    assert sync(file.path, **account).since is None
    assert_equal(file, account)


def test_error_after_a_good_run_makes_nobody_leave(sandbox: Sandbox, file: File, account: dict[str, Any]) -> None:
    """Who is not found because Twilio failed has not left."""
    sync(file.path, **account)
    sandbox.fail("error", path="Participants.json", status=400)
    with pytest.raises(TwilioError):
        sync(file.path, **account)
    assert file.one("SELECT count(*) FROM participants WHERE LeftAt IS NOT NULL") == 0


def test_error_keeps_no_secret(sandbox: Sandbox, file: File, account: dict[str, Any]) -> None:
    """The file of a refused run does not have the token in it."""
    with pytest.raises(TwilioError):
        sync(file.path, **{**account, "auth_token": "a-wrong-secret-token"})
    assert b"a-wrong-secret-token" not in Path(file.path).read_bytes()


def test_interrupt_is_recorded(sandbox: Sandbox, file: File, account: dict[str, Any]) -> None:
    """A run that Ctrl-C ends is `stopped`, and what it had written stays."""

    def interrupt(progress: Progress) -> None:
        if progress.stage == "participants":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sync(file.path, tell=interrupt, **account)
    assert file.one("SELECT Outcome FROM sync_runs") == "stopped"
    assert file.one("SELECT count(*) FROM participants") == 90


def test_progress_is_told(sandbox: Sandbox, file: File, account: dict[str, Any]) -> None:
    """Rows and requests grow to the run's totals; of the participants it is known how many requests are left."""
    told: list[Progress] = []
    report = sync(file.path, tell=told.append, **account)
    assert (told[-1].rows, told[-1].requests) == (150, report.requests)
    assert [p.left for p in told if p.stage == "participants"][-1] == 0
    assert [p.left for p in told if p.stage == "ended conferences"] == [None]


def test_reader_sees_whole_batches_and_is_not_blocked(file: File) -> None:
    """While a run writes, every read is answered at once, and gives a number of rows that some batch ended with."""
    ended, seen = [0], []
    with Sandbox(conferences=6000, participants=100, over=0.98) as sandbox:
        settings = {"base_url": sandbox.base_url, "account_sid": sandbox.account_sid, "auth_token": sandbox.auth_token}
        with closing(Writer(file.path, sandbox.account_sid)):  # makes the tables
            run = threading.Thread(
                target=sync, args=(file.path,), kwargs={"tell": lambda p: ended.append(p.rows), **settings}
            )
            run.start()
            with closing(apsw.Connection(file.path)) as reader:  # two SQLites in a process undo locks
                while run.is_alive():
                    sql = "SELECT (SELECT count(*) FROM conferences) + (SELECT count(*) FROM participants)"
                    seen.append(reader.execute(sql).get)
    assert set(seen) <= set(ended)
    assert len(set(seen)) > 3


def test_reader_that_takes_long_keeps_its_snapshot(sandbox: Sandbox, file: File, account: dict[str, Any]) -> None:
    """A run ends while somebody reads, who goes on to see what was there when they began."""
    sync(file.path, **account)
    with closing(apsw.Connection(file.path)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM sync_runs").get == 1
        assert sync(file.path, **account).seconds < 5
        assert reader.execute("SELECT count(*) FROM sync_runs").get == 1
    assert file.one("SELECT count(*) FROM sync_runs") == 2


def test_copy_is_kept_up_too(sandbox: Sandbox, file: File, account: dict[str, Any]) -> None:
    """A copy that VACUUM INTO made, which has no WAL, has one after its next run."""
    sync(file.path, **account)
    copy = File(Path(file.path + "-copy"))
    file.run(f"VACUUM INTO '{copy.path}'")
    sync(copy.path, **account)
    assert copy.one("PRAGMA journal_mode") == "wal"
    assert_equal(copy, account)


def test_file_is_whole_without_its_wal(sandbox: Sandbox, file: File, account: dict[str, Any]) -> None:
    """After a run the file alone can be copied, though somebody has it open."""
    sync(file.path, **account)
    with closing(apsw.Connection(file.path)) as reader:
        assert reader.execute("SELECT count(*) FROM conferences").get == 60
        sync(file.path, **account)
        copy = File(Path(file.path + "-copy"))
        Path(copy.path).write_bytes(Path(file.path).read_bytes())
    assert copy.one("SELECT count(*) FROM sync_runs") == 2


def test_live_reads_can_change_nothing(sandbox: Sandbox, account: dict[str, Any]) -> None:
    """What sync reads through refuses effects."""
    with closing(LiveTables(**account)) as reader:
        assert reader.settings.read_only
