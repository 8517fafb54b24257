"""The ASGI application: counts a request, delays it or makes it fail by the faults, and answers it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from .control import control
from .counters import LoggedRequest, without_credentials
from .errors import ApiError, error_body, retry_after
from .faults import respond
from .request import Request
from .routes import Operation, find_operation
from .state import State
from .variants import varied
from .wire import Answer, Scope, Wire


@dataclass(frozen=True)
class App:
    """The sandbox over HTTP; `closing` is set when the server stops, so that no request waits any longer."""

    state: State
    closing: asyncio.Event

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Answer one request."""
        traffic = self.state.traffic
        wire = Wire(scope, receive, send, self.closing, traffic.under_way + 1, self.state.clock)
        method, path = scope["method"], scope["raw_path"].decode("latin-1")
        body = await wire.body() if method not in ("GET", "HEAD") else b""
        if path.startswith("/sandbox/"):
            await wire.answer(control(self.state, method, path, body))
            return
        operation, segments = find_operation(method, path)
        query = scope["query_string"].decode("latin-1")
        request = Request(self.state, method, path, query, body, scope["headers"], segments)
        traffic.begin(method, operation.name)
        status = None
        try:
            status = await self._serve(wire, request, operation)
        finally:
            headers = without_credentials(request.headers) if traffic.log.maxlen else ()
            traffic.end(LoggedRequest(method, path, operation.name, query, body, headers, status))

    async def _serve(self, wire: Wire, request: Request, operation: Operation) -> int | None:
        settings = self.state.settings
        if settings.max_concurrent is not None and self.state.traffic.under_way > settings.max_concurrent:
            return await wire.answer(_error(ApiError(20429), settings.retry_after))
        await wire.pause(settings.latency)
        fault = self.state.faults.strike(request.method, request.path)
        return await respond(fault, wire, lambda: self._perform(request, operation))

    def _perform(self, request: Request, operation: Operation) -> Answer:
        readings = self.state.settings.readings
        try:
            request.authorize()
            self.state.world.settle()
            answer = operation.run(request)
        except ApiError as error:
            return _error(error, status=readings.refusal_status if 16000 <= error.code < 17000 else None)
        return varied(answer, readings, request.origin)


def _error(error: ApiError, wait: float | None = None, status: int | None = None) -> Answer:
    status = status or error.status
    return Answer(status, error_body(error.code, error.message, status), retry_after(wait))
