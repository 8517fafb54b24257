"""Conferences over HTTP: list with its filters, fetch, end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

import pytest

from twsql.sandbox import Readings, Sandbox

from .raw import Http, error

NOWHERE = "CF" + "0" * 32

EVERY_STATUS = Readings(default_status="every")


@pytest.fixture
def days(make: Callable[..., Sandbox], connect: Callable[..., Http]) -> Http:
    """Conferences named by the March days of their creation, 8 to 12; all were last changed on the 13th."""
    sandbox = make(now=datetime(2026, 3, 8, 12, tzinfo=timezone.utc), readings=EVERY_STATUS)
    http = connect(sandbox)
    for day in range(8, 13):
        http.add(str(day))
        sandbox.advance(86_400)
    for conference in sandbox.conferences():
        http.post(f"/Conferences/{conference.sid}.json", {"Status": "completed"})
    return http


def names(http: Http, **query: str) -> list[str]:
    """Return the names that a list answers."""
    answer = http.get("/Conferences.json", params=query)
    assert answer.status_code == 200, answer.text
    return [one["friendly_name"] for one in answer.json()["conferences"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, "12 11 10 9 8"),
        ({"DateCreated": "2026-03-10"}, "10"),
        ({"DateCreated>": "2026-03-10"}, "12 11 10"),
        ({"DateCreated<": "2026-03-10"}, "10 9 8"),
        ({"DateCreated>": "2026-03-09", "DateCreated<": "2026-03-11"}, "11 10 9"),
        ({"DateCreated>": "2026-03-11", "DateCreated<": "2026-03-09"}, ""),
        ({"DateUpdated": "2026-03-13"}, "12 11 10 9 8"),
        ({"DateUpdated>": "2026-03-14"}, ""),
        ({"DateUpdated<": "2026-03-12"}, ""),
        ({"DateUpdated>": "2026-03-13", "DateCreated<": "2026-03-08"}, "8"),
        ({"FriendlyName": "9"}, "9"),
        ({"FriendlyName": "9", "DateCreated": "2026-03-10"}, ""),
        ({"FriendlyName": "1"}, ""),
        ({"Status": "in-progress"}, ""),
    ],
)
def test_filters_mean_whole_utc_days(days: Http, query: dict[str, str], expected: str) -> None:
    """`=` is that day, `<` on or before it, `>` on or after it; the newest come first."""
    assert names(days, **query) == expected.split()


@pytest.mark.parametrize("value", ["2026-03-10T12:00:00Z", "2026-02-30", "yesterday", ""])
@pytest.mark.parametrize("name", ["DateCreated", "DateCreated<", "DateUpdated>"])
def test_a_date_filter_takes_days_only(http: Http, name: str, value: str) -> None:
    """A date-time gets 400, and so does what is no day."""
    assert error(http.get("/Conferences.json", params={name: value})) == (400, 20001)


def test_without_status_only_those_in_progress_are_listed(
    make: Callable[..., Sandbox], connect: Callable[..., Http]
) -> None:
    """Since 2026-09-30 a list without Status has in-progress conferences only; a setting brings the old ways back."""
    sandbox = make(ring_after=1)
    http = connect(sandbox)
    http.add("running")
    over = http.add("over")["conference_sid"]
    sandbox.advance(2)
    http.post(f"/Conferences/{over}.json", {"Status": "completed"})
    http.add("starting")
    assert names(http) == ["running"]
    assert names(http, Status="init") == ["starting"]
    assert names(http, Status="completed") == ["over"]
    sandbox.read(default_status="every")
    assert names(http) == ["starting", "over", "running"]
    assert error(http.get("/Conferences.json?Status=done")) == (400, 20001)


def test_a_name_is_listed_with_every_conference_that_had_it(http: Http) -> None:
    """FriendlyName finds ended conferences as well, newest first."""
    sids = []
    for _ in range(3):
        sids.append(http.add("team")["conference_sid"])
        http.post(f"/Conferences/{sids[-1]}.json", {"Status": "completed"})
    listed = http.get("/Conferences.json?Status=completed&FriendlyName=team").json()["conferences"]
    assert [one["sid"] for one in listed] == sids[::-1]


def test_fetch_has_rfc2822_dates_and_subresources(http: Http) -> None:
    """A conference has Twilio's properties; dates carry +0000."""
    made = http.add("team")
    sid = made["conference_sid"]
    conference = http.get(f"/Conferences/{sid}.json").json()
    assert conference["date_created"].endswith(" +0000")
    assert parsedate_to_datetime(conference["date_created"]).tzinfo is not None
    assert conference["subresource_uris"]["participants"].endswith(f"/Conferences/{sid}/Participants.json")
    expected = {"status": "in-progress", "friendly_name": "team", "region": "us1", "reason_conference_ended": None}
    assert expected.items() <= conference.items()
    for path in (NOWHERE, "team", made["call_sid"]):
        assert error(http.get(f"/Conferences/{path}.json")) == (404, 20404)


def test_ending_a_conference_hangs_up_on_everyone(http: Http, sandbox: Sandbox) -> None:
    """Status=completed completes it for a reason of its own; once more changes nothing; announcing is too late."""
    made = http.add("team")
    path = f"/Conferences/{made['conference_sid']}.json"
    assert http.post(path, {"AnnounceUrl": "https://example.com/hello"}).json()["status"] == "in-progress"
    ended = http.post(path, {"Status": "completed"}).json()
    assert (ended["status"], ended["reason_conference_ended"]) == ("completed", "conference-ended-via-api")
    assert ended["call_sid_ending_conference"] is None
    assert [call.status for call in sandbox.calls()] == ["completed"]
    assert http.post(path, {"Status": "completed"}).json() == ended
    assert error(http.post(path, {"AnnounceUrl": "https://example.com/hello"})) == (400, 16022)
    assert error(http.post(path, {"Status": "init"})) == (400, 20001)
