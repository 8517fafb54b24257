"""The worker process: one for each host, gone with it, replaced when it dies."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw
import pytest
from hosting import WORKER_TIMEOUT, built, in_ci_hosts, processes

from twsql.sandbox import Sandbox
from waiting import together, until

pytestmark = in_ci_hosts

READ = "SELECT count(Sid) FROM conferences"


@contextmanager
def live(command: list[str], **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A host that is talked to line by line, in a process group of its own."""
    host = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, start_new_session=True, **options
    )
    try:
        yield host
    finally:
        host.kill()
        host.communicate()


def ask(host: subprocess.Popen[str], line: str) -> str:
    """Write a line, read a line."""
    assert host.stdin
    assert host.stdout
    host.stdin.write(line + "\n")
    host.stdin.flush()
    return host.stdout.readline().strip()


@pytest.fixture
def live_shell(extension: Path, world: Sandbox) -> Iterator[subprocess.Popen[str]]:
    """A stock shell that stays, with its errors on standard output."""
    with live(["sqlite3", "-cmd", f".load {extension}", ":memory:"], stderr=subprocess.STDOUT) as host:
        yield host


def test_nothing_before_the_first_use(live_shell: subprocess.Popen[str]) -> None:
    """Loading starts no process, the first statement over Twilio does, and there is one for all connections."""
    assert ask(live_shell, "SELECT twsql_version() <> '';") == "1"
    assert processes(live_shell.pid) == []
    assert ask(live_shell, READ + ";") == "0"
    (worker,) = processes(live_shell.pid)
    assert ask(live_shell, "SELECT count(*) > 20 FROM sys_tablecolumns;") == "1"
    assert processes(live_shell.pid) == [worker]


def test_several_connections_share_it(connect: Callable[[], apsw.Connection], world: Sandbox) -> None:
    """Three connections have one worker, which ends when the last of them is closed."""
    connections = [connect() for _ in range(3)]
    assert [each.execute(READ).get for each in connections] == [0, 0, 0]
    (worker,) = processes(os.getpid())
    for each in connections:
        each.close()
    until(lambda: processes(os.getpid()) == [])
    assert connect().execute(READ).get == 0
    assert processes(os.getpid()) != [worker]


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_with_its_host(live_shell: subprocess.Popen[str], end: signal.Signals) -> None:
    """A host that is killed leaves no worker behind."""
    ask(live_shell, READ + ";")
    (worker,) = processes(live_shell.pid)
    live_shell.send_signal(end)
    live_shell.wait()
    until(lambda: not _exists(worker))


def test_it_ends_in_the_middle_of_a_request(live_shell: subprocess.Popen[str], world: Sandbox) -> None:
    """Nor does it stay for an answer of Twilio's that nobody waits for."""
    world.change(latency=30.0)
    assert live_shell.stdin
    live_shell.stdin.write(READ + ";\n")
    until(lambda: world.counters.under_way == 1)
    (worker,) = processes(live_shell.pid)
    live_shell.kill()
    live_shell.wait()
    until(lambda: not _exists(worker))


def test_killed(live_shell: subprocess.Popen[str]) -> None:
    """A worker that dies is an error that names the cause; the next statement has a new one; no zombie stays."""
    ask(live_shell, READ + ";")
    (worker,) = processes(live_shell.pid)
    os.kill(worker, signal.SIGKILL)
    until(lambda: not _exists(worker))  # a zombie would still exist
    assert f"worker, process {worker}, was ended by signal 9 (Killed)" in ask(live_shell, READ + ";")
    assert ask(live_shell, READ + ";") == "0"
    (other,) = processes(live_shell.pid)
    assert other != worker


def test_killed_in_the_middle(loaded: apsw.Connection, world: Sandbox) -> None:
    """A statement whose worker died dials nothing more: what it had done is not known any more."""
    loaded.execute("CREATE TEMP TABLE t (n TEXT)")
    loaded.execute("INSERT INTO t VALUES ('+15550000001'), ('+15550000001'), ('+15550000002')")
    rows = loaded.execute("SELECT (SELECT CallSid FROM AddParticipants('c', '+15550000000', t.n)) FROM t")
    next(rows)
    (worker,) = processes(os.getpid())
    os.kill(worker, signal.SIGKILL)
    with pytest.raises(apsw.SQLError, match="ended"):
        next(rows)
    assert world.counters.placed == 1
    assert loaded.execute(READ).get == 1


def test_hung(impatient: Path, world: Sandbox) -> None:
    """A worker that does nothing any more is ended, after some seconds without a sign of life."""
    with live(["sqlite3", "-cmd", f".load {impatient}", ":memory:"], stderr=subprocess.STDOUT) as shell:
        ask(shell, READ + ";")
        (worker,) = processes(shell.pid)
        os.kill(worker, signal.SIGSTOP)
        begun = time.monotonic()
        assert f"no sign of life for {WORKER_TIMEOUT} seconds" in ask(shell, READ + ";")
        assert WORKER_TIMEOUT - 1 < time.monotonic() - begun < WORKER_TIMEOUT + 60
        assert ask(shell, READ + ";") == "0"
        until(lambda: not _exists(worker))


