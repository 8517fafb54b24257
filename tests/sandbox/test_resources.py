"""Plain resources, queues, available numbers and usage, by the official client: each is as Twilio describes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timezone
from typing import Any

import pytest
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client

from twsql.sandbox import Sandbox

from .raw import FROM, TO, Http, error
from .test_openapi import Checker

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=timezone.utc)
URL = "https://example.com/"


@pytest.fixture
def api(make: Callable[..., Sandbox]) -> Sandbox:
    """A sandbox with ten conferences of two calls each, on ten days."""
    return make(conferences=10, participants=2, over=1, days=10, now=NOW)


@pytest.fixture
def client(api: Sandbox, official: Callable[..., Client]) -> Iterator[Client]:
    """An official client; what it sent and got is checked at the test's end."""
    checker, client = Checker(), official(api)
    client.http_client.session.hooks["response"].append(checker.keep)
    yield client
    assert checker.check() > 0


MADE: dict[str, dict[str, Any]] = {
    "applications": {"friendly_name": "Menu", "voice_url": URL},
    "incoming_phone_numbers": {"phone_number": "+14155550100"},
    "queues": {"friendly_name": "sales", "max_size": 5},
    "usage.triggers": {"callback_url": URL, "trigger_value": "5", "usage_category": "calls", "trigger_by": "count"},
}
"""What is made of each kind."""
CHANGED: dict[str, dict[str, Any]] = {
    "applications": {"friendly_name": "Desk", "voice_caller_id_lookup": True, "voice_method": "GET"},
    "incoming_phone_numbers": {"friendly_name": "Desk", "voice_url": URL},
    "queues": {"friendly_name": "Desk", "max_size": 7},
    "usage.triggers": {"friendly_name": "Desk", "callback_method": "GET"},
    "outgoing_caller_ids": {"friendly_name": "Desk"},
}
"""What is changed of each."""


def _list_of(client: Client, kind: str) -> Any:
    found = client
    for name in kind.split("."):
        found = getattr(found, name)
    return found


@pytest.mark.parametrize("kind", CHANGED)
def test_made_changed_and_deleted(client: Client, kind: str) -> None:
    """A resource is what was given, is in its list, is changed, and is gone."""
    these = _list_of(client, kind)
    made = these.create(**MADE[kind]) if kind in MADE else these.list()[0]
    assert all(getattr(made, name) == value for name, value in MADE.get(kind, {}).items())
    assert made.sid == these.list(page_size=1)[0].sid == these(made.sid).fetch().sid
    assert len(these.list()) == (2 if kind in MADE else 1)
    changed = these(made.sid).update(**CHANGED[kind])
    assert all(getattr(changed, name) == value for name, value in CHANGED[kind].items())
    assert these(made.sid).delete() is True
    assert made.sid not in {one.sid for one in these.list()}
    with pytest.raises(TwilioRestException, match="not found"):
        these(made.sid).fetch()


def test_filters(client: Client) -> None:
    """By name, by a part of a number, by what a trigger watches."""
    client.applications.create(friendly_name="Menu")
    assert [one.friendly_name for one in client.applications.list(friendly_name="Menu")] == ["Menu"]
    numbers = client.incoming_phone_numbers
    assert [len(numbers.list(phone_number=part)) for part in ("0006", "+15005*50006", "99")] == [1, 1, 0]
    assert [len(numbers.list(beta=beta)) for beta in (False, True)] == [1, 1]
    assert len(client.outgoing_caller_ids.list(phone_number="+12025550123")) == 1
    found = [len(client.usage.triggers.list(recurring=each, trigger_by="count")) for each in ("monthly", "daily")]
    assert found == [1, 0]


def test_what_is_refused(api: Sandbox, connect: Callable[..., Http]) -> None:
    """Without what is required, with a URL or place that is none, with a SID of another kind."""
    http = connect(api)
    assert error(http.post("/Queues.json")) == (400, 20001)
    assert error(http.post("/Applications.json", {"VoiceUrl": "x"})) == (400, 21205)
    sid = http.get("/OutgoingCallerIds.json").json()["outgoing_caller_ids"][0]["sid"]
    assert error(http.get(f"/IncomingPhoneNumbers/{sid}.json")) == (404, 20404)
    assert error(http.get("/Queues/QU.json")) == (404, 20404)
    for where in ("NearLatLong=here", "NearLatLong=nan,inf", "NearLatLong=37.77,-122.41&Distance=far"):
        assert error(http.get(f"/AvailablePhoneNumbers/US/Local.json?{where}")) == (400, 20001)


