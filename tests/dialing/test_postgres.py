"""The journal in PostgreSQL: what ends in the middle, who takes a call over, what is no journal. See .ci/postgres."""

from __future__ import annotations

import logging
import os
import re
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from dialing.conftest import FROM, KEYED, POSTGRES, TO, Ask, Connect, Run, asked
from postgres_relay import PostgresRelay
from preloaded import Preloaded
from relay import Relay
from twsql.dialing.journal import Change, Rows, Steps, ask
from twsql.errors import OperationalError, OutcomeUnknown
from twsql.sandbox import Sandbox
from twsql.twilio.journal_address import JournalAddress, read
from waiting import until

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
from postgres_cluster import folder, running

pytestmark = pytest.mark.skipif(not POSTGRES, reason="it needs PostgreSQL: see .ci/postgres")

PORT = re.compile(r"port=(\d+)")
FOUND = "SELECT state, sid, attempts, holder FROM effects ORDER BY id"
SESSIONS = "FROM pg_stat_activity WHERE application_name = 'twsql' AND datname = current_database()"
PLACE_CALL = f"SELECT Sid FROM PlaceCall('{FROM}', '{TO}', 'https://example.com/twiml') WHERE RequestKey = 'k'"


@pytest.fixture
def relay() -> Iterator[PostgresRelay]:
    """A way to PostgreSQL that can be cut."""
    with PostgresRelay(_port()) as one:
        yield one


@pytest.fixture
def far(run: Run, environ: dict[str, str], relay: PostgresRelay) -> Callable[..., Any]:
    """Start a program on another machine: its way to PostgreSQL can be cut."""

    def start(code: str, **more: str) -> Any:
        return run(code, env={**environ, "TWSQL_JOURNAL": _by(relay), **more})

    return start


def _port() -> int:
    found = PORT.search(POSTGRES)
    assert found is not None
    return int(found[1])


def _by(relay: PostgresRelay) -> str:
    return PORT.sub(f"port={relay.port}", os.environ["TWSQL_JOURNAL"])


def _later(journal: Ask) -> None:
    """Let the time pass in which a call that is on record may be sent."""
    until(lambda: journal(f"SELECT count(*) {SESSIONS}")[0][0] <= 1)
    journal("UPDATE effects SET send_by = clock_timestamp()")


def test_a_session_ends_while_its_post_is_under_way(run: Run, sandbox: Sandbox, journal: Ask) -> None:
    """The outcome is recorded by another session of the same process, which has what it worked on."""
    sandbox.fail("slow", method="POST", times=1)
    process = run(f'show("""{KEYED}""")')
    until(lambda: asked(sandbox))
    journal(f"SELECT pg_terminate_backend(pid) {SESSIONS}")
    sandbox.heal()
    out, error = process.communicate(timeout=30)
    (call,) = sandbox.calls()
    assert (out, error) == (f"[('{call.sid}',)]\n", "")
    assert journal(FOUND) == [("placed", call.sid, 1, None)]


def test_taken_over_while_its_post_is_under_way(
    far: Callable[..., Any], relay: PostgresRelay, connect: Connect, sandbox: Sandbox, journal: Ask
) -> None:
    """Who takes it over finds the call; the first, which comes back, records the same one."""
    sandbox.fail("timeout-after", method="POST", times=1, seconds=3)
    process = far(f'show("""{KEYED}""")')
    until(lambda: sandbox.counters.placed)
    relay.cut()
    _later(journal)
    (call,) = sandbox.calls()
    assert connect().execute(KEYED).fetchall() == [(call.sid,)]
    relay.mend()
    assert process.communicate(timeout=30) == (f"[('{call.sid}',)]\n", "")
    assert journal(FOUND) == [("placed", call.sid, 1, None)]
    assert sandbox.counters.by_method["POST"] == 1