def test_a_slow_twilio_is_no_hang(impatient: Path, world: Sandbox) -> None:
    """A worker that waits for Twilio gives signs of life meanwhile."""
    world.change(latency=WORKER_TIMEOUT + 1.0)
    with live(["sqlite3", "-cmd", f".load {impatient}", ":memory:"], stderr=subprocess.STDOUT) as shell:
        assert ask(shell, READ + " WHERE Status = 'completed';") == "0"


FORK = """
import functools, os, sqlite3, sys, threading
print = functools.partial(print, flush=True)  # a forked child would print once more what it inherits unflushed
def connected():
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.enable_load_extension(True)
    connection.load_extension(sys.argv[1])
    return connection
read = lambda connection: connection.execute("SELECT count(Sid) FROM conferences").fetchone()[0]
"""


@pytest.mark.parametrize(
    ("code", "printed"),
    [
        ("c = connected(); print(read(c)); pid = os.fork()\nif pid: os.waitpid(pid, 0); print(read(c))", "0 0"),
        (
            "c = connected(); print(read(c)); pid = os.fork()\nif not pid: print(read(connected()));"
            " os._exit(0)\nprint(os.waitpid(pid, 0)[1], read(c))",
            "0 0 0 0",
        ),
        (
            "c = connected(); print(read(c)); pid = os.fork()\nif not pid: print(read(c));"
            " os._exit(0)\nprint(os.waitpid(pid, 0)[1], read(c))",
            "0 0 0 0",
        ),
        (
            "found = []\nthreads = [threading.Thread(target=lambda: found.append([read(connected())"
            " for _ in range(5)])) for _ in range(8)]\n[t.start() for t in threads]; [t.join() for t in threads]\n"
            "print(*sum(found, []))",
            " ".join(["0"] * 40),
        ),
        ("[os.close(n) for n in (0, 2)]; print(read(connected()))", "0"),
        ("import signal; signal.signal(signal.SIGCHLD, signal.SIG_IGN); print(read(connected()))", "0"),
    ],
    ids=[
        "fork",
        "fork, own connection",
        "fork, inherited connection",
        "threads",
        "closed descriptors",
        "SIGCHLD ignored",
    ],
)
def test_forks_and_threads(extension: Path, world: Sandbox, code: str, printed: str) -> None:
    """A host may fork, and use threads, and have no standard input or error."""
    done = subprocess.run(
        ["/usr/bin/python3", "-W", "error", "-c", FORK + code, str(extension)],
        stdout=subprocess.PIPE,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout.split()) == (0, printed.split())


def test_connections_do_not_wait_for_each_other(extension: Path, world: Sandbox) -> None:
    """Eight threads of a host ask Twilio at the same time through one worker."""
    code = FORK + (
        "threads = [threading.Thread(target=lambda: read(connected())) for _ in range(8)]\n"
        "[t.start() for t in threads]; [t.join() for t in threads]"
    )
    with together(world, 4):
        subprocess.run(["/usr/bin/python3", "-c", code, str(extension)], check=True, timeout=60)


@pytest.mark.parametrize(
    ("python", "message"),
    [
        ("/nowhere/python", "cannot start /nowhere/python: No such file or directory: set TWSQL_PYTHON"),
        ("/bin/false", "ended with status 1: its standard error says why"),
    ],
)
def test_a_worker_that_does_not_start(
    loaded: apsw.Connection, monkeypatch: pytest.MonkeyPatch, python: str, message: str
) -> None:
    """The error says what was to be started, and where to set it right."""
    monkeypatch.setenv("TWSQL_PYTHON", python)
    with pytest.raises(apsw.Error) as raised:
        loaded.execute(READ)
    assert message in str(raised.value)
    monkeypatch.delenv("TWSQL_PYTHON")
    assert loaded.execute(READ).get == 0


def test_nothing_of_the_host_is_open_in_the_worker(extension: Path, world: Sandbox, tmp_path: Path) -> None:
    """Files and sockets of the host are not kept open by the worker."""
    code = FORK + (
        f"file = os.open({str(tmp_path / 'open')!r}, os.O_CREAT | os.O_RDWR); os.set_inheritable(file, True)\n"
        "c = connected(); read(c)\n"
        "import subprocess, glob\n"
        "pid = subprocess.run(['ps', '-A', '-o', 'pid=,ppid='], capture_output=True, text=True).stdout\n"
        "worker = [p for p, parent in map(str.split, pid.splitlines()) if parent == str(os.getpid())"
        " and os.path.exists(f'/proc/{p}') and '__main__' in open(f'/proc/{p}/cmdline').read()][0]\n"
        "print([os.readlink(n) for n in glob.glob(f'/proc/{worker}/fd/*') if 'open' in os.readlink(n)])"
    )
    done = subprocess.run(["/usr/bin/python3", "-c", code, str(extension)], capture_output=True, text=True, timeout=60)
    assert done.stdout == "[]\n", done.stderr


def test_where_it_is_installed(tmp_path: Path) -> None:
    """Where no Python belongs to the extension's place, the error says what to set."""
    extension = built(tmp_path)
    (tmp_path / "twsql.python").unlink()
    connection = apsw.Connection(":memory:")
    connection.enable_load_extension(True)
    connection.load_extension(str(extension))
    with pytest.raises(apsw.Error, match=r"found no python for .*: set TWSQL_PYTHON"):
        connection.execute(READ)
    connection.close()


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
