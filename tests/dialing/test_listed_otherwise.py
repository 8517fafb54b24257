"""What Twilio lists elsewhere, twice, or with another text: nothing is done twice, and no stranger's is taken."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from relay import Relay
from twsql.errors import OutcomeUnknown
from twsql.sandbox import Sandbox

from .conftest import FROM, TO, Connect

TEN_MINUTES = 600
"""By then a list without it proves that it was not done."""
CALL = f"SELECT Sid FROM PlaceCall('{FROM}', '{TO}', 'https://example.com/') WHERE RequestKey = 'k'"
MESSAGE = f"SELECT Sid FROM SendMessage('{FROM}', '{TO}', 'Hello') WHERE RequestKey = 'k'"
VALIDATION = f"SELECT CallSid FROM AddOutgoingCallerIds('{TO}') WHERE RequestKey = 'k'"
STATE = "SELECT State, Attempts FROM twsql_journal WHERE RequestKey = 'k'"
Rows = list[dict[str, Any]]


@pytest.fixture(autouse=True)
def short_grace(own_journal: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one witness is asked after the grace, and here Twilio lists at once."""
    monkeypatch.setenv("TWSQL_RECOVERY_GRACE", "0.02")


@pytest.fixture
def relay(sandbox: Sandbox) -> Iterator[Relay]:
    """What a test does to the sandbox's lists."""
    with Relay(sandbox.base_url) as one:
        yield one


def change_lists(relay: Relay, key: str, change: Callable[[Rows, bool], Rows]) -> None:
    """Let `change` make the rows of each page of a list; it hears whether the page is the last."""

    def changed(request: bytes, answer: bytes) -> bytes:
        head, _, body = answer.partition(b"\r\n\r\n")
        if not request.startswith(b"GET") or not body.startswith(b'{"') or key not in (page := json.loads(body)):
            return answer
        page[key] = change(page[key], page["next_page_uri"] is None)
        body = json.dumps(page).encode()
        return re.sub(rb"(?i)content-length: *\d+", b"Content-Length: %d" % len(body), head) + b"\r\n\r\n" + body

    relay.change = changed


def waiting_last(when: str) -> Callable[[Rows, bool], Rows]:
    """Give what has no `when` after all else, on the last page."""
    waiting: Rows = []

    def change(rows: Rows, is_last: bool) -> Rows:
        waiting.extend(row for row in rows if row[when] is None and row not in waiting)
        return [row for row in rows if row[when] is not None] + (waiting if is_last else [])

    return change


@pytest.mark.parametrize(("sql", "when"), [(CALL, "start_time"), (MESSAGE, "date_sent")], ids=("call", "message"))
def test_what_waits_comes_last(connect: Connect, sandbox: Sandbox, relay: Relay, sql: str, when: str) -> None:
    """A long list by StartTime or DateSent may have at its end what has none yet: that is not sent again."""
    sandbox.read(largest_page=3)
    stranger = connect(journal=":memory:")
    for number in range(4):
        stranger.execute(sql.replace("Hello", str(number)).replace("'k'", f"'{number}'")).fetchall()
        sandbox.advance(TEN_MINUTES)
    key = "calls" if sql == CALL else "messages"
    change_lists(relay, key, waiting_last(when))
    db = connect(base_url=relay.url)
    db.execute("SELECT Sid FROM calls LIMIT 1").fetchall()  # it knows Twilio's time from now on
    sandbox.change(ring_after=1e9, deliver_after=1e9)
    sandbox.fail("reset-after", times=1, method="POST")
    assert db.execute(sql).fetchall() == [((sandbox.calls() if sql == CALL else sandbox.messages())[4].sid,)]


@pytest.mark.parametrize("sql", [CALL, MESSAGE, VALIDATION], ids=("call", "message", "validation"))
def test_a_strangers_between_two_attempts(connect: Connect, sandbox: Sandbox, sql: str) -> None:
    """What a stranger did after the first attempt was proven not done, and before the second one, is not ours."""
    sandbox.change(answer_after=None)
    db, stranger = connect(), connect(journal=":memory:")
    sandbox.fail("reset-before", times=1, method="POST")
    with pytest.raises(OutcomeUnknown, match="may be late"):
        db.execute(sql)
    sandbox.advance(TEN_MINUTES / 2)
    stranger.execute(sql).fetchall()
    sandbox.advance(TEN_MINUTES / 2)
    sandbox.fail("reset-before", times=1, method="POST")
    with pytest.raises(OutcomeUnknown, match="may be late"):
        db.execute(sql)
    assert db.execute(STATE).fetchall() == [("unknown", 2)]


def test_a_strangers_between_two_attempts_at_a_participant(connect: Connect, sandbox: Sandbox) -> None:
    """The same of a call into a conference whose witnesses could not be asked at first; it is placed in the end."""
    sql = f"SELECT CallSid FROM AddParticipants('room', '{FROM}', '{TO}') WHERE RequestKey = 'k'"
    db, stranger = connect(max_attempts=2), connect(journal=":memory:")
    sandbox.change(answer_after=None)
    db.execute("SELECT Sid FROM calls LIMIT 1").fetchall()
    sandbox.fail("reset-before", method="POST")
    sandbox.fail("500-before", method="GET")
    with pytest.raises(OutcomeUnknown):
        db.execute(sql)
    sandbox.heal()
    sandbox.advance(TEN_MINUTES)
    (theirs,) = stranger.execute(sql.replace("'k'", "'theirs'")).fetchone()
    db.execute("UPDATE calls SET Status = 'completed' WHERE Sid = ?", (theirs,))
    sandbox.advance(TEN_MINUTES)
    sandbox.fail("reset-before", times=1, method="POST")
    (ours,) = db.execute(sql).fetchone()
    assert (len(sandbox.calls()), ours == theirs) == (2, False)