def test_its_label_is_its_fence(
    far: Callable[..., Any], relay: PostgresRelay, connect: Connect, sandbox: Sandbox, journal: Ask
) -> None:
    """A network holds a request back until another machine has placed the call: Twilio refuses it by its label."""
    held = threading.Event()

    def hold(request: bytes) -> None:
        if request.startswith(b"POST") and not held.is_set():
            held.wait(60)

    with Relay(sandbox.base_url, before=hold) as network:
        process = far(f'show("""{KEYED}""")', TWSQL_BASE_URL=network.url)
        until(lambda: network.asked)
        relay.cut()
        _later(journal)
        journal(f"UPDATE effects SET server = '{sandbox.base_url}'")  # it is one Twilio, by two networks
        rows = connect().execute(KEYED).fetchall()
        journal(f"UPDATE effects SET server = '{network.url}'")
        relay.mend()
        held.set()
        assert process.communicate(timeout=30) == (f"{rows}\n", "")
    assert [(call.sid,) for call in sandbox.calls()] == rows
    assert sandbox.counters.by_method["POST"] == 2
    assert journal(FOUND) == [("placed", rows[0][0], 2, None)]


def test_who_wakes_up_late_does_not_send(run: Run, connect: Connect, sandbox: Sandbox, journal: Ask) -> None:
    """A machine that slept between recording a call and sending it: another one has placed the call meanwhile."""
    sandbox.fail("slow", method="POST", path="/first/", times=1)
    first = KEYED.replace("'k'", "'first'").replace("'room'", "'first'")
    second = KEYED.replace(TO, FROM)
    process = run(
        f"""
import threading
db = twsql.connect(max_in_flight=1)
thread = threading.Thread(target=lambda: twsql.connect(max_in_flight=1).execute({first!r}).fetchall())
thread.start()
sys.stdin.readline()
print("go", flush=True)
try: show({second!r})
except twsql.Error as error: print(error, flush=True)
thread.join()
""",
        stdin=-1,
    )
    until(lambda: asked(sandbox))
    process.stdin.write("\n")
    process.stdin.flush()
    assert process.stdout.readline() == "go\n"
    until(lambda: len(journal("SELECT 1 FROM effects")) == 2)  # it waits for its turn among the requests
    process.send_signal(signal.SIGSTOP)
    began = journal("SELECT extract(epoch FROM clock_timestamp())")[0][0]
    journal(f"SELECT pg_terminate_backend(pid) {SESSIONS}")
    _later(journal)
    rows = connect().execute(second).fetchall()
    until(lambda: journal("SELECT extract(epoch FROM clock_timestamp())")[0][0] > began + 6)
    process.send_signal(signal.SIGCONT)
    sandbox.heal()
    out, error = process.communicate(timeout=60)
    assert "it was not sent in time: another process has taken the call over" in out
    assert error == ""
    assert [(call.sid,) for call in sandbox.calls(to=FROM)] == rows
    assert journal("SELECT state FROM effects ORDER BY id") == [("placed",), ("placed",)]
    assert sandbox.counters.placed == 2


def test_cut_off_long_after_it_was_recorded(run: Run, connect: Connect, sandbox: Sandbox, journal: Ask) -> None:
    """A call that waited for its turn is recorded anew before it is sent, so that it is found by its date."""
    sandbox.change(hang_up_after=0.0)
    slow = sandbox.fail("slow", method="POST", path="/first/", times=1)
    first = KEYED.replace("'k'", "'first'").replace("'room'", "'first'").replace(TO, FROM)
    process = run(
        f"""
import threading
one, two = (twsql.connect(max_in_flight=1) for _ in range(2))
two.execute("SELECT Sid FROM conferences").fetchall()  # now it knows Twilio's time
thread = threading.Thread(target=lambda: one.execute({first!r}).fetchall())
thread.start()
sys.stdin.readline()
two.execute({KEYED!r}).fetchall()
""",
        stdin=-1,
    )
    until(
        lambda: asked(sandbox) and journal("SELECT to_regclass('effects')")[0][0] and journal("SELECT 1 FROM effects")
    )
    process.stdin.write("\n")
    process.stdin.flush()
    until(lambda: len(journal("SELECT 1 FROM effects")) == 2)
    until(
        lambda: journal("SELECT 1 FROM effects WHERE request_key = 'k' AND sent < clock_timestamp() - interval '9 s'")
    )
    sandbox.fail("timeout-after", method="POST", path="/room/", times=1)
    sandbox.heal(slow)
    until(lambda: sandbox.counters.placed == 2)
    process.kill()
    process.wait()
    _later(journal)
    assert connect().execute(KEYED).fetchall() == [(call.sid,) for call in sandbox.calls(to=TO)]
    assert sandbox.counters.placed == 2


