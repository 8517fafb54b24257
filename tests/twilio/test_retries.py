"""Retries: the whole table of what is sent again, counted at the server, and how long is waited."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import formatdate
from time import time

import pytest

from twsql.errors import (
    AuthenticationFailed,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    TwilioError,
    Unreachable,
)
from twsql.sandbox import Sandbox
from twsql.twilio.client import Client
from twsql.twilio.retries import BACKOFF, Failure, Verdict, repeating, retry_after

MakeClient = Callable[..., Client]

CREATE = {"From": "+15550001111", "To": "+15550002222"}


def read(client: Client) -> object:
    """Fetch one conference."""
    return client.get(client.path("Conferences", "CF" + "0" * 32))


def lists(client: Client) -> object:
    """Fetch a list to its end."""
    return list(client.pages(client.path("Conferences"), "conferences", {"Status": "completed"}))


def update(client: Client) -> object:
    """End a conference."""
    return client.post(client.path("Conferences", "CF" + "0" * 32), {"Status": "completed"}, repeatable=True)


def delete(client: Client) -> object:
    """Remove a participant."""
    return client.delete(client.path("Conferences", "weekly", "Participants", "CA" + "0" * 32))


def create(client: Client) -> object:
    """Place a call."""
    return client.create(client.path("Conferences", "weekly", "Participants"), CREATE, sid="call_sid")


REPEATABLE = [read, lists, update, delete]
PASSING = [
    ("500-before", {"status": 500}),
    ("500-before", {"status": 502}),
    ("500-before", {"status": 503, "code": 20503}),
    ("500-before", {"status": 504}),
    ("500-before", {"status": 529}),
    ("error", {"status": 400, "code": 16030}),
    ("error", {"status": 429, "code": 16030}),
    ("reset-before", {}),
    ("timeout-before", {}),
]
UNREADABLE = [("garbage-after", {}), ("truncated-after", {}), ("wrong-shape", {})]
PROXY = [
    ("proxy-after", {"status": 401}),
    ("proxy-after", {"status": 403}),
    ("proxy-after", {"status": 404}),
    ("proxy-after", {"status": 408}),
    ("proxy-after", {"status": 409}),
    ("proxy-after", {"status": 429}),
    ("error-after", {"status": 403, "code": 403}),
    ("redirect-after", {}),
]
REFUSED = [
    (400, 21211, TwilioError),
    (400, 16026, TwilioError),
    (401, 20003, AuthenticationFailed),
    (403, 20003, AuthenticationFailed),
    (404, 20404, NotFound),
    (405, 20004, TwilioError),
    (408, 20408, TwilioError),
    (409, 16022, TwilioError),
    (418, 20418, TwilioError),
]


def _patience(kind: str) -> float:
    return 0.3 if kind.startswith("timeout") else 30.0


@pytest.mark.parametrize("ask", [*REPEATABLE, create])
def test_429_is_repeated_and_then_raised(
    ask: Callable[[Client], object], sandbox: Sandbox, client: MakeClient, naps: list[float]
) -> None:
    """It is never processed, so a create is repeated too; the last one is raised as itself."""
    sandbox.fail("429")
    with pytest.raises(RateLimited) as raised:
        ask(client(sandbox.base_url))
    assert (raised.value.status, raised.value.code) == (429, 20429)
    assert (sandbox.counters.requests, len(naps), sandbox.counters.placed) == (5, 4, 0)


@pytest.mark.parametrize("status", [400, 503])
def test_20429_is_the_same_under_another_status(
    status: int, sandbox: Sandbox, client: MakeClient, naps: list[float]
) -> None:
    """Twilio's code tells more than the status."""
    sandbox.fail("error", status=status, code=20429)
    with pytest.raises(RateLimited):
        create(client(sandbox.base_url))
    assert (sandbox.counters.requests, len(naps)) == (5, 4)


