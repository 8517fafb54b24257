"""The worker process: takes the channels that its host opens, and ends with the host."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time

from twsql.hosts.loadable.channel import Channel

CONTROL = 3
"""The descriptor of the socket over which channels come."""
_LOOK = 0.25
"""Seconds between two looks at who is still there."""
_SIGN_OF_LIFE = 1.0


def run(host: int) -> None:
    """Work for the host of this process id until it closes the control socket or is gone."""
    os.closerange(CONTROL + 1, os.sysconf("SC_OPEN_MAX"))  # what the host has open is none of ours
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
    os._exit(0)  # at once, whatever Twilio has yet to answer: calls that were begun are on record


def _watch(host: int, channels: list[Channel]) -> None:
    """Stop work for connections that are gone; end when the host is gone, though a fork of it holds the socket."""
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
