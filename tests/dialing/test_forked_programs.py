"""A program that forks: parent and child place calls, and record them, as if they had nothing to do with each other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dialing.conftest import FROM, TO, Run, in_files
from twsql.sandbox import Sandbox
from waiting import until

Ask = Callable[[str], list[tuple[Any, ...]]]

CALL = f"""
def call(key):
    key = f"{{os.getpid()}}-{{key}}"
    sql = "SELECT CallSid FROM AddParticipants(?, '{FROM}', '{TO}') WHERE RequestKey = ?"
    return db.execute(sql, (f"room {{key}}", key)).fetchone()[0]
"""


@pytest.mark.parametrize("forks", [1, 2])
def test_a_daemon(run: Run, sandbox: Sandbox, journal: Ask, tmp_path: Path, forks: int) -> None:
    """A program places a call and goes into the background: nobody who opens the journal does it any harm there."""
    code = f"""
{CALL}
call("first")
for fork in range({forks}):
    if os.fork(): os._exit(0)
count = 0
while not os.path.exists({str(tmp_path / "enough")!r}):
    call(count)
    count += 1
print(count, flush=True)
"""
    daemon = run(code)
    daemon.wait(60)
    assert daemon.stdout is not None
    try:
        until(lambda: sandbox.counters.placed > 5)
        for _ in range(100):  # who opens the journal and finds nobody there makes its shared memory anew
            assert journal("SELECT count(*) FROM effects WHERE state <> 'placed'")[0][0] < 2
    finally:
        (tmp_path / "enough").touch()
    assert int(daemon.stdout.read()) == sandbox.counters.placed - 1
    assert journal("SELECT state, count(*) FROM effects GROUP BY state") == [("placed", sandbox.counters.placed)]


@in_files
def test_while_others_write(run: Run, journal: Ask) -> None:
    """A child that was forked while threads wrote the journal writes it at once; its parent goes on."""
    code = """
import signal, threading
from twsql.dialing.sqlite_journal import shared
one = shared(os.environ["TWSQL_JOURNAL"])
from twsql.dialing.journal import ask
one.write(lambda: ask("CREATE TABLE made (pid)", {}))
def write(): one.write(lambda: ask("INSERT INTO made VALUES (:pid)", {"pid": os.getpid()}))
over = threading.Event()
def go_on():
    while not over.is_set(): write()
threads = [threading.Thread(target=go_on) for _ in range(3)]
for each in threads: each.start()
for number in range(30):
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        write()
        os._exit(0)
    print(os.waitpid(child, 0)[1], flush=True)
over.set()
for each in threads: each.join()
write()
"""
    out, err = run(code).communicate(timeout=120)
    assert (out.split(), err) == (["0"] * 30, "")
    assert journal("SELECT count(DISTINCT pid) FROM made") == [(31,)]


def test_while_others_call(run: Run, sandbox: Sandbox, journal: Ask) -> None:
    """A child that was forked while threads placed calls places its own: connections, turns and locks are its own.

    The first fork comes while threads import what they need for a call.
    """
    code = f"""
import concurrent.futures.thread, logging, signal, threading, time
{CALL}
over = threading.Event()
def go_on(number):
    with twsql.connect() as mine:
        while not over.is_set():
            mine.execute("SELECT CallSid FROM AddParticipants(?, '{FROM}', '{TO}')", (str(time.time()),)).fetchall()
threads = [threading.Thread(target=go_on, args=(number,)) for number in range(3)]
for each in threads: each.start()
for number in range(12):
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        sid = call(number)
        os._exit(0 if sid.startswith("CA") else 1)
    print(os.waitpid(child, 0)[1], flush=True)
    call(number)
over.set()
for each in threads: each.join()
"""
    out, err = run(code).communicate(timeout=120)
    assert (out.split(), err) == (["0"] * 12, "")
    assert journal("SELECT state, count(*) FROM effects GROUP BY state") == [("placed", sandbox.counters.placed)]
    assert journal("SELECT count(*) FROM effects WHERE request_key IS NOT NULL") == [(24,)]


def test_a_statement_half_read(run: Run, sandbox: Sandbox) -> None:
    """What the parent has begun the child does not go on with: both would place the calls that are left."""
    code = f"""
import signal
rows = db.execute("SELECT (SELECT CallSid FROM AddParticipants('room', '{FROM}', t.n))"
                  " FROM (SELECT '+15550000001' AS n UNION ALL SELECT '+15550000002') t")
rows.fetchone()
child = os.fork()
if child == 0:
    signal.alarm(60)
    try:
        rows.fetchone()
    except twsql.OperationalError as error:
        print(error, flush=True)
    os._exit(0)
print(os.waitpid(child, 0)[1], len(rows.fetchall()), flush=True)
"""
    out, err = run(code).communicate(timeout=120)
    words = "the statement was begun before this process was forked: run it anew here; nothing was sent"
    assert (out.splitlines(), err) == ([words, "0 1"], "")
    assert sandbox.counters.placed == 2
