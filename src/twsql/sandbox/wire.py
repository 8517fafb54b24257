"""Sends a response, or fails to, on one request's connection."""

from __future__ import annotations

import asyncio
import itertools
import socket
import struct
from dataclasses import dataclass
from typing import Any

from .clock import Clock, http_date
from .sids import scramble

Scope = dict[str, Any]
_NUMBERS = itertools.count(1)
TRANSPORT = "twsql.transport"
_JSON = (b"content-type", b"application/json")
_ABORTIVE = struct.pack("ii", 1, 0)  # SO_LINGER of no time: closing sends a reset


@dataclass(frozen=True)
class Answer:
    """An answer to send."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Wire:
    """One request's connection. Every way of answering returns the HTTP status that a client saw whole, or None."""

    def __init__(
        self, scope: Scope, receive: Any, send: Any, closing: asyncio.Event, under_way: int, clock: Clock
    ) -> None:
        self.scope = scope
        self._receive = receive
        self._send = send
        self._closing = closing
        self._under_way = under_way
        self._clock = clock

    async def body(self) -> bytes:
        """Read the request's body."""
        parts = []
        while True:
            message = await self._receive()
            parts.append(message.get("body", b""))
            if not message.get("more_body"):
                return b"".join(parts)

    async def pause(self, seconds: float, *ends: asyncio.Event) -> None:
        """Wait, but not after the server's end or any of these events."""
        if seconds > 0:
            waiting = [asyncio.ensure_future(end.wait()) for end in (self._closing, *ends)]
            await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            for each in waiting:
                each.cancel()

    async def answer(self, answer: Answer) -> int:
        """Send a whole answer."""
        await self._send({"type": "http.response.start", "status": answer.status, "headers": self._headers(answer)})
        await self._send({"type": "http.response.body", "body": answer.body})
        return answer.status

    async def reset(self) -> None:
        """Send nothing and reset the connection."""
        transport = self._transport
        if not transport.is_closing():  # else the client has left before
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORTIVE)
        transport.abort()
        await self._gone()

    async def hold(self, seconds: float) -> None:
        """Send nothing until the client leaves or the time has passed, then close."""
        left = asyncio.ensure_future(self._gone())
        await asyncio.wait((left,), timeout=seconds)
        self._transport.abort()
        await left

    async def truncate(self, answer: Answer) -> None:
        """Send an answer's head and half of its body, then close."""
        lines = [b"HTTP/1.1 %d Cut" % answer.status]
        lines += [name + b": " + value for name, value in self._headers(answer)]
        self._transport.write(b"\r\n".join(lines) + b"\r\n\r\n" + answer.body[: len(answer.body) // 2])
        self._transport.close()
        await self._gone()

    def _headers(self, answer: Answer) -> list[tuple[bytes, bytes]]:
        headers = [
            (b"date", http_date(int(self._clock.now()))),
            (b"twilio-request-id", b"RQ%032x" % scramble(next(_NUMBERS))),
            (b"twilio-concurrent-requests", b"%d" % self._under_way),
            *answer.headers,
        ]
        if answer.status != 204:
            headers += [_JSON, (b"content-length", b"%d" % len(answer.body))]
        return headers

    @property
    def _transport(self) -> asyncio.Transport:
        transport: asyncio.Transport = self.scope["extensions"][TRANSPORT]
        return transport

    async def _gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            continue
