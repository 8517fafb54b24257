"""Calls over HTTP: place, list with its filters, hang up, delete; the life of a call by the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone

import pytest

from twsql.sandbox import Sandbox

from .raw import FROM, TO, Http, error

TWIML = "<Response/>"


def statuses(http: Http, participant: dict[str, str]) -> tuple[str, str]:
    """Return the status of a participant, and that of their call."""
    call = http.get(f"/Calls/{participant['call_sid']}.json").json()
    there = http.participants(participant["conference_sid"])
    return (there[0]["status"] if there else "gone"), call["status"]


def test_a_call_lives_by_the_clock(make: Callable[..., Sandbox], connect: Callable[..., Http]) -> None:
    """Queued, ringing, connected, complete, each when its time has come; then the conference is over too."""
    sandbox = make(ring_after=10, answer_after=20, hang_up_after=30)
    http = connect(sandbox)
    made = http.add("team")
    path = f"/Conferences/{made['conference_sid']}.json"
    assert statuses(http, made) == ("queued", "queued")
    assert http.get(path).json()["status"] == "init"
    sandbox.advance(11)
    assert statuses(http, made) == ("ringing", "ringing")
    sandbox.advance(20)
    assert statuses(http, made) == ("connected", "in-progress")
    assert http.get(path).json()["status"] == "in-progress"
    sandbox.advance(30)
    assert statuses(http, made) == ("gone", "completed")
    conference = http.get(path).json()
    assert (conference["status"], conference["reason_conference_ended"]) == ("completed", "last-participant-left")
    assert conference["call_sid_ending_conference"] == made["call_sid"]
    assert http.get(f"/Calls/{made['call_sid']}.json").json()["duration"] == "30"


def test_nobody_answers(make: Callable[..., Sandbox], connect: Callable[..., Http]) -> None:
    """A call that nobody answers rings until its Timeout, and is listed as no-answer."""
    sandbox = make(answer_after=None)
    http = connect(sandbox)
    made = http.add("team", Timeout="7")
    assert statuses(http, made) == ("ringing", "ringing")
    sandbox.advance(8)
    assert statuses(http, made) == ("gone", "no-answer")


def test_a_time_limit_ends_a_call(http: Http, sandbox: Sandbox) -> None:
    """TimeLimit counts from the answer."""
    made = http.add("team", TimeLimit="5")
    assert statuses(http, made) == ("connected", "in-progress")
    sandbox.advance(6)
    assert statuses(http, made) == ("gone", "completed")


def test_a_conference_waits_for_whoever_starts_it(http: Http) -> None:
    """It stays init while only participants without StartConferenceOnEnter are in it."""
    sid = http.add("team", StartConferenceOnEnter="false")["conference_sid"]
    assert http.get(f"/Conferences/{sid}.json").json()["status"] == "init"
    http.add(sid)
    assert http.get(f"/Conferences/{sid}.json").json()["status"] == "in-progress"


@pytest.mark.parametrize(
    ("ends", "kick", "reason"),
    [
        ("false", True, "last-participant-kicked"),
        ("false", False, "last-participant-left"),
        ("true", True, "participant-with-end-conference-on-exit-kicked"),
        ("true", False, "participant-with-end-conference-on-exit-left"),
    ],
)
def test_why_a_conference_ended(http: Http, ends: str, kick: bool, reason: str) -> None:
    """The reason tells who left last or ended it, and whether they were removed."""
    made = http.add("team", EndConferenceOnExit=ends)
    sid, call_sid = made["conference_sid"], made["call_sid"]
    if ends == "true":
        http.add(sid)
    if kick:
        http.delete(f"/Conferences/{sid}/Participants/{call_sid}.json")
    else:
        http.post(f"/Calls/{call_sid}.json", {"Status": "completed"})
    conference = http.get(f"/Conferences/{sid}.json").json()
    assert (conference["reason_conference_ended"], conference["call_sid_ending_conference"]) == (reason, call_sid)
    assert http.participants(sid) == []


def test_more_calls_than_the_rate_wait(make: Callable[..., Sandbox], connect: Callable[..., Http]) -> None:
    """At a call in 100 seconds further calls are queued, and are not refused; queue_time tells how long."""
    sandbox = make(calls_per_second=0.01, now=datetime(2026, 1, 1, tzinfo=timezone.utc))
    http = connect(sandbox)
    waits = [int(http.add("team")["queue_time"]) for _ in range(3)]
    assert waits[0] == 0
    assert 90_000 < waits[1] <= 100_000 < 190_000 < waits[2] <= 200_000
    sandbox.advance(101)
    assert [call.status for call in sandbox.calls()] == ["in-progress", "in-progress", "queued"]


def test_a_list_has_ended_calls_as_well(http: Http) -> None:
    """Calls are found by To, From and Status, newest first, whether or not they have ended."""
    made = [http.add("team", to) for to in (TO, "+15551234568", TO)]
    http.post(f"/Calls/{made[0]['call_sid']}.json", {"Status": "completed"})

    def sids(query: str) -> list[str]:
        return [call["sid"] for call in http.get(f"/Calls.json?{query}").json()["calls"]]

    first, second, third = (one["call_sid"] for one in made)
    assert sids("") == [third, second, first]
    assert sids("To=%2B15551234567") == [third, first]
    assert sids("To=%2B15551234567&Status=completed") == [first]
    assert sids("From=%2B15005550006&To=%2B15551234568") == [second]
    assert sids("From=%2B15005550009") == []
    assert sids("ParentCallSid=" + first) == []
    assert error(http.get("/Calls.json?Status=complete")) == (400, 20001)


def test_start_time_takes_days_and_seconds(make: Callable[..., Sandbox], connect: Callable[..., Http]) -> None:
    """StartTime narrows by day or to the second; a queued call counts from when it was placed."""
    sandbox = make(now=datetime(2026, 3, 10, 23, tzinfo=timezone.utc), ring_after=10)
    http = connect(sandbox)
    http.add("team", "+15551110001")
    sandbox.advance(7200)
    http.add("team", "+15551110002")

    def ends(**query: str) -> str:
        return "".join(call["to"][-1] for call in http.get("/Calls.json", params=query).json()["calls"])

    assert ends(StartTime="2026-03-10") == "1"
    assert ends(**{"StartTime>": "2026-03-10"}) == "21"
    assert ends(**{"StartTime<": "2026-03-10"}) == "1"
    assert ends(**{"StartTime>": "2026-03-11T00:59:00Z"}) == "2"
    assert ends(**{"StartTime<": "2026-03-11T00:59:00Z"}) == "1"
    assert ends(**{"EndTime>": "2026-03-10"}) == ""
    assert error(http.get("/Calls.json?StartTime=now")) == (400, 20001)


def test_a_call_into_no_conference(http: Http, sandbox: Sandbox) -> None:
    """A call can be placed, hung up once, and deleted once it has ended."""
    answer = http.post("/Calls.json", {"From": FROM, "To": TO, "Twiml": TWIML})
    assert (answer.status_code, answer.json()["status"]) == (201, "queued")
    path = f"/Calls/{answer.json()['sid']}.json"
    assert http.get(path).json()["status"] == "in-progress"
    assert error(http.delete(path)) == (409, 20409)
    assert error(http.post(path, {"Status": "canceled"})) == (400, 21220)
    assert http.post(path, {"Status": "completed"}).json()["status"] == "completed"
    assert error(http.post(path, {"Status": "completed"})) == (400, 21220)
    assert http.delete(path).status_code == 204
    assert error(http.get(path)) == (404, 20404)
    assert http.get("/Calls.json").json()["calls"] == []
    assert sandbox.counters.placed_by == {(None, TO): 1}
    assert error(http.post("/Calls.json", {"From": FROM, "To": TO})) == (400, 21205)


def test_a_call_can_be_canceled_until_it_is_answered(
    make: Callable[..., Sandbox], connect: Callable[..., Http]
) -> None:
    """Status=canceled ends a ringing call; its conference never starts."""
    http = connect(make(answer_after=30))
    made = http.add("team")
    http.post(f"/Calls/{made['call_sid']}.json", {"Status": "canceled"})
    assert statuses(http, made) == ("gone", "canceled")


def test_seeded_calls_are_calls_like_others(make: Callable[..., Sandbox], connect: Callable[..., Http]) -> None:
    """A seeded participant's call can be fetched, listed, hung up and deleted."""
    sandbox = make(conferences=4, participants=3)
    http = connect(sandbox)
    conference = next(one for one in sandbox.conferences() if one.status == "in-progress")
    sid = conference.calls[1]
    call = http.get(f"/Calls/{sid}.json").json()
    assert call["status"] == "in-progress"
    assert sid in [one["sid"] for one in http.get("/Calls.json", params={"To": call["to"]}).json()["calls"]]
    assert len(http.get("/Calls.json").json()["calls"]) == 12
    http.post(f"/Calls/{sid}.json", {"Status": "completed"})
    assert len(http.participants(conference.sid)) == 2
    assert http.delete(f"/Calls/{sid}.json").status_code == 204
    assert len(http.get("/Calls.json").json()["calls"]) == 11
