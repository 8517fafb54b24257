"""Who was in a conference that is over, from Insights."""

from __future__ import annotations

from typing import Any

import pytest
from tests.sync.conftest import File
from tests.sync.conftest import sync_conferences as sync

from twsql.errors import TwilioError
from twsql.sandbox import Sandbox


@pytest.fixture
def sandbox() -> Any:
    """Twenty conferences of the last ten days, half of them over, three participants in each."""
    with Sandbox(conferences=20, participants=3, days=10) as running:
        yield running


def test_participants_of_ended_conferences_come_from_insights(
    sandbox: Sandbox, file: File, account: dict[str, Any]
) -> None:
    """One request for each ended conference; when they joined and left, and the numbers, are in the file."""
    report = sync(file.path, insights=True, **account)
    assert sandbox.counters.by_route["ListConferenceParticipant"] == 10
    assert report.requests == sandbox.counters.requests
    assert (report.participants, report.remark) == (60, None)
    assert file.rows(
        'SELECT c.Status, p.LeftAtSource, count(*), count(JoinedAt), count("From"), count("To"),'
        " sum(CallStatus = 'answered'), sum(LeftAt = c.DateUpdated), count(p.FirstSeen) FROM participants p"
        " JOIN conferences c ON c.Sid = ConferenceSid GROUP BY 1, 2"
    ) == [("completed", "insights", 30, 30, 30, 30, 30, 30, 0), ("in-progress", None, 30, 0, 0, 0, None, None, 30)]


def test_insights_of_a_conference_are_asked_for_once(sandbox: Sandbox, file: File, account: dict[str, Any]) -> None:
    """A second run asks nothing of Insights, and loses nothing that it told."""
    sync(file.path, insights=True, **account)
    before = file.rows("SELECT * FROM participants WHERE LeftAtSource = 'insights'")
    sandbox.clear()
    sync(file.path, insights=True, **account)
    assert "ListConferenceParticipant" not in sandbox.counters.by_route
    assert file.rows("SELECT * FROM participants WHERE LeftAtSource = 'insights'") == before


def test_exact_time_replaces_a_bound(sandbox: Sandbox, file: File, account: dict[str, Any]) -> None:
    """Who was known to have left at some time before a run has the true time once Insights tells it."""
    sync(file.path, **account)
    name = file.one("SELECT max(FriendlyName) FROM conferences WHERE Status = 'in-progress'")
    with_client(sandbox, name)
    sync(file.path, **account)
    sql = "SELECT DISTINCT LeftAtSource FROM participants WHERE LeftAt IS NOT NULL"
    assert file.rows(sql) == [("conference-end",)]
    sync(file.path, insights=True, **account)
    assert file.rows(sql) == [("insights",)]
    assert file.one("SELECT count(*) FROM participants WHERE LeftAtSource = 'insights' AND FirstSeen IS NOT NULL") == 3


def with_client(sandbox: Sandbox, name: str) -> None:
    """End a conference by the official client."""
    from twilio.rest import Client

    client = Client(sandbox.account_sid, sandbox.auth_token)
    client.api.base_url = sandbox.base_url
    (found,) = client.conferences.list(friendly_name=name, status="in-progress")
    client.conferences(found.sid).update(status="completed")


def test_account_without_insights_is_told(sandbox: Sandbox, file: File, account: dict[str, Any]) -> None:
    """The run is good all the same, says so in a clear word, and asks again when the account may have it."""
    sandbox.change(insights=False)
    report = sync(file.path, insights=True, **account)
    assert report.remark is not None
    assert report.remark.startswith("insights: not read: the account has no Voice Insights Advanced Features")
    assert "17007" in report.remark
    assert file.rows("SELECT Outcome, Error FROM sync_runs") == [("ok", report.remark)]
    sandbox.change(insights=True)
    assert sync(file.path, insights=True, **account).remark is None
    assert file.one("SELECT count(*) FROM participants WHERE LeftAtSource = 'insights'") == 30


def test_other_errors_of_insights_fail_the_run(sandbox: Sandbox, file: File, account: dict[str, Any]) -> None:
    """An error that has nothing to do with the account's features is not taken for one that has."""
    sandbox.fail("error", path="/v1/", status=400)
    with pytest.raises(TwilioError, match="a fault that was asked for"):
        sync(file.path, insights=True, **account)
    assert file.one("SELECT Outcome FROM sync_runs") == "failed"


def test_pages_of_insights_are_followed(sandbox: Sandbox, file: File, account: dict[str, Any]) -> None:
    """With two participants a page each conference takes two requests."""
    sync(file.path, insights=True, page_size=2, **account)
    assert sandbox.counters.by_route["ListConferenceParticipant"] == 20
    assert file.one("SELECT count(*) FROM participants WHERE LeftAtSource = 'insights'") == 30


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("foreign-next-page", "the next page of a list is not on"),
        ("repeating-page", "goes round in a circle"),
        ("wrong-shape", "is not a JSON object"),
        ("garbage-after", "is not JSON"),
    ],
)
def test_odd_answers_of_insights_are_errors(
    sandbox: Sandbox, file: File, account: dict[str, Any], fault: str, words: str
) -> None:
    """What cannot be right ends the run, and is asked for again by the next."""
    sandbox.fail(fault, path="/v1/")
    with pytest.raises(TwilioError, match=words):
        sync(file.path, insights=True, max_attempts=1, **account)
    sandbox.heal()
    sync(file.path, insights=True, **account)
    assert file.one("SELECT count(*) FROM participants WHERE LeftAtSource = 'insights'") == 30
