"""What the fault campaign does to a client besides failing its requests: ends it, sets its clock, calls its numbers."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import requests

from fault_clients import FROM
from twsql.sandbox import Sandbox

LABEL = "stranger-"
"""What the strangers' labels begin with."""
_LONGEST_END = 60.0
"""Seconds in which a client must end after Ctrl-C."""


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a client, and what it has forked, as `kill -9` and a power cut do."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def interrupt(process: subprocess.Popen[bytes]) -> None:
    """Press Ctrl-C, as a terminal does: everybody in the foreground gets it. TimeoutError if that does not end it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)
    try:
        wait(process, _LONGEST_END)
    except TimeoutError:
        kill(process)
        raise


def wait(process: subprocess.Popen[bytes], seconds: float) -> int:
    """Wait until a client has ended, and what it has forked. TimeoutError if it does not."""
    end = time.monotonic() + seconds
    try:
        status = process.wait(seconds)
    except subprocess.TimeoutExpired as error:
        raise TimeoutError(f"the client has not ended after {seconds} s") from error
    while _lives(process.pid):
        if time.monotonic() > end:
            raise TimeoutError(f"what the client has forked has not ended after {seconds} s")
        time.sleep(0.02)
    return status


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def strangers(sandbox: Sandbox, number: Callable[[float], tuple[str, str]], dice: Iterator[float]) -> Iterator[None]:
    """Meanwhile call the same numbers from the same number: into other conferences, the same, and none; long and short.

    `number` gives room and number of whom the client calls at about this time, for a chance of 0 to 1.
    """
    over = threading.Event()
    thread = threading.Thread(target=_strangers, args=(sandbox, number, dice, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _strangers(
    sandbox: Sandbox, number: Callable[[float], tuple[str, str]], dice: Iterator[float], over: threading.Event
) -> None:
    account = f"{sandbox.base_url}/2010-04-01/Accounts/{sandbox.account_sid}"
    count = 0
    with requests.Session() as session:
        session.auth = (sandbox.account_sid, sandbox.auth_token)
        while not over.wait(next(dice) * 0.05):
            count += 1
            room, to = number(next(dice))
            form = {
                "From": FROM,
                "To": to,
                "Label": f"{LABEL}{count}",
                "TimeLimit": "1" if next(dice) < 0.5 else "3600",
            }
            where = next(dice)
            path = f"Conferences/{room if where < 0.3 else f'{LABEL}{count}'}/Participants.json"
            if where > 0.9:
                path, form["Twiml"] = "Calls.json", "<Response/>"
            with suppress(requests.RequestException):  # the faults are the strangers' too
                session.post(f"{account}/{path}", form, timeout=1)
