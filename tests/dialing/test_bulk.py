"""Many calls in one statement: order, errors, limits, and what is begun no more."""

from __future__ import annotations

import json
import signal
import threading
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from dialing.conftest import FROM, KEYED, TO, Connect, Run, asked
from twsql.errors import InputError, NotSupportedError, OutcomeUnknown, ReadOnlyError, TwilioError
from twsql.sandbox import Sandbox
from twsql.twilio.settings import Settings
from waiting import until

Ask = Callable[[str], list[tuple[Any, ...]]]
BAD = "+15005550001"
SQL = "SELECT CallSid FROM AddParticipants WHERE Batch = ?"


def _batch(count: int, *more: dict[str, Any], keys: bool = False) -> tuple[str]:
    calls = [{"Conference": "room", "From": FROM, "To": f"{TO}{n:02}"} for n in range(count)]
    keyed = [{**call, "RequestKey": f"k{n}"} if keys else call for n, call in enumerate([*calls, *more])]
    return (json.dumps(keyed),)


def _bad(**more: Any) -> dict[str, Any]:
    return {"Conference": "room", "From": FROM, "To": BAD, **more}


def test_in_the_order_asked(connect: Connect, sandbox: Sandbox) -> None:
    """Rows come in the order of the Batch, though the first call takes longest."""
    sandbox.fail("slow", method="POST", times=1, seconds=0.5)
    rows = connect().execute(SQL, _batch(12)).fetchall()
    placed = {call.sid: call.to for call in sandbox.calls()}
    assert [placed[sid] for (sid,) in rows] == [f"{TO}{n:02}" for n in range(12)]


def test_rows_as_they_come(connect: Connect, sandbox: Sandbox) -> None:
    """The first row is there while the last call still waits for its answer."""
    sandbox.fail("timeout-after", method="POST", path="late", seconds=30)
    late = {"Conference": "late", "From": FROM, "To": FROM}
    cursor = connect().execute(SQL, _batch(3, late))
    assert [cursor.fetchone() is not None for _ in range(3)] == [True] * 3
    cursor.close()


def test_the_inputs_of_each(connect: Connect, sandbox: Sandbox) -> None:
    """Any inputs, of any JSON type, in an object; what stands beside the Batch holds for all of them."""
    calls = [{"ConferenceSid": "a", "to": TO, "Muted": True, "TimeLimit": 60}, {"Conference": "b", "To": FROM}]
    sql = f"SELECT Muted, ConferenceSid FROM AddParticipants WHERE Batch = ? AND \"From\" = '{FROM}' AND Record = 1"
    rows = connect(max_in_flight=1).execute(sql, (json.dumps(calls),)).fetchall()
    assert [row[0] for row in rows] == [1, 0]
    forms = [dict(request.form) for request in sandbox.requests]
    assert [(form["To"], form.get("TimeLimit"), form["Record"], form["From"]) for form in forms] == [
        (TO, "60", "true", FROM),
        (FROM, None, "true", FROM),
    ]


@pytest.mark.parametrize(
    ("batch", "words"),
    [
        ("[", "not JSON"),
        ("{}", "array of objects"),
        ("[1]", "array of objects"),
        ('[{"Tu": "x"}]', "object 1 of Batch has Tu, no input"),
        ('[{"Batch": "[]"}]', "has Batch, no input"),
        ('[{"To": "x", "to": "y"}]', "object 1 of Batch gives To more than once"),
        ('[{"To": "x", "To": "y"}]', "an object has To more than once"),
        ('[{"From": "x"}, {"ConferenceSid": "x", "conference": "y"}]', "object 2 of Batch gives Conference more than"),
        (json.dumps([{"Conference": "c", "From": FROM, "To": TO}, {"Conference": "c"}]), "From is required; To is"),
        (_batch(3, _bad(Muted="perhaps"))[0], "Muted must be true or false"),
    ],
)
def test_what_is_no_batch(connect: Connect, sandbox: Sandbox, batch: str, words: str) -> None:
    """A Batch with anything wrong is an error, and nothing is sent."""
    with pytest.raises(InputError, match=words):
        connect().execute(SQL, (batch,)).fetchall()
    assert sandbox.counters.requests == 0