def test_no_label_no_fence(
    far: Callable[..., Any], relay: PostgresRelay, connect: Connect, sandbox: Sandbox, journal: Ask
) -> None:
    """A call of PlaceCall in the hands of a machine out of reach is unknown to others, and never sent by them."""
    sandbox.fail("slow", method="POST", times=1)
    process = far(f'show("""{PLACE_CALL}""")')
    until(lambda: asked(sandbox))
    relay.cut()
    _later(journal)
    with pytest.raises(OutcomeUnknown):
        connect().execute(PLACE_CALL).fetchall()
    assert journal("SELECT state, holder FROM effects") == [("unknown", None)]
    relay.mend()
    sandbox.heal()
    (out, error) = process.communicate(timeout=30)
    (call,) = sandbox.calls()
    assert (out, error) == (f"[('{call.sid}',)]\n", "")
    assert journal("SELECT state, sid FROM effects") == [("placed", call.sid)]
    assert connect().execute(PLACE_CALL).fetchall() == [(call.sid,)]
    assert sandbox.counters.by_method["POST"] == 1


def test_a_call_in_living_hands(run: Run, connect: Connect, sandbox: Sandbox, journal: Ask) -> None:
    """While the session of whoever dials goes on nobody takes the call over, however long it takes."""
    sandbox.fail("slow", method="POST", times=1)
    process = run(f'show("""{KEYED}""")')
    until(lambda: asked(sandbox))
    journal("UPDATE effects SET send_by = clock_timestamp() - interval '1 hour'")
    with ThreadPoolExecutor(1) as pool:
        other = connect()
        rows = pool.submit(lambda: other.execute(KEYED).fetchall())
        until(lambda: journal(f"SELECT count(*) {SESSIONS}")[0][0] == 2)
        assert sandbox.counters.requests == 1
        sandbox.heal()
        assert process.communicate(timeout=30)[0] == f"{rows.result(30)}\n"
    assert sandbox.counters.by_method == {"POST": 1}


def test_a_failover_that_forgets(run: Run, connect: Connect, sandbox: Sandbox, journal: Ask) -> None:
    """An entry that a standby had not got yet when it took over is written anew, with its outcome."""
    sandbox.fail("slow", method="POST", times=1)
    process = run(f'show("""{KEYED}""")')
    until(lambda: asked(sandbox))
    journal("DELETE FROM effects")
    sandbox.heal()
    assert process.communicate(timeout=30) == (f"[('{sandbox.calls()[0].sid}',)]\n", "")
    assert connect().execute(KEYED).fetchall() == [(call.sid,) for call in sandbox.calls()]


def test_restart_and_failover(run: Run, environ: dict[str, str], sandbox: Sandbox) -> None:
    """PostgreSQL restarts between a POST and its record, then its machine is lost: the standby forgets nothing."""
    import psycopg

    with running() as cluster, folder() as place:
        second = KEYED.replace("'k'", "'second'").replace(TO, FROM)
        standby = cluster.standby(place)
        try:
            url = f"postgresql://postgres@127.0.0.1:{cluster.port},127.0.0.1:{standby.port}/postgres"
            sandbox.fail("slow", method="POST", times=1)
            variables = {**environ, "TWSQL_JOURNAL": url}
            process = run(f'show("""{KEYED}"""); sys.stdin.readline(); show("""{second}""")', env=variables, stdin=-1)
            until(lambda: asked(sandbox))
            cluster.restart()
            sandbox.heal()
            assert process.stdout is not None
            assert process.stdout.readline() == f"[('{sandbox.calls()[0].sid}',)]\n"
            sandbox.fail("slow", method="POST", times=1)
            process.stdin.write("\n")
            process.stdin.flush()
            until(lambda: asked(sandbox))
            cluster.stop()
            standby.promote()
            sandbox.heal()
            assert process.communicate(timeout=60) == (f"[('{sandbox.calls()[1].sid}',)]\n", "")
            with psycopg.connect(standby.keywords + " dbname=postgres") as server:
                rows = server.execute("SELECT request_key, state, sid FROM twsql.effects ORDER BY id").fetchall()
            assert rows == [
                (key, "placed", call.sid) for key, call in zip(("k", "second"), sandbox.calls(), strict=True)
            ]
            assert sandbox.counters.by_method == {"POST": 2}
        finally:
            standby.stop()
            cluster.start()


