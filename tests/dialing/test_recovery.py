"""What is done about a lost answer: two witnesses, and what they may and may not conclude."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import requests

from dialing.conftest import FROM, KEYED, TO, Connect, Run, asked
from twsql.errors import OutcomeUnknown, TwilioError
from twsql.sandbox import Sandbox
from waiting import until

Ask = Callable[[str], list[tuple[Any, ...]]]
LOST = ("500-before", "500-after", "reset-before", "reset-after", "timeout-before", "timeout-after", "garbage-after")
AFTER = [kind for kind in LOST if kind.endswith("after")]


def _call(connect: Connect, sql: str = KEYED, **settings: Any) -> list[Any]:
    return [row[0] for row in connect(timeout=0.5, **settings).execute(sql).fetchall()]


@pytest.mark.parametrize("kind", LOST)
@pytest.mark.parametrize("conference", ["room", "a/b?c#d%", "日本", "x" * 128])
def test_a_lost_answer(connect: Connect, sandbox: Sandbox, journal: Ask, kind: str, conference: str) -> None:
    """Whatever loses the answer, before the deed or after it: one call, and it is the row and on record."""
    if conference != "room" and kind not in ("500-before", "500-after"):
        conference = "room"
    sandbox.fail(kind, method="POST", times=1)
    (sid,) = _call(connect, KEYED.replace("'room'", f"'{conference}'"))
    (call,) = sandbox.calls()
    assert (call.sid, call.conference) == (sid, conference)
    attempts = 1 if kind.endswith("after") else 2
    assert journal("SELECT state, sid, attempts FROM effects") == [("placed", sid, attempts)]
    assert sandbox.counters.by_method["POST"] == attempts


@pytest.mark.parametrize("kind", AFTER)
@pytest.mark.parametrize("by_sid", [False, True])
def test_the_call_has_ended(connect: Connect, sandbox: Sandbox, kind: str, by_sid: bool) -> None:
    """When the call, and with it the conference, is over before it is looked for, the second witness knows it."""
    conference = "room"
    if by_sid:
        _call(connect, KEYED.replace("'k'", "'first'"))
        conference = sandbox.conference("room").sid
    sandbox.change(hang_up_after=0.0)
    sandbox.fail(kind, method="POST", times=1)
    sql = KEYED.replace("'room'", f"'{conference}'").replace("CallSid", "CallSid, Status, ConferenceSid", 1)
    db = connect(timeout=0.5)
    (row,) = db.execute(sql.replace(TO, FROM)).fetchall()
    assert row[0] == sandbox.calls(to=FROM)[0].sid
    assert row[1] == "complete"
    assert row[2] == sandbox.conference("room").sid
    assert len(sandbox.calls(to=FROM)) == 1


@pytest.mark.parametrize("kind", LOST)
def test_without_labels(connect: Connect, sandbox: Sandbox, journal: Ask, kind: str) -> None:
    """With label_calls off a lost answer is OutcomeUnknown, on record so, and nothing is sent again."""
    sandbox.fail(kind, method="POST", times=1)
    with pytest.raises(OutcomeUnknown):
        _call(connect, label_calls=False)
    assert journal("SELECT state, label FROM effects") == [("unknown", None)]
    assert sandbox.counters.by_method["POST"] == 1
    if kind.endswith("after"):
        assert _call(connect) == [call.sid for call in sandbox.calls()]
    else:
        with pytest.raises(OutcomeUnknown):
            _call(connect)
    assert sandbox.counters.by_method["POST"] == 1


def test_a_label_of_the_user(connect: Connect, sandbox: Sandbox) -> None:
    """The user's own label is sent as it is, and finds the call as well as ours."""
    sandbox.fail("500-after", method="POST", times=1)
    (sid,) = _call(connect, f"{KEYED} AND Label = 'bob'")
    (call,) = sandbox.calls()
    assert (call.sid, call.label) == (sid, "bob")


def test_somebody_with_the_same_label(connect: Connect, sandbox: Sandbox) -> None:
    """Who is in the conference under the user's label from an earlier call is not taken for the lost one."""
    _call(connect, KEYED.replace("= 'k'", "IS NULL") + " AND Label = 'bob'")
    sandbox.fail("500-before", method="POST", times=1)
    with pytest.raises(TwilioError, match=r"16026|may be"):
        _call(connect, f"{KEYED} AND Label = 'bob'")
    assert sandbox.counters.placed == 1


def _other_call(sandbox: Sandbox, room: str) -> str:
    """A call between the same numbers that somebody else places."""
    url = f"{sandbox.base_url}/2010-04-01/Accounts/{sandbox.account_sid}/Conferences/{room}/Participants.json"
    answer = requests.post(url, {"From": FROM, "To": TO}, auth=(sandbox.account_sid, sandbox.auth_token), timeout=60)
    return str(answer.json()["call_sid"])