# Errors


def test_raise(connect: Connect, sandbox: Sandbox, journal: Ask) -> None:
    """The first refusal ends the statement; its message counts what was placed, failed and not attempted."""
    db = connect(max_in_flight=1)
    with pytest.raises(TwilioError) as caught:
        db.execute(SQL, (json.dumps([*json.loads(_batch(3)[0]), _bad(), *json.loads(_batch(9)[0])[3:]]),)).fetchall()
    assert caught.value.code == 21211
    assert "3 placed, 1 failed, 0 unknown, 6 not attempted; to go on leave out" in str(caught.value)
    assert sandbox.counters.placed == 3
    assert journal("SELECT state, count(*) FROM effects GROUP BY 1") == [("placed", 3), ("refused", 1)]


def test_how_to_go_on(connect: Connect, sandbox: Sandbox) -> None:
    """With keys the same statement goes on where it stopped."""
    sandbox.fail("error", method="POST", times=1, code=16020)
    db = connect(max_in_flight=1)
    with pytest.raises(TwilioError, match="1 failed, 0 unknown, 8 not attempted; to go on run the same again"):
        db.execute(SQL, _batch(9, keys=True)).fetchall()
    assert len(db.execute(SQL, _batch(9, keys=True)).fetchall()) == 9
    assert set(sandbox.counters.placed_by.values()) == {1}


def test_a_join_that_fails(connect: Connect, sandbox: Sandbox) -> None:
    """In a join, which dials row by row, the message counts those before it."""
    sql = (
        f"WITH t(n) AS (VALUES ('{TO}'), ('{FROM}'), ('{BAD}'), ('{TO}9'))"
        f" SELECT CallSid FROM t CROSS JOIN AddParticipants('room', '{FROM}', t.n)"
    )
    with pytest.raises(TwilioError, match="2 placed, 1 failed, 0 unknown, nothing after it attempted"):
        connect().execute(sql).fetchall()
    assert sandbox.counters.placed == 2


def test_row(connect: Connect, sandbox: Sandbox) -> None:
    """With OnError row a refusal is a row with Status failed, code and message, and the others are placed."""
    batch = (json.dumps([_bad(), *json.loads(_batch(3)[0]), _bad(To="")]),)
    sql = SQL.replace("CallSid", "Status, ErrorCode, ErrorMessage, CallSid IS NULL") + " AND OnError = 'row'"
    rows = connect().execute(sql, batch).fetchall()
    assert [row[0] for row in rows] == ["failed", "queued", "queued", "queued", "failed"]
    assert [row[1] for row in rows] == [21211, None, None, None, None]
    assert [row[3] for row in rows] == [1, 0, 0, 0, 1]
    assert rows[0][2].startswith("Invalid To")
    assert "To is required" in rows[4][2]
    assert sandbox.counters.placed == 3


def test_an_unknown_outcome(connect: Connect, sandbox: Sandbox) -> None:
    """An unknown outcome is a row with Status unknown, not failed; without OnError row it ends the statement."""
    sandbox.fail("500-after", method="POST", path="room")
    good = {"Conference": "good", "From": FROM, "To": FROM}
    db = connect(label_calls=False)
    rows = db.execute(SQL.replace("CallSid", "Status") + " AND OnError = 'row'", _batch(2, good)).fetchall()
    assert rows == [("unknown",), ("unknown",), ("queued",)]
    one_by_one = connect(label_calls=False, max_in_flight=1)
    with pytest.raises(OutcomeUnknown, match="0 placed, 0 failed, 1 unknown, 1 not attempted"):
        one_by_one.execute(SQL, _batch(2)).fetchall()


# Guard and rate


def test_max_calls(connect: Connect, sandbox: Sandbox) -> None:
    """More calls than max_calls: known in advance none is placed, in a join it stops there; the default is 1000."""
    db = connect(max_calls=5)
    with pytest.raises(NotSupportedError, match="6 calls in one statement are more than max_calls"):
        db.execute(SQL, _batch(6)).fetchall()
    assert sandbox.counters.placed == 0
    assert len(db.execute(SQL, _batch(5)).fetchall()) == 5
    with pytest.raises(NotSupportedError, match=r"max_calls allows \(1000\)"):
        connect().execute(SQL, (json.dumps(json.loads(_batch(1)[0]) * 1001),)).fetchall()
    assert sandbox.counters.placed == 5


