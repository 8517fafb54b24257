"""A pool of connections to Twilio: one request, one response, no repeat, no redirect.

All threads of a client share one requests adapter. Its pool is thread-safe and has a connection for each request
in flight, so any thread reuses any connection. A `Session` would only add what must not happen here (cookies,
redirects, `.netrc`, a look at the environment for each request), and two thirds more CPU time.
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

from twsql.twilio.clock import boottime

LONGEST_IDLE = 4.0
"""Seconds after which an idle connection is not reused: the server may close it just as a create is sent."""


class _Progress(threading.local):
    """How far the request of this thread has come; urllib3 lets a connection tell its caller in no other way."""

    sent = False
    deadline = math.inf
    send_by = math.inf


_progress = _Progress()


def begin(deadline: float) -> None:
    """Begin this thread's next request, whose response must be complete at `deadline` (of `time.monotonic`)."""
    _progress.sent = False
    _progress.deadline = deadline


def must_send_by(moment: float) -> None:
    """Send nothing of this thread's next request after this moment of `boottime`, however long connecting takes."""
    _progress.send_by = moment


def was_sent() -> bool:
    """Whether a byte of this thread's request may have left; before that the thread only connected."""
    return _progress.sent


class Connections(HTTPAdapter):
    """A pool of `size` connections; `trust` has the certificates for https, loaded once for all connections."""

    def __init__(self, size: int, trust: ssl.SSLContext | None) -> None:
        self._trust: dict[str, Any] = {} if trust is None else {"ssl_context": trust}
        super().__init__(pool_connections=2, pool_maxsize=size, max_retries=Retry(0, read=False))

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: Any) -> None:
        """Make pools of our connection classes."""
        super().init_poolmanager(connections, maxsize, block, **kwargs, **self._trust)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """Make pools of our connection classes, through a proxy."""
        manager = super().proxy_manager_for(proxy, **kwargs, **self._trust)
        manager.pool_classes_by_scheme = _POOLS
        return manager

    def cert_verify(self, conn: Any, *args: Any) -> None:
        """Leave certificates to `trust`: requests would load them again for each connection (28 ms)."""
        conn.cert_reqs = ssl.CERT_REQUIRED


class _Bounded(io.RawIOBase):
    """The reading end of a socket; reading fails after the deadline, even if bytes keep dripping in."""

    def __init__(self, raw: Any, sock: socket.socket) -> None:
        self._raw = raw
        self._sock = sock
        self._pause = sock.gettimeout() or math.inf

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = _progress.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the response was not complete in time")
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
    """A connection that notes when connecting ends and sending begins."""

    response_class = _Response
    _used = -math.inf

    @property
    def is_connected(self) -> bool:
        """False for a connection that was idle too long; the pool then opens another."""
        return time.monotonic() - self._used < LONGEST_IDLE and super().is_connected

    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is None:
            self.connect()
        if boottime() > _progress.send_by:
            raise TimeoutError("connecting took so long that the request was not sent")
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
