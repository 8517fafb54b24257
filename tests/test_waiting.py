"""A wait for another thread hears Ctrl-C, and gives what the thread gives."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from concurrent.futures import CancelledError, Future

import pytest

from twsql import waiting

UNHEARD = """
import signal, threading, time
from concurrent.futures import Future
from twsql import waiting

other = threading.Thread(target=time.sleep, args=(60,), daemon=True)
other.start()
threading.Timer(0.5, lambda: signal.pthread_kill(other.ident, signal.SIGINT)).start()
try:
    waiting.result(Future())
except KeyboardInterrupt:
    print("heard")
"""


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="POSIX only")
def test_a_signal_that_does_not_wake_the_wait() -> None:
    """As one that comes just before the wait: here, another thread gets it."""
    done = subprocess.run([sys.executable, "-c", UNHEARD], capture_output=True, text=True, timeout=30, check=False)
    assert (done.stdout, done.stderr) == ("heard\n", "")


def test_a_result_that_comes_late() -> None:
    """After several looks."""
    future: Future[int] = Future()
    threading.Timer(0.6, future.set_result, (7,)).start()
    assert waiting.result(future) == 7
    assert waiting.problem(future) is None


def test_a_task_s_own_timeout() -> None:
    """Is its error, and not the end of a look."""
    future: Future[int] = Future()
    threading.Timer(0.1, future.set_exception, (TimeoutError("its own"),)).start()
    with pytest.raises(TimeoutError, match="its own"):
        waiting.result(future)
    assert isinstance(waiting.problem(future), TimeoutError)


def test_a_cancelled_task() -> None:
    """Is told as such."""
    future: Future[int] = Future()
    future.cancel()
    with pytest.raises(CancelledError):
        waiting.result(future)
