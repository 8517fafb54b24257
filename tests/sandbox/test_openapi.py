"""Every request of the official client, and every answer to it, by Twilio's own OpenAPI facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timezone
from typing import Any

import pytest
from requests import PreparedRequest, Response
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from openapi_facts import described
from twsql.sandbox import Readings, Sandbox

from .raw import FROM, TO, Http

Transport = tuple[PreparedRequest, Response]

EVERY_STATUS = Readings(default_status="every")


class Checker:
    """Keeps the exchanges of a session, and checks them against the description of the API."""

    def __init__(self) -> None:
        self.api = described()
        self.exchanges: list[Transport] = []

    def keep(self, response: Response, *args: Any, **kwargs: Any) -> None:
        """Keep an exchange; a hook of requests."""
        self.exchanges.append((response.request, response))

    def check(self) -> int:
        """Check everything that was kept, errors by Twilio's error body; return how many exchanges there were."""
        from openapi_core.contrib.requests import RequestsOpenAPIRequest, RequestsOpenAPIResponse

        for request, response in self.exchanges:
            asked = RequestsOpenAPIRequest(request)
            self.api.validate_request(asked)
            if response.ok:
                self.api.validate_response(asked, RequestsOpenAPIResponse(response))
            else:
                assert response.json().keys() == {"code", "message", "more_info", "status"}
        return len(self.exchanges)


@pytest.fixture
def api(make: Callable[..., Sandbox]) -> Sandbox:
    """A sandbox with some history."""
    return make(conferences=30, participants=3, readings=EVERY_STATUS)


@pytest.fixture
def checker(api: Sandbox) -> Iterator[Checker]:
    """Check all exchanges that the test has kept, at its end."""
    checker = Checker()
    yield checker
    assert checker.check() == api.counters.requests > 0


@pytest.fixture
def client(api: Sandbox, checker: Checker, official: Callable[..., Client]) -> Client:
    """An official client whose exchanges are kept."""
    client = official(api)
    client.http_client.session.hooks["response"].append(checker.keep)
    return client


def test_a_session_of_the_official_client(client: Client) -> None:
    """Create, list, fetch by SID and label, update, delete: each is described, and answered as described."""
    made = client.conferences("team").participants.create(
        from_=FROM,
        to=TO,
        label="bob",
        status_callback="https://example.com/status",
        status_callback_event=["initiated", "answered"],
        conference_status_callback_event=["start", "end"],
        beep="onEnter",
        max_participants=10,
        muted=False,
        time_limit=600,
        machine_detection="Enable",
        call_reason="a test",
    )
    assert (made.status, made.label, made.queue_time) == ("queued", "bob", "0")
    participants = client.conferences(made.conference_sid).participants
    assert participants(made.call_sid).fetch().status == participants("bob").fetch().status == "connected"
    assert [one.call_sid for one in participants.list(muted=False, hold=False)] == [made.call_sid]
    assert participants("bob").update(muted=True, hold=True, hold_url="https://example.com/hold").hold is True
    conference = client.conferences(made.conference_sid)
    assert conference.fetch().date_created.tzinfo is not None
    assert conference.update(announce_url="https://example.com/hello").status == "in-progress"
    assert participants("bob").delete() is True
    assert conference.fetch().reason_conference_ended == "last-participant-kicked"
    assert participants.list() == []


def test_lists_of_the_official_client(client: Client) -> None:
    """Pages of any size hold every conference once; filters are sent and answered as described."""
    assert len(client.conferences.list()) == 30
    assert len({one.sid for one in client.conferences.list(page_size=7)}) == 30
    assert len(client.conferences.list(limit=5)) == 5
    assert len(client.conferences.list(status="completed", page_size=1000)) == 15
    today = datetime.now(timezone.utc).date()
    assert len(client.conferences.list(date_created_before=today, date_updated_after=date(2000, 1, 1))) == 30
    assert client.conferences.list(date_created=date(2000, 1, 1)) == []
    [one] = client.conferences.list(friendly_name="sales-0")
    assert client.conferences(one.sid).fetch().friendly_name == "sales-0"


def test_calls_and_accounts_of_the_official_client(client: Client, api: Sandbox) -> None:
    """Calls are created, listed, ended and deleted; accounts listed and fetched."""
    call = client.calls.create(to=TO, from_=FROM, twiml="<Response/>")
    since = datetime(2000, 1, 1, tzinfo=timezone.utc)
    [found] = client.calls.list(to=TO, from_=FROM, start_time_after=since)
    assert (found.sid, found.status) == (call.sid, "in-progress")
    assert client.calls(call.sid).update(status="completed").status == "completed"
    assert client.calls(call.sid).fetch().end_time is not None
    assert client.calls(call.sid).delete() is True
    assert len(client.calls.list(page_size=20)) == 90
    assert len(client.api.v2010.accounts.list()) == 2
    assert client.api.v2010.accounts(api.account_sid).fetch().status == "active"


def test_a_validation_of_the_official_client(client: Client) -> None:
    """A number is called and its code told; whoever answers makes it a caller ID, which cannot be made again."""
    made = client.validation_requests.create(phone_number=TO, friendly_name="Ada")
    assert (client.calls(made.call_sid).fetch().to, len(made.validation_code)) == (TO, 6)
    assert [one.friendly_name for one in client.outgoing_caller_ids.list(phone_number=TO)] == ["Ada"]
    with pytest.raises(TwilioRestException, match="validated already"):
        client.validation_requests.create(phone_number=TO)


