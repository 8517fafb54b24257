"""Sets of inputs: which calls are placed together, and which not at all."""

from __future__ import annotations

from typing import Any

import apsw
import pytest

from twsql.errors import Error, InputError, TwilioError
from twsql.hosts.apsw import register
from twsql.sandbox import Sandbox
from waiting import together

NUMBERS = [f"+1555000{number:04}" for number in range(40)]
BAD = "+15005550001"
SET = "AddParticipants('c', '+15550000000') WHERE \"To\" IN (SELECT value FROM json_each(?))"


def _json(numbers: list[str]) -> tuple[str]:
    return (str(numbers).replace("'", '"'),)


@pytest.mark.parametrize(
    ("statement", "calls"),
    [
        (f"SELECT CallSid FROM {SET}", 6),
        (f"SELECT CallSid FROM {SET} LIMIT 2", 2),
        (f"SELECT CallSid FROM {SET} LIMIT 2 OFFSET 3", 2),
        (f"SELECT CallSid FROM {SET} LIMIT 20", 6),
        (f"SELECT CallSid FROM {SET} LIMIT 0", 0),
        (f"SELECT CallSid FROM {SET} LIMIT -1", 6),
        (f"SELECT CallSid FROM {SET} AND Status = 'queued' LIMIT 1", 1),
        (f"SELECT CallSid FROM {SET} AND Status = 'busy' LIMIT 1", 6),
        (f"SELECT CallSid FROM {SET} AND \"To\" <> '{NUMBERS[0]}'", 5),
        (f"SELECT CallSid FROM {SET} ORDER BY CallSid LIMIT 1", 6),
        (f"SELECT (SELECT CallSid FROM {SET})", 1),
        (f"SELECT CallSid FROM {SET} AND Muted IN (0, 1)", 12),
        (f"SELECT CallSid FROM {SET} AND rowid = 2", 1),
    ],
)
def test_how_many(db: apsw.Connection, sandbox: Sandbox, statement: str, calls: int) -> None:
    """A set is one call for each value whose row is read, no more."""
    db.execute(statement, _json(NUMBERS[:6])).fetchall()
    assert sandbox.counters.placed == calls


@pytest.mark.parametrize("alias", ["Conference", "ConferenceSid"])
def test_nothing_read(db: apsw.Connection, sandbox: Sandbox, alias: str) -> None:
    """A statement that reads no result is an error, by whatever name the conference is given."""
    with pytest.raises(Error, match="reads no result"):
        db.execute(
            f"SELECT count(*) FROM AddParticipants WHERE {alias} = 'c' AND \"From\" = '+15550000000'"
            " AND \"To\" = '+15550000001'"
        ).fetchall()
    assert sandbox.counters.placed == 0


@pytest.mark.parametrize("most", [1, 4])
def test_side_by_side(account: dict[str, Any], sandbox: Sandbox, most: int) -> None:
    """A set is dialled side by side, max_in_flight at a time."""
    db = apsw.Connection(":memory:")
    registration = register(db, **account, max_in_flight=most)
    with together(sandbox, most):
        assert len(db.execute(f"SELECT CallSid FROM {SET}", _json(NUMBERS[:12])).fetchall()) == 12
    assert sandbox.counters.placed == 12
    assert sandbox.counters.peak == most
    registration.close()


def test_the_first_failure_stops_the_rest(account: dict[str, Any], sandbox: Sandbox) -> None:
    """After a refusal no further call is begun."""
    db = apsw.Connection(":memory:")
    registration = register(db, **account, max_in_flight=1)
    numbers = sorted([*NUMBERS[:30], BAD])
    with pytest.raises(TwilioError) as caught:
        db.execute(f"SELECT CallSid FROM {SET}", _json(numbers)).fetchall()
    assert caught.value.code == 21211
    assert numbers[0] == BAD
    assert sandbox.counters.placed <= 1  # the next one may be under way before the answer is read
    registration.close()


def test_a_row_that_is_not_read_does_not_stop_others(account: dict[str, Any], sandbox: Sandbox) -> None:
    """A call that another one's failure has kept from being begun is placed when its row is read."""
    db = apsw.Connection(":memory:")
    registration = register(db, **account, max_in_flight=1)
    numbers = ["+15005550000", BAD, "+15550000001", "+15550000002"]
    sql = f"SELECT CASE WHEN \"To\" <> '{BAD}' THEN CallSid END FROM {SET}"
    rows = [row[0] for row in db.execute(sql, _json(numbers))]
    assert [row is None for row in rows] == [False, True, False, False]
    assert sandbox.counters.placed == 3
    registration.close()


def test_all_are_checked_first(db: apsw.Connection, sandbox: Sandbox) -> None:
    """One bad input among many: nothing is sent."""
    sql = f"SELECT CallSid FROM {SET} AND Muted IN (1, 'perhaps')"
    with pytest.raises(InputError, match="perhaps"):
        db.execute(sql, _json(NUMBERS)).fetchall()
    assert sandbox.counters.requests == 0


def test_after_too_many_requests(db: apsw.Connection, sandbox: Sandbox) -> None:
    """A 429 has done nothing: it is tried again, and there is one call."""
    sandbox.fail("429", method="POST", times=1)
    assert len(db.execute(f"SELECT CallSid FROM {SET}", _json(NUMBERS[:1])).fetchall()) == 1
    assert sandbox.counters.placed == 1
    assert sandbox.counters.by_method["POST"] == 2


@pytest.mark.parametrize("kind", ["reset-after", "500-after", "garbage-after", "wrong-shape", "truncated-after"])
def test_a_lost_answer(db: apsw.Connection, sandbox: Sandbox, kind: str) -> None:
    """An answer that is lost after the deed leads to no second call: the one that was placed is the row."""
    sandbox.fail(kind, method="POST", times=1)
    rows = db.execute(f"SELECT CallSid FROM {SET}", _json(NUMBERS[:1])).fetchall()
    assert rows == [(call.sid,) for call in sandbox.calls()]
    assert sandbox.counters.placed == 1
    assert sandbox.counters.by_method["POST"] == 1


@pytest.mark.parametrize(
    ("kind", "words"),
    [("garbage-after", "not JSON"), ("wrong-shape", "not a JSON object"), ("redirect", "redirect")],
)
def test_answers_that_cannot_be_read(account: dict[str, Any], sandbox: Sandbox, kind: str, words: str) -> None:
    """What cannot be understood while reading is an error through SQLite, after the last attempt."""
    sandbox.fail(kind, method="GET")
    db = apsw.Connection(":memory:")
    registration = register(db, **account, max_attempts=1)
    for table in ("conferences", "participants"):
        with pytest.raises(TwilioError, match=words):
            db.execute(f"SELECT * FROM {table}").fetchall()
    registration.close()


@pytest.mark.parametrize("result", ["Hold", "QueueTime", "DateCreated", "DateUpdated", "Uri", "ErrorCode"])
@pytest.mark.parametrize("given", ["RequestKey = 'k'", "OnError = 'row'", "EmergencyCity = 'Ulm'"])
def test_a_hidden_result_alone(db: apsw.Connection, sandbox: Sandbox, result: str, given: str) -> None:
    """Each result alone is enough to dial, beside whatever inputs; SQLite tells of 63 columns only."""
    sql = f"FROM AddParticipants('c', '+15550000000', '+15550000001') WHERE {given}"
    db.execute(f"SELECT {result} {sql}").fetchall()
    assert sandbox.counters.placed == 1
    with pytest.raises(Error, match="reads no result"):
        db.execute(f"SELECT count(*) {sql}").fetchall()
    assert sandbox.counters.placed == 1