def test_a_child_keeps_no_session_alive(run: Run, journal: Ask, sandbox: Sandbox) -> None:
    """A parent's session ends with it, though its forked child, which places calls of its own, lives on."""
    code = f'''
show("""{KEYED}""")
if os.fork(): os.kill(os.getpid(), 9)
sys.stdin.readline()
show("""{KEYED.replace("'k'", "'child'")}""")
'''
    parent = run(code, stdin=-1)
    until(lambda: sandbox.counters.placed)
    parent.wait()
    until(lambda: journal(f"SELECT count(*) {SESSIONS}") == [(0,)])
    parent.stdin.write("\n")
    parent.stdin.flush()
    until(lambda: journal("SELECT count(*) FROM effects WHERE state = 'placed'") == [(2,)])


# What is no journal


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        ("CREATE SCHEMA twsql; CREATE TABLE twsql.songs (title text)", "its schema twsql is something else's"),
        ("CREATE SCHEMA twsql; CREATE TABLE twsql.version (n int)", "its schema twsql is something else's"),
        ("newer", "a newer twsql made it: upgrade"),
        ("read-only", "session is read-only"),
        ("stranger", "permission denied"),
        ("cut", "closed the connection unexpectedly"),
        ("pooler", "a connection pooler answers in its place: name PostgreSQL's own host and port"),
    ],
)
def test_what_is_no_journal(
    connect: Connect, sandbox: Sandbox, journal: Ask, relay: PostgresRelay, damage: str, why: str
) -> None:
    """A database that is none, or cannot be had, is left as it is, and nothing is sent; the error says why."""
    url = os.environ["TWSQL_JOURNAL"]
    if damage == "newer":
        connect().execute("SELECT * FROM twsql_journal").fetchall()
        journal("UPDATE twsql.version SET twsql_journal = 99")
        url += " application_name=another"
    elif damage == "read-only":
        database = journal("SELECT current_database()")[0][0]
        journal(f"ALTER DATABASE {database} SET default_transaction_read_only = on")
    elif damage == "stranger":
        journal("DROP ROLE IF EXISTS stranger; CREATE ROLE stranger LOGIN")
        url = url.replace("user=postgres", "user=stranger")
    elif damage in ("cut", "pooler"):
        relay.pooler = damage == "pooler"
        if damage == "cut":
            relay.cut()
        url = _by(relay)
    else:
        journal(damage)
    with pytest.raises(OperationalError, match=f"cannot be opened: .*{why}.*TWSQL_JOURNAL.*nothing was sent"):
        connect(journal=url).execute(KEYED).fetchall()
    assert sandbox.counters.requests == 0
    if damage.startswith("CREATE"):
        assert journal("SELECT count(*) FROM pg_class WHERE relnamespace = 'twsql'::regnamespace") == [(1,)]


