"""Every kind of fault, as a raw client sees it."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from email.utils import parsedate_to_datetime

import pytest
import requests

from twsql.sandbox import KINDS, Sandbox
from waiting import until

from .raw import FROM, TO, Http, error

CALL = {"From": FROM, "To": TO}
CREATE = "/Conferences/team/Participants.json"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"kind": "429"}, (429, 20429)),
        ({"kind": "429", "code": 20009}, (429, 20009)),
        ({"kind": "500-before"}, (500, 20500)),
        ({"kind": "500-before", "status": 503}, (503, 20503)),
        ({"kind": "error", "status": 400, "code": 16030}, (400, 16030)),
        ({"kind": "error", "status": 404, "code": 20404, "message": "gone"}, (404, 20404)),
    ],
)
def test_error_answers_before_the_deed(
    http: Http, sandbox: Sandbox, rule: dict[str, object], expected: tuple[int, int]
) -> None:
    """The answer is Twilio's for that error, and nothing was done."""
    fault = sandbox.fail(**rule)
    answer = http.post(CREATE, CALL)
    assert error(answer) == expected
    assert "Retry-After" not in answer.headers
    assert answer.json()["message"] == rule.get("message", answer.json()["message"])
    assert (sandbox.counters.placed, fault.hits) == (0, 1)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_an_error_after_the_deed(http: Http, sandbox: Sandbox, status: int) -> None:
    """The call was placed though the answer says 5xx."""
    sandbox.fail("500-after", status=status)
    assert error(http.post(CREATE, CALL)) == (status, 20000 + status)
    assert sandbox.counters.placed == 1


def test_retry_after(http: Http, sandbox: Sandbox) -> None:
    """A fault can ask to wait."""
    sandbox.fail("429", retry_after=2)
    assert http.get("/Conferences.json").headers["Retry-After"] == "2"


@pytest.mark.parametrize(("kind", "placed"), [("reset-before", 0), ("reset-after", 1)])
def test_a_reset_connection(http: Http, sandbox: Sandbox, kind: str, placed: int) -> None:
    """The connection is reset without an answer, before or after the deed."""
    sandbox.fail(kind)
    with pytest.raises(requests.ConnectionError) as caught:
        http.post(CREATE, CALL)
    assert "reset by peer" in str(caught.value)
    assert (sandbox.counters.placed, sandbox.counters.by_status) == (placed, {0: 1})
    assert sandbox.requests[0].status is None


@pytest.mark.parametrize(("kind", "placed"), [("timeout-before", 0), ("timeout-after", 1)])
def test_an_answer_that_never_comes(http: Http, sandbox: Sandbox, kind: str, placed: int) -> None:
    """The connection is held until the client leaves."""
    sandbox.fail(kind)
    with pytest.raises(requests.ReadTimeout):
        http.post(CREATE, CALL, timeout=0.3)
    until(lambda: not sandbox.counters.under_way)
    assert sandbox.counters.placed == placed


def test_an_answer_that_never_comes_has_a_bound(http: Http, sandbox: Sandbox) -> None:
    """After `seconds` the connection is closed without an answer."""
    sandbox.fail("timeout-after", seconds=0.05)
    with pytest.raises(requests.ConnectionError):
        http.post(CREATE, CALL)


def test_slow_until_it_is_taken_back(http: Http, sandbox: Sandbox) -> None:
    """A rule that is taken back lets its request go, and no other rule's."""
    first, second = [sandbox.fail("slow", times=1) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(http.post, CREATE, CALL), pool.submit(http.post, CREATE, CALL)]
        until(lambda: second.hits)
        sandbox.heal(first)
        wait(answers, return_when=FIRST_COMPLETED)
        assert (sandbox.counters.under_way, sandbox.counters.placed) == (1, 1)
        sandbox.heal()
        assert [answer.result(30).status_code for answer in answers] == [201, 201]


def test_garbage(http: Http, sandbox: Sandbox) -> None:
    """A success whose body is not JSON."""
    sandbox.fail("garbage-after")
    answer = http.post(CREATE, CALL)
    assert (answer.status_code, sandbox.counters.placed) == (201, 1)
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def test_half_an_answer(http: Http, sandbox: Sandbox) -> None:
    """The connection ends before the body has the length that was promised."""
    sandbox.fail("truncated-after")
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        http.post(CREATE, CALL)
    assert sandbox.counters.placed == 1


@pytest.mark.parametrize(("kind", "placed"), [("proxy-before", 0), ("proxy-after", 1)])
def test_a_proxys_answer(http: Http, sandbox: Sandbox, kind: str, placed: int) -> None:
    """An error that is not Twilio's JSON, before or after the deed."""
    sandbox.fail(kind, status=404)
    answer = http.post(CREATE, CALL)
    assert (answer.status_code, answer.text[:6], sandbox.counters.placed) == (404, "<html>", placed)


