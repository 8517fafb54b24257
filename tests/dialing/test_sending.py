"""Messages are sent once: nothing marks them, and equal ones are never taken for each other."""

from __future__ import annotations

import json
from typing import Any

import pytest

from twsql.errors import InputError, NotSupportedError, OutcomeUnknown
from twsql.sandbox import Sandbox
from waiting import until

from .conftest import FROM, TO, Connect, Run, asked
from .test_settle import Ask, Command, command

__all__ = ["command"]

SERVICE = "MG" + "0" * 32
TEN_MINUTES = 600
"""By then a list without the message proves that it was not sent."""


@pytest.fixture(autouse=True)
def short_grace(own_journal: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one witness is asked after the grace, and here Twilio lists at once."""
    monkeypatch.setenv("TWSQL_RECOVERY_GRACE", "0.02")


ONE = f"SELECT Sid FROM SendMessage('{FROM}', '{TO}', 'Hello, Ada') WHERE RequestKey = 'k'"
STATE = "SELECT State, Attempts, Sid FROM twsql_journal ORDER BY Id"


def lose(sandbox: Sandbox, kind: str = "reset-after", times: int = 1) -> None:
    """Lose the next responses, after the deed or before it."""
    sandbox.fail(kind, times=times, path="Messages.json", method="POST")


def test_results(connect: Connect, sandbox: Sandbox) -> None:
    """SELECT * gives account, SID and status; whatever else Twilio answers is in hidden columns, as are the inputs."""
    db = connect()
    cursor = db.execute(f"SELECT * FROM SendMessage('12345', '{TO}', 'Hello')")
    assert [column[0] for column in cursor.description] == ["AccountSid", "Sid", "Status"]
    assert cursor.fetchall() == [(sandbox.account_sid, sandbox.messages()[0].sid, "queued")]
    media = "https://example.com/a,b.png https://example.com/c.png"
    hidden = 'Direction, NumSegments, NumMedia, Price, "From", Body, ErrorCode'
    sql = f"SELECT {hidden} FROM SendMessage WHERE \"To\" = '{TO}' AND MessagingServiceSid = ? AND MediaUrl = ?"
    assert db.execute(sql, (SERVICE, media)).fetchall() == [("outbound-api", 1, 2, None, None, "", None)]
    assert sandbox.messages()[1].media == tuple(media.split())


@pytest.mark.parametrize(
    ("inputs", "told"),
    [
        (f"To = '{TO}'", r"give From or MessagingServiceSid; give Body, MediaUrl or ContentSid"),
        (f"From = '{FROM}', Body = 'x', SendAt = 'noon'", r"To is required; .*SendAt must be a time in UTC"),
        (
            f"From = '{FROM}', To = '{TO}', Body = 'x', MediaUrl = '[1'",
            r"MediaUrl must be a JSON array, or text separated by spaces",
        ),
        (f"From = '{FROM}', To = '{TO}', Body = 'x', MaxPrice = 'all'", r"MaxPrice must be a number, such as 0.05"),
        (f"From = '{FROM}', To = '{TO}', Body = '{'x' * 1601}'", r"Body must have at most 1600 characters"),
    ],
)
def test_wrong_inputs(connect: Connect, sandbox: Sandbox, inputs: str, told: str) -> None:
    """What Twilio would refuse is told before anything is sent."""
    with pytest.raises(InputError, match=told):
        connect().execute(f"EXEC SendMessage {inputs}")
    assert sandbox.requests == []


def test_every_input(connect: Connect, sandbox: Sandbox) -> None:
    """Times and lists are sent as Twilio's form has them."""
    connect().execute(
        f"EXEC SendMessage MessagingServiceSid = '{SERVICE}', To = 'whatsapp:{TO}', Body = 'x', ScheduleType = 'fixed',"
        " SendAt = '2100-01-31 12:00:00', MaxPrice = 0.05, PersistentAction = 'geo:1,2|here', RiskCheck = 'disable',"
        ' MediaUrl = \'["https://example.com/a", "https://example.com/b"]\', ShortenUrls = 1, ValidityPeriod = 60'
    )
    form = sandbox.requests[-1].form
    assert dict(form) | {"MediaUrl": [value for name, value in form if name == "MediaUrl"]} == {
        "MessagingServiceSid": SERVICE,
        "To": f"whatsapp:{TO}",
        "Body": "x",
        "ScheduleType": "fixed",
        "SendAt": "2100-01-31T12:00:00Z",
        "MaxPrice": "0.05",
        "PersistentAction": "geo:1,2|here",
        "RiskCheck": "disable",
        "MediaUrl": ["https://example.com/a", "https://example.com/b"],
        "ShortenUrls": "true",
        "ValidityPeriod": "60",
    }


def test_a_key(connect: Connect, sandbox: Sandbox, journal: Ask) -> None:
    """The same key sends once and gives the recorded result; another text is another message. No text is on record."""
    db = connect()
    first = db.execute(ONE).fetchall()
    assert first == db.execute(ONE).fetchall() == [(sandbox.messages()[0].sid,)]
    with pytest.raises(InputError, match="other inputs"):
        db.execute(ONE.replace("Ada", "Eve"))
    shown = 'Procedure, "From", "To", State, Sid, CallSid, Conference, Label'
    (row,) = db.execute(f"SELECT {shown} FROM twsql_journal").fetchall()
    assert row == ("SendMessage", FROM, TO, "placed", first[0][0], None, None, None)
    assert "Ada" not in str(journal("SELECT * FROM effects"))
    assert len(sandbox.messages()) == 1


@pytest.mark.parametrize("inputs", ["", "Sender", "Media"])
@pytest.mark.parametrize("kind", ["reset-after", "500-after"])
def test_a_lost_answer(connect: Connect, sandbox: Sandbox, kind: str, inputs: str) -> None:
    """The list has the message, and it is taken by its text, though another text went the same way."""
    given = {
        "": f"From = '{FROM}'",
        "Sender": f"MessagingServiceSid = '{SERVICE}'",
        "Media": f"From = '{FROM}', MediaUrl = 'https://example.com/a.png'",
    }[inputs]
    db = connect()
    db.execute(f"EXEC SendMessage To = '{TO}', Body = 'Another', {given}")
    lose(sandbox, kind)
    rows = db.execute(f"EXEC SendMessage To = '{TO}', Body = 'Hello', RequestKey = 'k', {given}").fetchall()
    assert [row[1] for row in rows] == [sandbox.messages()[1].sid]
    assert len(sandbox.messages()) == 2


def test_one_that_was_not_sent(connect: Connect, sandbox: Sandbox) -> None:
    """Unknown at first, as the list may be late; minutes later its key sends it."""
    lose(sandbox, "reset-before")
    db = connect()
    for _ in range(2):
        with pytest.raises(OutcomeUnknown, match="not in the list of messages, which may be late"):
            db.execute(ONE)
    assert (db.execute(STATE).fetchall(), sandbox.messages()) == ([("unknown", 1, None)], [])
    sandbox.advance(TEN_MINUTES)
    assert db.execute(ONE).fetchall() == [(message.sid,) for message in sandbox.messages()]
    assert [row[:2] for row in db.execute(STATE)] == [("placed", 2)]


@pytest.mark.parametrize("lag", [0.0, 100.0])
def test_a_list_that_is_late(connect: Connect, sandbox: Sandbox, lag: float) -> None:
    """However late a message shows, it is not sent again."""
    sandbox.read(list_lag=lag)
    lose(sandbox)
    db = connect()
    for seconds in (0, 90, TEN_MINUTES):
        sandbox.advance(seconds)
        db.execute(f"{ONE} AND OnError = 'row'").fetchall()
    assert db.execute(STATE).fetchall() == [("placed", 1, sandbox.messages()[0].sid)]
    assert len(sandbox.messages()) == 1


def test_one_of_a_process_that_was_killed(run: Run, connect: Connect, sandbox: Sandbox) -> None:
    """It never heard Twilio's time: the absence counts from when the next process looked."""
    sandbox.fail("timeout-before", path="Messages.json", method="POST")
    process = run(f'show("""{ONE}""")')
    until(lambda: asked(sandbox) == 1)
    process.kill()
    process.wait()
    sandbox.heal()
    sandbox.advance(TEN_MINUTES)
    db = connect()
    for _ in range(2):
        with pytest.raises(OutcomeUnknown, match="look again from 20"):
            db.execute(ONE)
    sandbox.advance(TEN_MINUTES)
    assert db.execute(ONE).fetchall() == [(message.sid,) for message in sandbox.messages()]


def test_an_equal_one_of_another_machine(connect: Connect, sandbox: Sandbox) -> None:
    """Two equal messages at the same time: neither is taken for ours, and ours is not sent again, however late."""
    connect(journal=":memory:").execute(ONE).fetchall()
    lose(sandbox)
    db = connect()
    with pytest.raises(OutcomeUnknown, match="one of these messages may be it, and an equal one another's"):
        db.execute(ONE)
    sandbox.advance(TEN_MINUTES)
    with pytest.raises(OutcomeUnknown, match="an equal one another's"):
        db.execute(ONE)
    assert db.execute(STATE).fetchall() == [("unknown", 1, None)]
    assert len(sandbox.messages()) == 2


def test_one_of_another_machine_while_ours_was_not_sent(connect: Connect, sandbox: Sandbox) -> None:
    """While another machine sends from our sender, the only equal message is not taken either."""
    other = connect(journal=":memory:")
    other.execute(ONE).fetchall()
    other.execute(ONE.replace(TO, "+15550000009").replace("'k'", "'l'")).fetchall()
    lose(sandbox, "reset-before")
    with pytest.raises(OutcomeUnknown, match="or somebody else's from the same sender"):
        connect().execute(ONE)
    assert len(sandbox.messages()) == 2


def test_the_same_text_as_before(connect: Connect, sandbox: Sandbox) -> None:
    """Earlier equal messages are told by their dates, and ours by the journal."""
    stranger, db = connect(journal=":memory:"), connect()
    stranger.execute(ONE).fetchall()
    sandbox.advance(60)
    db.execute(ONE.replace("'k'", "'before'")).fetchall()
    lose(sandbox)
    assert db.execute(ONE).fetchall() == [(sandbox.messages()[-1].sid,)]
    assert len({message.body for message in sandbox.messages()}) == 1


def test_two_equal_ones_in_doubt(connect: Connect, sandbox: Sandbox, command: Command) -> None:
    """Our own two equal messages stay unknown, and different ones are told apart; a person decides the rest."""
    lose(sandbox, times=3)
    db = connect()
    batch = [{"Body": body, "RequestKey": str(key)} for key, body in enumerate(("twin", "twin", "single"))]
    sql = f"SELECT Status FROM SendMessage('{FROM}', '{TO}') WHERE OnError = 'row' AND Batch = ?"
    assert db.execute(sql, (json.dumps(batch),)).fetchall() == [("unknown",), ("unknown",), ("delivered",)]
    sids = {message.body: message.sid for message in sandbox.messages()}
    numbers = [str(row[0]) for row in db.execute("SELECT Id FROM twsql_journal WHERE State = 'unknown'")]
    wrong = command("settle", numbers[0], "--placed", sids["single"])
    assert "is the message of another entry" in wrong.stderr
    for message, number in zip((each for each in sandbox.messages() if each.body == "twin"), numbers, strict=True):
        assert command("settle", number, "--placed", message.sid).returncode == 0
    assert db.execute(sql, (json.dumps(batch),)).fetchall() == [("delivered",)] * 3
    assert len(sandbox.messages()) == 3


def test_one_of_two_equal_ones_was_sent(connect: Connect, sandbox: Sandbox) -> None:
    """Which of our two equal messages it was nobody can tell, so both stay unknown, and none is sent again."""
    lose(sandbox)
    lose(sandbox, "reset-before")
    batch = json.dumps([{"Body": "twin", "RequestKey": key} for key in "ab"])
    sql = f"SELECT Status FROM SendMessage('{FROM}', '{TO}') WHERE OnError = 'row' AND Batch = ?"
    for seconds in (0, TEN_MINUTES):
        sandbox.advance(seconds)
        assert connect().execute(sql, (batch,)).fetchall() == [("unknown",), ("unknown",)]
    assert len(sandbox.messages()) == 1


def test_deciding_for_another_text(connect: Connect, sandbox: Sandbox, command: Command) -> None:
    """A message to the same number with another text cannot be it."""
    db = connect()
    connect(journal=":memory:").execute(ONE.replace("Ada", "Eve")).fetchall()
    lose(sandbox, "reset-before")
    with pytest.raises(OutcomeUnknown):
        db.execute(ONE)
    done = command("settle", "1", "--placed", sandbox.messages()[0].sid)
    assert "has another text than this message" in done.stderr


def test_a_hidden_number(connect: Connect, sandbox: Sandbox) -> None:
    """Twilio does not list it under its number, so nothing is proven by its absence."""
    lose(sandbox)
    db = connect()
    for _ in range(2):
        with pytest.raises(OutcomeUnknown, match="AddressRetention"):
            db.execute(f"{ONE} AND AddressRetention = 'obfuscate'")
        sandbox.advance(TEN_MINUTES)
    assert len(sandbox.messages()) == 1


def test_a_second_sender(connect: Connect, sandbox: Sandbox) -> None:
    """A message that the FallbackFrom has sent is ours as well."""
    other = connect(journal=":memory:")
    lose(sandbox, "reset-before")
    db, more = connect(), f" AND FallbackFrom = '{FROM[:-1]}9'"
    with pytest.raises(OutcomeUnknown, match="may be late"):
        db.execute(ONE + more)
    other.execute(ONE.replace(FROM, f"{FROM[:-1]}9")).fetchall()
    assert db.execute(ONE + more).fetchall() == [(sandbox.messages()[0].sid,)]


def test_limits(connect: Connect, sandbox: Sandbox) -> None:
    """max_calls, DryRun and read_only hold for messages; calls and messages count together."""
    numbers = f"'{TO}', '{TO}2', '{TO}3'"
    many = f"""SELECT Status FROM SendMessage WHERE "From" = '{FROM}' AND Body = 'x' AND "To" IN ({numbers})"""
    db = connect(max_calls=2)
    with pytest.raises(NotSupportedError, match="3 messages in one statement are more than max_calls allows"):
        db.execute(many)
    assert db.execute(f"{many.replace(TO + '3', TO)} AND DryRun = 1").fetchall() == [("dry-run",)] * 2
    both = f"{ONE} UNION ALL SELECT Sid FROM PlaceCall('{FROM}', '{TO}', 'https://example.com') UNION ALL {ONE}3"
    with pytest.raises(NotSupportedError, match="2 had been sent before, and no more"):
        db.execute(both.replace("'k'3", "'k3'")).fetchall()
    assert (len(sandbox.messages()), len(sandbox.calls())) == (1, 1)
    with pytest.raises(NotSupportedError, match="read_only"):
        connect(read_only=True).execute(ONE)


def test_how_far_it_got(connect: Connect, sandbox: Sandbox) -> None:
    """An error of several messages counts them as messages."""
    sandbox.fail("error", times=1, path="Messages.json", method="POST", code=21610)
    given: list[Any] = [{"To": TO, "Body": "a"}, {"To": TO, "Body": "b"}]
    sql = f"""SELECT Sid FROM SendMessage WHERE "From" = '{FROM}' AND Batch = ?"""
    with pytest.raises(Exception, match=r"\d sent, 1 failed, 0 unknown"):
        connect(max_in_flight=1).execute(sql, (json.dumps(given),)).fetchall()
