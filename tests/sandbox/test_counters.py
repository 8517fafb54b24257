"""What the sandbox counts and logs, in the process and over HTTP; load; control."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from twsql.sandbox import Sandbox
from waiting import until

from .raw import FROM, TO, Http, error


def test_requests_are_counted_by_method_route_and_status(http: Http, sandbox: Sandbox) -> None:
    """Routes have Twilio's operation names; placed calls are counted by conference and To."""
    sid = http.add("team")["conference_sid"]
    http.add("team")
    http.add(sid, "+15551234568")
    http.participants(sid)
    http.get("/Nothing.json")
    counters = sandbox.counters
    assert counters.requests == 5
    assert counters.by_method == {"POST": 3, "GET": 2}
    assert counters.by_route == {"CreateParticipant": 3, "ListParticipant": 1, "Unknown": 1}
    assert counters.by_status == {201: 3, 200: 1, 404: 1}
    assert counters.placed == 3
    assert counters.placed_by == {("team", TO): 2, ("team", "+15551234568"): 1}
    assert (counters.under_way, counters.peak) == (0, 1)
    sandbox.clear()
    assert (sandbox.counters.requests, sandbox.counters.placed, sandbox.requests) == (0, 0, [])
    assert len(sandbox.calls()) == 3


def test_the_log_has_what_was_sent_but_no_credentials(http: Http, sandbox: Sandbox) -> None:
    """Method, raw path, pairs of query and form in their order, headers, status."""
    http.post("/Conferences/a%2Fb/Participants.json?x=1&x=2&y=", [("To", TO), ("From", FROM), ("To", "%+")])
    [logged] = sandbox.requests
    assert (logged.method, logged.route, logged.status) == ("POST", "CreateParticipant", 400)
    assert logged.raw_path == f"/2010-04-01/Accounts/{sandbox.account_sid}/Conferences/a%2Fb/Participants.json"
    assert (logged.raw_query, logged.query) == ("x=1&x=2&y=", [("x", "1"), ("x", "2"), ("y", "")])
    assert logged.form == [("To", TO), ("From", FROM), ("To", "%+")]
    headers = dict(logged.headers)
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert "authorization" not in headers


def test_the_log_is_bounded(make: Callable[..., Sandbox], connect: Callable[..., Http]) -> None:
    """Only the last requests are kept; none with log=0, while all are counted."""
    few, none = make(log=2), make(log=0)
    for sandbox in (few, none):
        http = connect(sandbox)
        for number in range(3):
            http.get(f"/Conferences.json?FriendlyName={number}")
        assert sandbox.counters.requests == 3
    assert [dict(one.query)["FriendlyName"] for one in few.requests] == ["1", "2"]
    assert none.requests == []


def test_requests_beyond_the_limit_get_429(make: Callable[..., Sandbox], connect: Callable[..., Http]) -> None:
    """Of five at once two are served and three get 429 / 20429 with Retry-After; nothing of those was done."""
    sandbox = make(max_concurrent=2, retry_after=1)
    sandbox.fail("slow")
    clients = [connect(sandbox) for _ in range(5)]

    def create(http: Http) -> tuple[int, str | None]:
        answer = http.post("/Conferences/team/Participants.json", {"From": FROM, "To": TO})
        if answer.status_code != 201:
            assert error(answer) == (429, 20429)
        return answer.status_code, answer.headers.get("Retry-After")

    with ThreadPoolExecutor(5) as pool:
        coming = pool.map(create, clients)
        until(lambda: sandbox.counters.by_status.get(429) == 3)
        sandbox.heal()
        answers = sorted(coming, key=str)
    assert answers == [(201, None)] * 2 + [(429, "1")] * 3
    assert (sandbox.counters.placed, 3 <= sandbox.counters.peak <= 5) == (2, True)


def test_latency_does_not_block_others(make: Callable[..., Sandbox], connect: Callable[..., Http]) -> None:
    """Ten requests of 0.6 s each, sent at once, are under way together."""
    sandbox = make(latency=0.6)
    clients = [connect(sandbox) for _ in range(10)]
    began = time.monotonic()
    with ThreadPoolExecutor(10) as pool:
        assert {answer.status_code for answer in pool.map(lambda http: http.get(".json"), clients)} == {200}
    assert time.monotonic() - began >= 0.6
    assert sandbox.counters.peak > 1


def test_control_over_http(http: Http, sandbox: Sandbox) -> None:
    """Counters, log, faults, time, settings and state are at hand without credentials, and not counted."""

    def control(method: str, name: str, inputs: object = None) -> object:
        answer = http.session.request(method, f"{sandbox.base_url}/sandbox/{name}", json=inputs, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()

    http.session.auth = None
    made = control("POST", "faults", {"kind": "429", "times": 1})
    assert control("GET", "faults") == [made]
    http.session.auth = (sandbox.account_sid, sandbox.auth_token)
    assert http.get("/Conferences.json").status_code == 429
    assert control("DELETE", "faults") == []
    http.add("team", TimeLimit="30")
    counters = control("GET", "counters")
    assert (counters["requests"], counters["placed"]) == (2, 1)
    assert counters["placed_by"] == [{"conference": "team", "to": TO, "calls": 1}]
    assert [one["status"] for one in control("GET", "requests")] == [429, 201]
    control("POST", "advance", {"seconds": 1})
    assert sandbox.conference("team").status == "in-progress"
    control("POST", "advance", {"seconds": 31})
    assert sandbox.conference("team").status == "completed"
    assert control("POST", "settings", {"latency": 0.001})["latency"] == 0.001
    control("POST", "clear")
    assert (sandbox.counters.requests, len(sandbox.calls())) == (0, 1)
    control("POST", "reset")
    assert sandbox.calls() == []


def test_control_refuses_nonsense(http: Http) -> None:
    """Unknown routes are 404, bad inputs 400 with the reason."""
    assert http.get("/sandbox/nothing").status_code == 404
    for name, body in (("faults", '{"kind": "x"}'), ("advance", '{"seconds": -1}'), ("advance", "{"), ("faults", "{}")):
        answer = http.post(f"/sandbox/{name}", body)
        assert (answer.status_code, ":" in answer.json()["message"]) == (400, True)
