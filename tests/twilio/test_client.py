"""The client: paging, what goes over the wire, threads, interrupts, and that nothing gives the credentials away."""

from __future__ import annotations

import concurrent.futures
import itertools
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
import traceback
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

import twsql
from twsql.errors import InputError, OutcomeUnknown, SettingError, TwilioError, Unreachable
from twsql.sandbox import Sandbox
from twsql.twilio.client import Client
from twsql.twilio.clock import boottime
from twsql.twilio.settings import Settings
from waiting import together, until

Make = Callable[..., Any]

CREATE = {"From": "+15550001111", "To": "+15550002222"}
NAMES = ["MyConference", "a/b?c#d%", "日本", "x" * 128, "~x y+z", "...", "a/../b", "%2e%2e", "a\\b@c:d;e&f=g"]


@pytest.fixture
def full() -> Any:
    """A sandbox with 120 conferences, 60 of them completed, and two participants in each."""
    with Sandbox(conferences=120, participants=2) as running:
        yield running


def conferences(client: Client, **more: Any) -> Any:
    """Give the completed conferences."""
    return client.pages(client.path("Conferences"), "conferences", {"Status": "completed"}, **more)


def create(client: Client, name: str = "weekly") -> Any:
    """Place a call."""
    return client.create(client.path("Conferences", name, "Participants"), CREATE, sid="call_sid")


def test_get(full: Sandbox, client: Make) -> None:
    """One object, as Twilio's JSON has it."""
    one = client(full.base_url)
    sid = next(conferences(one))["sid"]
    assert one.get(one.path("Conferences", sid))["sid"] == sid


def test_a_request_that_has_a_deadline(sandbox: Sandbox, client: Make) -> None:
    """It is not sent after it, as connecting may take long; another attempt has a deadline of its own."""
    deadlines = [boottime() - 0.001, boottime() + 60]
    one = client(sandbox.base_url)
    placed = create(one.gated(lambda: deadlines.pop(0)))
    assert [call.sid for call in sandbox.calls()] == [placed["call_sid"]]
    assert (deadlines, sandbox.counters.requests) == ([], 1)
    with pytest.raises(Unreachable, match="took so long that the request was not sent"):
        create(one.gated(lambda: boottime() - 0.001), "late")
    assert sandbox.counters.requests == 1
    assert len(list(conferences(one))) == 0


def test_pages(full: Sandbox, client: Make) -> None:
    """All items, in order, each page asked for once."""
    everything = [item["sid"] for item in conferences(client(full.base_url))]
    assert full.counters.requests == 1
    assert [item["sid"] for item in conferences(client(full.base_url), page_size=7)] == everything
    assert [item["sid"] for item in conferences(client(full.base_url, page_size=7))] == everything
    assert len(everything) == len(set(everything)) == 60
    assert full.counters.requests == 1 + 2 * 9


def test_pages_stream(full: Sandbox, client: Make) -> None:
    """Nothing is asked for before the first item is wanted, and the next page only after the last item of this."""
    items = conferences(client(full.base_url), page_size=2)
    assert full.counters.requests == 0
    for seen in range(1, 6):
        next(items)
        assert full.counters.requests == (seen + 1) // 2


def test_page_by_page(full: Sandbox, client: Make) -> None:
    """`page` and `rest` give what `pages` gives."""
    one = client(full.base_url)
    page = one.page(one.path("Conferences"), "conferences", {"Status": "completed"}, page_size=40)
    assert (len(page.items), len([*one.rest(page, "conferences")])) == (40, 20)
    assert full.counters.requests == 2


@pytest.mark.parametrize("size", [0, 1001, -1])
def test_page_size(size: int, sandbox: Sandbox, client: Make) -> None:
    """Twilio has pages of 1 to 1000 items; nothing else is asked for."""
    with pytest.raises(InputError, match="1 to 1000"):
        list(conferences(client(sandbox.base_url), page_size=size))
    assert sandbox.counters.requests == 0


def test_a_page_that_fails_is_repeated_alone(full: Sandbox, client: Make, naps: list[float]) -> None:
    """The pages before it are not asked for again, and no item comes twice."""
    items = conferences(client(full.base_url), page_size=30)
    got = [next(items)["sid"]]
    full.fail("500-before", times=2)
    got += [item["sid"] for item in items]
    assert len(got) == len(set(got)) == 60
    assert (full.counters.requests, len(naps)) == (4, 2)


