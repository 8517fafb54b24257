"""A lost answer under every reading of Twilio: one call, and it is the row, or it is said that it is not known."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from dialing.conftest import FROM, KEYED, TO, Connect
from twsql.errors import OutcomeUnknown
from twsql.sandbox import Sandbox, each_reading

EVERY = [pytest.param(vars(each), id=str(each) or "the defaults") for each in each_reading()]


def _lost(connect: Connect, sandbox: Sandbox, kind: str) -> str:
    sandbox.fail(kind, method="POST", times=1)
    grace = 0.3 + 2 * sandbox.settings.readings.list_lag
    ((sid,),) = connect(recovery_grace=grace).execute(KEYED).fetchall()
    return str(sid)


@pytest.mark.parametrize("readings", EVERY)
@pytest.mark.parametrize("kind", ["500-before", "500-after"])
def test_who_is_still_there(connect: Connect, sandbox: Sandbox, readings: dict[str, Any], kind: str) -> None:
    """Before the deed or after it: the call is placed once, and found."""
    sandbox.read(**readings)
    assert [_lost(connect, sandbox, kind)] == [call.sid for call in sandbox.calls(to=TO)]


@pytest.mark.parametrize("readings", EVERY)
def test_who_has_left(connect: Connect, sandbox: Sandbox, readings: dict[str, Any]) -> None:
    """A call that is over is never placed again: it is found, or it is said that it is not known."""
    sandbox.read(**readings)
    sandbox.change(hang_up_after=0.0)
    try:
        found = [_lost(connect, sandbox, "500-after")]
    except OutcomeUnknown:
        found = [call.sid for call in sandbox.calls(to=TO)]
        assert readings["properties"] == "no dates" or readings["statuses"] == "unknown"
    assert found == [call.sid for call in sandbox.calls(to=TO)]


@pytest.mark.parametrize("order", ["newest first", "mixed within a minute", "by sid"])
def test_many_older_calls(connect: Connect, sandbox: Sandbox, order: str) -> None:
    """A number that was called a hundred times before: the lost one is found, wherever it is listed."""
    db = connect()
    for number in range(60):
        db.execute(f"SELECT CallSid FROM AddParticipants('old-{number}', '{FROM}', '{TO}')").fetchall()
    for number in range(60):
        db.execute(f"SELECT Status FROM EndConference('old-{number}')").fetchall()
    before = {call.sid for call in sandbox.calls()}
    sandbox.read(order=order)
    sandbox.change(hang_up_after=0.0)
    with suppress(OutcomeUnknown):  # there are calls of a moment ago between the same numbers
        assert _lost(connect, sandbox, "500-after") not in before
    assert len(sandbox.calls()) == 61


@pytest.mark.parametrize("status", [400, 404, 409, 429, 500])
def test_a_refusal(connect: Connect, sandbox: Sandbox, status: int) -> None:
    """Whatever its HTTP status, what Twilio's code refuses was not done: it is not sent again, and is not in doubt."""
    sandbox.read(refusal_status=status)
    for key in ("first", "second"):
        keyed = KEYED.replace("'k'", f"'{key}'")
        connect().execute(f"{keyed} AND MaxParticipants = 2").fetchall()
    sandbox.clear()
    with pytest.raises(Exception, match="16020") as refused:
        connect().execute(KEYED.replace("'k'", "'other'")).fetchall()
    assert not isinstance(refused.value, OutcomeUnknown)
    assert sandbox.counters.by_method["POST"] == 1
