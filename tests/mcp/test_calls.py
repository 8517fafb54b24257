"""Calls for an assistant: a dry run, a token, the calls; each once, and no more than allowed."""

from __future__ import annotations

import re

import pytest

import twsql
from twsql.dbapi import Connection
from twsql.mcp import calls
from twsql.mcp.calls import Call, Desk, ordered
from twsql.sandbox import Sandbox

FROM, ADA, BOB = "+15005550006", "+12025550150", "+12025550151"


def order(*to: str, key: str = "first", conference: str = "Standup", **further: str) -> tuple[Call, ...]:
    """Calls to these numbers."""
    return ordered(conference, FROM, to, key, further, "US")


def token(answer: str) -> str:
    """The token of a dry run."""
    found = re.search(r"token (\S{20,}) \(once", answer)
    assert found is not None
    return found[1]


def placed(sandbox: Sandbox) -> list[str]:
    """Who was called into the conference."""
    return [call.to for call in sandbox.calls() if call.conference == "Standup"]


def test_a_dry_run_then_the_calls(desk: Desk, twilio: Sandbox) -> None:
    """The dry run says who and from which number; the token places exactly these calls, once."""
    before = len(placed(twilio))
    both = order("(202) 555-0150", BOB)
    answer = desk.propose(both)
    assert len(placed(twilio)) == before
    assert all(number in answer for number in (ADA, BOB, FROM))
    assert re.search(r'"price": "0\.\d+ USD a minute"', answer)
    done = desk.place(both, token(answer))
    assert sorted(placed(twilio)[before:]) == [ADA, BOB]
    assert all(call.sid in done for call in twilio.calls()[-2:])
    with pytest.raises(twsql.InputError, match="used up"):
        desk.place(both, token(answer))
    assert len(placed(twilio)) == before + 2


def test_without_prices(desk: Desk, twilio: Sandbox) -> None:
    """An account that sees no prices can place calls all the same."""
    fault = twilio.fail("error", path="Voice/Numbers")
    assert '"price": "unknown"' in desk.propose(order("+12025550177"))
    assert fault.hits
    twilio.heal(fault)


def test_a_token_is_for_its_inputs(desk: Desk, twilio: Sandbox) -> None:
    """Other inputs, a made-up token and an old one place nothing, and use the token up."""
    before = len(twilio.calls())
    for other in (order(BOB), order(ADA, key="second"), order(ADA, conference="Other"), order(ADA, Label="x")):
        one = token(desk.propose(order(ADA)))
        for calls_, given in ((other, one), (order(ADA), one), (order(ADA), "made-up"), (order(ADA), "")):
            with pytest.raises(twsql.InputError, match="nothing was sent"):
                desk.place(calls_, given)
    assert len(twilio.calls()) == before


def test_a_token_expires(calling: Connection, twilio: Sandbox) -> None:
    """A consent of long ago is none."""
    before, times = len(twilio.calls()), iter([0.0, calls.LONGEST + 1])
    desk = Desk(calling, 3, clock=lambda: next(times))
    old = token(desk.propose(order(ADA)))
    with pytest.raises(twsql.InputError, match="too old"):
        desk.place(order(ADA), old)
    assert len(twilio.calls()) == before


def test_calls_are_counted_over_the_servers_life(desk: Desk, twilio: Sandbox) -> None:
    """Three are allowed: two, then no two more, then one; a token from before does not help."""
    before = len(twilio.calls())
    two, three = (order(ADA, BOB, key=key) for key in ("a", "b"))
    late = token(desk.propose(three))
    desk.place(two, token(desk.propose(two)))
    with pytest.raises(twsql.NotSupportedError, match=r"2 call.* more than are left of 3.*--allow-calls"):
        desk.propose(three)
    with pytest.raises(twsql.NotSupportedError, match="nothing was sent"):
        desk.place(three, late)
    one = order(ADA, key="c")
    desk.place(one, token(desk.propose(one)))
    assert len(twilio.calls()) == before + 3


def test_the_same_key_and_number_ring_once(desk: Desk, twilio: Sandbox) -> None:
    """The assistant may have lost the answer; the recorded call is given."""
    before = len(twilio.calls())
    first = desk.place(order(ADA, key="again"), token(desk.propose(order(ADA, key="again"))))
    second = desk.place(order(ADA, key="again"), token(desk.propose(order(ADA, key="again"))))
    assert len(twilio.calls()) == before + 1
    assert twilio.calls()[-1].sid in first
    assert twilio.calls()[-1].sid in second


@pytest.mark.parametrize(
    ("to", "key", "further", "words"),
    [
        ([ADA], " ", {}, "request_key is required"),
        ([], "k", {}, "to needs one phone number"),
        (["+1"], "k", {}, "To "),
        ([ADA, "202 555 0150"], "k", {}, "to has \\+12025550150 twice"),
        ([ADA], "k", {"Nope": 1}, "no input 'Nope'"),
        ([ADA], "k", {"DryRun": True}, "no input 'DryRun'"),
        ([ADA], "k", {"SipAuthPassword": "s"}, "no input 'SipAuthPassword'"),
        ([ADA], "k" * 255, {}, "RequestKey"),
    ],
)
def test_wrong_inputs(to: list[str], key: str, further: Call, words: str) -> None:
    """Everything that is wrong is said before there is a token."""
    with pytest.raises(twsql.InputError, match=words):
        ordered("Standup", FROM, to, key, further, "US")
