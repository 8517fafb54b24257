"""Recordings, transcriptions and events of calls: by their life, and as the official client and the facts have them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone

import pytest
from twilio.rest import Client

from twsql.sandbox import Sandbox

from .raw import FROM, TO, Http, error
from .test_openapi import Checker


def test_a_session_of_the_official_client(make: Callable[..., Sandbox], official: Callable[..., Client]) -> None:
    """All that the official client lists, fetches, changes and deletes is described, and answered as described."""
    sandbox = make(conferences=6, participants=2, recordings=4)
    checker, client = Checker(), official(sandbox)
    client.http_client.session.hooks["response"].append(checker.keep)
    listed = client.recordings.list(page_size=7)
    assert len({one.sid for one in listed}) == 24
    assert client.recordings.list(date_created_before=datetime(2001, 1, 1, tzinfo=timezone.utc)) == []
    [conference] = client.conferences.list(status="in-progress", limit=1)
    mine = client.conferences(conference.sid).recordings
    assert {one.sid for one in mine.list()} == {
        one.sid for one in client.recordings.list(conference_sid=conference.sid)
    }
    sid = mine.list()[0].sid
    assert mine(sid).update(status="paused").status == "paused"
    assert client.recordings(sid).fetch().status == mine(sid).fetch().status == "paused"
    assert mine(sid).delete() is True
    assert sid not in {one.sid for one in client.recordings.list()}
    assert sid in {one.sid for one in client.recordings.list(include_soft_deleted=True)}
    call = client.calls.create(to=TO, from_=FROM, twiml="<Response/>", machine_detection="Enable")
    made = client.calls(call.sid).recordings.create()
    assert [one.sid for one in client.calls(call.sid).recordings.list()] == [made.sid]
    assert client.calls(call.sid).recordings(made.sid).update(status="stopped").status == "completed"
    assert client.calls(call.sid).recordings(made.sid).fetch().duration == "0"
    assert client.recordings(made.sid).delete() is True
    transcription = client.transcriptions.list()[0]
    recording = client.recordings(transcription.recording_sid)
    assert [one.sid for one in recording.transcriptions.list()] == [transcription.sid]
    assert client.transcriptions(transcription.sid).fetch().status == "completed"
    assert client.transcriptions(transcription.sid).delete() is True
    assert recording.transcriptions.list() == []
    assert [one.request["url"][-5:] for one in client.calls(call.sid).events.list()] == [
        "tatus",
        "tatus",
        "voice",
        "tatus",
    ]
    assert client.calls(call.sid).fetch().answered_by == "human"
    assert client.calls(call.sid).update(status="completed").price == "-0.01400"
    assert checker.check() > 20


@pytest.mark.parametrize("ending", ["completed", "rated"])
def test_prices_come_later(make: Callable[..., Sandbox], connect: Callable[..., Http], ending: str) -> None:
    """A call and its recording have a price `rated_after` their end."""
    sandbox = make(rated_after=60)
    http = connect(sandbox)
    call = http.post("/Calls.json", {"From": FROM, "To": TO, "Twiml": "<Response/>"}).json()["sid"]
    recording = http.post(f"/Calls/{call}/Recordings.json").json()["sid"]
    http.post(f"/Calls/{call}.json", {"Status": "completed"})
    sandbox.advance(0 if ending == "completed" else 61)
    prices = [http.get(f"/{path}.json").json()["price"] for path in (f"Calls/{call}", f"Recordings/{recording}")]
    assert [price is None for price in prices] == [ending == "completed"] * 2


def test_refusals(make: Callable[..., Sandbox], connect: Callable[..., Http]) -> None:
    """What is not there is 404; what is over can be neither recorded nor paused."""
    sandbox = make(conferences=2, participants=1, over=1)
    http = connect(sandbox)
    [first, *_] = http.get("/Recordings.json").json()["recordings"]
    other = http.get("/Conferences.json?Status=completed").json()["conferences"][1]["sid"]
    assert error(http.get(f"/Recordings/RE{'0' * 31}x.json")) == (404, 20404)
    assert error(http.get(f"/Conferences/{other}/Recordings/{first['sid']}.json")) == (404, 20404)
    assert error(http.get(f"/Transcriptions/TR{'f' * 32}.json")) == (404, 20404)
    changed = http.post(f"/Calls/{first['call_sid']}/Recordings/{first['sid']}.json", {"Status": "paused"})
    assert error(changed) == (400, 21220)
    assert error(http.post(f"/Calls/{first['call_sid']}/Recordings.json")) == (400, 21220)
    assert http.get(f"/Recordings.json?CallSid=CA{'f' * 32}").json()["recordings"] == []