def test_messages_of_the_official_client(client: Client) -> None:
    """Messages are sent, listed, redacted and deleted, their media too; a scheduled one is canceled."""
    service, later = "MG" + "0" * 32, datetime(2100, 1, 1, tzinfo=timezone.utc)
    sent = client.messages.create(to=TO, from_=FROM, body="hello", media_url=["https://example.com/a.png"])
    assert (sent.status, sent.num_media, sent.date_sent) == ("queued", "1", None)
    plan = {"schedule_type": "fixed", "send_at": later, "risk_check": "disable"}
    planned = client.messages.create(to=TO, messaging_service_sid=service, body="soon", **plan)
    assert (planned.status, planned.from_) == ("scheduled", None)
    assert client.messages(planned.sid).update(status="canceled").status == "canceled"
    since = datetime(2026, 1, 1, tzinfo=timezone.utc)
    assert [one.sid for one in client.messages.list(to=TO, from_=FROM, date_sent_after=since)] == [sent.sid]
    [medium] = client.messages(sent.sid).media.list()
    assert client.messages(sent.sid).media(medium.sid).fetch().content_type == "image/png"
    assert client.messages(sent.sid).media(medium.sid).delete() is True
    assert client.messages(sent.sid).media.list() == []
    assert client.messages(sent.sid).update(body="").body == ""
    assert client.messages(sent.sid).delete() is True
    assert [one.sid for one in client.messages.list()] == [planned.sid]


def test_insights_of_the_official_client(client: Client) -> None:
    """Conferences, their participants and calls are listed and fetched, in every state and by every kind of filter."""
    insights, since = client.insights.v1, "2020-01-01T00:00:00Z"
    client.conferences("team").participants.create(from_=FROM, to=TO, label="bob")
    every = insights.conferences.list(created_after=since, page_size=2)
    assert {one.status for one in every} == {"completed", "in_progress"}
    (team,) = insights.conferences.list(friendly_name="team", status="in_progress", created_after=since)
    assert insights.conferences(team.conference_sid).fetch().create_time.tzinfo is not None
    people = insights.conferences(team.conference_sid).conference_participants
    (bob,) = people.list(label="bob")
    assert people(bob.participant_sid).fetch().call_sid == bob.call_sid
    (call,) = insights.call_summaries.list(to=TO, start_time=since, has_tag=False, processing_state="all")
    assert (call.call_sid, call.call_state, call.to["callee"]) == (bob.call_sid, "answered", TO)
    assert insights.calls(bob.call_sid).summary().fetch(processing_state="partial").created_time.tzinfo is not None


def test_pricing_of_the_official_client(client: Client) -> None:
    """Prices by number and by country."""
    price = client.pricing.v2.voice.numbers("+447700900123").fetch(origination_number=FROM)
    assert (price.iso_country, price.price_unit) == ("GB", "USD")
    assert [one["current_price"] for one in price.outbound_call_prices] == [0.0325]
    countries = client.pricing.v2.voice.countries
    assert {one.iso_country for one in countries.list(page_size=2)} >= {"GB", "US"}
    assert len(countries("GB").fetch().outbound_prefix_prices) == 3


def test_errors_of_the_official_client(client: Client, api: Sandbox) -> None:
    """The official client understands an error's status, code and message."""
    attempts: list[tuple[Callable[[], object], int, int]] = [
        (lambda: client.conferences("CF" + "0" * 32).fetch(), 404, 20404),
        (lambda: client.conferences("CF" + "0" * 32).participants.create(from_=FROM, to=TO), 404, 20404),
        (lambda: client.conferences("team").participants.create(from_=FROM, to="+15005550001"), 400, 21211),
        (lambda: client.conferences("team").participants.create(from_=FROM, to=TO, label="a/b"), 400, 16024),
        (lambda: client.conferences("team").participants.create(from_=FROM, to=TO, wait_url="x"), 400, 21205),
    ]
    for attempt, status, code in attempts:
        with pytest.raises(TwilioRestException) as caught:
            attempt()
        assert (caught.value.status, caught.value.code) == (status, code)
    assert api.counters.placed == 0


def test_every_state_is_described(api: Sandbox, checker: Checker, connect: Callable[..., Http]) -> None:
    """Queued, ringing, answered, unanswered, ended: each looks as described, on every route."""
    http = connect(api)
    http.session.hooks["response"].append(checker.keep)
    api.change(ring_after=10, answer_after=10, calls_per_second=1.0)
    made = http.add("team", EndConferenceOnExit="true")
    http.add("team", Label="bob", Coaching="true", CallSidToCoach=made["call_sid"])
    for _ in range(4):
        http.get(f"/Calls/{made['call_sid']}.json")
        http.get(f"/Conferences/{made['conference_sid']}.json")
        http.participants(made["conference_sid"])
        api.advance(8)
    http.delete(f"/Conferences/{made['conference_sid']}/Participants/{made['call_sid']}.json")
    for path in ("/Calls.json", "/Conferences.json", f"/Conferences/{made['conference_sid']}.json"):
        http.get(path)


def test_a_subaccount_by_an_api_key(api: Sandbox, official: Callable[..., Client]) -> None:
    """An API key of the parent, with the subaccount's SID in the path."""
    client = official(api, api.api_key, api.api_secret, account_sid=api.subaccount_sid)
    made = client.conferences("team").participants.create(from_=FROM, to=TO)
    assert made.account_sid == api.subaccount_sid
    with pytest.raises(TwilioRestException, match="Authenticate"):
        official(api, api.api_key, "wrong", account_sid=api.account_sid).conferences("x").fetch()
