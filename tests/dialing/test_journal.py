"""The journal file: who may read it, what it must be, what happens when it cannot be written."""

from __future__ import annotations

import json
import os
import resource
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import pytest

from dialing.conftest import FROM, KEYED, TO, Connect, Run, asked, in_files
from twsql.dialing.entry import digest
from twsql.dialing.journal import Steps, ask
from twsql.dialing.journal_versions import VERSIONS
from twsql.dialing.sqlite_journal import SqliteJournal
from twsql.errors import InputError, OperationalError
from twsql.procedures.add_participants import ADD_PARTICIPANTS
from twsql.sandbox import Sandbox
from waiting import until

Ask = Callable[[str], list[tuple[Any, ...]]]
NOBODY = 65534


@in_files
def test_only_its_owner_reads_it(connect: Connect, tmp_path: Path) -> None:
    """The journal's files, and a folder made for them, are its owner's alone, whatever the umask."""
    path = tmp_path / "new" / "folder" / "journal.db"
    connect(journal=str(path)).execute(KEYED).fetchall()
    files = list(path.parent.iterdir())
    assert {file.name for file in files} == {"journal.db", "journal.db-wal", "journal.db-shm", "journal.db-holds"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@in_files
def test_one_that_all_could_read(connect: Connect, tmp_path: Path) -> None:
    """A journal whose mode was opened is its owner's alone again when it is used."""
    path = tmp_path / "journal.db"
    assert path.parent.stat().st_uid == os.getuid()
    with closing(apsw.Connection(str(path))) as db:
        db.execute("PRAGMA journal_mode = WAL; CREATE TABLE t (n); DROP TABLE t").fetchall()
        assert {file.name for file in tmp_path.iterdir()} == {"journal.db", "journal.db-wal", "journal.db-shm"}
        for file in tmp_path.iterdir():
            file.chmod(0o644)
        connect().execute(KEYED).fetchall()
        assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}


@in_files
@pytest.mark.parametrize("calls", [1, 40])
def test_ctrl_c_while_it_is_locked(
    run: Run, environ: dict[str, str], connect: Connect, sandbox: Sandbox, tmp_path: Path, calls: int
) -> None:
    """While another program has the journal, Ctrl-C ends a statement at once, whether it dials here or in threads."""
    connect().execute("SELECT * FROM twsql_journal").fetchall()
    batch = [{"Conference": "room", "From": FROM, "To": f"{TO}{n}"} for n in range(calls)]
    sql = f"SELECT CallSid FROM AddParticipants WHERE Batch = '{json.dumps(batch)}'"
    code = f'print("go", flush=True)\ntry: show({sql!r})\nexcept KeyboardInterrupt: print("stopped", flush=True)'
    with closing(apsw.Connection(str(tmp_path / "journal.db"))) as lock:
        lock.execute("BEGIN IMMEDIATE")
        process = run(code)
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.5)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=30)[0] == "stopped\n"
        assert time.monotonic() - began < 30  # without it, a minute
    assert sandbox.counters.requests == 0


@in_files
def test_an_older_one(connect: Connect, sandbox: Sandbox, tmp_path: Path) -> None:
    """A journal of the first version goes on: its keys are of Twilio's own host, and of no other server."""
    path = tmp_path / "old.db"
    with closing(apsw.Connection(str(path))) as db:
        db.execute(VERSIONS.steps[0])
        db.execute(f"PRAGMA application_id = {0x74777371}; PRAGMA user_version = 1")
        answer = json.dumps({"call_sid": "CA" + "1" * 32, "status": "queued"})
        db.execute(
            "INSERT INTO calls (account_sid, request_key, digest, conference, caller, called, hold, state, attempts,"
            " started, sent, changed, call_sid, answer) VALUES (?, 'k', ?, 'room', ?, ?, 5, 'placed', 1,"
            " '2026-01-02 03:04:05.678', '2026-01-02 03:04:05.678', '2026-01-02 03:04:06.789', ?, ?)",
            (sandbox.account_sid, _digest(), FROM, TO, "CA" + "1" * 32, answer),
        )
    here = connect(journal=str(path))
    assert here.execute(KEYED).fetchall() == [(call.sid,) for call in sandbox.calls()]
    twilio = connect(journal=str(path), base_url="https://api.twilio.com")
    assert twilio.execute(KEYED).fetchall() == [("CA" + "1" * 32,)]
    rows = here.execute("SELECT Server, RequestKey, State, DateCreated FROM twsql_journal").fetchall()
    assert rows[0] == ("https://api.twilio.com", "k", "placed", "2026-01-02 03:04:05")
    assert (rows[1][0], sandbox.counters.placed) == (sandbox.base_url, 1)


