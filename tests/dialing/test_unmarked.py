"""Calls into no conference, and those that validate a number: nothing marks them, and yet they are placed once."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import apsw
import pytest

from twsql.errors import InputError, OutcomeUnknown, TwilioError
from twsql.hosts.apsw import register
from twsql.sandbox import Sandbox

from .conftest import FROM, TO, Connect

TEN_MINUTES = 600
"""By then a list without the call proves that it was not placed."""


@pytest.fixture(autouse=True)
def short_grace(own_journal: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one witness is asked after the grace, and here Twilio lists at once."""
    monkeypatch.setenv("TWSQL_RECOVERY_GRACE", "0.02")


CALL = f"SELECT Sid FROM PlaceCall('{FROM}', '{TO}', 'https://example.com/twiml') WHERE RequestKey = 'k'"
STATE = "SELECT State, Attempts FROM twsql_journal ORDER BY Id"


def test_each_way_to_say_what_happens(connect: Connect, sandbox: Sandbox) -> None:
    """A URL, TwiML or an application; one of them is needed, whatever else is wrong."""
    db = connect()
    ways = ["Url = 'https://example.com/'", "Twiml = '<Response/>'", f"ApplicationSid = 'AP{'0' * 32}'"]
    for way in ways:
        rows = db.execute(f"EXEC PlaceCall From = '{FROM}', To = '{TO}', {way}, SendDigits = '12w#'").fetchall()
        assert rows[0][1:] == (sandbox.calls()[-1].sid, "queued")
    asked = len(sandbox.requests)
    with pytest.raises(InputError, match=r"give Url, Twiml or ApplicationSid; this was not sent"):
        db.execute(f"SELECT Sid FROM PlaceCall('{FROM}', '{TO}', '')").fetchall()
    assert len(sandbox.requests) == asked


@pytest.mark.parametrize("kind", ["reset-after", "500-after", "garbage-after"])
def test_a_lost_answer(connect: Connect, sandbox: Sandbox, kind: str) -> None:
    """The list of calls has it, and the key gives it from then on."""
    sandbox.fail(kind, times=1, path="Calls.json", method="POST")
    db = connect()
    assert db.execute(CALL).fetchall() == db.execute(CALL).fetchall() == [(call.sid,) for call in sandbox.calls()]


def test_one_that_was_not_placed(connect: Connect, sandbox: Sandbox) -> None:
    """A list may be late, so it is unknown at first; minutes later the key places it. It never rings twice."""
    sandbox.fail("reset-before", times=1, path="Calls.json", method="POST")
    db = connect()
    for _ in range(2):
        with pytest.raises(OutcomeUnknown, match="not in the list of calls, which may be late: look again from 20"):
            db.execute(CALL).fetchall()
    assert (db.execute(STATE).fetchall(), sandbox.calls()) == ([("unknown", 1)], [])
    sandbox.advance(TEN_MINUTES)
    assert db.execute(CALL).fetchall() == [(call.sid,) for call in sandbox.calls()]
    assert db.execute(STATE).fetchall() == [("placed", 2)]


def test_settling_one_that_was_not_placed(connect: Connect, sandbox: Sandbox, account: dict[str, Any]) -> None:
    """To settle it may be too early as well; then the journal says that it was not placed."""
    sandbox.fail("reset-before", times=1, path="Calls.json", method="POST")
    with pytest.raises(OutcomeUnknown):
        connect().execute(CALL).fetchall()
    with closing(register(apsw.Connection(":memory:"), **account)) as registration:
        assert registration.engine.dialer.settling.settle(1) == "unknown"
        sandbox.advance(TEN_MINUTES)
        assert registration.engine.dialer.settling.settle(1) == "refused"


def test_a_refusal_after_the_proof(connect: Connect, sandbox: Sandbox) -> None:
    """What certainly was not placed and is then refused is refused, as nothing is in doubt any more."""
    sandbox.fail("reset-before", times=1, path="Calls.json", method="POST")
    db = connect()
    with pytest.raises(OutcomeUnknown):
        db.execute(CALL).fetchall()
    sandbox.advance(TEN_MINUTES)
    sandbox.fail("error", times=1, path="Calls.json", method="POST", code=21215)
    assert db.execute(f"{CALL} AND OnError = 'row'".replace("Sid", "Status", 1)).fetchall() == [("failed",)]
    assert db.execute(STATE).fetchall() == [("refused", 2)]


