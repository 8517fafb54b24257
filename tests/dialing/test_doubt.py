"""What is in doubt stays so, whatever the next attempt is answered, until a witness has seen the call."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

import pytest

from dialing.conftest import KEYED, Connect, Run
from twsql.errors import OutcomeUnknown
from twsql.sandbox import Readings, Sandbox
from waiting import until

Ask = Callable[[str], list[tuple[Any, ...]]]


@pytest.mark.parametrize(("status", "code"), [(401, 20003), (400, 21210), (400, 16020), (404, 20404)])
def test_a_refusal_after_a_doubt(connect: Connect, sandbox: Sandbox, journal: Ask, status: int, code: int) -> None:
    """A call that Twilio shows too late, and refuses the second time, is unknown; its key finds it later."""
    sandbox.change(readings=Readings(list_lag=100.0))
    sandbox.fail("500-after", method="POST", times=1)
    sandbox.fail("error", method="POST", status=status, code=code)
    with pytest.raises(OutcomeUnknown, match=str(code)):
        connect().execute(KEYED).fetchall()
    assert journal("SELECT state FROM effects") == [("unknown",)]
    sandbox.heal()
    sandbox.advance(100)
    assert connect().execute(KEYED).fetchall() == [(call.sid,) for call in sandbox.calls()]
    assert sandbox.counters.placed == 1


def test_full_because_of_our_own_call(connect: Connect, sandbox: Sandbox) -> None:
    """A conference that our own call has filled refuses the second attempt, and by then the call is seen."""
    sandbox.change(readings=Readings(list_lag=0.6))
    sandbox.fail("500-after", method="POST", times=1)
    sandbox.fail("error", method="POST", code=16020)
    assert connect(recovery_grace=0.4).execute(KEYED).fetchall() == [(call.sid,) for call in sandbox.calls()]
    assert sandbox.counters.placed == 1


def test_a_refusal_after_what_was_not_placed(connect: Connect, sandbox: Sandbox, journal: Ask) -> None:
    """What no witness has seen is sent again by its key, and refused then if Twilio refuses that."""
    sandbox.fail("500-before", method="POST", times=1)
    fault = sandbox.fail("error", method="POST", code=21210)
    with pytest.raises(OutcomeUnknown, match="21210"):
        connect().execute(KEYED).fetchall()
    sandbox.heal()
    assert fault.hits == 1
    assert connect().execute(KEYED).fetchall() == [(call.sid,) for call in sandbox.calls()]
    assert journal("SELECT state FROM effects") == [("placed",)]


def test_stopped_in_doubt(run: Run, environ: dict[str, str], sandbox: Sandbox, journal: Ask) -> None:
    """Ctrl-C while a call in doubt waits to be sent again leaves it unknown."""
    fault = sandbox.fail("500-before", method="POST", times=1)
    process = run(f'show("""{KEYED}""")', env={**environ, "TWSQL_CALLS_PER_SECOND": "0.1"})
    until(lambda: fault.hits and "ListCall" in sandbox.counters.by_route and not sandbox.counters.under_way)
    process.send_signal(signal.SIGINT)
    process.wait(60)
    assert journal("SELECT state FROM effects") == [("unknown",)]
    assert sandbox.counters.by_method["POST"] == 1


@pytest.mark.parametrize("kind", ["proxy-after", "redirect-after", "no-sid", "error-after"])
def test_an_answer_that_is_not_twilios(connect: Connect, sandbox: Sandbox, journal: Ask, kind: str) -> None:
    """An error without Twilio's code, or a success without a call, may hide a call, which is found."""
    sandbox.fail(kind, method="POST", times=1, **({"status": 409, "code": 409} if kind == "error-after" else {}))
    (sid,) = connect().execute(KEYED).fetchone() or ()
    assert [sid] == [call.sid for call in sandbox.calls()]
    assert journal("SELECT state, sid FROM effects") == [("placed", sid)]


@pytest.mark.parametrize("status", [403, 404, 408, 409, 429])
def test_a_proxys_refusal_before_the_deed(connect: Connect, sandbox: Sandbox, status: int) -> None:
    """A proxy that did not pass a call on costs a search; then the call is placed."""
    sandbox.fail("proxy-before", method="POST", times=1, status=status)
    (sid,) = connect().execute(KEYED).fetchone() or ()
    assert [sid] == [call.sid for call in sandbox.calls()]


@pytest.mark.parametrize("path", ["Participants/", "Calls/"])
def test_a_witness_that_names_no_call(connect: Connect, sandbox: Sandbox, journal: Ask, path: str) -> None:
    """What is answered in place of the participant or the call that was asked for proves nothing."""
    sandbox.fail("500-after", method="POST", times=1)
    sandbox.fail("no-sid", method="GET", path=path)
    with pytest.raises(OutcomeUnknown, match="could not be looked for"):
        connect(max_attempts=2).execute(KEYED).fetchall()
    sandbox.heal()
    assert connect().execute(KEYED).fetchall() == [(call.sid,) for call in sandbox.calls()]
    assert sandbox.counters.placed == 1