def _digest() -> str:
    return digest(ADD_PARTICIPANTS, {"Conference": "room", "From": FROM, "To": TO, "RequestKey": "k"})


def test_what_is_in_it(connect: Connect, sandbox: Sandbox) -> None:
    """twsql_journal has a row for each call: when, who, key, conference, from, to, state, SIDs, code, message."""
    db = connect()
    (sid, conference) = db.execute(KEYED.replace("CallSid", "CallSid, ConferenceSid")).fetchone() or ()
    with pytest.raises(OperationalError):
        db.execute(KEYED.replace("'k'", "'bad'").replace(TO, "+15005550001")).fetchall()
    columns = 'RequestKey, Conference, "From", "To", State, CallSid, ConferenceSid, ErrorCode, Attempts, AccountSid'
    rows = db.execute(f"SELECT {columns} FROM twsql_journal ORDER BY Id").fetchall()
    assert rows == [
        ("k", "room", FROM, TO, "placed", sid, conference, None, 1, sandbox.account_sid),
        ("bad", "room", FROM, "+15005550001", "refused", None, None, 21211, 1, sandbox.account_sid),
    ]
    sql = "SELECT count(*) FROM twsql_journal WHERE abs(unixepoch('now') - unixepoch(DateCreated)) < 60"
    assert db.execute(f"{sql} AND DateUpdated >= DateCreated").fetchone() == (2,)


@in_files
def test_no_secrets(account: dict[str, Any], connect: Connect, sandbox: Sandbox, tmp_path: Path) -> None:
    """Neither credentials nor CallToken nor SipAuthPassword are in any byte of the journal's files."""
    secrets = ("a-call-token-of-mine", "a-sip-password-of-mine", account["auth_token"])
    sandbox.fail("error", method="POST", times=1, message=f"what is {secrets[0]} and {secrets[1]}?")
    db = connect()
    sql = f"{KEYED} AND CallToken = '{secrets[0]}' AND SipAuthPassword = '{secrets[1]}' AND SipAuthUsername = 'me'"
    with pytest.raises(OperationalError):
        db.execute(sql).fetchall()
    assert db.execute("SELECT ErrorMessage FROM twsql_journal").fetchall()[0][0].startswith("what is *** and ***?")
    db.execute(sql).fetchall()
    assert sandbox.counters.placed == 1
    everything = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"spring" not in everything
    assert b"room" in everything
    assert not [secret for secret in secrets if secret.encode() in everything]


@pytest.mark.parametrize("damaged", ["", "{", "[1]", "null", '"x"', "[" * 100_000, None])
def test_a_damaged_answer(connect: Connect, sandbox: Sandbox, journal: Ask, damaged: str | None) -> None:
    """What somebody has written in place of an answer is an error that says so, and the call is not placed again."""
    connect().execute(KEYED).fetchall()
    journal("UPDATE effects SET answer = " + ("NULL" if damaged is None else f"'{damaged}'"))
    with pytest.raises(OperationalError, match=r"entry of RequestKey 'k' is damaged: .* nothing was sent"):
        connect().execute(KEYED).fetchall()
    assert sandbox.counters.placed == 1


def test_postgres_without_psycopg(run: Run, environ: dict[str, str], sandbox: Sandbox) -> None:
    """A journal in PostgreSQL needs an extra: the error says which, and nothing is sent."""
    url = "postgresql://me@127.0.0.1:1/calls"
    process = run(f'sys.modules["psycopg"] = None; show("""{KEYED}""")', env={**environ, "TWSQL_JOURNAL": url})
    error = process.communicate(timeout=30)[1]
    assert f"the journal {url} cannot be opened: psycopg is missing" in error
    assert "pip install 'twsql[postgres]' (journal, TWSQL_JOURNAL); nothing was sent" in error
    assert sandbox.counters.requests == 0


def _newer(path: Path) -> None:
    with closing(apsw.Connection(str(path))) as db:
        db.execute(f"PRAGMA application_id = {0x74777371}; PRAGMA user_version = 99")


def _of_something_else(path: Path) -> None:
    with closing(apsw.Connection(str(path))) as db:
        db.execute("CREATE TABLE songs (title)")


def _no_database(path: Path) -> None:
    path.write_text("Dear diary, today nobody called.\n" * 100)


def _folder(path: Path) -> None:
    path.mkdir()