@pytest.mark.parametrize("ask", REPEATABLE)
@pytest.mark.parametrize(("kind", "rule"), PASSING)
def test_what_may_pass_is_repeated(
    ask: Callable[[Client], object],
    kind: str,
    rule: dict[str, int],
    sandbox: Sandbox,
    client: MakeClient,
    naps: list[float],
) -> None:
    """Reads, updates and deletes are sent max_attempts times, and the last error is raised as itself."""
    sandbox.fail(kind, **rule)
    with pytest.raises(TwilioError) as raised:
        ask(client(sandbox.base_url, timeout=_patience(kind), max_attempts=3))
    assert type(raised.value) is TwilioError
    assert (raised.value.status, raised.value.code) == (
        rule.get("status"),
        rule.get("code") or (20000 + rule["status"] if rule else None),
    )
    assert (sandbox.counters.requests, len(naps)) == (3, 2)


@pytest.mark.parametrize(("kind", "rule"), PASSING)
def test_a_create_that_may_have_been_done_is_not_repeated(
    kind: str, rule: dict[str, int], sandbox: Sandbox, client: MakeClient, naps: list[float]
) -> None:
    """Its outcome is unknown, with all that is known of it: one request, no wait."""
    sandbox.fail(kind, **rule)
    with pytest.raises(OutcomeUnknown, match="Twilio may have carried it out") as raised:
        create(client(sandbox.base_url, timeout=_patience(kind)))
    assert raised.value.status == rule.get("status")
    assert raised.value.code == (rule.get("code") or (20000 + rule["status"] if rule else None))
    assert isinstance(raised.value.__cause__, TwilioError)
    assert (sandbox.counters.requests, naps, sandbox.counters.placed) == (1, [], 0)


@pytest.mark.parametrize(("kind", "rule"), [("500-after", {}), ("reset-after", {}), ("timeout-after", {})])
def test_a_create_whose_answer_is_lost_was_done_once(
    kind: str, rule: dict[str, int], sandbox: Sandbox, client: MakeClient, naps: list[float]
) -> None:
    """From here it looks like one that was not done; there is one call, not two."""
    sandbox.fail(kind, **rule)
    with pytest.raises(OutcomeUnknown):
        create(client(sandbox.base_url, timeout=_patience(kind)))
    assert (sandbox.counters.requests, naps, sandbox.counters.placed) == (1, [], 1)


@pytest.mark.parametrize(("kind", "rule"), PROXY)
def test_a_create_that_a_proxy_answers(
    kind: str, rule: dict[str, int], sandbox: Sandbox, client: MakeClient, naps: list[float]
) -> None:
    """Only Twilio's own words say that nothing was done: an answer without its code leaves it unknown."""
    sandbox.fail(kind, **rule)
    with pytest.raises(OutcomeUnknown) as raised:
        create(client(sandbox.base_url))
    assert raised.value.status == rule.get("status", 307)
    assert (sandbox.counters.requests, naps, sandbox.counters.placed) == (1, [], 1)


def test_a_create_without_a_calls_sid(sandbox: Sandbox, client: MakeClient) -> None:
    """A success that names no call proves nothing."""
    sandbox.fail("no-sid")
    with pytest.raises(OutcomeUnknown, match="no SID in its call_sid"):
        create(client(sandbox.base_url))
    assert (sandbox.counters.requests, sandbox.counters.placed) == (1, 1)


@pytest.mark.parametrize(("status", "requests"), [(403, 1), (404, 1), (429, 5)])
def test_a_read_that_a_proxy_answers(
    status: int, requests: int, sandbox: Sandbox, client: MakeClient, naps: list[float]
) -> None:
    """For what may be repeated a proxy's status means what it says."""
    sandbox.fail("proxy-before", status=status)
    with pytest.raises(TwilioError) as raised:
        read(client(sandbox.base_url))
    assert (raised.value.status, sandbox.counters.requests) == (status, requests)


@pytest.mark.parametrize(("kind", "rule"), UNREADABLE)
def test_a_create_with_an_unreadable_answer(
    kind: str, rule: dict[str, int], sandbox: Sandbox, client: MakeClient, naps: list[float]
) -> None:
    """A 201 says that it was done, but not what."""
    sandbox.fail(kind, **rule)
    with pytest.raises(OutcomeUnknown) as raised:
        create(client(sandbox.base_url))
    assert raised.value.status == 201
    assert (sandbox.counters.requests, naps, sandbox.counters.placed) == (1, [], 1)