def test_a_next_page_on_another_host(full: Sandbox, client: Make, naps: list[float]) -> None:
    """The items so far are given, then an error; nobody else sees the credentials, nothing is repeated."""
    with Sandbox() as elsewhere:
        full.fail("foreign-next-page", location=elsewhere.base_url)
        items = conferences(client(full.base_url), page_size=10)
        for _ in range(10):
            next(items)
        with pytest.raises(TwilioError, match=r"next page of a list is not on http://127\.0\.0\.1:"):
            next(items)
        assert (full.counters.requests, elsewhere.counters.requests, naps) == (1, 0, [])


def test_a_page_that_repeats_itself(full: Sandbox, client: Make, naps: list[float]) -> None:
    """It is an error, not an endless list."""
    full.fail("repeating-page")
    items = conferences(client(full.base_url), page_size=10)
    with pytest.raises(TwilioError, match="goes round in a circle"):
        list(itertools.islice(items, 1000))
    assert (full.counters.requests, naps) == (1, [])


def test_pages_that_go_round(server: Make, answer: Make, client: Make) -> None:
    """Also if it takes two pages, and leads back to the first."""
    first, other = "/2010-04-01/Accounts/%s/Conferences.json?PageSize=1000" % ("AC" + "0" * 32), "/b"
    pages = [
        b'{"conferences": [{"sid": "%s"}], "next_page_uri": "%s"}' % (sid, uri.encode())
        for sid, uri in ((b"x", other), (b"y", first))
    ]
    twilio = server(answer(pages[0]), answer(pages[1]))
    one = client(twilio.url, account_sid="AC" + "0" * 32)
    items = one.pages(one.path("Conferences"), "conferences")
    assert [next(items), next(items)] == [{"sid": "x"}, {"sid": "y"}]
    with pytest.raises(TwilioError, match="circle"):
        next(items)
    assert len(twilio.asked) == 2


def test_a_list_without_end(server: Make, client: Make, naps: list[float]) -> None:
    """A server that always has a further page, and a new one, is told off after so many."""

    def fresh(connection: socket.socket) -> None:
        body = b'{"items": [{"n": 1}], "next_page_uri": "/page/%d"}' % len(twilio.asked)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    twilio = server(fresh)
    one = Client(client(twilio.url).settings, most_pages=7)
    with pytest.raises(TwilioError, match="the list 'items' has more than 7 pages: raise page_size, or ask for fewer"):
        list(one.pages(one.path("Items"), "items"))
    assert len(twilio.asked) == 7
    one.close()


def test_the_next_page_is_asked_for_byte_for_byte(server: Make, answer: Make, client: Make) -> None:
    """Its address is opaque; dots, escapes and order stay as they are."""
    uri = "/x/./y/../z//%2E%2E.json?b&a=&a=%2F/%25+~-._!$'()*,;:@?%E6%97%A5&&="
    twilio = server(
        answer(b'{"items": [], "next_page_uri": "%s"}' % uri.encode()),
        answer(b'{"items": [], "next_page_uri": null}'),
    )
    one = client(twilio.url)
    assert list(one.pages(one.path("Items"), "items")) == []
    assert twilio.asked[1].split(b" ")[1].decode() == uri


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "not JSON: it is empty"),
        (b"<html><style>p{}</style><p>Please\n log in</p>", "not JSON: 'Please log in'"),
        (b"[1]", "not a JSON object"),
        (b"null", "not a JSON object"),
        (b'{"items": []', "not JSON"),
        (b"\xff\xfe\xfd", "not JSON"),
        (b"[" * 200_000, "not JSON"),
        (b'{"n": ' + b"9" * 5000 + b"}", "not JSON|no list"),
        (b"{}", "no list of objects under 'items'"),
        (b'{"items": null}', "no list of objects under 'items'"),
        (b'{"items": {"a": {}}}', "no list of objects under 'items'"),
        (b'{"items": [{}, 1]}', "no list of objects under 'items'"),
        (b'{"items": [], "next_page_uri": 5}', "next_page_uri that is not text"),
        (b'{"items": [], "next_page_uri": ["/a"]}', "next_page_uri that is not text"),
    ],
)
def test_a_list_of_the_wrong_shape(
    body: bytes, message: str, server: Make, answer: Make, client: Make, naps: list[float]
) -> None:
    """It is asked for again, then an error says what is wrong with it, briefly."""
    twilio = server(answer(body, "200 OK", "Twilio-Request-Id: RQ5"))
    one = client(twilio.url, max_attempts=2)
    with pytest.raises(TwilioError, match=message) as raised:
        list(one.pages(one.path("Items"), "items"))
    assert (raised.value.status, raised.value.request_id) == (200, "RQ5")
    assert len(str(raised.value)) < 250
    assert (len(twilio.asked), len(naps)) == (2, 1)