@in_files
@pytest.mark.parametrize(
    ("make", "why"),
    [
        (_newer, "a newer twsql made it: upgrade"),
        (_of_something_else, "it is a database of something else"),
        (_no_database, "not a database"),
        (_folder, "unable to open|directory"),
    ],
)
def test_what_is_no_journal(
    connect: Connect, sandbox: Sandbox, tmp_path: Path, make: Callable[[Path], None], why: str
) -> None:
    """A file that is no journal is left as it is, and no call is placed; the error names it and what to do."""
    path = tmp_path / "other.db"
    make(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(OperationalError, match=f"{path} cannot be opened: .*({why}).*TWSQL_JOURNAL"):
        connect(journal=str(path)).execute(KEYED).fetchall()
    assert sandbox.counters.requests == 0
    assert (path.read_bytes() if path.is_file() else b"") == before


@in_files
def test_a_folder_that_is_a_file(connect: Connect, sandbox: Sandbox, tmp_path: Path) -> None:
    """A journal whose folder cannot be made: no call is placed."""
    (tmp_path / "file").touch()
    with pytest.raises(OperationalError, match="cannot be opened"):
        connect(journal=str(tmp_path / "file" / "journal.db")).execute(KEYED).fetchall()
    assert sandbox.counters.requests == 0


@in_files
@pytest.mark.parametrize("writable", ["nothing", "the folder"])
def test_no_permission(connect: Connect, sandbox: Sandbox, tmp_path: Path, writable: str) -> None:
    """A journal that may be read and not written, or a folder that may not: no call is placed."""
    connect().execute(KEYED).fetchall()
    folder = tmp_path / "shared"
    folder.mkdir()
    path = folder / "journal.db"
    if writable == "the folder":
        SqliteJournal(str(path))
        path.chmod(0o444)
    for parent in (tmp_path, *tmp_path.parents[:3]):
        parent.chmod(parent.stat().st_mode | 0o055)
    folder.chmod(0o777 if writable == "the folder" else 0o555)
    child = os.fork()  # root may write everywhere, so the child becomes nobody
    if child == 0:
        signal.alarm(60)
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        try:
            connect(journal=str(path)).execute(KEYED.replace("'k'", "'other'")).fetchall()
        except OperationalError as error:
            os._exit(0 if f"the journal {path} cannot be opened" in str(error) else 2)
        os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    assert sandbox.counters.placed == 1


def test_many_open_it_first(run: Run, sandbox: Sandbox) -> None:
    """Processes that make the journal at the same moment make one."""
    keyed = KEYED.replace("'k'", "'{0}'").replace(TO, "+1555000010{0}")
    processes = [run(f'show("""{keyed.format(number)}""")') for number in range(6)]
    assert [process.communicate(timeout=60)[1] for process in processes] == [""] * 6
    assert sandbox.counters.placed == 6


# A full disk


def _limited(run: Run, code: str, size: int, **options: Any) -> subprocess.Popen[str]:
    """Run a process whose files cannot become larger than `size` bytes, as on a disk that is full then."""
    limit = f"import resource, signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\nlimit = {size}\n"
    return run(limit + "set = lambda n: resource.setrlimit(resource.RLIMIT_FSIZE, (n, -1))\n" + code, **options)


@in_files
def test_full_before(run: Run, sandbox: Sandbox, journal: Ask, connect: Connect) -> None:
    """When the intent cannot be written nothing is sent, and when there is room again it goes on."""
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    other = KEYED.replace("'k'", "'other'").replace(TO, FROM)
    code = f'''
show("""{KEYED}""")
set(os.path.getsize(os.environ["TWSQL_JOURNAL"] + "-wal"))
try:
    show("""{other}""")
except twsql.OperationalError as error:
    print(error, flush=True)
set(-1)
show("""{other}""")
'''
    out, error = _limited(run, code, 0).communicate(timeout=30)
    lines = out.splitlines()
    assert error == ""
    assert f"journal {os.environ['TWSQL_JOURNAL']} cannot be written: " in lines[1]
    assert [str([(call.sid,)]) for call in sandbox.calls()] == [lines[0], lines[2]]
    assert journal("SELECT request_key, state FROM effects") == [("k", "placed"), ("other", "placed")]


@in_files
def test_full_after(run: Run, sandbox: Sandbox, journal: Ask, connect: Connect) -> None:
    """When the outcome cannot be written the error names the call, and a later run finds it."""
    sandbox.fail("slow", method="POST")
    code = f'''
import threading
def fill():
    sys.stdin.readline()
    set(os.path.getsize(os.environ["TWSQL_JOURNAL"] + "-wal"))
    print("full", flush=True)
threading.Thread(target=fill).start()
show("""{KEYED}""")
'''
    process = _limited(run, code, 0, stdin=subprocess.PIPE)
    until(lambda: asked(sandbox))
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    assert process.stdout.readline() == "full\n"
    sandbox.heal()
    error = process.communicate(timeout=30)[1]
    (call,) = sandbox.calls()
    assert f"the call was placed, SID {call.sid}, but that could not be recorded" in error
    assert journal("SELECT state FROM effects") == [("sending",)]
    assert connect().execute(KEYED).fetchall() == [(call.sid,)]
    assert sandbox.counters.placed == 1


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(
            f"a small disk needs root and mount ({done.stderr.strip()}); the limited file beside tests the same"
        )
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@in_files
def test_a_small_disk(connect: Connect, sandbox: Sandbox, small_disk: Path) -> None:
    """On a disk that fills up during a campaign no call is placed that has no entry; with room again it goes on."""
    db = connect(journal=str(small_disk / "journal.db"))
    db.execute("CREATE TABLE c (n TEXT)")
    db.executemany("INSERT INTO c VALUES (?)", [(f"{FROM}{n}",) for n in range(300)])
    sql = (
        f"SELECT CallSid FROM AddParticipants WHERE \"From\" = '{FROM}' AND Batch = (SELECT json_group_array("
        "json_object('Conference', 'room' || n % 9, 'To', n, 'RequestKey', 'key-' || n)) FROM c)"
    )
    filler = small_disk / "filler"
    filler.write_bytes(bytes(3_700_000))
    with pytest.raises(OperationalError, match=r"cannot be written|could not be recorded"):
        db.execute(sql).fetchall()
    until(lambda: not [each for each in threading.enumerate() if each.name.startswith("twsql-call")])
    assert sandbox.counters.placed < 300
    entries = db.execute('SELECT CallSid, "To", State FROM twsql_journal').fetchall()
    assert {call.to for call in sandbox.calls()} <= {to for _, to, _ in entries}
    filler.unlink()
    rest = db.execute(sql.replace("FROM c)", "FROM (SELECT n FROM c LIMIT 20))")).fetchall()
    assert len(rest) == 20
    assert set(sandbox.counters.placed_by.values()) == {1}


# Threads and other tools


@in_files
def test_group_commit(tmp_path: Path) -> None:
    """Threads that write while a commit is under way share the next one: 32 writes, two transactions."""
    path = str(tmp_path / "journal.db")
    journal = SqliteJournal(path)
    journal.write(lambda: ask("CREATE TABLE t (n)", {}))
    commits: list[int] = []
    with closing(apsw.Connection(path)) as other, ThreadPoolExecutor(32) as pool:
        other.execute("BEGIN IMMEDIATE")
        journal._connection.set_wal_hook(lambda *_: commits.append(1) or 0)
        for number in range(32):
            pool.submit(journal.write, lambda n=number: ask("INSERT INTO t VALUES (:n)", {"n": n}))
        until(lambda: len(journal._waiting) == 31)
        other.execute("COMMIT")
    assert sorted(row["n"] for row in journal.read("SELECT n FROM t", {})) == [*range(32)]
    assert len(commits) == 2


@in_files
def test_one_change_that_fails(tmp_path: Path) -> None:
    """A change that is refused takes back itself, and none of those that share its transaction."""
    journal = SqliteJournal(str(tmp_path / "journal.db"))
    gate = threading.Barrier(8)

    def write(number: int) -> str:
        def change() -> Steps[None]:
            yield from ask("CREATE TABLE IF NOT EXISTS t (n)", {})
            yield from ask("INSERT INTO t VALUES (:n)", {"n": number})
            if number % 2:
                raise InputError("odd")

        gate.wait()
        try:
            journal.write(change)
        except InputError as error:
            return str(error)
        return "even"

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(write, range(8))) == ["even", "odd"] * 4
    assert [row["n"] % 2 for row in journal.read("SELECT n FROM t", {})] == [0] * 4