@pytest.mark.parametrize(("kind", "rule"), UNREADABLE)
def test_a_list_with_an_unreadable_answer(
    kind: str, rule: dict[str, int], sandbox: Sandbox, client: MakeClient, naps: list[float]
) -> None:
    """It is asked for again."""
    sandbox.fail(kind, times=2, **rule)
    assert lists(client(sandbox.base_url)) == []
    assert (sandbox.counters.requests, len(naps)) == (3, 2)
    sandbox.fail(kind, **rule)
    with pytest.raises(TwilioError) as raised:
        lists(client(sandbox.base_url))
    assert (raised.value.status, sandbox.counters.requests, len(naps)) == (200, 8, 6)


@pytest.mark.parametrize("ask", [*REPEATABLE, create])
@pytest.mark.parametrize(("status", "code", "error"), REFUSED)
def test_a_refusal_is_raised_at_once(
    ask: Callable[[Client], object],
    status: int,
    code: int,
    error: type[TwilioError],
    sandbox: Sandbox,
    client: MakeClient,
    naps: list[float],
) -> None:
    """Any other 4xx would be the same another time."""
    sandbox.fail("error", status=status, code=code, message="the reason")
    with pytest.raises(TwilioError, match=r"^the reason ") as raised:
        ask(client(sandbox.base_url))
    assert type(raised.value) is error
    assert (raised.value.status, raised.value.code, raised.value.message) == (status, code, "the reason")
    assert raised.value.more_info == f"https://www.twilio.com/docs/errors/{code}"
    assert (raised.value.request_id or "").startswith("RQ")
    assert (sandbox.counters.requests, naps) == (1, [])


@pytest.mark.parametrize("ask", [*REPEATABLE, create])
def test_a_redirect_is_not_followed(
    ask: Callable[[Client], object], sandbox: Sandbox, client: MakeClient, naps: list[float]
) -> None:
    """Not even to the same host: a POST would be repeated, and credentials go along."""
    sandbox.fail("redirect", location=sandbox.base_url)
    with pytest.raises(TwilioError, match="refused a redirect") as raised:
        ask(client(sandbox.base_url))
    assert (type(raised.value), raised.value.status) == (OutcomeUnknown if ask is create else TwilioError, 307)
    assert (sandbox.counters.requests, naps) == (1, [])


@pytest.mark.parametrize("ask", [read, create])
@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "https://twilio.invalid"])
def test_without_a_connection_everything_is_repeated(
    ask: Callable[[Client], object], url: str, client: MakeClient, naps: list[float]
) -> None:
    """A refused port, or a host that there is not: nothing can have been done."""
    with pytest.raises(Unreachable, match=f"^no connection to {url}: ") as raised:
        ask(client(url))
    assert (raised.value.status, len(naps)) == (None, 4)


def test_a_create_after_429_is_placed_once(sandbox: Sandbox, client: MakeClient, naps: list[float]) -> None:
    """What was refused for its haste is done later."""
    sandbox.fail("429", times=2)
    create(client(sandbox.base_url))
    assert (sandbox.counters.requests, len(naps), sandbox.counters.placed) == (3, 2, 1)


def test_a_create_in_doubt_after_429(sandbox: Sandbox, client: MakeClient, naps: list[float]) -> None:
    """Each attempt is judged by itself."""
    sandbox.fail("429", times=1)
    sandbox.fail("reset-after")
    with pytest.raises(OutcomeUnknown):
        create(client(sandbox.base_url))
    assert (sandbox.counters.requests, len(naps), sandbox.counters.placed) == (2, 1, 1)


def test_a_delete_whose_answer_was_lost(sandbox: Sandbox, client: MakeClient, naps: list[float]) -> None:
    """That it is gone when it is repeated is not an error then; it is one at first."""
    one = client(sandbox.base_url)
    sid = one.create(one.path("Conferences", "weekly", "Participants"), CREATE, sid="call_sid")["call_sid"]
    conference = sandbox.conference("weekly").sid
    sandbox.fail("500-after", method="DELETE", times=1)
    one.delete(one.path("Conferences", conference, "Participants", sid))
    assert (sandbox.counters.by_method["DELETE"], len(naps), sandbox.conference("weekly").calls) == (2, 1, ())
    with pytest.raises(NotFound):
        one.delete(one.path("Conferences", conference, "Participants", sid))


