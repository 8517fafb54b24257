"""One exchange over sockets that fail in every way: what was certainly not sent, what may have been, and bounds."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import struct
import threading
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from twsql.errors import NotFound, OutcomeUnknown, SettingError, TwilioError, Unreachable
from twsql.sandbox import Sandbox
from twsql.twilio.client import Client
from twsql.twilio.connections import LONGEST_IDLE
from waiting import until

Make = Callable[..., Any]

SID = "CA" + "1" * 32
DONE = b'{"call_sid": "%s"}' % SID.encode()
MB = 2**20


def create(client: Client) -> object:
    """Place a call."""
    return client.create(
        client.path("Conferences", "weekly", "Participants"),
        {"From": "+15550001111", "To": "+15550002222"},
        sid="call_sid",
    )


def read(client: Client) -> object:
    """Fetch something."""
    return client.get(client.path("Conferences"))


def reset(connection: socket.socket) -> None:
    """End a connection with RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def drip(first: bytes, then: bytes = b" ") -> Callable[[socket.socket], None]:
    """Say `first`, then a little every 30 ms, for ever."""

    def step(connection: socket.socket) -> None:
        connection.sendall(first)
        while True:
            connection.sendall(then)
            time.sleep(0.03)

    return step


LOST: dict[str, Callable[[socket.socket], object]] = {
    "closed": lambda connection: None,
    "reset": reset,
    "not HTTP": lambda connection: connection.sendall(b"220 smtp.example ESMTP\r\n\r\n"),
    "half a status line": lambda connection: connection.sendall(b"HTTP/1.1 20"),
    "endless header": drip(b"HTTP/1.1 201 Created\r\nX: ", b"x" * 9999),
    "silence": lambda connection: time.sleep(60),
    "dripping header": drip(b"HTTP/1.1 201 Created\r\n", b"X: x\r\n"),
    "100 for ever": drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
}
BROKEN: dict[str, Callable[[socket.socket], object]] = {
    "truncated": lambda connection: connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 99\r\n\r\n" + DONE),
    "truncated chunks": lambda connection: connection.sendall(
        b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n13\r\n" + DONE
    ),
    "bad chunks": lambda connection: connection.sendall(
        b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n" + DONE
    ),
    "not gzip": lambda connection: connection.sendall(
        b"HTTP/1.1 201 Created\r\nConnection: close\r\nContent-Encoding: gzip\r\nContent-Length: 19\r\n\r\n" + DONE
    ),
    "silent body": lambda connection: (
        connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 99\r\n\r\n{"),
        time.sleep(60),
    ),
    "dripping body": drip(b"HTTP/1.1 201 Created\r\nContent-Length: 99999\r\n\r\n"),
    "dripping chunks": drip(b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
}


def _patience(how: str) -> float:
    return 0.25 if "silen" in how or "drip" in how or "for ever" in how else 30.0


@pytest.mark.parametrize("how", LOST)
def test_an_answer_that_never_comes(how: str, server: Make, client: Make, naps: list[float]) -> None:
    """A read is repeated; of a create, sent once, the outcome is unknown; neither hangs longer than its deadline."""
    twilio = server(LOST[how])
    begun = time.monotonic()
    with pytest.raises(OutcomeUnknown, match=r"no response from http://127\.0\.0\.1:") as raised:
        create(client(twilio.url, timeout=_patience(how)))
    assert raised.value.status is None
    assert time.monotonic() - begun < 25
    until(lambda: len(twilio.asked) == 1)
    assert naps == []
    with pytest.raises(TwilioError, match=r"^no response from http://127\.0\.0\.1:") as read_raised:
        read(client(twilio.url, timeout=_patience(how), max_attempts=2))
    assert type(read_raised.value) is TwilioError
    until(lambda: len(twilio.asked) == 3)
    assert len(naps) == 1


def test_an_answer_that_ends_in_its_headers(server: Make, client: Make, naps: list[float]) -> None:
    """Its status alone proves no call."""
    twilio = server(lambda connection: connection.sendall(b"HTTP/1.1 201 Created\r\nConte"))
    with pytest.raises(OutcomeUnknown, match="it is empty"):
        create(client(twilio.url))
    assert (len(twilio.asked), naps) == (1, [])


@pytest.mark.parametrize("how", BROKEN)
def test_an_answer_that_breaks_off(how: str, server: Make, client: Make, naps: list[float]) -> None:
    """The status is known, and no more: the same two ways."""
    twilio = server(BROKEN[how])
    begun = time.monotonic()
    with pytest.raises(OutcomeUnknown, match="the response is incomplete") as raised:
        create(client(twilio.url, timeout=_patience(how)))
    assert raised.value.status == 201
    assert time.monotonic() - begun < 25
    until(lambda: len(twilio.asked) == 1)
    assert naps == []
    with pytest.raises(TwilioError, match=r"^the response is incomplete"):
        read(client(twilio.url, timeout=_patience(how), max_attempts=2))
    until(lambda: len(twilio.asked) == 3)
    assert len(naps) == 1


@pytest.mark.parametrize("how", ["truncated", "not gzip", "dripping body"])
def test_an_error_whose_body_breaks_off(how: str, server: Make, client: Make, naps: list[float]) -> None:
    """It is no answer of Twilio's: neither that there is no such thing, nor that no call was placed."""
    twilio = server(lambda connection: BROKEN[how](_Replacing(connection, b"201 Created", b"404 Not Found")))
    with pytest.raises(TwilioError, match="no error of Twilio's") as raised:
        read(client(twilio.url, timeout=0.2))
    assert not isinstance(raised.value, NotFound)
    with pytest.raises(OutcomeUnknown):
        create(client(twilio.url, timeout=0.2))
    until(lambda: len(twilio.asked) == 2)
    assert naps == []


class _Replacing:
    def __init__(self, connection: socket.socket, old: bytes, new: bytes) -> None:
        self._connection, self._old, self._new = connection, old, new

    def sendall(self, data: bytes) -> None:
        self._connection.sendall(data.replace(self._old, self._new))


def test_a_connection_closed_before_a_byte_is_read(client: Make, naps: list[float]) -> None:
    """The server's reason is not known, and the request was on its way: in doubt."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def refuse() -> None:
            connection, _ = listener.accept()
            connection.recv(1, socket.MSG_PEEK)  # it has arrived
            reset(connection)

        thread = threading.Thread(target=refuse)
        thread.start()
        with pytest.raises(OutcomeUnknown):
            create(client(f"http://127.0.0.1:{listener.getsockname()[1]}"))
        thread.join()
    assert naps == []


def test_a_connect_that_times_out(client: Make, naps: list[float]) -> None:
    """A full backlog takes no connection: nothing was done, so a create is repeated."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        with pytest.raises(Unreachable, match="timed out"):
            create(client(f"http://127.0.0.1:{port}", timeout=0.2, max_attempts=2))
        for one in waiting:
            one.close()
    assert len(naps) == 1


@pytest.mark.parametrize("host", ["twilio.invalid", "a" * 64 + ".invalid", "a..b"])
def test_a_host_that_there_is_not(host: str, client: Make, naps: list[float]) -> None:
    """Names that DNS does not know, or that cannot be."""
    with pytest.raises(Unreachable, match=r"^no connection to https://"):
        create(client(f"https://{host}", max_attempts=2))
    assert len(naps) == 1


def test_an_untrusted_certificate(
    server: Make, tls: ssl.SSLContext, answer: Make, client: Make, naps: list[float]
) -> None:
    """The credentials are not sent to a server that cannot be verified."""
    twilio = server(answer(DONE, "201 Created"), tls=tls)
    with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
        create(client(twilio.url, max_attempts=2))
    assert (twilio.connections, twilio.asked, len(naps)) == (2, [], 1)


@pytest.mark.parametrize("step", ["closes", "resets", "says nothing", "speaks plain HTTP"])
def test_a_handshake_that_fails(step: str, client: Make, naps: list[float]) -> None:
    """However it fails, nothing was sent."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def fail() -> None:
            for _ in range(2):
                connection, _ = listener.accept()
                connection.recv(65536)
                if step == "resets":
                    reset(connection)
                elif step == "speaks plain HTTP":
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                elif step == "says nothing":
                    time.sleep(0.5)
                connection.close()

        thread = threading.Thread(target=fail)
        thread.start()
        with pytest.raises(Unreachable):
            create(client(f"https://127.0.0.1:{listener.getsockname()[1]}", timeout=0.2, max_attempts=2))
        thread.join()
    assert len(naps) == 1


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_certificates_of_the_environment(
    variable: str,
    server: Make,
    tls: ssl.SSLContext,
    certificate: Path,
    answer: Make,
    client: Make,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They are read when the client is made, not later."""
    twilio = server(answer(DONE, "201 Created"), tls=tls)
    monkeypatch.setenv(variable, str(certificate))
    trusting = client(twilio.url)
    monkeypatch.delenv(variable)
    create(trusting)
    with pytest.raises(Unreachable):
        create(client(twilio.url, max_attempts=1))
    assert len(twilio.asked) == 1


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_certificates_that_cannot_be_read(
    content: str | None, tmp_path: Path, client: Make, naps: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names the variable and the file; making the client does not fail."""
    bundle = tmp_path / "bundle.pem"
    if content is not None:
        bundle.write_text(content)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    one = client("https://twilio.invalid")
    with pytest.raises(SettingError, match=rf"^REQUESTS_CA_BUNDLE names .*{bundle}"):
        read(one)
    assert naps == []


def test_a_reset_after_the_handshake(
    server: Make,
    tls: ssl.SSLContext,
    certificate: Path,
    client: Make,
    naps: list[float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Over TLS too, what was sent may have been done."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    twilio = server(reset, tls=tls)
    with pytest.raises(OutcomeUnknown):
        create(client(twilio.url))
    assert (len(twilio.asked), naps) == (1, [])


def test_a_proxy(
    server: Make,
    tls: ssl.SSLContext,
    certificate: Path,
    answer: Make,
    client: Make,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It sees where to, but neither credentials nor content, and the server is verified through it."""
    twilio = server(answer(DONE, "201 Created"), tls=tls)

    def tunnel(connection: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", twilio.port)) as far:
            connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            back = threading.Thread(target=_pump, args=(far, connection))
            back.start()
            _pump(connection, far)
            back.join()

    proxy = server(tunnel)
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:pass@127.0.0.1:{proxy.port}")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    through = client("https://twilio.invalid")
    monkeypatch.delenv("HTTPS_PROXY")
    assert create(through) == {"call_sid": SID}
    assert create(through) == {"call_sid": SID}
    through.close()
    assert (len(proxy.asked), len(twilio.asked), twilio.connections) == (1, 2, 1)
    assert proxy.asked[0].startswith(b"CONNECT twilio.invalid:443 ")
    assert b"\r\nAuthorization" not in proxy.asked[0]
    monkeypatch.delenv("SSL_CERT_FILE")
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
    with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
        create(client("https://twilio.invalid", max_attempts=1))
    assert len(twilio.asked) == 2


def _pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:  # the other side has gone
        return


@pytest.mark.parametrize(
    "refusal",
    [
        b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
        b"HTTP/1.1 502 Bad Gateway\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"",
    ],
)
def test_a_proxy_that_refuses(
    refusal: bytes, server: Make, client: Make, naps: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twilio was not reached, so a create is repeated."""
    proxy = server(lambda connection: connection.sendall(refusal))
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:pass@127.0.0.1:{proxy.port}")
    with pytest.raises(Unreachable) as raised:
        create(client("https://twilio.invalid", max_attempts=3))
    assert (len(proxy.asked), len(naps)) == (3, 2)
    assert "pass" not in str(raised.value)


def test_a_proxy_that_there_is_not(client: Make, naps: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    """The same."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    with pytest.raises(Unreachable, match="refused"):
        create(client("https://twilio.invalid", max_attempts=2))
    assert len(naps) == 1


def test_no_proxy_to_this_machine(
    sandbox: Sandbox, server: Make, client: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sandbox is reached straight, whatever proxies are set."""
    proxy = server(b"")
    for variable in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(variable, f"http://127.0.0.1:{proxy.port}")
    create(client(sandbox.base_url))
    assert (proxy.connections, sandbox.counters.placed) == (0, 1)


def test_netrc_does_not_replace_the_credentials(
    server: Make, answer: Make, client: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A session of requests would prefer ~/.netrc for the host."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    twilio = server(answer(b"{}"))
    read(client(twilio.url, account_sid="AC" + "0" * 32, auth_token="t0ken"))
    assert b"Authorization: Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDp0MGtlbg==\r\n" in twilio.asked[0]


def test_connections_are_kept(server: Make, answer: Make, client: Make) -> None:
    """Any number of requests, whatever came of them, use one connection."""
    twilio = server(answer(b"{}"), answer(b'{"code": 20404}', "404 Not Found"), answer(b"<", "200 OK"), answer(b"{}"))
    one = client(twilio.url)
    read(one)
    with pytest.raises(NotFound):
        read(one)
    read(one)
    assert (len(twilio.asked), twilio.connections) == (4, 1)


def test_a_connection_that_the_server_closed_is_not_used(server: Make, answer: Make, client: Make) -> None:
    """A create goes out on a new one, and only once."""
    twilio = server(lambda connection: connection.sendall(answer(b"{}")), answer(DONE, "201 Created"))
    one = client(twilio.url)
    read(one)
    until(lambda: twilio.closed)
    create(one)
    assert (len(twilio.asked), twilio.connections) == (2, 2)


def test_a_connection_that_closes_as_a_create_is_sent(
    server: Make, answer: Make, client: Make, naps: list[float]
) -> None:
    """It is not sent again on a new connection: nobody knows how far it came."""
    twilio = server(answer(b"{}"), reset, answer(DONE, "201 Created"))
    one = client(twilio.url)
    read(one)
    with pytest.raises(OutcomeUnknown):
        create(one)
    assert (len(twilio.asked), twilio.connections, naps) == (2, 1, [])


def test_an_idle_connection_is_replaced(server: Make, answer: Make, client: Make) -> None:
    """So a server that closes idle connections rarely meets a create on one."""
    twilio = server(answer(b"{}"))
    one = client(twilio.url)
    read(one)
    read(one)
    assert twilio.connections == 1
    time.sleep(LONGEST_IDLE + 0.1)
    read(one)
    assert (twilio.connections, len(twilio.asked)) == (2, 3)


def test_a_large_answer(server: Make, answer: Make, client: Make) -> None:
    """Ten megabytes are no problem."""
    twilio = server(answer(json.dumps({"x": "y" * 10**7}).encode()))
    assert len(read(client(twilio.url))["x"]) == 10**7  # type: ignore[index]


@pytest.mark.parametrize("body", [b"[%s]", b'{"conferences": [%s]}', b'{"message": [%s]}'])
@pytest.mark.parametrize("status", ["200 OK", "400 Bad Request"])
def test_many_arrays(body: bytes, status: str, server: Make, answer: Make, client: Make) -> None:
    """Five million empty arrays would take 300 MB; they are not made."""
    twilio = server(answer(body % b",".join([b"[]"] * (5 * MB)), status))
    one = client(twilio.url, max_attempts=1)
    tracemalloc.start()
    with pytest.raises(TwilioError, match="more than 250,000 arrays and objects" if status == "200 OK" else "no error"):
        read(one)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * 16 * MB


def test_an_answer_without_end(server: Make, client: Make) -> None:
    """It is read up to 16 MB, and the error says so."""

    def endless(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 201 Created\r\n\r\n")
        for _ in range(64):
            connection.sendall(b" " * MB)

    twilio = server(endless)
    with pytest.raises(TwilioError, match="larger than 16 MB"):
        read(client(twilio.url, max_attempts=1))
    with pytest.raises(OutcomeUnknown, match="larger than 16 MB"):
        create(client(twilio.url))


def test_a_gzip_bomb(server: Make, answer: Make, client: Make) -> None:
    """What counts is the size unpacked."""
    bomb = gzip.compress(b" " * (40 * MB))
    twilio = server(answer(bomb, "200 OK", "Content-Encoding: gzip"))
    with pytest.raises(TwilioError, match="larger than 16 MB"):
        read(client(twilio.url, max_attempts=1))


@pytest.mark.parametrize("size", [2, 15 * MB])
def test_gzip(size: int, server: Make, answer: Make, client: Make) -> None:
    """A packed answer below the cap is unpacked."""
    body = b"{}" + b" " * (size - 2)
    twilio = server(answer(gzip.compress(body), "200 OK", "Content-Encoding: gzip"))
    assert read(client(twilio.url)) == {}
    assert b"\r\nAccept-Encoding: gzip" in twilio.asked[0]


def test_the_reason_is_of_this_request(client: Make) -> None:
    """An error that is being handled when the request fails is not taken for its reason."""
    one = client("http://127.0.0.1:1", max_attempts=1)
    try:
        raise OSError("something else")
    except OSError:
        with pytest.raises(Unreachable, match="Connection refused"):
            read(one)
