"""Ctrl-C and sqlite3_interrupt: a statement over Twilio ends at once, and asks for nothing more."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import threading
import time
from pathlib import Path
from subprocess import PIPE

import apsw
import pytest
from hosting import DEBIAN_PYTHON, WORKER_TIMEOUT, in_ci_hosts, program

from twsql.sandbox import Sandbox
from waiting import until

pytestmark = in_ci_hosts

READ = "SELECT count(Sid) FROM conferences"
DIAL = (
    "SELECT CallSid FROM AddParticipants WHERE Conference IN (SELECT name FROM t)"
    " AND \"From\" = '+15550000000' AND \"To\" = '+15550000001'"
)


@pytest.fixture
def slow(world: Sandbox) -> Sandbox:
    """A Twilio that takes half a minute for each answer."""
    world.change(latency=30.0)
    return world


def test_shell(extension: Path, slow: Sandbox) -> None:
    """Ctrl-C at a terminal ends the statement and not the shell, whose worker is in the same terminal."""
    ours, theirs = pty.openpty()
    command = [program("sqlite3"), "-cmd", f".load {extension}", ":memory:"]
    shell = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, preexec_fn=lambda: _own_terminal(0)
    )
    os.close(theirs)
    os.write(ours, f"{READ};\n".encode())
    until(lambda: slow.counters.under_way == 1)
    begun = time.monotonic()
    os.write(ours, b"\x03")
    seen = _read_until(ours, "interrupted")
    assert time.monotonic() - begun < 20, seen  # an answer takes 30
    slow.change(latency=0.0)
    os.write(ours, b"SELECT 'still ' || count(Sid) FROM conferences;\n")
    _read_until(ours, "still 0")
    os.write(ours, b".quit\n")
    shell.wait(60)
    os.close(ours)


@pytest.mark.parametrize(
    "sender", ["os.kill(os.getpid(), signal.SIGINT)", "connection.interrupt()"], ids=["Ctrl-C", "interrupt"]
)
def test_python(extension: Path, slow: Sandbox, sender: str) -> None:
    """Ctrl-C is KeyboardInterrupt as ever; interrupt() in another thread works too, which this SQLite does not tell."""
    code = f"""
import os, signal, sqlite3, sys, threading, time
connection = sqlite3.connect(":memory:", check_same_thread=False)
connection.enable_load_extension(True)
connection.load_extension(sys.argv[1])
connection.execute("SELECT count(*) FROM sys_tables").fetchall()
def send():
    sys.stdin.readline()
    globals()["begun"] = time.monotonic()
    {sender}
threading.Thread(target=send).start()
try:
    try:
        connection.execute("{READ}").fetchall()
    finally:  # Python lets Ctrl-C's exception follow on that of the statement
        time.sleep(0)
except (KeyboardInterrupt, sqlite3.OperationalError) as error:
    print(type(error).__name__, time.monotonic() - begun < 20)
print(connection.execute("SELECT count(*) > 5 FROM sys_tables").fetchone())
"""
    command = [DEBIAN_PYTHON, "-c", code, str(extension)]
    with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True) as process:
        until(lambda: slow.counters.under_way or process.poll() is not None)
        out, err = process.communicate("\n", timeout=60)
    kind = "KeyboardInterrupt" if "kill" in sender else "OperationalError"
    assert out == f"{kind} True\n(1,)\n", err


def test_newest_sqlite(loaded: apsw.Connection, slow: Sandbox) -> None:
    """sqlite3_interrupt from another thread ends the statement where SQLite tells of it."""
    loaded.execute("SELECT count(*) FROM sys_tables").fetchall()
    begun = []

    def interrupt() -> None:
        until(lambda: slow.counters.under_way)
        begun.append(time.monotonic())
        loaded.interrupt()

    threading.Thread(target=interrupt).start()
    with pytest.raises(apsw.InterruptError):
        loaded.execute(READ).fetchall()
    assert time.monotonic() - begun[0] < 20


def test_nothing_further_is_dialled(loaded: apsw.Connection, world: Sandbox) -> None:
    """Of 400 calls that are to be placed, those not yet begun are not placed any more."""
    world.change(latency=1.0)
    loaded.execute(
        "CREATE TEMP TABLE t AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 400) "
        "SELECT 'c' || i AS name FROM n"
    )

    def interrupt() -> None:
        until(lambda: world.counters.under_way > 0)
        loaded.interrupt()

    threading.Thread(target=interrupt).start()
    with pytest.raises(apsw.InterruptError):
        loaded.execute(DIAL).fetchall()
    until(lambda: world.counters.under_way == 0)
    placed = world.counters.placed
    time.sleep(1.5)
    assert placed == world.counters.placed
    assert placed < 400


def test_harmless_signals(extension: Path, world: Sandbox) -> None:
    """A host's own timers, and its children that end, interrupt nothing."""
    world.change(latency=1.0)
    code = f"""
import signal, sqlite3, sys
connection = sqlite3.connect(":memory:")
connection.enable_load_extension(True)
connection.load_extension(sys.argv[1])
fired = []
signal.signal(signal.SIGALRM, lambda *_: fired.append(1))
signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
print(connection.execute("{READ}").fetchone(), len(fired) > 0)
"""
    done = subprocess.run([DEBIAN_PYTHON, "-c", code, str(extension)], capture_output=True, text=True, timeout=60)
    assert done.stdout == "(0,) True\n", done.stderr


def test_stopped_and_continued(impatient: Path, world: Sandbox) -> None:
    """Ctrl-Z and fg in the middle of a statement: it goes on."""
    world.change(latency=1.0)
    command = [program("sqlite3"), "-cmd", f".load {impatient}", ":memory:", READ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as host:
        until(lambda: world.counters.under_way == 1)
        os.killpg(host.pid, signal.SIGSTOP)
        time.sleep(WORKER_TIMEOUT + 1)
        os.killpg(host.pid, signal.SIGCONT)
        assert host.communicate(timeout=60)[0] == "0\n"


def _own_terminal(descriptor: int) -> None:
    import fcntl
    import termios

    fcntl.ioctl(descriptor, termios.TIOCSCTTY, 0)


def _read_until(descriptor: int, wanted: str) -> str:
    seen = ""
    end = time.monotonic() + 60
    while wanted not in seen:
        assert time.monotonic() < end, seen
        seen += os.read(descriptor, 4096).decode(errors="replace")
    return seen