@pytest.mark.parametrize(("kind", "status"), [("no-sid", 200), ("error-after", 400), ("redirect-after", 307)])
def test_more_after_the_deed(http: Http, sandbox: Sandbox, kind: str, status: int) -> None:
    """The call was placed though the answer names none, is Twilio's refusal, or leads elsewhere."""
    sandbox.fail(kind)
    answer = http.post(CREATE, CALL)
    assert (answer.status_code, sandbox.counters.placed) == (status, 1)


def test_the_date(http: Http, sandbox: Sandbox) -> None:
    """The Date header is the sandbox's time."""
    before = parsedate_to_datetime(http.get(".json").headers["Date"])
    sandbox.advance(1000)
    after = parsedate_to_datetime(http.get(".json").headers["Date"])
    assert 1000 <= (after - before).total_seconds() < 1010


def test_the_wrong_shape(http: Http, sandbox: Sandbox) -> None:
    """A success whose body is JSON, but a list."""
    sandbox.fail("wrong-shape")
    assert isinstance(http.get("/Conferences.json").json(), list)


def test_a_huge_field(http: Http, sandbox: Sandbox) -> None:
    """One field has ten million characters, on a list or a single answer."""
    http.add("team")
    sandbox.fail("huge")
    assert len(http.get("/Conferences.json").json()["conferences"][0]["friendly_name"]) == 10_000_000
    assert len(http.post(CREATE, CALL).json()["label"]) == 10_000_000


def test_a_redirect(http: Http, sandbox: Sandbox) -> None:
    """307 to the same path on another host, before the deed."""
    sandbox.fail("redirect", location="http://127.0.0.2:9")
    answer = http.post(CREATE, CALL)
    path = f"/2010-04-01/Accounts/{sandbox.account_sid}{CREATE}"
    assert (answer.status_code, answer.headers["Location"]) == (307, f"http://127.0.0.2:9{path}")
    assert sandbox.counters.placed == 0


def test_next_pages_that_lead_astray(make: Callable[..., Sandbox], connect: Callable[..., Http]) -> None:
    """A next page on another host, and one that is the same page again; on Insights' pages too."""
    sandbox = make(conferences=2, over=0, participants=1)
    http, conference = connect(sandbox), sandbox.conferences()[0]
    insights = f"/v1/Conferences/{conference.sid}/Participants"
    sandbox.fail("foreign-next-page")
    assert http.get("/Conferences.json").json()["next_page_uri"].startswith("https://elsewhere.invalid/2010-04-01/")
    assert http.get(insights).json()["meta"]["next_page_url"] == f"https://elsewhere.invalid{insights}"
    sandbox.heal()
    sandbox.fail("repeating-page")
    page = http.get("/Conferences.json?PageSize=1").json()
    assert page["next_page_uri"] == page["uri"]
    meta = http.get(insights).json()["meta"]
    assert meta["next_page_url"] == meta["url"] == sandbox.base_url + insights


def test_a_slow_answer_delays_only_itself(http: Http, sandbox: Sandbox) -> None:
    """A slow rule delays the requests that it fits."""
    slow = sandbox.fail("slow", path="Conferences", seconds=0.1)
    http.get(".json")
    assert slow.hits == 0
    began = time.monotonic()
    assert http.get("/Conferences.json").status_code == 200
    assert time.monotonic() - began >= 0.1


def test_rules_choose_by_method_path_and_times(http: Http, sandbox: Sandbox) -> None:
    """A rule applies to its method and path, so many times; the first that fits is used."""
    first = sandbox.fail("429", method="POST", path=r"/Participants\.json$", times=2)
    second = sandbox.fail("500-before", method="POST")
    seen = [http.post(CREATE, CALL).status_code for _ in range(3)]
    assert (seen, first.hits, second.hits) == ([429, 429, 500], 2, 1)
    assert http.get("/Conferences.json").status_code == 200
    sandbox.heal()
    assert http.post(CREATE, CALL).status_code == 201


def test_chance_is_the_same_in_every_run(make: Callable[..., Sandbox], connect: Callable[..., Http]) -> None:
    """A rule with a probability hits about that share, the same requests for the same seed."""

    def hits(seed: int) -> list[int]:
        sandbox = make(seed=seed)
        http = connect(sandbox)
        sandbox.fail("500-before", probability=0.3)
        return [http.get(".json").status_code for _ in range(100)]

    first = hits(1)
    assert 15 <= first.count(500) <= 45
    assert hits(1) == first
    assert hits(2) != first


def test_an_unknown_kind_is_refused(sandbox: Sandbox) -> None:
    """The message names the kinds that there are."""
    with pytest.raises(ValueError, match="reset-after"):
        sandbox.fail("explode")
    assert len(set(KINDS)) == len(KINDS) == 21
