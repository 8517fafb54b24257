"""A relay between twsql and the sandbox that changes answers byte for byte: what the sandbox itself cannot do wrong."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from urllib.parse import urlsplit

Change = Callable[[bytes, bytes], bytes]
"""From a request and the sandbox's whole answer to the bytes that are sent."""


class Relay:
    """Passes each request on to the sandbox and sends what `change` makes of its answer, then closes the connection.

    `before` may hold a request back. The deed is done before the answer is changed. `asked` has the requests' methods
    and paths.
    """

    def __init__(
        self,
        target: str,
        change: Change = lambda request, answer: answer,
        before: Callable[[bytes], None] = lambda request: None,
    ) -> None:
        self._target = (urlsplit(target).hostname, urlsplit(target).port)
        self.change = change
        self._before = before
        self.asked: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Relay:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # closed
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection:
                if request := _request(connection):
                    self.asked.append(" ".join(request.split(b"\r\n")[0].decode("ascii").split()[:2]))
                    self._before(request)
                    connection.sendall(self.change(request, self._answer(request)))
        except OSError:  # the client went away
            return

    def _answer(self, request: bytes) -> bytes:
        with socket.create_connection(self._target) as sandbox:
            sandbox.sendall(request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
            return b"".join(iter(lambda: sandbox.recv(65536), b""))


def _request(connection: socket.socket) -> bytes:
    """Read one request; nothing if there is none."""
    request = b""
    while b"\r\n\r\n" not in request:
        request += (part := connection.recv(65536))
        if not part:
            return b""
    length = re.search(rb"(?i)\r\ncontent-length: *([0-9]+)", request)
    missing = (int(length[1]) if length else 0) - len(request.partition(b"\r\n\r\n")[2])
    while missing > 0:
        request += (part := connection.recv(65536))
        missing -= len(part) or missing
    return request