def test_calls_wait_in_a_queue(api: Sandbox, client: Client) -> None:
    """Enqueue brings a call in once it is answered; a hang-up, another address or a redirect takes it out."""
    api.change(answer_after=5)
    calls = [client.calls.create(TO, FROM, twiml="<Response><Enqueue>R&amp;D</Enqueue></Response>") for _ in range(3)]
    assert len(client.queues.list()) == 1
    api.advance(5)
    queue = client.queues.list()[0]
    assert (queue.friendly_name, queue.current_size) == ("R&D", 3)
    api.advance(60)
    members = client.queues(queue.sid).members
    assert [one.call_sid for one in members.list(page_size=2)] == [call.sid for call in calls]
    front = members("Front").fetch()
    assert (front.call_sid, front.position, front.wait_time) == (calls[0].sid, 1, 60)
    with pytest.raises(TwilioRestException, match="not empty"):
        client.queues(queue.sid).delete()
    members(calls[1].sid).update(url=URL)
    client.calls(calls[0].sid).update(status="completed")
    assert [one.position for one in members.list()] == [1]
    client.calls(calls[2].sid).update(twiml="<Response><Say>bye</Say></Response>")
    assert client.queues(queue.sid).fetch().current_size == 0
    with pytest.raises(TwilioRestException, match="not found"):
        members("Front").fetch()


def test_a_full_queue(client: Client) -> None:
    """A queue takes as many calls as MaxSize says."""
    queue = client.queues.create("small", max_size=1)
    for _ in range(2):
        client.calls.create(TO, FROM, twiml="<Response><Enqueue>small</Enqueue></Response>")
    assert client.queues(queue.sid).fetch().current_size == 1


def test_numbers_to_buy(client: Client) -> None:
    """By country and type, by what they can do and where they are; what is bought is gone."""
    american = client.available_phone_numbers("US")
    found = american.local.list(in_region="CA", sms_enabled=True, contains="415***0")
    assert {one.locality for one in found} == {"San Francisco"}
    assert all(one.capabilities["sms"] for one in found)
    near = american.local.list(near_lat_long="37.78,-122.22", distance=5, page_size=3)
    assert [one.locality for one in near] == ["Oakland"] * 3
    assert {one.phone_number[:5] for one in american.toll_free.list()} == {"+1800", "+1888"}
    assert client.available_phone_numbers("GB").local.list(exclude_all_address_required=True) == []
    client.incoming_phone_numbers.create(phone_number=found[0].phone_number)
    assert found[0].phone_number not in {one.phone_number for one in american.local.list()}
    with pytest.raises(TwilioException, match="not found"):
        american.mobile.list()


def test_usage_adds_up(api: Sandbox, client: Client) -> None:
    """The days of a list, its months and all time are the same calls; both ends of a span are in it."""
    records = client.usage.records
    [total] = records.list(category="calls")
    assert (total.count, total.start_date, total.end_date) == ("20", date(2026, 2, 28), date(2026, 3, 10))
    assert float(total.price) == pytest.approx(int(total.usage) * 0.014)
    for each in (records.daily, records.monthly, records.yearly, records.all_time):
        assert sum(int(one.count) for one in each.list(category="calls")) == 20
    march = records.monthly.list(category="calls-outbound", start_date=date(2026, 3, 1))
    assert [(one.start_date, one.end_date) for one in march] == [(date(2026, 3, 1), date(2026, 3, 10))]
    days = records.daily.list(start_date=date(2026, 3, 2), end_date=date(2026, 3, 4), category="totalprice")
    assert [one.end_date.day for one in days] == [4, 3, 2]
    fixed = (records.today, records.yesterday, records.this_month, records.last_month)
    spans = [{(one.start_date.day, one.end_date.day) for one in each.list()} for each in fixed]
    assert spans == [{(10, 10)}, {(9, 9)}, {(1, 10)}, {(1, 28)}]
    [every] = records.list(category="totalprice")
    each = [
        one.price for one in records.list() if one.category in ("calls", "sms", "mms", "recordings", "phonenumbers")
    ]
    assert float(every.price) == pytest.approx(sum(map(float, each)))
    assert float(client.balance.fetch().balance) == pytest.approx(1000 - float(every.price), abs=0.01)
    assert client.usage.triggers.list()[0].current_value == str(sum(int(one.count) for one in march))


def test_an_account_is_named_anew(client: Client, api: Sandbox) -> None:
    """Any name; a subaccount has nothing but its name."""
    account = client.api.v2010.accounts(api.subaccount_sid)
    assert account.update(friendly_name='"Second"').friendly_name == account.fetch().friendly_name == '"Second"'
    assert account.applications.list() == account.queues.list() == []