@pytest.mark.parametrize("sql", [CALL, MESSAGE, VALIDATION], ids=("call", "message", "validation"))
def test_the_first_response_of_a_program(connect: Connect, sandbox: Sandbox, sql: str) -> None:
    """It is lost, and the witness tells Twilio's time: so an equal one, ten minutes ago, is not ours."""
    sandbox.change(answer_after=None)
    ((theirs,),) = connect(journal=":memory:").execute(sql).fetchall()
    sandbox.advance(TEN_MINUTES)
    sandbox.fail("reset-after", times=1, method="POST")
    ((ours,),) = connect().execute(sql).fetchall()
    assert ours != theirs


def test_a_call_to_a_number_of_our_own(connect: Connect, sandbox: Sandbox, relay: Relay) -> None:
    """Twilio lists it twice, as it goes out and comes in: ours is the one that goes out."""
    db = connect(base_url=relay.url)
    coming_in = {"sid": "CA" + "1" * 32, "direction": "inbound"}
    change_lists(relay, "calls", lambda rows, _: [each for row in rows for each in ({**row, **coming_in}, row)])
    sandbox.fail("reset-after", times=1, method="POST")
    assert db.execute(CALL).fetchall() == [(sandbox.calls()[0].sid,)]


@pytest.mark.parametrize("sql", [CALL, VALIDATION], ids=("call", "validation"))
def test_a_call_that_twiml_placed(connect: Connect, sandbox: Sandbox, relay: Relay, sql: str) -> None:
    """The leg of a stranger's <Dial> between the two numbers, while ours was not placed, is not ours."""
    sandbox.change(answer_after=None)
    connect(journal=":memory:").execute(sql).fetchall()
    leg = {"direction": "outbound-dial", "parent_call_sid": "CA" + "1" * 32}
    change_lists(relay, "calls", lambda rows, _: [{**row, **leg} for row in rows])
    sandbox.fail("reset-before", times=1, method="POST")
    db = connect(base_url=relay.url)
    with pytest.raises(OutcomeUnknown, match="not in the list of calls"):
        db.execute(sql)
    assert db.execute(STATE).fetchall() == [("unknown", 1)]


@pytest.mark.parametrize(
    ("sql", "key", "shown"),
    [
        (MESSAGE, "messages", {"body": "HELLO"}),
        (MESSAGE, "messages", {"from": "Ada"}),
        (CALL, "calls", {"from": "Ada"}),
    ],
    ids=("text", "sender", "caller"),
)
def test_what_twilio_shows_otherwise(
    connect: Connect, sandbox: Sandbox, relay: Relay, sql: str, key: str, shown: dict[str, str]
) -> None:
    """With another text, or of another sender, but to that number at that moment, it may be ours: not repeated."""
    change_lists(relay, key, lambda rows, _: [{**row, **shown} for row in rows])
    sandbox.fail("reset-after", times=1, method="POST")
    db = connect(base_url=relay.url)
    for _ in range(2):
        with pytest.raises(OutcomeUnknown, match="may be it, if Twilio"):
            db.execute(sql)
        sandbox.advance(TEN_MINUTES)
    assert len(sandbox.calls()) + len(sandbox.messages()) == 1


def test_the_text_of_another_entry_in_doubt(connect: Connect, sandbox: Sandbox) -> None:
    """Of two equal messages nobody knows which was sent. A third one has a text of its own: it was not, and is."""
    db = connect(max_attempts=1)
    db.execute("SELECT Sid FROM messages LIMIT 1").fetchall()
    sandbox.fail("500-before", method="GET")
    for key, fault in (("a", "reset-after"), ("b", "reset-before"), ("k", "reset-before")):
        sandbox.fail(fault, times=1, method="POST")
        with pytest.raises(OutcomeUnknown):
            db.execute(MESSAGE.replace("Hello", "equal" if key < "k" else "Hello").replace("'k'", f"'{key}'"))
    sandbox.heal()
    sandbox.advance(TEN_MINUTES)
    assert len(db.execute(MESSAGE).fetchall()) == 1
    assert [message.body for message in sandbox.messages()] == ["equal", "Hello"]


def test_a_validation_from_nobody(connect: Connect, sandbox: Sandbox, relay: Relay) -> None:
    """Twilio may show its own call as one of Anonymous: it is found, and the number is not called again."""
    change_lists(relay, "calls", lambda rows, _: [{**row, "from": "Anonymous"} for row in rows])
    sandbox.fail("reset-after", times=1, method="POST")
    assert connect(base_url=relay.url).execute(VALIDATION).fetchall() == [(sandbox.calls()[0].sid,)]
