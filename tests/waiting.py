"""Waiting for what happens elsewhere."""

from __future__ import annotations

import select
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from twsql.sandbox import Sandbox


def until(happened: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait until it has happened; AssertionError if it does not in time."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


def readable(descriptor: int, seconds: float) -> bool:
    """Wait until something can be read; False if nothing comes in time. Unlike select() it takes any descriptor."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(max(seconds, 0) * 1000))


def interrupt(process: subprocess.Popen[Any], number: int = signal.SIGINT) -> int:
    """Press Ctrl-C until the process has ended, as a person does; gives its status.

    Python does not hear a signal that comes right before it waits for a socket.
    """
    for _ in range(5):
        process.send_signal(number)
        try:
            return process.wait(6)
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError("it did not end")


@contextmanager
def together(sandbox: Sandbox, number: int, *, after: int = 0, **which: str) -> Iterator[None]:
    """Hold requests until `number` of them are under way together; AssertionError if they never are.

    `which` says what requests, as for `Sandbox.fail`; the first ones, `after`, are answered at once.
    """
    if after:
        sandbox.fail("slow", seconds=0.0, times=after, **which)
    held, ended, met = sandbox.fail("slow", **which), threading.Event(), threading.Event()

    def release() -> None:
        deadline = time.monotonic() + 25  # before the client gives up
        while not (met.is_set() or ended.wait(0.002)) and time.monotonic() < deadline:
            if held.hits >= number:
                met.set()
        sandbox.heal(held)

    releasing = threading.Thread(target=release)
    releasing.start()
    try:
        yield
    finally:
        ended.set()
        releasing.join()
    assert met.is_set(), f"{held.hits} requests were under way together"