@pytest.mark.parametrize(
    "body",
    [b"{}", b'{"call_sid": null}', b'{"call_sid": ""}', b'{"call_sid": 5}', b'{"call_sid": "CA1"}', b"[]", b""],
)
def test_a_create_that_names_no_call(body: bytes, server: Make, answer: Make, client: Make, naps: list[float]) -> None:
    """Whether there is one is not known."""
    twilio = server(answer(body, "201 Created"))
    with pytest.raises(OutcomeUnknown):
        create(client(twilio.url))
    assert (len(twilio.asked), naps) == (1, [])


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        (b'{"code": 21211, "message": "Bad  number\\n", "more_info": "https://x/1"}', 21211, "Bad number"),
        (b'{"code": "x", "message": 5, "more_info": []}', None, "no error of Twilio's, perhaps a proxy's: "),
        (b"<html><head><title>400 Bad Request</title></head><body>\n<hr>nginx", None, "'400 Bad Request nginx'$"),
        (b"[]", None, "perhaps a proxy's: '..'$"),
        (b"", None, "perhaps a proxy's: it is empty$"),
        (b"\xff\0\x1b[31m", None, "perhaps a proxy's: '. .31m'$"),
        (b'{"message": "%s"}' % (b"x" * 9999), None, "^x{500}$"),
    ],
)
def test_an_error_answer(body: bytes, code: int | None, message: str, server: Make, answer: Make, client: Make) -> None:
    """Twilio's words, or the first of anybody else's, in one short line."""
    twilio = server(answer(body, "400 Bad Request"))
    one = client(twilio.url)
    with pytest.raises(TwilioError) as raised:
        one.get(one.path("Conferences"))
    assert (raised.value.status, raised.value.code) == (400, code)
    assert re.search(message, raised.value.message)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_arrives_as_it_is(name: str, sandbox: Sandbox, client: Make) -> None:
    """Twilio gets any name whole: the conference made has it."""
    create(client(sandbox.base_url), name)
    assert [conference.name for conference in sandbox.conferences()] == [name]


def test_requests_on_the_wire(server: Make, answer: Make, client: Make) -> None:
    """Byte for byte: path, query, form and every header."""
    twilio = server(answer(b'{"call_sid": "CA%032x"}' % 1, "201 Created"))
    one = client(twilio.url, account_sid="AC" + "0" * 32, auth_token="t0ken")
    account = b"/2010-04-01/Accounts/AC" + b"0" * 32
    headers = (
        f"Host: 127.0.0.1:{twilio.port}\r\nUser-Agent: twsql/{twsql.__version__}\r\nAccept: application/json\r\n"
        "Accept-Encoding: gzip, deflate\r\n"
        f"Authorization: Basic {b64encode(b'AC' + b'0' * 32 + b':t0ken').decode()}\r\n"
    ).encode()
    one.get(one.path("Conferences"), {"DateCreated>": "2026-01-01", "FriendlyName": "a b"})
    form = {"To": "+15550001111", "Muted": False, "WaitUrl": "", "Label": None, "Event": ["ringing", "completed"]}
    one.create(one.path("Conferences", "a/b?c#d%", "Participants"), form, sid="call_sid")
    one.post(one.path("Conferences", "日本"), {}, repeatable=True)
    one.delete(one.path("Conferences", "CF", "Participants", "~x y+z"))
    body = b"To=%2B15550001111&Muted=false&WaitUrl=&Event=ringing&Event=completed"
    typed = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
    assert twilio.asked == [
        b"GET "
        + account
        + b"/Conferences.json?DateCreated%3E=2026-01-01&FriendlyName=a+b HTTP/1.1\r\n"
        + headers
        + b"\r\n",
        b"POST "
        + account
        + b"/Conferences/a%2Fb%3Fc%23d%25/Participants.json HTTP/1.1\r\n"
        + headers
        + typed
        + b"%d\r\n\r\n" % len(body)
        + body,
        b"POST " + account + b"/Conferences/%E6%97%A5%E6%9C%AC.json HTTP/1.1\r\n" + headers + typed + b"0\r\n\r\n",
        b"DELETE " + account + b"/Conferences/CF/Participants/~x%20y%2Bz.json HTTP/1.1\r\n" + headers + b"\r\n",
    ]