def test_no_password(
    environ: dict[str, str], preloaded: Preloaded, tmp_path: Path, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    """The URL's password is in no output of the doctor, no error, no log, and not in the journal."""
    caplog.set_level(logging.DEBUG)
    environ = {name: value for name, value in environ.items() if name != "TEST_TWSQL_POSTGRES"}
    secret = "a-password-of-mine"
    url = f"{os.environ['TWSQL_JOURNAL']} password={secret}"
    done = preloaded.run(["doctor"], {**environ, "TWSQL_JOURNAL": url}, tmp_path)
    assert b"ok     journal: host=127.0.0.1 port=" in done.stdout
    wrong = preloaded.run(["doctor"], {**environ, "TWSQL_JOURNAL": url.replace("user=postgres", "user=x")}, tmp_path)
    assert b"cannot be opened" in wrong.stdout
    with pytest.raises(OperationalError, match="cannot be opened") as caught:
        connect(journal=url.replace("user=postgres", "user=x")).execute(KEYED).fetchall()
    connect(journal=url).execute(KEYED).fetchall()
    with pytest.raises(OperationalError, match="invalid percent-encoded token") as misread:
        connect(journal=f"postgresql://me@127.0.0.1/x?password={secret}%zz").execute(KEYED).fetchall()
    errors = [line for each in (caught, misread) for line in traceback.format_exception(each.value)]
    assert secret not in f"{done} {wrong} {errors} {caplog.text}"


def test_no_secrets(account: dict[str, Any], connect: Connect, sandbox: Sandbox, journal: Ask) -> None:
    """Neither credentials nor secret inputs are in any column; what no text of PostgreSQL can hold is replaced."""
    secrets = ("a-call-token-of-mine", "a-sip-password-of-mine", account["auth_token"])
    sandbox.fail("error", method="POST", times=1, message=f"what is {secrets[0]},\0 and \ud800 {secrets[1]}?")
    sql = f"{KEYED} AND CallToken = '{secrets[0]}' AND SipAuthPassword = '{secrets[1]}' AND SipAuthUsername = 'me'"
    with pytest.raises(OperationalError, match="what is"):
        connect().execute(sql).fetchall()
    assert journal("SELECT message FROM effects")[0][0].startswith("what is ***")
    connect().execute(sql).fetchall()
    everything = str(journal("SELECT * FROM effects"))
    assert "room" in everything
    assert not [secret for secret in secrets if secret in everything]


# Threads


@pytest.fixture
def store(journal: Ask) -> Any:
    """The journal of this test, with a table for anything."""
    from twsql.dialing.postgres_journal import shared

    address = read(os.environ["TWSQL_JOURNAL"])
    assert isinstance(address, JournalAddress)
    one = shared(address)
    journal("CREATE TABLE t (n int)")
    return one


def _insert(number: int) -> Change[Rows]:
    return lambda: ask("INSERT INTO t VALUES (%(n)s)", {"n": number})


def test_group_commit(store: Any, journal: Ask) -> None:
    """Threads that write while a commit is under way share the next one: 32 writes, two transactions."""
    import psycopg

    with psycopg.connect(os.environ["TWSQL_JOURNAL"]) as other, ThreadPoolExecutor(32) as pool:
        other.execute("LOCK TABLE twsql.t")
        written = [pool.submit(store.write, _insert(number)) for number in range(32)]
        until(lambda: len(store._waiting) == 31)
        other.rollback()
        for each in written:
            each.result(30)
    assert journal("SELECT count(*), count(DISTINCT xmin::text) FROM t") == [(32, 2)]


def test_one_change_that_fails(store: Any, journal: Ask) -> None:
    """A change that PostgreSQL refuses takes back itself, and none of those that share its transaction."""
    gate = threading.Barrier(8)

    def write(number: int) -> str:
        def change() -> Steps[None]:
            yield from ask("INSERT INTO t VALUES (%(n)s)", {"n": number})
            yield from ask("SELECT 1 / %(n)s", {"n": 1 - number % 2})

        gate.wait()
        try:
            store.write(change)
        except OperationalError as error:
            return "division by zero" if "division by zero" in str(error) else str(error)
        return "even"

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(write, range(8))) == ["even", "division by zero"] * 4
    for number in range(8, 18):  # the session goes on, whatever psycopg believes that it has prepared
        store.write(_insert(number))
    assert sorted(journal("SELECT n FROM t")) == [(0,), (2,), (4,), (6,), *((number,) for number in range(8, 18))]


def test_whoever_is_gone_is_noticed(store: Any) -> None:
    """PostgreSQL looks every few seconds whether a silent machine is there, and forgets no commit."""
    rows = store.read(
        "SELECT name, setting FROM pg_settings WHERE name LIKE 'tcp\\_%%' OR name LIKE 'sync%%commit'", {}
    )
    assert {row["name"]: row["setting"] for row in rows} == {
        "synchronous_commit": "on",
        "tcp_keepalives_count": "3",
        "tcp_keepalives_idle": "10",
        "tcp_keepalives_interval": "5",
        "tcp_user_timeout": "25000",
    }
