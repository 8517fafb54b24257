"""Calls between the same numbers that somebody else has placed: none is taken for a lost one, and none dials twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from dialing.conftest import FROM, KEYED, TO, Connect
from twsql.errors import OutcomeUnknown
from twsql.sandbox import Sandbox

Ask = Callable[[str], list[tuple[Any, ...]]]


def _call(connect: Connect, sql: str = KEYED, **settings: Any) -> list[Any]:
    return [row[0] for row in connect(timeout=0.5, **settings).execute(sql).fetchall()]


def _stranger(sandbox: Sandbox, room: str | None, **inputs: str) -> str:
    """A call between the same numbers by another program, into a conference or none."""
    account = f"{sandbox.base_url}/2010-04-01/Accounts/{sandbox.account_sid}"
    url = f"{account}/Conferences/{room}/Participants.json" if room else f"{account}/Calls.json"
    form = {"From": FROM, "To": TO, **({} if room else {"Twiml": "<Response/>"}), **inputs}
    answer = requests.post(url, form, auth=(sandbox.account_sid, sandbox.auth_token), timeout=60).json()
    return str(answer["call_sid" if room else "sid"])


def _hang_up(sandbox: Sandbox, sid: str) -> None:
    url = f"{sandbox.base_url}/2010-04-01/Accounts/{sandbox.account_sid}/Calls/{sid}.json"
    login = (sandbox.account_sid, sandbox.auth_token)
    assert requests.post(url, {"Status": "completed"}, auth=login, timeout=60).ok


@pytest.mark.parametrize("kind", ["500-before", "500-after", "reset-before", "reset-after"])
@pytest.mark.parametrize("room", ["other", "room"])
@pytest.mark.parametrize("has_ended", [False, True])
def test_another_journals_call(
    connect: Connect, sandbox: Sandbox, tmp_path: Path, kind: str, room: str, has_ended: bool
) -> None:
    """Of two journals' calls to one number each has its own, whichever conference they are in and whether one is over.

    Only where a call that has ended was in our own conference, which Twilio does not tell any more, it is unknown.
    """
    if room == "room":
        _stranger(sandbox, "room", To=FROM)  # the conference goes on
    other = KEYED.replace("'room'", f"'{room}'").replace("'k'", "'other'")
    (stranger,) = _call(connect, other, journal=str(tmp_path / "another.db"))
    if has_ended:
        _hang_up(sandbox, stranger)
    placed = sandbox.counters.placed
    sandbox.fail(kind, method="POST", times=1)
    if room == "room" and has_ended and kind.endswith("before"):
        with pytest.raises(OutcomeUnknown, match=stranger):
            _call(connect)
        assert sandbox.counters.placed == placed
    else:
        (sid,) = _call(connect)
        assert sid != stranger
        assert (sid, sandbox.counters.placed) == (sandbox.calls()[-1].sid, placed + 1)


@pytest.mark.parametrize("kind", ["500-before", "500-after"])
def test_a_call_in_no_conference(connect: Connect, sandbox: Sandbox, journal: Ask, kind: str) -> None:
    """A call that goes on and is in no conference may be ours or not: unless ours is found, it is unknown."""
    stranger = _stranger(sandbox, None)
    sandbox.fail(kind, method="POST", times=1)
    if kind == "500-after":
        assert _call(connect) == [sandbox.calls()[-1].sid]
    else:
        with pytest.raises(OutcomeUnknown, match=stranger):
            _call(connect)
        assert journal("SELECT state FROM effects") == [("unknown",)]
    assert sandbox.counters.by_method["POST"] == 2


def test_a_program_that_uses_our_number(connect: Connect, sandbox: Sandbox, journal: Ask) -> None:
    """While others call from our number, a call that is over is unknown if it may have been in another conference."""
    _stranger(sandbox, "room", To=FROM)
    assert sandbox.calls()[0].status == "in-progress"
    sandbox.fail("500-after", method="POST", times=1)
    sandbox.change(hang_up_after=0.0)
    with pytest.raises(OutcomeUnknown, match="somebody else's"):
        _call(connect)
    assert (sandbox.counters.by_method["POST"], journal("SELECT state FROM effects")) == (2, [("unknown",)])


def test_our_number_is_ours_alone(connect: Connect, sandbox: Sandbox) -> None:
    """A call that has ended is ours if the journal accounts for all that was called from our number then."""
    connect().execute(KEYED.replace("'k'", "'first'").replace(TO, FROM)).fetchall()
    sandbox.fail("500-after", method="POST", times=1)
    sandbox.change(hang_up_after=0.0)
    assert _call(connect) == [call.sid for call in sandbox.calls(to=TO)]
    assert sandbox.counters.placed == 2


@pytest.mark.parametrize("kind", ["500-before", "500-after"])
def test_a_label_of_the_user_on_another_number(connect: Connect, sandbox: Sandbox, kind: str) -> None:
    """Whoever has the user's label in the conference is not taken if the number is another's."""
    stranger = _stranger(sandbox, "room", To=FROM, Label="ada")
    sandbox.fail(kind, method="POST", times=1)
    with pytest.raises(OutcomeUnknown) as raised:
        _call(connect, f"{KEYED} AND Label = 'ada'")
    assert stranger not in str(raised.value)
    assert sandbox.counters.placed == 1


def test_a_key_on_another_number(connect: Connect, sandbox: Sandbox, tmp_path: Path) -> None:
    """Another journal's call under the same key's label is not taken for a lost one if its number is another."""
    _call(connect, KEYED.replace(TO, FROM), journal=str(tmp_path / "another.db"))
    sandbox.fail("500-before", method="POST", times=1)
    with pytest.raises(OutcomeUnknown, match="label is already in use"):
        _call(connect)
    assert sandbox.counters.placed == 1


@pytest.mark.parametrize("label", ["twsql-" + "0" * 32, "twsql-", "TWSQL-ada"])
def test_a_label_like_ours(connect: Connect, sandbox: Sandbox, label: str) -> None:
    """A label of the user's that looks like one of ours is refused: whoever has it would be taken for a new call."""
    with pytest.raises(Exception, match="cannot begin with 'twsql-'"):
        _call(connect, f"{KEYED} AND Label = '{label}'")
    assert sandbox.counters.requests == 0


def test_a_stranger_whose_end_is_our_conferences(connect: Connect, sandbox: Sandbox, journal: Ask) -> None:
    """A stranger's call that was the last in our conference is not taken while strangers use our number."""
    _stranger(sandbox, None, To=FROM)
    _hang_up(sandbox, _stranger(sandbox, "room"))
    assert sandbox.conference("room").status == "completed"
    sandbox.fail("500-before", method="POST", times=1)
    with pytest.raises(OutcomeUnknown, match="somebody else's"):
        _call(connect)
    assert journal("SELECT state FROM effects") == [("unknown",)]