def test_recorded_calls_do_not_count(connect: Connect, sandbox: Sandbox) -> None:
    """What is on record already places nothing, and counts for nothing."""
    db = connect(max_calls=3)
    for count in (3, 6, 7):
        db.execute(SQL, _batch(count, keys=True)).fetchall()
    assert sandbox.counters.placed == 7


def test_a_batch_far_too_large(connect: Connect, sandbox: Sandbox) -> None:
    """It is refused before it is read whole, which would take ten times the memory; what is recorded does not count."""
    calls = [{"Conference": "room", "From": FROM, "To": f"+1555{n:07}", "RequestKey": f"k{n}"} for n in range(50_000)]
    many = json.dumps(calls)
    unkeyed = many.replace("RequestKey", "CallReason")
    db = connect(max_calls=3)
    db.execute(SQL, (json.dumps(calls[:3]),)).fetchall()
    tracemalloc.start()
    with pytest.raises(NotSupportedError, match="49997 calls in one statement are more than max_calls allows"):
        db.execute(SQL, (many,)).fetchall()
    with pytest.raises(NotSupportedError, match="50000 calls in one statement are more than max_calls allows"):
        db.execute(SQL, (unkeyed,)).fetchall()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * len(many)
    with pytest.raises(ReadOnlyError):
        connect(max_calls=3, read_only=True).execute(SQL, (many,)).fetchall()
    with pytest.raises(InputError, match="call 2: To is required"):
        db.execute(SQL, (many.replace('"To": "+15550000001", ', "", 1),)).fetchall()
    assert sandbox.counters.placed == 3
    assert len(db.execute(SQL + " LIMIT 3", _batch(9)).fetchall()) == 3


@pytest.mark.parametrize("how", ["setting", "input"])
def test_dry_run(connect: Connect, sandbox: Sandbox, how: str, journal: Ask) -> None:
    """A dry run checks, gives rows and sends nothing; a wrong input is an error as ever."""
    db = connect(dry_run=how == "setting")
    sql = SQL.replace("CallSid", "CallSid, Status") + (" AND DryRun = 1" if how == "input" else "")
    assert db.execute(sql, _batch(3)).fetchall() == [(None, "dry-run")] * 3
    with pytest.raises(InputError):
        db.execute(sql, _batch(1, _bad(Muted="perhaps"))).fetchall()
    assert sandbox.counters.requests == 0
    assert db.execute("SELECT * FROM twsql_journal").fetchall() == []


def test_read_only(connect: Connect, sandbox: Sandbox) -> None:
    """With read_only no call is placed, and none is on record."""
    db = connect(read_only=True)
    for sql in (KEYED, KEYED + " AND DryRun = 1"):
        with pytest.raises(ReadOnlyError):
            db.execute(sql).fetchall()
    assert sandbox.counters.requests == 0
    assert db.execute("SELECT * FROM twsql_journal").fetchall() == []


def test_calls_per_second(connect: Connect, sandbox: Sandbox) -> None:
    """Calls are sent no faster than calls_per_second, those with a lost answer too; what is on record needs no turn."""
    sandbox.fail("500-before", method="POST", times=1)
    db = connect(calls_per_second=10)
    began = time.monotonic()
    db.execute(SQL, _batch(9, keys=True)).fetchall()
    assert time.monotonic() - began >= 0.9  # ten requests
    began = time.monotonic()
    connect(calls_per_second=0.1).execute(SQL, _batch(9, keys=True)).fetchall()
    assert time.monotonic() - began < 60  # nine turns would take 80 seconds


def test_queue_time(connect: Connect, sandbox: Sandbox) -> None:
    """The account's own queue shows in QueueTime."""
    sandbox.change(calls_per_second=0.01)
    rows = connect(max_in_flight=1).execute(SQL.replace("CallSid", "CallSid, QueueTime"), _batch(3)).fetchall()
    assert rows[0][1] == 0
    assert 100_000 < rows[2][1] <= 200_000


