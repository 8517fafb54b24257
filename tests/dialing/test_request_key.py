"""RequestKey: one call for each key, whoever asks, and whenever."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import apsw
import pytest

import twsql
from dialing.conftest import FROM, KEYED, TO, Connect, Run, asked, in_files
from twsql.errors import InputError, TwilioError
from twsql.sandbox import Sandbox
from waiting import until

Ask = Callable[[str], list[tuple[Any, ...]]]


def test_the_recorded_result(connect: Connect, sandbox: Sandbox) -> None:
    """The same key gives the same row in a new statement and over a new connection, and asks Twilio nothing."""
    sql = KEYED.replace("CallSid", "AccountSid, CallSid, ConferenceSid, Status, DateCreated, Label")
    db = connect()
    first = db.execute(sql).fetchall()
    requests = sandbox.counters.requests
    assert db.execute(sql).fetchall() == first == connect().execute(sql).fetchall()
    assert sandbox.counters.requests == requests == 1


@pytest.mark.parametrize("other", [KEYED.replace("room", "room2"), KEYED.replace(TO, FROM), f"{KEYED} AND Muted = 1"])
def test_other_inputs(connect: Connect, sandbox: Sandbox, other: str) -> None:
    """A key that was used with other inputs is an error, and nothing is sent."""
    db = connect()
    db.execute(KEYED).fetchall()
    with pytest.raises(InputError, match="'k' stands for other inputs"):
        db.execute(other).fetchall()
    assert sandbox.counters.placed == 1


def test_secrets_are_no_other_inputs(connect: Connect, sandbox: Sandbox) -> None:
    """A CallToken, which changes and is not in the journal, makes no other call of it."""
    db = connect()
    rows = [db.execute(f"{KEYED} AND CallToken = '{token}'").fetchone() for token in ("one-token", "another-token")]
    assert rows[0] == rows[1]
    assert sandbox.counters.placed == 1


def test_no_key(connect: Connect, sandbox: Sandbox) -> None:
    """Without a key each statement places its call."""
    db = connect()
    for _ in range(2):
        db.execute(KEYED.replace("= 'k'", "IS NULL")).fetchall()
    assert sandbox.counters.placed == 2


@pytest.mark.parametrize(
    ("sql", "values"),
    [
        (KEYED.replace("'k'", "NULL"), ()),
        (KEYED.replace("'k'", "'spring-' || ?"), (None,)),
        (f"EXEC AddParticipants Conference = 'room', From = '{FROM}', To = '{TO}', RequestKey = ?", (None,)),
        (
            f"SELECT CallSid FROM AddParticipants('room', '{FROM}') WHERE Batch = ?",
            (json.dumps([{"To": TO, "RequestKey": None}]),),
        ),
    ],
)
def test_a_key_that_is_null(account: dict[str, Any], sandbox: Sandbox, sql: str, values: Any) -> None:
    """A row whose id is missing has no key: nothing would keep its call from being placed again by the next run."""
    with twsql.connect(**account) as connection, pytest.raises(InputError, match="RequestKey is NULL: give a value"):
        connection.execute(sql, values).fetchall()
    assert sandbox.counters.requests == 0


def test_keys_of_an_account(connect: Connect, sandbox: Sandbox) -> None:
    """Another account's key of the same name is another key."""
    connect().execute(KEYED).fetchall()
    connect(account_sid=sandbox.subaccount_sid, auth_token=sandbox.subaccount_auth_token).execute(KEYED).fetchall()
    assert sandbox.counters.placed == 2


def test_keys_of_a_server(connect: Connect, sandbox: Sandbox) -> None:
    """A key that was tried on another server places its call on this one, once."""
    with Sandbox() as other:
        (tried,) = connect(base_url=other.base_url).execute(KEYED).fetchone() or ()
    for _ in range(2):
        assert connect().execute(KEYED).fetchall() == [(call.sid,) for call in sandbox.calls()]
    assert connect(base_url=other.base_url).execute(KEYED).fetchall() == [(tried,)]
    assert sandbox.counters.placed == 1


def test_a_refused_call(connect: Connect, sandbox: Sandbox, journal: Ask) -> None:
    """What Twilio refused was not placed: with its key it is sent again."""
    sandbox.fail("error", method="POST", times=1, code=16020)
    db = connect()
    with pytest.raises(TwilioError, match="16020"):
        db.execute(KEYED).fetchall()
    assert journal("SELECT state, code, attempts FROM effects") == [("refused", 16020, 1)]
    (sid,) = db.execute(KEYED).fetchone() or ()
    assert journal("SELECT state, code, sid, attempts FROM effects") == [("placed", None, sid, 2)]


