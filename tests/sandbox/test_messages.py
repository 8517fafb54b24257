"""Messages over HTTP: send, list with its filters, redact, cancel, delete; the life of a message by the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest

from twsql.sandbox import Sandbox

from .raw import FROM, TO, Http, error

NOON = datetime(2026, 3, 10, 12, tzinfo=timezone.utc)
SERVICE = "MG" + "0" * 32


def send(http: Http, **form: Any) -> dict[str, Any]:
    """Send a message, which must succeed."""
    answer = http.post("/Messages.json", {"From": FROM, "To": TO, "Body": "hello", **form})
    assert answer.status_code == 201, answer.text
    return answer.json()


def bodies(http: Http, **query: str) -> str:
    """Return the texts of the listed messages, newest first."""
    return "".join(one["body"] for one in http.get("/Messages.json", params=query).json()["messages"])


def test_a_message_lives_by_the_clock(make: Callable[..., Sandbox], connect: Callable[..., Http]) -> None:
    """Queued, then delivered, with a date and a price; only then it can be redacted and deleted, and not canceled."""
    sandbox = make(deliver_after=10, now=NOON)
    http = connect(sandbox)
    path = f"/Messages/{send(http)['sid']}.json"
    assert (http.get(path).json()["status"], http.get(path).json()["price"]) == ("queued", None)
    assert error(http.post(path, {"Body": ""})) == error(http.delete(path)) == (409, 20009)
    sandbox.advance(11)
    message = http.get(path).json()
    assert (message["status"], message["price"]) == ("delivered", "-0.00790")
    assert message["date_sent"] == "Tue, 10 Mar 2026 12:00:10 +0000"
    assert error(http.post(path, {"Status": "canceled"})) == (400, 30409)
    assert http.post(path, {"Body": ""}).json()["body"] == ""
    assert http.delete(path).status_code == 204
    assert error(http.get(path)) == (404, 20404)
    assert sandbox.messages() == []


def test_filters(make: Callable[..., Sandbox], connect: Callable[..., Http]) -> None:
    """To, From and the day of sending narrow the list; what waits to be sent may be found by its day, or not."""
    sandbox = make(now=NOON)
    http = connect(sandbox)
    send(http, Body="1")
    sandbox.advance(86_400)
    send(http, Body="2", To="+15551234568")
    sandbox.change(deliver_after=10)
    send(http, Body="3", From="", MessagingServiceSid=SERVICE)
    assert (bodies(http), bodies(http, To=TO), bodies(http, From=FROM)) == ("321", "31", "21")
    assert bodies(http, DateSent="2026-03-10") == bodies(http, **{"DateSent<": "2026-03-10"}) == "1"
    assert bodies(http, **{"DateSent>": "2026-03-11"}) == "32"
    sandbox.read(queued_start_time="null and not found", upper_bound="day excluded")
    assert (bodies(http, **{"DateSent>": "2026-03-11"}), bodies(http, **{"DateSent<": "2026-03-10"})) == ("2", "")


@pytest.mark.parametrize("query", ["DateSent=2025-01-01", "DateSent<=2025-01-01", "DateSent>=2025-01-01"])
def test_before_what_is_kept(make: Callable[..., Sandbox], connect: Callable[..., Http], query: str) -> None:
    """Messages are kept for 400 days, and earlier days are refused."""
    sandbox = make(now=NOON)
    http = connect(sandbox)
    send(http)
    assert error(http.get(f"/Messages.json?{query.replace('<', '%3C').replace('>', '%3E')}")) == (400, 20004)
    sandbox.advance(401 * 86_400)
    assert bodies(http) == ""


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"To": "nobody"}, 21211),
        ({"To": ""}, 21604),
        ({"From": ""}, 21603),
        ({"From": "+15005550007"}, 21606),
        ({"Body": ""}, 21619),
        ({"Body": "x" * 1601}, 21617),
        ({"MediaUrl": "here"}, 21620),
        ({"MediaUrl": ["https://example.com/"] * 11}, 21623),
        ({"SendAt": "2026-01-01T00:00:00Z"}, 20001),
    ],
)
def test_refusals(http: Http, sandbox: Sandbox, form: dict[str, Any], code: int) -> None:
    """What Twilio would refuse is refused with its code, and nothing is sent."""
    assert error(http.post("/Messages.json", {"From": FROM, "To": TO, "Body": "hello", **form})) == (400, code)
    assert sandbox.messages() == []


def test_what_is_hidden(http: Http) -> None:
    """A discarded text is gone once it is sent; an obfuscated number is not found by To."""
    sid = send(http, ContentRetention="discard", AddressRetention="obfuscate")["sid"]
    message = http.get(f"/Messages/{sid}.json").json()
    assert (message["body"], message["to"]) == ("", TO[:-4] + "XXXX")
    assert http.get("/Messages.json", params={"To": TO}).json()["messages"] == []


def test_faults_hit_messages(http: Http, sandbox: Sandbox) -> None:
    """An answer is lost before or after the deed, as it is for calls."""
    for kind, sent in (("500-before", 0), ("500-after", 1)):
        sandbox.fail(kind, method="POST", path="Messages", times=1)
        assert http.post("/Messages.json", {"From": FROM, "To": TO, "Body": "hello"}).status_code == 500
        assert len(sandbox.messages()) == sent


def test_seeded_messages(make: Callable[..., Sandbox], connect: Callable[..., Http]) -> None:
    """They are messages like others, made when they are looked at: in and out, some with media."""
    sandbox = make(messages=1_000_000, days=30, now=NOON)
    http = connect(sandbox)
    page = http.get("/Messages.json?PageSize=100").json()["messages"]
    assert {one["direction"] for one in page} == {"inbound", "outbound-api"}
    one = next(one for one in page if one["num_media"] == "1")
    assert len(http.get(f"/Messages/{one['sid']}/Media.json").json()["media_list"]) == 1
    assert http.delete(f"/Messages/{one['sid']}.json").status_code == 204
    assert one["sid"] not in [each["sid"] for each in http.get("/Messages.json?PageSize=100").json()["messages"]]
    days = http.get("/Messages.json?DateSent=2026-02-20&PageSize=1000").json()["messages"]
    assert {each["date_sent"][5:7] for each in days} == {"20"}