def test_a_delete_that_was_certainly_not_done_before(sandbox: Sandbox, client: MakeClient) -> None:
    """After a 429, a 404 means what it says."""
    sandbox.fail("429", times=1)
    with pytest.raises(NotFound):
        delete(client(sandbox.base_url))
    assert sandbox.counters.requests == 2


def test_one_attempt(sandbox: Sandbox, client: MakeClient, naps: list[float]) -> None:
    """With max_attempts 1, nothing is repeated."""
    sandbox.fail("429")
    with pytest.raises(RateLimited):
        read(client(sandbox.base_url, max_attempts=1))
    assert (sandbox.counters.requests, naps) == (1, [])


@pytest.mark.parametrize(("asked", "least", "most"), [(3, 3, 3.5), (0, 0, 0.5), (86400, 60, 60.5)])
def test_retry_after(
    asked: float, least: float, most: float, sandbox: Sandbox, client: MakeClient, naps: list[float]
) -> None:
    """It is waited for, up to a minute, and a little longer by chance."""
    sandbox.fail("429", retry_after=asked, times=1)
    lists(client(sandbox.base_url))
    assert least < naps[0] <= most
    assert len(naps) == 1


def test_waits_grow_and_differ(sandbox: Sandbox, client: MakeClient, naps: list[float]) -> None:
    """Half a second, one, two, four at most, each at random."""
    sandbox.fail("500-before")
    for _ in range(20):
        with pytest.raises(TwilioError):
            read(client(sandbox.base_url))
    longest = [max(naps[attempt::4]) for attempt in range(4)]
    assert longest == sorted(longest)
    assert all(0.1 <= nap <= most for nap, most in zip(naps, [0.5, 1, 2, 4] * 20, strict=True))
    assert len(set(naps)) > 60
    assert BACKOFF.max == 20


def test_patience_ends(sandbox: Sandbox, client: MakeClient, naps: list[float]) -> None:
    """However many attempts are allowed, none begins more than three minutes after the first."""
    sandbox.fail("429", retry_after=50)
    with pytest.raises(RateLimited):
        read(client(sandbox.base_url, max_attempts=100))
    assert (sandbox.counters.requests, len(naps)) == (4, 3)
    assert sum(naps) <= 180


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("5", 5.0),
        (" 07 ", 7.0),
        ("0", 0.0),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("٣", None),
        ("9" * 400, float("inf")),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        ("Thu, 99 Jan 2026 00:00:00 GMT", None),
        ("Thu, 01 Jan 99999 00:00:00 GMT", None),
    ],
)
def test_a_retry_after_header(header: str | None, seconds: float | None) -> None:
    """Seconds or an HTTP date; what makes no sense is as good as absent."""
    assert retry_after({} if header is None else {"Retry-After": header}) == seconds


def test_a_retry_after_date() -> None:
    """It counts from the response's own date, whatever this machine's clock says; without one, from that clock."""
    told, then = (formatdate(seconds, usegmt=True) for seconds in (1e9, 1e9 + 30))
    assert retry_after({"Date": told, "Retry-After": then}) == 30
    assert retry_after({"Date": then, "Retry-After": told}) == 0
    for date in ({}, {"Date": "soon"}):
        assert 3000 < (retry_after({**date, "Retry-After": formatdate(time() + 3600, usegmt=True)}) or 0) <= 3600


@pytest.mark.parametrize("repeatable", [True, False])
def test_what_an_attempt_raises_passes_through(repeatable: bool) -> None:
    """Only a Failure is repeated: an interrupt or a mistake of ours is not."""
    naps: list[float] = []

    def attempt() -> Failure:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        repeating(5, naps.append)(attempt, repeatable=repeatable)
    assert naps == []


def test_an_interrupt_while_waiting() -> None:
    """Nothing more is attempted."""
    attempts = []

    def attempt() -> Failure:
        attempts.append(1)
        return Failure(RateLimited("slow down", status=429), Verdict.NOT_DONE)

    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        repeating(5, interrupted)(attempt, repeatable=True)
    assert len(attempts) == 1