def test_an_exhausted_429(connect: Connect, sandbox: Sandbox, journal: Ask) -> None:
    """429 to the last attempt: nothing was placed, the key is free to be sent."""
    sandbox.fail("429", method="POST", times=2)
    db = connect(max_attempts=2)
    with pytest.raises(TwilioError, match="429"):
        db.execute(KEYED).fetchall()
    assert (journal("SELECT state FROM effects"), sandbox.counters.placed) == ([("refused",)], 0)
    db.execute(KEYED).fetchall()
    assert sandbox.counters.placed == 1


@pytest.mark.parametrize("kind", ["timeout-before", "timeout-after"])
def test_killed_while_it_waits(run: Run, connect: Connect, sandbox: Sandbox, journal: Ask, kind: str) -> None:
    """SIGKILL between the request and its answer: run again, the call is there once, whether it was done or not."""
    sandbox.fail(kind, method="POST", times=1)
    process = run(f'show("""{KEYED}""")')
    until(lambda: asked(sandbox))
    until(lambda: sandbox.counters.placed == (kind == "timeout-after"))
    process.kill()
    process.wait()
    assert journal("SELECT state FROM effects") == [("sending",)]
    rows = connect().execute(KEYED).fetchall()
    assert rows == [(call.sid,) for call in sandbox.calls()]
    assert journal("SELECT state, sid FROM effects") == [("placed", rows[0][0])]
    assert sandbox.counters.placed == 1


@in_files
def test_killed_before_it_is_on_record(run: Run, connect: Connect, sandbox: Sandbox, tmp_path: Path) -> None:
    """SIGKILL before the intent is committed: nothing was sent."""
    connect().execute("SELECT * FROM twsql_journal").fetchall()
    lock = apsw.Connection(str(tmp_path / "journal.db"))
    process = run(f'print("go", flush=True); show("""{KEYED}""")')
    assert process.stdout is not None
    process.stdout.readline()
    lock.execute("BEGIN IMMEDIATE")
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.7)
    process.kill()
    process.wait()
    lock.close()
    assert sandbox.counters.requests == 0
    connect().execute(KEYED).fetchall()
    assert sandbox.counters.placed == 1


@in_files
def test_killed_before_the_outcome_is_on_record(run: Run, connect: Connect, sandbox: Sandbox, tmp_path: Path) -> None:
    """SIGKILL between the answer and its commit: the call is found again, and not placed a second time."""
    sandbox.fail("slow", method="POST", times=1)
    process = run(f'show("""{KEYED}""")')
    until(lambda: asked(sandbox))
    lock = apsw.Connection(str(tmp_path / "journal.db"))
    lock.execute("BEGIN IMMEDIATE")
    sandbox.heal()
    until(lambda: sandbox.counters.by_status)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.2)
    process.kill()
    process.wait()
    lock.close()
    rows = connect().execute(KEYED).fetchall()
    assert rows == [(call.sid,) for call in sandbox.calls()]
    assert sandbox.counters.placed == 1


def test_two_processes(run: Run, sandbox: Sandbox) -> None:
    """Of processes that have one key at the same moment one dials, and the others give its result."""
    sandbox.change(latency=0.3)
    processes = [run(f'show("""{KEYED}""")') for _ in range(4)]
    answers = {process.communicate(timeout=30)[0] for process in processes}
    assert answers == {str([(call.sid,) for call in sandbox.calls()]) + "\n"}
    assert sandbox.counters.placed == 1


def test_the_one_that_dials_is_killed(run: Run, connect: Connect, sandbox: Sandbox) -> None:
    """A process that waits for another's result takes over when that one is killed."""
    sandbox.fail("timeout-after", method="POST", times=1)
    first = run(f'show("""{KEYED}""")')
    until(lambda: sandbox.counters.placed == 1)
    second = run(f'show("""{KEYED}""")')
    with pytest.raises(subprocess.TimeoutExpired):
        second.wait(1)
    first.kill()
    assert second.communicate(timeout=30)[0] == str([(call.sid,) for call in sandbox.calls()]) + "\n"
    assert sandbox.counters.placed == 1


