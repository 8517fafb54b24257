"""The HTTP server: uvicorn's protocol on an event loop of ours, which stops at once even while clients wait.

uvicorn's own Server looks whether it should stop ten times a second, then waits for its clients.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from .app import App
from .state import State
from .wire import TRANSPORT

T = TypeVar("T")
_BACKLOG = 2048
_LAST_ROUNDS = 5
"""Turns of the event loop after which a connection that was accepted just before the end has begun."""
_STOPS = (signal.SIGINT, signal.SIGTERM)


class Protocol(HttpToolsProtocol):
    """uvicorn's protocol that logs no request and tells the application its transport, for faults."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.access_log = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Send at once: asyncio sees to that only on sockets made with IPPROTO_TCP, and 40 ms go by otherwise."""
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().connection_made(transport)

    def on_message_begin(self) -> None:
        """Start a request whose scope has the transport."""
        super().on_message_begin()
        self.scope["extensions"] = {TRANSPORT: self.transport}  # type: ignore[dict-item]


def listen(port: int) -> socket.socket:
    """Return a socket that listens on 127.0.0.1 (0: a free port). Raises OSError when the port cannot be had."""
    try:
        return socket.create_server(("127.0.0.1", port), backlog=_BACKLOG)
    except OSError as error:
        raise OSError(error.errno, f"cannot listen on 127.0.0.1:{port}: {error.strerror}") from error


class Server:
    """Serves a state on a socket, in whichever thread calls `run`, until `stop`."""

    def __init__(self, state: State, listener: socket.socket) -> None:
        self._listener = listener
        self._closing = asyncio.Event()
        self._started = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        app = App(state, self._closing)
        self._config = Config(app, log_config=None, lifespan="off", ws="none", interface="asgi3", date_header=False)
        self._config.load()

    async def run(self, *, stop_on_signals: bool = False) -> None:
        """Serve until stopped; by SIGINT and SIGTERM too if asked, which needs the main thread."""
        loop = asyncio.get_running_loop()
        uvicorn = ServerState()
        for number in _STOPS if stop_on_signals else ():
            loop.add_signal_handler(number, self._closing.set)
        server = await loop.create_server(
            lambda: Protocol(self._config, uvicorn, {}, loop), sock=self._listener, backlog=_BACKLOG
        )
        self._loop = loop
        self._started.set()
        await self._closing.wait()
        loop.remove_reader(self._listener)
        for _ in range(_LAST_ROUNDS):  # asyncio never closes what it has accepted, and not begun, when a server closes
            for connection in tuple(uvicorn.connections):
                connection.transport.abort()
            await asyncio.sleep(0)
        server.close()
        if uvicorn.tasks:
            await asyncio.wait(tuple(uvicorn.tasks), timeout=1)

    def wait_until_started(self) -> None:
        """Wait until requests are answered."""
        self._started.wait()

    def stop(self) -> None:
        """Stop serving; from any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._closing.set)

    def ask(self, question: Callable[[], T]) -> T:
        """Call a function in the server's thread, between two requests, and return what it returns."""
        if self._loop is None:
            return question()

        async def call() -> T:
            return question()

        return asyncio.run_coroutine_threadsafe(call(), self._loop).result()
