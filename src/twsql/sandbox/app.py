"""The ASGI application: counts a request, lets it wait or fail as told, and answers it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from .control import control
from .counters import LoggedRequest, without_credentials
from .credentials import readable_accounts
from .errors import ApiError, error_body
from .faults import respond
from .request import Request
from .routes import Operation, Route, find_route
from .state import State
from .wire import Answer, Scope, Wire


@dataclass(frozen=True)
class App:
    """The sandbox over HTTP; `closing` is set when the server stops, so that nobody waits any longer."""

    state: State
    closing: asyncio.Event

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Answer one request."""
        traffic = self.state.traffic
        wire = Wire(scope, receive, send, self.closing, traffic.under_way + 1)
        path = scope["raw_path"].decode("latin-1")
        body = await wire.body() if scope["method"] not in ("GET", "HEAD") else b""
        if path.startswith("/sandbox/"):
            await wire.answer(control(self.state, scope["method"], path, body))
            return
        traffic.begin()
        try:
            await self._count(wire, path, body)
        finally:
            traffic.under_way -= 1

    async def _count(self, wire: Wire, path: str, body: bytes) -> None:
        method, traffic = wire.scope["method"], self.state.traffic
        found = find_route(path)
        operation = found[0].operations.get("GET" if method == "HEAD" else method) if found else None
        name = operation.name if operation else "Unknown"
        traffic.asked[method, name] += 1
        status = await self._serve(wire, path, body, found, operation)
        traffic.answered[status or 0] += 1
        if traffic.log.maxlen:
            query = wire.scope["query_string"].decode("latin-1")
            headers = without_credentials(wire.scope["headers"])
            traffic.log.append(LoggedRequest(method, path, name, query, body, headers, status))

    async def _serve(
        self,
        wire: Wire,
        path: str,
        body: bytes,
        found: tuple[Route, dict[str, str]] | None,
        operation: Operation | None,
    ) -> int | None:
        settings = self.state.settings
        if settings.max_concurrent is not None and self.state.traffic.under_way > settings.max_concurrent:
            return await wire.answer(_error(ApiError(20429), settings.retry_after))
        await wire.pause(settings.latency)
        fault = self.state.faults.strike(wire.scope["method"], path)

        def deed() -> Answer:
            try:
                return self._perform(wire.scope, path, body, found, operation)
            except ApiError as error:
                return _error(error)

        return await respond(fault, wire, deed)

    def _perform(
        self,
        scope: Scope,
        path: str,
        body: bytes,
        found: tuple[Route, dict[str, str]] | None,
        operation: Operation | None,
    ) -> Answer:
        headers = dict(scope["headers"])
        readable = readable_accounts(headers.get(b"authorization", b""))
        if found is None:
            raise ApiError(20404, path)
        if operation is None:
            raise ApiError(20004)
        self.state.world.settle()
        host = "http://" + headers.get(b"host", b"").decode("latin-1")
        query = scope["query_string"].decode("latin-1")
        return operation.run(
            Request(self.state, scope["method"], path, query, body, found[1], host, readable)
        )


def _error(error: ApiError, retry_after: float | None = None) -> Answer:
    headers = () if retry_after is None else ((b"retry-after", b"%g" % retry_after),)
    return Answer(error.status, error_body(error.code, error.message, error.status), headers)
