"""A server that answers what a test says, byte for byte, for what the sandbox cannot do wrong."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from twsql.sandbox import Sandbox
from twsql.twilio.client import Client
from twsql.twilio.settings import Settings

Step = bytes | Callable[[socket.socket], object]


class RawServer:
    """Answers each request by the next step, and further ones by the last: bytes, or what a function does.

    After bytes the connection stays open, after a function it is closed. `asked` has the requests as they arrived.
    """

    def __init__(self, *steps: Step, tls: ssl.SSLContext | None = None) -> None:
        self.steps = list(steps)
        self.tls = tls
        self.asked: list[bytes] = []
        self.connections = self.closed = 0
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.port = self._listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no further connection."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # closed
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            with connection:
                while request := read_request(connection):
                    self.asked.append(request)
                    step = self.steps[min(len(self.asked), len(self.steps)) - 1]
                    if not isinstance(step, bytes):
                        step(connection)
                        return
                    connection.sendall(step)
        except OSError:  # the client closed it, or refused the certificate
            connection.close()
        finally:
            self.closed += 1


def read_request(connection: socket.socket) -> bytes:
    """Read one request to the end of its body; nothing if there is none."""
    request = b""
    while b"\r\n\r\n" not in request:
        request += (part := connection.recv(65536))
        if not part:
            return b""
    head, _, body = request.partition(b"\r\n\r\n")
    lengths = [line[15:] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    while len(body) < int(lengths[0] if lengths else 0):
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def http(body: bytes, status: str = "200 OK", *headers: str, length: int | None = None) -> bytes:
    """An HTTP answer; `length` may lie."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep this machine's proxies and certificates out of the tests."""
    names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
    for name in (*names, *map(str.lower, names), "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def answer() -> Callable[..., bytes]:
    """Makes an HTTP answer of a body, a status line and headers."""
    return http


@pytest.fixture
def server() -> Iterator[Callable[..., RawServer]]:
    """Starts servers that answer as they are told; see RawServer."""
    started: list[RawServer] = []

    def start(*steps: Step, tls: ssl.SSLContext | None = None) -> RawServer:
        started.append(RawServer(*steps, tls=tls))
        return started[-1]

    yield start
    for one in started:
        one.close()


@pytest.fixture
def certificate() -> Path:
    """A key and a certificate for 127.0.0.1, localhost and twilio.invalid, which nobody trusts, valid to 2126.

    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj "/CN=twsql tests"
    -addext subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:twilio.invalid -addext basicConstraints=critical,CA:TRUE
    -addext keyUsage=critical,digitalSignature,keyCertSign
    """
    return Path(__file__).with_name("localhost.pem")


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    """What a server needs to speak TLS with that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def naps() -> list[float]:
    """The seconds that clients of this test slept between attempts, without sleeping."""
    return []


@pytest.fixture
def client(naps: list[float]) -> Iterator[Callable[..., Client]]:
    """Makes clients of a base URL and other settings, whose waiting is only noted in `naps`."""
    made: list[Client] = []

    def make(base_url: str, **given: Any) -> Client:
        login = {"account_sid": Sandbox.account_sid, "auth_token": Sandbox.auth_token, **given}
        made.append(Client(Settings.load({}, base_url=base_url, **login), sleep=naps.append))
        return made[-1]

    yield make
    for one in made:
        one.close()
