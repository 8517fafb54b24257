"""Readings: each one changes what it says, and nothing else changes the answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from twsql.sandbox import Readings, Sandbox, each_reading

from .raw import FROM, TO, Http

NOW = datetime(2026, 3, 10, 0, 30, tzinfo=timezone.utc)
Make, Connect = Callable[..., Sandbox], Callable[..., Http]


@pytest.fixture
def http(make: Make, connect: Connect) -> Http:
    """A client of a sandbox with ten conferences around a midnight, half of them over."""
    return connect(make(conferences=10, participants=2, days=0.2, now=NOW))


def _read(http: Http, **readings: Any) -> None:
    assert http.post("/sandbox/readings", None, json=readings).status_code == 200


def _sids(http: Http, query: str = "", path: str = "Conferences", key: str = "conferences") -> list[str]:
    answer = http.get(f"/{path}.json?{query}")
    assert answer.status_code == 200, answer.text
    return [row.get("sid") or row["call_sid"] for row in answer.json()[key]]


@pytest.mark.parametrize("name", ["DateCreated", "DateUpdated"])
def test_upper_bound(http: Http, name: str) -> None:
    """The day that is the upper bound is in the list or not; no other filter by days changes."""
    day, before = "2026-03-10", "2026-03-09"
    completed = "Status=completed"
    every, last = _sids(http, completed), _sids(http, f"{completed}&{name}={before}")
    assert 0 < len(last) < len(every)
    assert _sids(http, f"{completed}&{name}%3C={day}") == every
    assert _sids(http, f"{completed}&{name}%3C={before}") == last
    _read(http, upper_bound="day excluded")
    assert _sids(http, f"{completed}&{name}%3C={day}") == last
    assert _sids(http, f"{completed}&{name}%3C={before}") == []
    assert _sids(http, f"{completed}&{name}={before}") == last
    assert _sids(http, f"{completed}&{name}%3E={before}") == every


def test_upper_bound_of_calls(http: Http) -> None:
    """Calls have a reading of their own."""
    query = "StartTime%3C=2026-03-10"
    every = _sids(http, query, "Calls", "calls")
    _read(http, upper_bound="day excluded")
    assert _sids(http, query, "Calls", "calls") == every
    _read(http, calls_upper_bound="day excluded")
    assert 0 < len(_sids(http, query, "Calls", "calls")) < len(every) == 20


@pytest.mark.parametrize("order", ["mixed within a minute", "by sid"])
@pytest.mark.parametrize("kind", ["conferences", "calls"])
def test_order(make: Make, connect: Connect, order: str, kind: str) -> None:
    """The order differs, and the pages still hold each item once."""
    http = connect(make(conferences=40, participants=2, days=0.002, over=0, now=NOW))
    path = kind.capitalize()
    newest_first = _sids(http, "PageSize=1000", path, kind)
    _read(http, order=order)
    found, uri = [], f"/2010-04-01/Accounts/{http.account[-34:]}/{path}.json?PageSize=7"
    while uri:
        page = http.get(uri).json()
        found += [row["sid"] for row in page[kind]]
        uri = page["next_page_uri"]
    assert found != newest_first
    assert sorted(found) == sorted(newest_first)
    if order == "by sid":
        assert found == sorted(found, reverse=True)


def test_list_lag(make: Make, connect: Connect) -> None:
    """What has just been made is not listed yet, though it can be fetched."""
    sandbox = make(readings=Readings(list_lag=100.0))
    http = connect(sandbox)
    made = http.add("team")
    for _ in range(2):
        assert _sids(http, "Status=in-progress") == _sids(http, path="Calls", key="calls") == []
        assert http.get(f"/Conferences/{made['conference_sid']}.json").status_code == 200
        assert len(http.participants(made["conference_sid"])) == 1
        sandbox.advance(40)
    sandbox.advance(40)
    assert _sids(http, "Status=in-progress") == [made["conference_sid"]]
    assert _sids(http, path="Calls", key="calls") == [made["call_sid"]]


def test_ended_participants(http: Http) -> None:
    """The list of who is in a conference that is over: empty, or there is none."""
    (sid, *_) = _sids(http, "Status=completed")
    assert http.get(f"/Conferences/{sid}/Participants.json").json()["participants"] == []
    _read(http, ended_participants="not found")
    assert http.get(f"/Conferences/{sid}/Participants.json").status_code == 404


@pytest.mark.parametrize("status", [400, 404, 409, 429, 500])
def test_refusal_status(http: Http, status: int) -> None:
    """Codes from 16000 to 16999 come with this status, in the body too; others with their own."""
    _read(http, refusal_status=status)
    http.add("team", Label="bob")
    answer = http.post("/Conferences/team/Participants.json", {"From": FROM, "To": TO, "Label": "bob"})
    assert (answer.status_code, answer.json()["status"], answer.json()["code"]) == (status, status, 16026)
    assert http.get("/Conferences/CF00000000000000000000000000000000.json").json()["code"] == 20404


def test_default_status(http: Http) -> None:
    """Without a Status: what is in progress, or everything."""
    assert len(_sids(http)) == 5
    _read(http, default_status="every")
    assert len(_sids(http)) == 10


def test_names(http: Http) -> None:
    """Upper and lower case: two conferences, or two that a filter does not tell apart, or one."""
    first = http.add("Team")["conference_sid"]
    assert _sids(http, "FriendlyName=team") == []
    _read(http, names="filter ignores case")
    assert _sids(http, "FriendlyName=team") == [first]
    second = http.add("team", TO)["conference_sid"]
    assert second != first
    assert set(_sids(http, "FriendlyName=TEAM")) == {first, second}
    _read(http, names="ignore case")
    assert http.add("TEAM", TO)["conference_sid"] == second


def test_label_reuse(http: Http) -> None:
    """A label is free again when its participant has left, or never is."""
    made = http.add("team", Label="bob")
    http.add("team")
    path = f"/Conferences/{made['conference_sid']}/Participants"
    assert http.delete(f"{path}/bob.json").status_code == 204
    _read(http, label_reuse="never")
    again = {"From": FROM, "To": TO, "Label": "bob"}
    assert http.post(f"{path}.json", again).json()["code"] == 16026
    _read(http, label_reuse="after leaving")
    assert http.post(f"{path}.json", again).status_code == 201


def test_queued_start_time(make: Make, connect: Connect) -> None:
    """A call that waits has no start_time, is found by StartTime or not; or has the time at which it was made."""
    http = connect(make(now=NOW, ring_after=100))
    http.add("team")

    def look() -> list[Any]:
        return [call["start_time"] for call in http.get("/Calls.json?StartTime=2026-03-10").json()["calls"]]

    assert look() == [None]
    _read(http, queued_start_time="null and not found")
    assert look() == []
    _read(http, queued_start_time="date created")
    assert look() == ["Tue, 10 Mar 2026 00:30:00 +0000"]


def test_caller_id_from(http: Http) -> None:
    """A call that shows another number than it came from has that or its own as `from`."""
    sid = http.add("team", CallerId="+15550009999")["call_sid"]
    assert http.get(f"/Calls/{sid}.json").json()["from"] == "+15550009999"
    _read(http, caller_id_from="from")
    assert http.get(f"/Calls/{sid}.json").json()["from"] == FROM


def test_largest_page(http: Http) -> None:
    """Pages are smaller than was asked for, and go on."""
    _read(http, largest_page=3)
    page = http.get("/Conferences.json?PageSize=1000&Status=completed").json()
    assert (len(page["conferences"]), page["page_size"]) == (3, 3)
    assert len(_sids(http, page["next_page_uri"].partition("?")[2])) == 2


def test_pages(http: Http) -> None:
    """A page begins with the last item of the page before; a page of one item goes on all the same."""
    _read(http, pages="overlap", largest_page=3)
    page = http.get("/Conferences.json?Status=completed").json()
    following = _sids(http, page["next_page_uri"].partition("?")[2])
    assert following[0] == page["conferences"][-1]["sid"]
    assert len(following) == 3
    _read(http, largest_page=1)
    page = http.get("/Conferences.json?Status=completed").json()
    assert _sids(http, page["next_page_uri"].partition("?")[2]) != [page["conferences"][0]["sid"]]


def test_statuses(http: Http) -> None:
    """Participants and calls are in a status that nobody has heard of; conferences are as they are listed."""
    _read(http, statuses="unknown")
    (sid, *_) = _sids(http, "Status=in-progress")
    assert {row["status"] for row in http.participants(sid)} == {"reticent"}
    assert {row["status"] for row in http.get("/Calls.json").json()["calls"]} == {"reticent"}
    assert http.get(f"/Conferences/{sid}.json").json()["status"] == "in-progress"


def test_properties(http: Http) -> None:
    """Items have properties beyond the documented ones, or lack some."""
    documented = http.get("/Conferences.json").json()["conferences"][0]
    _read(http, properties="more")
    assert http.get("/Conferences.json").json()["conferences"][0].keys() > documented.keys()
    _read(http, properties="fewer")
    fewer = http.get("/Conferences.json").json()["conferences"][0]
    assert fewer.items() < documented.items()
    assert {"sid", "status", "friendly_name", "date_created"} <= fewer.keys()
    _read(http, properties="no dates")
    assert documented.keys() - http.get("/Conferences.json").json()["conferences"][0].keys() == {
        "date_created",
        "date_updated",
    }


def test_next_page_uri(http: Http) -> None:
    """With or without scheme and host; the last page has none."""
    query = "/Conferences.json?Status=completed&PageSize=3"
    relative = http.get(query).json()["next_page_uri"]
    _read(http, next_page_uri="absolute")
    assert http.get(query).json()["next_page_uri"] == http.base + relative
    assert http.get(relative).json()["next_page_uri"] is None


def test_insights_since(http: Http) -> None:
    """Without a beginning lists of Insights begin 30 days or four hours ago."""
    assert len(http.get("/v1/Conferences").json()["conferences"]) == 10
    _read(http, insights_since="4 hours")
    assert len(http.get("/v1/Conferences").json()["conferences"]) < 10
    since = "2026-03-01T00:00:00Z"
    assert len(http.get("/v1/Conferences", params={"CreatedAfter": since}).json()["conferences"]) == 10


def test_summaries_until(http: Http) -> None:
    """EndTime bounds when calls began, or when they were over or are."""
    until = {"StartTime": "2026-03-01T00:00:00Z", "EndTime": "2026-03-10T00:29:59Z"}
    assert len(http.get("/v1/Voice/Summaries", params=until).json()["call_summaries"]) == 20
    _read(http, summaries_until="ended")
    assert 0 < len(http.get("/v1/Voice/Summaries", params=until).json()["call_summaries"]) <= 10


def test_call_summary(http: Http) -> None:
    """A call that goes on has a summary, or none unless a partial one is asked for."""
    path = f"/v1/Voice/{http.add('team')['call_sid']}/Summary"
    assert http.get(path).json()["processing_state"] == "partial"
    _read(http, call_summary="complete")
    assert http.get(path).status_code == 404
    assert http.get(f"{path}?ProcessingState=partial").status_code == 200


def test_prices(http: Http) -> None:
    """Prices are numbers or text, and those for the caller, for any caller, or for each."""
    path, own = "/v2/Voice/Numbers/%2B447700900123", "?OriginationNumber=%2B442079460000"

    def prices(query: str = "") -> list[Any]:
        return [each["current_price"] for each in http.get(path + query).json()["outbound_call_prices"]]

    assert (prices(), prices(own)) == ([0.0325], [0.0158])
    _read(http, origin_prices="every origin", price_type="text")
    assert prices() == prices(own) == ["0.0158", "0.0325"]
    assert http.get("/v2/Voice/Numbers/%2B9990").status_code == 404


def test_control(http: Http) -> None:
    """Readings are changed one by one, alone or with other settings, told, and taken back; a wrong one is refused."""
    _read(http, order="by sid")
    assert http.post("/sandbox/settings", None, json={"readings": {"list_lag": 1.5}}).status_code == 200
    told = http.get("/sandbox/readings").json()
    assert (told["order"], told["list_lag"], told["names"]) == ("by sid", 1.5, "exact")
    for wrong in ({"order": "by age"}, {"tide": "low"}, {"largest_page": 0}):
        assert http.post("/sandbox/readings", None, json=wrong).status_code == 400
    assert http.get("/sandbox/readings").json() == told
    assert http.delete("/sandbox/readings").json() == vars(Readings())


def test_each_reading() -> None:
    """The defaults, then every other value alone; or those of one reading."""
    every = [*each_reading()]
    assert every[0] == Readings()
    assert str(every[0]) == ""
    assert len(set(map(str, every))) == len(every) > len(vars(Readings()))
    assert [*map(str, each_reading("order"))] == ["", "order=mixed within a minute", "order=by sid"]
    assert timedelta(seconds=max(each.list_lag for each in every)) < timedelta(seconds=2)
