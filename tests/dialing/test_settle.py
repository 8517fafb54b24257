"""`twsql journal`: what is on record, and what became of what is in doubt."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from dialing.conftest import FROM, KEYED, TO, Connect, Run, asked, until
from twsql.errors import OutcomeUnknown
from twsql.sandbox import Sandbox

Ask = Callable[[str], list[tuple[Any, ...]]]


def _journal(environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "twsql", "journal", *arguments]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)


def test_list(connect: Connect, environ: dict[str, str]) -> None:
    """Without a word `twsql journal` lists all entries, in the format asked for."""
    (sid,) = connect().execute(KEYED).fetchone() or ()
    for arguments in ([], ["list"]):
        done = _journal(environ, *arguments, "--format", "json")
        (row,) = json.loads(done.stdout)
        assert (row["RequestKey"], row["State"], row["CallSid"]) == ("k", "placed", sid)
    assert sid in _journal(environ).stdout


def test_nothing_in_doubt(environ: dict[str, str], sandbox: Sandbox) -> None:
    """`settle` of a journal without doubts says so, and asks Twilio nothing."""
    done = _journal(environ, "settle")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "twsql: nothing is in doubt\n")
    assert sandbox.counters.requests == 0


def test_settle(connect: Connect, run: Run, environ: dict[str, str], sandbox: Sandbox, journal: Ask) -> None:
    """Calls cut off by SIGKILL become placed or refused, none is placed, and a refused one's key is sent again."""
    sandbox.fail("timeout-after", path="rooma")
    sandbox.fail("timeout-before", path="roomb")
    calls = [
        {"Conference": f"room{'ab'[n % 2]}", "From": FROM, "To": f"{TO}{n}", "RequestKey": f"{n}"} for n in range(8)
    ]
    sql = f"SELECT CallSid FROM AddParticipants WHERE Batch = '{json.dumps(calls)}'"
    process = run(f"show({sql!r})")
    until(lambda: asked(sandbox) == 8)
    process.kill()
    process.wait()
    sandbox.heal()
    done = _journal(environ, "settle", "--format", "json")
    rows = json.loads(done.stdout)
    placed = {call.to: call.sid for call in sandbox.calls()}
    assert done.returncode == 0
    assert {row["To"]: row["CallSid"] for row in rows if row["State"] == "placed"} == placed
    assert sorted(row["State"] for row in rows) == ["placed"] * 4 + ["refused"] * 4
    assert sandbox.counters.placed == 4
    connect().execute(sql).fetchall()
    assert set(sandbox.counters.placed_by.values()) == {1}
    assert sandbox.counters.placed == 8


def test_what_a_live_process_is_about(run: Run, environ: dict[str, str], sandbox: Sandbox) -> None:
    """An entry in a live process's hands is left to it, and is a doubt that is left."""
    sandbox.fail("timeout-after", method="POST", times=1)
    run(f'show("""{KEYED}""")')
    until(lambda: sandbox.counters.placed)
    requests = sandbox.counters.requests
    done = _journal(environ, "settle", "--format", "jsonl")
    assert (done.returncode, json.loads(done.stdout)["State"]) == (1, "sending")
    assert sandbox.counters.requests == requests


def test_without_a_label(connect: Connect, environ: dict[str, str], sandbox: Sandbox, journal: Ask) -> None:
    """A call without a label that one witness does not know stays unknown: one is not enough."""
    sandbox.fail("500-before", method="POST", times=1)
    db = connect(label_calls=False)
    with pytest.raises(OutcomeUnknown):
        db.execute(KEYED).fetchall()
    done = _journal(environ, "settle")
    assert (done.returncode, "unknown" in done.stdout) == (1, True)
    assert journal("SELECT state FROM calls") == [("unknown",)]


def test_the_accounts_own(connect: Connect, environ: dict[str, str], sandbox: Sandbox, journal: Ask) -> None:
    """Entries of another account, which these credentials cannot ask about, are left alone."""
    sandbox.fail("500-before", method="POST", times=1)
    db = connect(label_calls=False, account_sid=sandbox.subaccount_sid, auth_token=sandbox.subaccount_auth_token)
    with pytest.raises(OutcomeUnknown):
        db.execute(KEYED).fetchall()
    assert _journal(environ, "settle").stderr == "twsql: nothing is in doubt\n"