def test_many_threads(connect: Connect, sandbox: Sandbox) -> None:
    """Connections in eight threads, one key: one call."""
    sandbox.change(latency=0.1)
    connections = [connect() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        rows = list(pool.map(lambda db: db.execute(KEYED).fetchall(), connections))
    assert rows == [[(call.sid,) for call in sandbox.calls()]] * 8
    assert sandbox.counters.placed == 1


def test_another_journal(connect: Connect, sandbox: Sandbox, tmp_path: Path) -> None:
    """Where the journal is lost, or another, a key's label still tells the call that is going on from a new one."""
    first = connect().execute(KEYED).fetchall()
    assert connect(journal=str(tmp_path / "another.db")).execute(KEYED).fetchall() == first
    assert sandbox.counters.placed == 1


def test_another_journal_and_other_inputs(connect: Connect, sandbox: Sandbox, tmp_path: Path) -> None:
    """Where the journal is lost, a key that was used for another number is an error while that call goes on."""
    connect().execute(KEYED).fetchall()
    with pytest.raises(InputError, match="other inputs"):
        connect(journal=str(tmp_path / "another.db")).execute(KEYED.replace(TO, FROM)).fetchall()
    assert sandbox.counters.placed == 1


def test_a_label_of_the_user(connect: Connect, sandbox: Sandbox) -> None:
    """A label in use is an error, not a result: it is not ours, and may be of another call."""
    db = connect()
    db.execute(f"SELECT CallSid FROM AddParticipants('room', '{FROM}', '{TO}') WHERE Label = 'bob'").fetchall()
    with pytest.raises(TwilioError, match="16026"):
        db.execute(f"{KEYED} AND Label = 'bob'").fetchall()
    assert sandbox.counters.placed == 1


def test_equal_keys_in_a_batch(connect: Connect, sandbox: Sandbox) -> None:
    """In a Batch a key that comes twice with the same inputs is one call in two rows."""
    batch = json.dumps([{"Conference": "room", "From": FROM, "To": TO, "RequestKey": "k"}] * 2)
    rows = connect().execute("SELECT CallSid FROM AddParticipants WHERE Batch = ?", (batch,)).fetchall()
    assert rows == [(call.sid,) for call in sandbox.calls()] * 2
    assert sandbox.counters.placed == 1


@pytest.mark.parametrize("recorded", [True, False])
def test_a_wrong_key_in_a_batch(connect: Connect, sandbox: Sandbox, recorded: bool) -> None:
    """A key that stands for another call is found before the first call of a Batch is sent."""
    db = connect()
    if recorded:
        db.execute(KEYED).fetchall()
    calls = [{"Conference": "room", "From": FROM, "To": f"{TO}{n}", "RequestKey": f"k{n}"} for n in range(20)]
    last = {"Conference": "room", "From": FROM, "To": FROM, "RequestKey": "k" if recorded else "k0"}
    placed = sandbox.counters.placed
    with pytest.raises(InputError, match="other inputs"):
        db.execute("SELECT CallSid FROM AddParticipants WHERE Batch = ?", (json.dumps([*calls, last]),)).fetchall()
    assert sandbox.counters.placed == placed


def test_a_wrong_key_as_a_row(connect: Connect, sandbox: Sandbox) -> None:
    """With OnError row only the call with the wrong key fails."""
    calls = [{"Conference": "room", "From": FROM, "To": f"{TO}{n}", "RequestKey": f"k{n % 2}"} for n in range(3)]
    rows = connect().execute(
        "SELECT CallSid IS NULL, Status, ErrorMessage FROM AddParticipants WHERE Batch = ? AND OnError = 'row'",
        (json.dumps(calls),),
    )
    results = rows.fetchall()
    assert sorted(result[0] for result in results) == [0, 0, 1]
    assert next(result[2] for result in results if result[0]).startswith("RequestKey 'k0' stands for")
    assert sandbox.counters.placed == 2


def test_a_statement_that_is_run_again(connect: Connect, sandbox: Sandbox) -> None:
    """A join with a key for each contact, killed half-way and run again, calls each contact once."""
    db = connect(max_calls=3)
    db.execute("CREATE TABLE contacts (id INTEGER PRIMARY KEY, number TEXT)")
    db.executemany("INSERT INTO contacts (number) VALUES (?)", [(f"{TO}{n}",) for n in range(7)])
    sql = (
        f"SELECT CallSid FROM contacts c JOIN AddParticipants('room', '{FROM}', c.number)"
        " WHERE RequestKey = 'spring-' || c.id"
    )
    for placed in (3, 6):
        with pytest.raises(Exception, match="more than max_calls allows"):
            db.execute(sql).fetchall()
        assert sandbox.counters.placed == placed
    assert len(db.execute(sql).fetchall()) == 7
    assert set(sandbox.counters.placed_by.values()) == {1}
    assert sandbox.counters.placed == 7


def test_a_forked_child(connect: Connect, sandbox: Sandbox) -> None:
    """A forked child writes into the journal by a connection of its own, and holds nothing of its parent's."""
    db = connect()
    first = db.execute(KEYED).fetchall()
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        same = db.execute(KEYED).fetchall() == first
        db.execute(KEYED.replace("'k'", "'child'").replace(TO, FROM)).fetchall()
        os._exit(0 if same else 1)
    assert os.waitpid(child, 0)[1] == 0
    db.execute(KEYED.replace("'k'", "'parent'").replace(TO, FROM)).fetchall()
    assert sandbox.counters.placed == 3
    assert db.execute("SELECT count(*) FROM twsql_journal WHERE State = 'placed'").fetchone() == (3,)
