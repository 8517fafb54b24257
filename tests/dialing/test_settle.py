"""`twsql journal`: what is on record, and what became of what is in doubt."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dialing.conftest import FROM, KEYED, TO, Connect, Run, asked
from preloaded import Preloaded
from twsql.errors import OutcomeUnknown
from twsql.sandbox import Sandbox
from waiting import until

Ask = Callable[[str], list[tuple[Any, ...]]]


Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def command(environ: dict[str, str], preloaded: Preloaded, tmp_path: Path) -> Command:
    """Runs `twsql journal`."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        done = preloaded.run(["journal", *arguments], environ, tmp_path)
        return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


def test_list(connect: Connect, command: Command) -> None:
    """Without a word `twsql journal` lists all entries, in the format asked for."""
    (sid,) = connect().execute(KEYED).fetchone() or ()
    for arguments in ([], ["list"]):
        done = command(*arguments, "--format", "json")
        (row,) = json.loads(done.stdout)
        assert (row["RequestKey"], row["State"], row["CallSid"]) == ("k", "placed", sid)
    assert sid in command().stdout


def test_nothing_in_doubt(command: Command, sandbox: Sandbox) -> None:
    """`settle` of a journal without doubts says so, and asks Twilio nothing."""
    done = command("settle")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "twsql: nothing is in doubt\n")
    assert sandbox.counters.requests == 0


def test_settle(connect: Connect, run: Run, command: Command, sandbox: Sandbox, journal: Ask) -> None:
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
    done = command("settle", "--format", "json")
    rows = json.loads(done.stdout)
    placed = {call.to: call.sid for call in sandbox.calls()}
    assert done.returncode == 0
    assert {row["To"]: row["CallSid"] for row in rows if row["State"] == "placed"} == placed
    assert sorted(row["State"] for row in rows) == ["placed"] * 4 + ["refused"] * 4
    assert sandbox.counters.placed == 4
    connect().execute(sql).fetchall()
    assert set(sandbox.counters.placed_by.values()) == {1}
    assert sandbox.counters.placed == 8


def test_what_a_live_process_is_about(run: Run, command: Command, sandbox: Sandbox) -> None:
    """An entry in a live process's hands is left to it, and is a doubt that is left."""
    sandbox.fail("timeout-after", method="POST", times=1)
    run(f'show("""{KEYED}""")')
    until(lambda: sandbox.counters.placed)
    requests = sandbox.counters.requests
    done = command("settle", "--format", "jsonl")
    assert (done.returncode, json.loads(done.stdout)["State"]) == (1, "sending")
    assert sandbox.counters.requests == requests


def test_without_a_label(connect: Connect, command: Command, sandbox: Sandbox, journal: Ask) -> None:
    """A call without a label that one witness does not know stays unknown: one is not enough."""
    sandbox.fail("500-before", method="POST", times=1)
    db = connect(label_calls=False)
    with pytest.raises(OutcomeUnknown):
        db.execute(KEYED).fetchall()
    done = command("settle")
    assert (done.returncode, "unknown" in done.stdout) == (1, True)
    assert journal("SELECT state FROM effects") == [("unknown",)]


def test_the_accounts_own(connect: Connect, command: Command, sandbox: Sandbox, journal: Ask) -> None:
    """Entries of another account, which these credentials cannot ask about, are left alone."""
    sandbox.fail("500-before", method="POST", times=1)
    db = connect(label_calls=False, account_sid=sandbox.subaccount_sid, auth_token=sandbox.subaccount_auth_token)
    with pytest.raises(OutcomeUnknown):
        db.execute(KEYED).fetchall()
    assert command("settle").stderr == "twsql: nothing is in doubt\n"