def test_another_call_between_the_numbers(connect: Connect, sandbox: Sandbox) -> None:
    """A call of somebody else's that is still in the conference, under no label of ours, is not the lost one."""
    other = _other_call(sandbox, "room")
    sandbox.fail("500-before", method="POST", times=1)
    (sid,) = _call(connect)
    assert sid != other
    assert sandbox.counters.placed == 2


def test_two_that_may_be_it(connect: Connect, sandbox: Sandbox, journal: Ask) -> None:
    """Where another call may be the lost one as well, it is not guessed: OutcomeUnknown names both."""
    sandbox.change(hang_up_after=0.0)
    other = _other_call(sandbox, "room")
    sandbox.fail("500-after", method="POST", times=1)
    with pytest.raises(OutcomeUnknown, match=other):
        _call(connect)
    assert journal("SELECT state FROM effects") == [("unknown",)]
    assert sandbox.counters.by_method["POST"] == 2


@pytest.mark.parametrize("has_heard", [True, False])
def test_a_call_long_after(run: Run, connect: Connect, sandbox: Sandbox, journal: Ask, has_heard: bool) -> None:
    """A call that somebody placed long after the attempt is not what the attempt has done.

    Of a process that was killed before it heard Twilio's time that is not known, as its clock may have been wrong.
    """
    sandbox.fail("timeout-before", method="POST", path="/room/", times=1)
    first = KEYED.replace("'k'", "'first'").replace("'room'", "'elsewhere'")
    process = run(f'show("""{first}"""); show("""{KEYED}""")' if has_heard else f'show("""{KEYED}""")')
    until(lambda: asked(sandbox) and sandbox.counters.placed == has_heard)
    process.kill()
    process.wait()
    _age(journal, hours=1)
    sandbox.change(hang_up_after=0.0)
    other = _other_call(sandbox, "room")
    if has_heard:
        assert _call(connect) not in ([other], [sandbox.calls()[0].sid])
        assert len(sandbox.calls()) == 3
    else:
        with pytest.raises(OutcomeUnknown, match=other):
            _call(connect)


def _age(journal: Ask, **ago: float) -> None:
    """Put the attempts on record into the past."""
    then = (datetime.now(timezone.utc) - timedelta(**ago)).strftime("%Y-%m-%d %H:%M:%S.000")
    journal(f"UPDATE effects SET started = '{then}', sent = '{then}', changed = '{then}'")
    journal(f"UPDATE effects SET since = '{then}', until = '{then}' WHERE since IS NOT NULL")


def test_it_cannot_be_looked_for(connect: Connect, sandbox: Sandbox, journal: Ask) -> None:
    """When Twilio cannot be asked what became of it, it is unknown; the key finds it later."""
    sandbox.fail("500-after", method="POST", times=1)
    sandbox.fail("500-before", method="GET")
    with pytest.raises(OutcomeUnknown, match="could not be looked for"):
        _call(connect, max_attempts=2)
    assert journal("SELECT state FROM effects") == [("unknown",)]
    sandbox.heal()
    assert _call(connect) == [call.sid for call in sandbox.calls()]
    assert sandbox.counters.placed == 1


def test_never_an_answer(connect: Connect, sandbox: Sandbox, journal: Ask) -> None:
    """After the last attempt it is unknown, though no witness has seen it."""
    sandbox.fail("500-before", method="POST")
    with pytest.raises(OutcomeUnknown):
        _call(connect, max_attempts=3)
    assert journal("SELECT state, attempts FROM effects") == [("unknown", 3)]
    assert sandbox.counters.by_method["POST"] == 3


def test_429_after_a_lost_answer(connect: Connect, sandbox: Sandbox, journal: Ask) -> None:
    """What is refused for now, after an attempt whose answer was lost, stays in doubt."""
    sandbox.fail("500-before", method="POST", times=1)
    sandbox.fail("429", method="POST")
    with pytest.raises(OutcomeUnknown, match="429"):
        _call(connect, max_attempts=2)
    assert journal("SELECT state FROM effects") == [("unknown",)]


def test_the_grace(connect: Connect, sandbox: Sandbox) -> None:
    """Before it is sent again it is looked for until `recovery_grace` has passed since the answer was lost."""
    sandbox.fail("timeout-before", method="POST", times=1)
    began = time.monotonic()
    _call(connect, recovery_grace=1.0)
    assert time.monotonic() - began > 1.5  # the timeout of 0.5 s does not count


def test_equal_calls_without_a_key(connect: Connect, sandbox: Sandbox) -> None:
    """Equal calls of a Batch, some with lost answers: each is placed once, and is a row of its own."""
    sandbox.fail("500-after", method="POST", times=3)
    batch = json.dumps([{"Conference": "room", "From": FROM, "To": TO}] * 8)
    rows = _call(connect, f"SELECT CallSid FROM AddParticipants WHERE Batch = '{batch}'")
    assert sorted(rows) == sorted(call.sid for call in sandbox.calls())
    assert len(set(rows)) == 8