# The end


@pytest.fixture
def quiet() -> Callable[[], bool]:
    """Whether all calls that this test has begun have ended."""
    before = set(threading.enumerate())
    return lambda: not [each for each in {*threading.enumerate()} - before if each.name.startswith("twsql-call")]


def test_closing_early(connect: Connect, sandbox: Sandbox, journal: Ask, quiet: Callable[[], bool]) -> None:
    """A cursor that is closed early begins no new call; those under way are placed and on record."""
    sandbox.change(latency=0.2)
    cursor = connect(max_in_flight=4).execute(SQL, _batch(40))
    cursor.close()
    until(quiet)
    placed = sandbox.counters.placed
    assert 1 <= placed <= 12
    _only_placed_or_never_sent(journal, placed)


def test_closing_early_while_they_wait(
    connect: Connect, sandbox: Sandbox, journal: Ask, quiet: Callable[[], bool]
) -> None:
    """Calls that wait for calls_per_second are not sent once their cursor is closed, and not on record."""
    db = connect(calls_per_second=2)
    cursor = db.execute(SQL, _batch(200))
    cursor.close()
    until(quiet)
    assert sandbox.counters.placed <= 20
    assert journal("SELECT count(*) FROM effects") == [(sandbox.counters.placed,)]
    began = time.monotonic()
    db.execute(KEYED).fetchall()
    assert time.monotonic() - began < 50  # those who gave up keep no turn: theirs would take 90 seconds


def test_closing_the_connection(connect: Connect, sandbox: Sandbox, journal: Ask) -> None:
    """Closing waits shortly for what is under way; what has no answer then is on record as unknown, and found later."""
    sandbox.fail("timeout-after", method="POST", path="late", seconds=8)
    late = {"Conference": "late", "From": FROM, "To": FROM}
    db = connect()
    batch = _batch(3, late, keys=True)
    cursor = db.execute(SQL, batch)
    until(lambda: sandbox.counters.placed == 4)
    cursor.close()
    began = time.monotonic()
    db.close()
    assert time.monotonic() - began < 6  # the response would take eight
    assert journal("SELECT state FROM effects ORDER BY request_key") == [("placed",)] * 3 + [("unknown",)]
    sandbox.heal()
    assert len(connect().execute(SQL, batch).fetchall()) == 4
    assert set(sandbox.counters.placed_by.values()) == {1}


@pytest.mark.parametrize("statement", [KEYED, f"{SQL.replace('?', chr(39) + _batch(60)[0] + chr(39))}"])
def test_ctrl_c(run: Run, connect: Connect, sandbox: Sandbox, journal: Ask, statement: str) -> None:
    """Ctrl-C ends a statement at once: nothing more is begun, and every call that was placed is on record."""
    held = sandbox.fail("slow", method="POST")
    code = f"""
try:
    show({statement!r})
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""
    process = run(code)
    until(lambda: asked(sandbox))
    process.send_signal(signal.SIGINT)
    assert process.stdout is not None
    assert process.stdout.readline() == "interrupted\n"
    assert held.hits > sandbox.counters.placed  # while its calls are under way
    sandbox.heal()
    assert process.communicate(timeout=60) == ("", "")
    placed = sandbox.counters.placed
    assert placed <= Settings.max_in_flight
    _only_placed_or_never_sent(journal, placed)
    on_record = {sid for (sid,) in journal("SELECT sid FROM effects WHERE sid IS NOT NULL")}
    assert on_record == {call.sid for call in sandbox.calls()}


def _only_placed_or_never_sent(journal: Ask, placed: int) -> None:
    """Each call is on record as placed, or as one that was stopped while it waited for its turn."""
    states = journal("SELECT state, message, count(*) FROM effects GROUP BY 1, 2 ORDER BY 1")
    assert states[0] == ("placed", None, placed)
    assert {(state, message) for state, message, _ in states[1:]} <= {
        ("refused", "stopped before it was sent; nothing was sent")
    }
