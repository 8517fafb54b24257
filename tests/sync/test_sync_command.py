"""`twsql sync` as a user runs it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Open, Run, Start
from tests.sync.conftest import File, assert_equal

from examples import in_ci_run
from twsql.sandbox import Sandbox
from waiting import until


@pytest.fixture
def sandbox() -> Any:
    """Forty conferences, half of them over, three participants in each."""
    with Sandbox(conferences=40, participants=3) as running:
        yield running


def test_summary_is_one_line(twsql: Run, login: dict[str, str], file: File) -> None:
    """Rows, requests, seconds and rate; without a terminal nothing else is printed."""
    done = twsql("sync", file.path, env=login)
    assert (done.returncode, done.stderr) == (0, "")
    rows = "40 conferences, 60 participants, 120 calls and 80 recordings"
    line = rf"calls\.db: read {rows} \(27 requests, \d+\.\d s, [\d,]+ rows/s\)\n"
    assert re.fullmatch(line, done.stdout)


def test_quiet_prints_nothing(twsql: Run, login: dict[str, str], file: File, account: dict[str, Any]) -> None:
    """--quiet leaves the exit status to tell."""
    done = twsql("sync", file.path, "--quiet", env=login)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert_equal(file, account)


def test_later_run_tells_since_when(twsql: Run, login: dict[str, str], file: File) -> None:
    """The summary of a run that did not ask for everything says so."""
    twsql("sync", file.path, env=login)
    assert re.search(r" since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d ", twsql("sync", file.path, env=login).stdout)
    assert " since " not in twsql("sync", file.path, "--full", env=login).stdout


def test_error_is_one_line_and_status_1(twsql: Run, login: dict[str, str], file: File) -> None:
    """A refused login is told on standard error."""
    done = twsql("sync", file.path, env={**login, "TWILIO_AUTH_TOKEN": "wrong"})
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(r"twsql: .*20003.*\n", done.stderr)


def test_only_some_tables(twsql: Run, login: dict[str, str], file: File) -> None:
    """--only reads what it names; another name is an error that names all."""
    done = twsql("sync", file.path, "--only", "calls,recordings", env=login)
    assert "read 0 conferences, 0 participants, 120 calls and 80 recordings (2 requests" in done.stdout
    done = twsql("sync", file.path, "--only", "calls,numbers", env=login)
    assert "only takes some of conferences, participants, calls, recordings, not numbers" in done.stderr


@pytest.mark.parametrize("period", ["0s", "0.5s", "10x", "25h", "-1s", "s", ""])
def test_period_is_checked(twsql: Run, file: File, period: str) -> None:
    """--every takes a second to a day."""
    done = twsql("sync", file.path, f"--every={period}")
    assert done.returncode == 2
    assert "must be a second to a day, such as 10s, 5m or 1h" in done.stderr


def test_account_without_insights_is_told(twsql: Run, login: dict[str, str], file: File, sandbox: Sandbox) -> None:
    """A clear word on standard error, a good run all the same."""
    sandbox.change(insights=False)
    done = twsql("sync", file.path, "--insights", env=login)
    assert done.returncode == 0
    assert done.stderr.startswith("twsql: insights: not read: the account has no Voice Insights Advanced Features")


def test_metadata_are_written(twsql: Run, login: dict[str, str], file: File, tmp_path: Path) -> None:
    """--metadata names the file for Datasette."""
    twsql("sync", file.path, "--metadata", "metadata.json", env=login)
    assert '"Twilio conferences"' in (tmp_path / "metadata.json").read_text()


def test_metadata_that_cannot_be_written_is_an_error(twsql: Run, login: dict[str, str], file: File) -> None:
    """The file is synced all the same."""
    done = twsql("sync", file.path, "--metadata", "none/metadata.json", env=login)
    assert done.returncode == 1
    assert done.stderr == "twsql: cannot write the metadata: No such file or directory: none/metadata.json\n"
    assert file.one("SELECT Outcome FROM sync_runs") == "ok"


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_every_follows_until_it_is_stopped(
    start: Start, login: dict[str, str], file: File, account: dict[str, Any], sent: signal.Signals
) -> None:
    """It runs again and again; a signal while it waits ends it with status 0, and no run is left half done."""
    process = start("sync", file.path, "--every", "1s", env=login)
    assert process.stdout is not None
    begun = time.monotonic()
    lines = [process.stdout.readline() for _ in range(3)]
    assert all(line.startswith("calls.db: read ") for line in lines)
    assert time.monotonic() - begun > 2
    process.send_signal(sent)
    assert process.wait(60) == 0
    assert {outcome for (outcome,) in file.rows("SELECT Outcome FROM sync_runs")} <= {"ok", "stopped"}
    assert_equal(file, account)


def test_every_sees_who_leaves(start: Start, login: dict[str, str], file: File, sandbox: Sandbox, db: Any) -> None:
    """Who leaves between two runs has left in the file."""
    process = start("sync", file.path, "--every", "1s", env=login)
    assert process.stdout is not None
    process.stdout.readline()
    ((conference, call),) = db.execute("SELECT ConferenceSid, CallSid FROM participants LIMIT 1")
    db.execute("DELETE FROM participants WHERE ConferenceSid = ? AND CallSid = ?", (conference, call))
    for _ in range(2):
        process.stdout.readline()
    assert file.rows("SELECT CallSid, LeftAtSource FROM participants WHERE LeftAt IS NOT NULL") == [(call, "run")]


def test_every_survives_errors_of_twilio(start: Start, login: dict[str, str], file: File, sandbox: Sandbox) -> None:
    """A run that fails is told, and the next one makes up for it."""
    sandbox.fail("error", status=400, times=1)
    process = start("sync", file.path, "--every", "1s", env=login)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("calls.db: read 40 conferences")
    process.terminate()
    assert process.communicate()[1].endswith("; going on\n")
    assert [outcome for (outcome,) in file.rows("SELECT Outcome FROM sync_runs LIMIT 2")] == ["failed", "ok"]


def test_sigterm_in_a_run_stops_it_cleanly(start: Start, login: dict[str, str], file: File, sandbox: Sandbox) -> None:
    """A run that has to wait for Twilio ends within seconds, and is recorded as stopped."""
    sandbox.fail("slow", path="Participants.json", seconds=30)
    process = start("sync", file.path, env=login)
    until(lambda: sandbox.counters.by_route.get("ListParticipant"))
    process.terminate()
    assert process.wait(60) == 130
    assert file.one("SELECT Outcome FROM sync_runs") == "stopped"


def test_progress_bars_are_on_a_terminal(terminal: Open, login: dict[str, str], file: File, sandbox: Sandbox) -> None:
    """Stage, rows, requests and rate are shown while it lasts; the summary stays at the end."""
    sandbox.change(latency=0.3)
    shell = terminal("sync", file.path, env=login, columns=140)
    shell.wait_for("conferences in progress")
    shell.wait_for("rows/s")
    shell.wait_for("participants")
    shell.wait_for("calls.db: read 40 conferences, 60 participants, 120 calls and 80 recordings")
    assert shell.process.wait(60) == 0


def test_no_bars_without_rich_are_explained(terminal: Open, login: dict[str, str], file: File, tmp_path: Path) -> None:
    """Where the extra is not installed, a line says what to do, and the run goes on."""
    hide = tmp_path / "hide"
    hide.mkdir()
    (hide / "rich.py").write_text("raise ModuleNotFoundError(\"No module named 'rich'\", name='rich')\n")
    path = os.pathsep.join([str(hide), os.environ.get("PYTHONPATH", "")])
    shell = terminal("sync", file.path, env={**login, "PYTHONPATH": path}, columns=140)
    shell.wait_for("twsql: no progress bars, as rich is not installed: pip install 'twsql[sync]', or give --quiet")
    shell.wait_for("calls.db: read 40 conferences")


def test_second_sync_says_who_is_at_work(
    twsql: Run, start: Start, login: dict[str, str], file: File, sandbox: Sandbox
) -> None:
    """While one is at work a second one ends with status 1 and names it."""
    sandbox.fail("slow", times=1)
    process = start("sync", file.path, env=login)
    until(lambda: sandbox.counters.requests)
    done = twsql("sync", file.path, env=login)
    assert done.returncode == 1
    words = f"process {process.pid} syncs into {file.path} at this moment: wait until it has ended"
    assert done.stderr == f"twsql: {words}\n"
    sandbox.heal()
    assert process.wait(30) == 0


@in_ci_run
def test_kills_damage_nothing(tmp_path: Path) -> None:
    """The benchmark's campaign, cut down: after each kill the file is whole, and equal after the next run."""
    benchmark = Path(__file__).parents[2] / "benchmarks" / "sync.py"
    done = subprocess.run(
        [sys.executable, benchmark, "--only", "kills", "--kills", "1"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "after each next run the file was equal to the sandbox" in done.stdout
