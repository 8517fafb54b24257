"""Connections to Twilio, kept and shared by threads: one request, one answer, no repeat, no redirect.

One requests adapter serves all threads of a client: its pool is thread-safe and as large as the number of
requests under way, so that any thread reuses any connection. A `Session` would only add what must not happen
here (cookies, redirects, `.netrc`, the environment looked up for each request), and two thirds more CPU time.
"""

from __future__ import annotations

import http.client
import io
import math
import socket
import ssl
import threading
import time
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util import Retry

LONGEST_IDLE = 4.0
"""Seconds after which an idle connection is not used: the server may close it then, with a create in doubt."""


class _Progress(threading.local):
    """How far the request of this thread has come; only here do its connection and its sender meet."""

    sent = False
    deadline = math.inf


_progress = _Progress()


def begin(deadline: float) -> None:
    """Begin this thread's next request, whose answer must be complete at `deadline` (of `time.monotonic`)."""
    _progress.sent = False
    _progress.deadline = deadline


def was_sent() -> bool:
    """Tell whether a byte of this thread's request may have left; before that it only connected."""
    return _progress.sent


class Connections(HTTPAdapter):
    """A pool that keeps `size` connections; `trust`, loaded once for all, is what https is verified by."""

    def __init__(self, size: int, trust: ssl.SSLContext | None) -> None:
        self._trust: dict[str, Any] = {} if trust is None else {"ssl_context": trust}
        super().__init__(pool_connections=2, pool_maxsize=size, max_retries=Retry(0, read=False))

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: Any) -> None:
        """Make the pools of our connections."""
        super().init_poolmanager(connections, maxsize, block, **kwargs, **self._trust)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """Make the pools of our connections through a proxy."""
        manager = super().proxy_manager_for(proxy, **kwargs, **self._trust)
        manager.pool_classes_by_scheme = _POOLS
        return manager

    def cert_verify(self, conn: Any, *args: Any) -> None:
        """Leave it to `trust`: requests would load the certificates for each connection anew (28 ms)."""
        conn.cert_reqs = ssl.CERT_REQUIRED


class _Bounded(io.RawIOBase):
    """The reading end of a socket, closed at the deadline though bytes keep dripping in."""

    def __init__(self, raw: Any, sock: socket.socket) -> None:
        self._raw = raw
        self._sock = sock
        self._pause = sock.gettimeout() or math.inf

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = _progress.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer was not complete in time")
        if left < self._pause:
            self._sock.settimeout(left)
        count: int | None = self._raw.readinto(buffer)
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_Bounded(self.fp.detach(), sock))


class _Plain(HTTPConnection):
    """A connection that tells when connecting ends and sending begins."""

    response_class = _Response
    _used = -math.inf

    @property
    def is_connected(self) -> bool:
        """False for one that has been idle too long, so that the pool opens another."""
        return time.monotonic() - self._used < LONGEST_IDLE and super().is_connected

    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is None:
            self.connect()
        _progress.sent = True
        super().request(*args, **kwargs)

    def getresponse(self) -> Any:
        response = super().getresponse()
        self._used = time.monotonic()
        return response


class _Secure(_Plain, HTTPSConnection):
    """The same over TLS."""


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


_POOLS = {"http": _PlainPool, "https": _SecurePool}