def test_a_path_before_every_request(server: Make, answer: Make, client: Make) -> None:
    """A base URL with a path, as of a gateway, goes before paths and next pages alike."""
    twilio = server(answer(b'{"items": [], "next_page_uri": "/next"}'), answer(b'{"items": []}'))
    one = client(twilio.url + "/gateway/")
    list(one.pages(one.path("Items"), "items"))
    assert [request.split(b" ")[1][:14] for request in twilio.asked] == [b"/gateway/2010-", b"/gateway/next"]


def test_an_api_key_logs_in(sandbox: Sandbox) -> None:
    """The path has the account SID all the same."""
    one = Client(
        Settings.load(
            {},
            base_url=sandbox.base_url,
            account_sid=sandbox.account_sid,
            api_key=sandbox.api_key,
            api_secret=sandbox.api_secret,
        )
    )
    assert list(conferences(one)) == []
    one.close()


def test_credentials_are_asked_for_at_the_first_request(sandbox: Sandbox) -> None:
    """A client can be made without."""
    one = Client(Settings.load({}, base_url=sandbox.base_url))
    with pytest.raises(SettingError, match="no account SID"):
        one.path("Conferences")
    with pytest.raises(SettingError, match="no account SID"):
        one.get("/2010-04-01/Accounts.json")
    assert sandbox.counters.requests == 0


def test_a_closed_client_opens_anew(sandbox: Sandbox, client: Make) -> None:
    """Closing only gives connections back; twice is no error, nor before the first request."""
    one = client(sandbox.base_url)
    one.close()
    assert list(conferences(one)) == []
    one.close()
    one.close()
    assert list(conferences(one)) == []


def test_requests_under_way_are_bounded(client: Make) -> None:
    """Thirty threads, but never more than max_in_flight requests together, and that many."""
    with Sandbox() as sandbox, concurrent.futures.ThreadPoolExecutor(30) as threads, together(sandbox, 4):
        one = client(sandbox.base_url, max_in_flight=4)
        list(threads.map(lambda _: create(one), range(30)))
        assert (sandbox.counters.peak, sandbox.counters.placed) == (4, 30)


def test_waiting_for_another_attempt_takes_no_turn(sandbox: Sandbox, client: Make) -> None:
    """While one request waits, another is sent, though only one may be under way."""
    waiting, go_on = threading.Event(), threading.Event()

    def sleep(seconds: float) -> None:
        waiting.set()
        assert go_on.wait(60)

    settings = client(sandbox.base_url, max_in_flight=1).settings
    one = Client(settings, sleep=sleep)
    sandbox.fail("429", times=1)
    thread = threading.Thread(target=create, args=(one,))
    thread.start()
    assert waiting.wait(60)
    assert list(conferences(one)) == []
    go_on.set()
    thread.join(60)
    assert (sandbox.counters.placed, sandbox.counters.requests) == (1, 3)
    one.close()


def test_threads_share_connections(client: Make, server: Make, answer: Make) -> None:
    """No more connections than requests under way, whichever threads send them."""
    twilio = server(answer(b"{}"))
    one = client(twilio.url, max_in_flight=3)
    with concurrent.futures.ThreadPoolExecutor(20) as threads:
        list(threads.map(lambda _: one.get("/x.json"), range(200)))
    assert twilio.connections <= 3
    assert len(twilio.asked) == 200


@pytest.mark.parametrize("where", ["answer", "body", "turn", "sleep"])
def test_an_interrupt(where: str, server: Make) -> None:
    """Ctrl-C ends a request at once wherever it is, and no other is sent."""
    first = b"HTTP/1.1 429 Slow Down\r\nRetry-After: 30\r\nContent-Length: 2\r\n\r\n{}"
    steps = {
        "sleep": first,
        "body": lambda connection: (
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"),
            time.sleep(60),
        ),
    }
    twilio = server(steps.get(where, lambda connection: time.sleep(60)))
    script = textwrap.dedent(f"""
        import sys, threading, time
        from twsql.twilio.client import Client
        from twsql.twilio.settings import Settings
        one = Client(Settings.load({{}}, base_url={twilio.url!r}, account_sid="AC" + "0" * 32, auth_token="t",
                                   max_in_flight=1))
        if {where!r} == "turn":
            threading.Thread(target=one.get, args=("/x.json",), daemon=True).start()
            time.sleep(0.3)
        print("ready", flush=True)
        try:
            one.get("/x.json")
        except KeyboardInterrupt:
            print("interrupted", flush=True)
            sys.exit(7)
    """)
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        until(lambda: twilio.asked)
        time.sleep(0.3)  # an answer that has begun is read, or waited for again
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == b"interrupted\n"
        assert time.monotonic() - begun < 25  # all that it waits for takes 30 seconds or more
        assert process.wait(60) == 7
    assert len(twilio.asked) == 1


FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("429", {}),
    ("500-after", {}),
    ("error", {"status": 401}),
    ("error", {"status": 404}),
    ("reset-before", {}),
    ("timeout-before", {}),
    ("redirect", {}),
    ("garbage-after", {}),
    ("truncated-after", {}),
    ("wrong-shape", {}),
    ("foreign-next-page", {}),
    ("repeating-page", {}),
]


@pytest.mark.parametrize(("kind", "rule"), [*FAULTS, ("unreachable", {}), ("echo", {})])
@pytest.mark.parametrize("ask", [create, lambda client: list(conferences(client, page_size=1))])
def test_nothing_gives_the_credentials_away(
    kind: str,
    rule: dict[str, Any],
    ask: Callable[[Client], object],
    full: Sandbox,
    server: Make,
    client: Make,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Not an error, its causes, a traceback with them, a log line, a repr, or the output, whatever fails."""
    caplog.set_level(logging.DEBUG)
    if kind == "unreachable":
        url = "http://127.0.0.1:1"
    elif kind == "echo":
        url = server(_echo).url
    else:
        url = full.base_url
        full.fail(kind, **rule)
    one = client(url, timeout=0.2, max_attempts=2)
    secrets = [full.auth_token, b64encode(f"{full.account_sid}:{full.auth_token}".encode()).decode()]
    said = [repr(one), repr(one.settings), repr(vars(one)), str(vars(one))]
    try:
        ask(one)
    except TwilioError as error:
        said.append("".join(traceback.format_exception(error)))
        cause: BaseException | None = error
        while cause:
            said += [str(cause), repr(cause), repr(cause.args), repr(vars(cause))]
            cause = cause.__cause__ or cause.__context__
    else:
        assert ask is create
        assert kind.endswith("-page")
    said += [caplog.text, *capfd.readouterr()]
    assert "/2010-04-01/" in caplog.text
    assert not [text for text in said for secret in secrets if secret in text]


def _echo(connection: Any) -> None:
    """Say back what was asked, as error pages of some proxies do; the request was read, so make one like it."""
    login = b64encode(f"{Sandbox.account_sid}:{Sandbox.auth_token}".encode())
    body = b"<p>" + Sandbox.auth_token.encode() + b" " + login  # at the front, where the error quotes it
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


def test_one_line_of_log_for_each_request(full: Sandbox, client: Make, caplog: pytest.LogCaptureFixture) -> None:
    """Method, path and query, status, time and Twilio's id, at level debug."""
    caplog.set_level(logging.DEBUG, "twsql")
    next(conferences(client(full.base_url)))
    lines = [record.getMessage() for record in caplog.records if record.name == "twsql"]
    assert len(lines) == 1
    assert lines[0].startswith(f"GET /2010-04-01/Accounts/{full.account_sid}/Conferences.json?Status=completed&Page")
    assert lines[0].split(" ")[2] == "200"
    assert lines[0].split(" ")[-1].startswith("RQ")


def test_the_log_has_what_is_not_answered(client: Make, caplog: pytest.LogCaptureFixture) -> None:
    """Every attempt has its line."""
    caplog.set_level(logging.DEBUG, "twsql")
    with pytest.raises(TwilioError):
        client("http://127.0.0.1:1", max_attempts=3).get("/x.json")
    lines = [record.getMessage() for record in caplog.records if record.name == "twsql"]
    assert [line[:11] for line in lines] == ["GET /x.json"] * 3


def test_other_hosts() -> None:
    """A client of another host shares Twilio's time, and leads to each host, whichever it comes from."""
    account = {"account_sid": "AC" + "0" * 32, "auth_token": "token"}
    client = Client(Settings.load({}, edge="dublin", region="ie1", **account))
    insights = client.at("insights")
    assert insights.settings.server == "https://insights.dublin.ie1.twilio.com"
    assert insights.at("pricing").settings.server == "https://pricing.dublin.ie1.twilio.com"
    assert insights.at("api").settings.server == client.settings.server
    assert insights.clock is client.clock
    assert client.at("api") is client
    client.close()
