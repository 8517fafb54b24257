"""A relay between twsql and PostgreSQL, whose connections can be cut."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from types import TracebackType

_KEY_DATA = b"K\0\0\0\x0c"
"""Begins the message in which PostgreSQL tells the process of a session."""


class PostgresRelay:
    """Passes bytes to and fro. As `pooler` it names other processes than PostgreSQL does, as pgbouncer would."""

    def __init__(self, port: int) -> None:
        self._target = port
        self.pooler = False
        self._sockets: list[socket.socket] = []
        self._is_cut = False
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> PostgresRelay:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cut()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def cut(self) -> None:
        """Cut all connections, and those that are made from now on."""
        self._is_cut = True
        for each in self._sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Let connections through again."""
        self._is_cut = False

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:  # closed
                return
            if self._is_cut:
                client.close()
                continue
            server = socket.create_connection(("127.0.0.1", self._target))
            self._sockets += [client, server]
            threading.Thread(target=self._pass, args=(client, server), daemon=True).start()
            threading.Thread(target=self._pass, args=(server, client), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with source, suppress(OSError):
            while data := source.recv(65536):
                place = data.find(_KEY_DATA) if self.pooler else -1
                if place >= 0:
                    data = data[: place + 5] + b"\0\x12\xd6\x87" + data[place + 9 :]
                target.sendall(data)
            target.shutdown(socket.SHUT_RDWR)