def _two_in_doubt(connect: Connect, sandbox: Sandbox) -> list[str]:
    """Two keys of one number, both answers lost, both calls over: the SIDs."""
    sandbox.change(hang_up_after=0.0)
    sandbox.fail("500-after", method="POST", times=2)
    calls = [{"Conference": "room", "From": FROM, "To": TO, "RequestKey": f"{n}"} for n in range(2)]
    sql = f"SELECT CallSid FROM AddParticipants WHERE OnError = 'row' AND Batch = '{json.dumps(calls)}'"
    assert connect().execute(sql).fetchall() == [(None,), (None,)]
    return [call.sid for call in sandbox.calls()]


def test_decided_by_hand(connect: Connect, command: Command, sandbox: Sandbox, journal: Ask) -> None:
    """What no witness can tell apart is decided by hand for one; that settles the other."""
    first, second = _two_in_doubt(connect, sandbox)
    assert command("settle").returncode == 1
    done = command("settle", "1", "--placed", first, "--format", "json")
    (row,) = json.loads(done.stdout)
    assert (done.returncode, row["Id"], row["State"], row["CallSid"]) == (0, 1, "placed", first)
    assert command("settle", "2").returncode == 0
    assert journal("SELECT state, sid FROM effects") == [("placed", first), ("placed", second)]
    assert sandbox.counters.placed == 2
    ((key,), _) = journal("SELECT request_key FROM effects ORDER BY id")  # the two were begun side by side
    assert connect().execute(KEYED.replace("'k'", f"'{key}'")).fetchall() == [(first,)]


def test_decided_that_it_was_not_placed(connect: Connect, command: Command, sandbox: Sandbox, journal: Ask) -> None:
    """What was not placed, as a person has found out, is free to be sent again by its key."""
    sandbox.fail("500-before", method="POST", times=1)
    with pytest.raises(OutcomeUnknown):
        connect(label_calls=False).execute(KEYED).fetchall()
    done = command("settle", "1", "--not-placed")
    assert (done.returncode, "by hand" in done.stdout) == (0, True)
    assert journal("SELECT state FROM effects") == [("refused",)]
    assert connect().execute(KEYED).fetchall() == [(call.sid,) for call in sandbox.calls()]


@pytest.mark.parametrize("wrong", ["number", "entry", "sid", "nothing in doubt"])
def test_a_wrong_decision(
    connect: Connect, command: Command, sandbox: Sandbox, journal: Ask, tmp_path: Path, wrong: str
) -> None:
    """A call to another number, another entry's, or that there is not, is refused, and the doubt stays."""
    connect(journal=str(tmp_path / "another.db")).execute(KEYED.replace("'k'", "'other'").replace(TO, FROM)).fetchall()
    connect().execute(KEYED.replace("'k'", "'same'")).fetchall()
    sandbox.fail("500-after", method="POST", times=1)
    with pytest.raises(OutcomeUnknown):
        connect(label_calls=False).execute(KEYED).fetchall()
    other, same, _ = (call.sid for call in sandbox.calls())
    before = journal("SELECT * FROM effects WHERE id <> 2")
    sid = {"number": other, "entry": same}.get(wrong, "CA" + "f" * 32)
    done = command("settle", "1" if wrong == "nothing in doubt" else "2", "--placed", sid)
    words = {"number": "is a call to", "entry": "of another entry", "sid": "not found", "nothing in doubt": "in doubt"}
    assert (done.returncode, words[wrong] in done.stderr, done.stderr.count("\n")) == (1, True, 1), done.stderr
    assert journal("SELECT state FROM effects WHERE id = 2") == [("unknown",)]
    assert journal("SELECT * FROM effects WHERE id <> 2") == before


@pytest.mark.parametrize(
    "arguments",
    [["list", "1"], ["settle", "--not-placed"], ["settle", "1", "--placed", "CA1"], ["settle", "1", "--placed"]],
)
def test_a_decision_about_nothing(command: Command, arguments: list[str]) -> None:
    """A decision needs an entry, and a call's SID that is one."""
    assert command(*arguments).returncode == 2