@in_files
def test_a_program_error_keeps_nobody_waiting(tmp_path: Path) -> None:
    """What goes wrong in a change is raised to whoever made it, and the journal can be used on."""
    journal = SqliteJournal(str(tmp_path / "journal.db"))

    def wrong() -> Steps[None]:
        yield from ask("SELECT 1", {})
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        journal.write(wrong)
    assert journal.write(lambda: ask("SELECT 5 AS n", {})) == [{"n": 5}]


@in_files
def test_another_sqlite_in_this_process(connect: Connect, journal: Ask, tmp_path: Path) -> None:
    """The sqlite3 module, which removes the log of a journal that is in use, takes no entry along with it."""
    db = connect()
    for number in range(4):
        with closing(sqlite3.connect(tmp_path / "journal.db")) as other:
            assert other.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchall() in ([], [(1,)])
            other.execute("PRAGMA journal_mode")
        db.execute(KEYED.replace("'k'", f"'{number}'").replace(TO, f"{TO}{number}")).fetchall()
    code = "import sqlite3, sys; print(*sqlite3.connect(sys.argv[1]).execute('SELECT state FROM effects'))"
    command = [sys.executable, "-c", code, str(tmp_path / "journal.db")]
    assert subprocess.run(command, capture_output=True, check=True, text=True).stdout.split() == ["('placed',)"] * 4