@pytest.mark.parametrize("other", ["to the same", "to another"])
def test_a_strangers_call(connect: Connect, sandbox: Sandbox, other: str) -> None:
    """While another machine calls from our number too, nobody can tell whose call it is."""
    stranger = connect(journal=":memory:")
    to = TO if other == "to the same" else "+15550000009"
    stranger.execute(f"SELECT Sid FROM PlaceCall('{FROM}', '{to}', 'https://example.com/')").fetchall()
    sandbox.fail("reset-after", times=1, path="Calls.json", method="POST")
    db = connect()
    with pytest.raises(OutcomeUnknown, match=r"may be another's|somebody else's"):
        db.execute(CALL).fetchall()
    assert db.execute(STATE).fetchall() == [("unknown", 1)]
    assert len(sandbox.calls()) == 2


def test_a_call_into_a_conference_is_its_rival(connect: Connect, sandbox: Sandbox) -> None:
    """Two procedures call the same number, and both answers are lost: neither call is taken for the other."""
    sandbox.fail("reset-after", times=2, method="POST")
    db = connect(label_calls=False)
    rows = db.execute(
        f"SELECT Status FROM AddParticipants('room', '{FROM}', '{TO}') WHERE OnError = 'row' UNION ALL"
        f" SELECT Status FROM PlaceCall('{FROM}', '{TO}', 'https://example.com/') WHERE OnError = 'row'"
    ).fetchall()
    assert rows == [("unknown",), ("unknown",)]
    assert len(sandbox.calls()) == 2


VALIDATE = f"SELECT CallSid, ValidationCode FROM AddOutgoingCallerIds('{TO}', 'Ada') WHERE RequestKey = 'k'"


def test_a_validation(connect: Connect, sandbox: Sandbox) -> None:
    """The number is called once, and its key gives the code again; the journal says who was called."""
    db = connect()
    first = db.execute(VALIDATE).fetchall()
    assert first == db.execute(VALIDATE).fetchall()
    assert (first[0][0], len(first[0][1])) == (sandbox.calls()[0].sid, 6)
    rows = db.execute('SELECT Procedure, "From", "To", CallSid, State FROM twsql_journal').fetchall()
    assert rows == [("AddOutgoingCallerIds", "Twilio", TO, first[0][0], "placed")]
    status = "SELECT Status, ErrorCode FROM AddOutgoingCallerIds('+15550000002') WHERE DryRun = 1"
    assert db.execute(status).fetchall() == [("dry-run", None)]
    with pytest.raises(TwilioError, match="21450"):
        db.execute(VALIDATE.replace("'k'", "'another'"))
    assert len(sandbox.calls()) == 1


def test_a_lost_validation(connect: Connect, sandbox: Sandbox) -> None:
    """The call is found among those of our own numbers, and nobody is called again; its code is lost."""
    sandbox.change(answer_after=None)
    connect().execute(f"EXEC PlaceCall From = '+15005550006', To = '{TO}', Url = 'https://example.com'")
    connect(journal=":memory:").execute(f"EXEC PlaceCall From = '+15005550006', To = '{TO}', Url = 'https://a.example'")
    sandbox.fail("reset-after", times=1, path="OutgoingCallerIds", method="POST")
    told = VALIDATE.replace("ValidationCode", "ValidationCode, Status, ErrorMessage")
    for _ in range(2):  # the second time by the journal
        [(sid, code, status, words)] = connect().execute(told).fetchall()
        assert (sid, code, status) == (sandbox.calls()[2].sid, None, "code-lost")
        assert "give another RequestKey" in words
    assert len(sandbox.calls()) == 3
    assert connect().execute(VALIDATE.replace("'k'", "'another'")).fetchall()[0][1]


def test_a_validation_that_was_not_begun(connect: Connect, sandbox: Sandbox) -> None:
    """It is begun again by its key once the list proves that nobody was called."""
    sandbox.fail("reset-before", times=1, path="OutgoingCallerIds", method="POST")
    db = connect()
    with pytest.raises(OutcomeUnknown, match="may be late"):
        db.execute(VALIDATE)
    sandbox.advance(TEN_MINUTES)
    assert db.execute(VALIDATE).fetchall()[0][0] == sandbox.calls()[0].sid


def test_two_validations_of_a_number(connect: Connect, sandbox: Sandbox) -> None:
    """Another machine's call of Twilio's to the same number cannot be told from ours."""
    sandbox.change(answer_after=None)
    connect(journal=":memory:").execute(VALIDATE).fetchall()
    sandbox.fail("reset-after", times=1, path="OutgoingCallerIds", method="POST")
    with pytest.raises(OutcomeUnknown, match="may be another's"):
        connect().execute(VALIDATE)
    assert len(sandbox.calls()) == 2
