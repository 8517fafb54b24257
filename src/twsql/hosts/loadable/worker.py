"""The worker process: serves the channels that its host opens, and ends with the host."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time

from twsql.hosts.loadable.channel import Channel

CONTROL = 3
"""The descriptor of the socket that delivers channels."""
_LOOK = 0.25
"""Seconds between two checks of the host and its connections."""
_SIGN_OF_LIFE = 1.0


def run(host: int) -> None:
    """Work for the host with this process id until it closes the control socket or ends."""
    os.closerange(CONTROL + 1, os.sysconf("SC_OPEN_MAX"))  # the host's own files
    control = socket.socket(fileno=CONTROL)
    control.set_inheritable(False)
    channels: list[Channel] = []
    threading.Thread(target=_watch, args=(host, channels), name="twsql-watch", daemon=True).start()
    with contextlib.suppress(ConnectionResetError):
        while True:
            byte, descriptors, _, _ = socket.recv_fds(control, 1, 1)
            if not byte:
                break
            for descriptor in descriptors:
                channel = Channel(socket.socket(fileno=descriptor))
                channels.append(channel)
                channel.begin()
    os._exit(0)  # without waiting for responses: the journal has the calls in flight


def _watch(host: int, channels: list[Channel]) -> None:
    """Stop work for closed connections; end with the host, even if a fork of it still has the socket."""
    told = time.monotonic()
    while os.getppid() == host:
        channels[:] = [channel for channel in channels if not channel.is_over]
        for channel in channels:
            channel.look()
        if time.monotonic() - told >= _SIGN_OF_LIFE:
            told = time.monotonic()
            for channel in channels:
                channel.show_life()
        time.sleep(_LOOK)
    os._exit(0)
