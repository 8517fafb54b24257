"""What will it cost: the price of a call before anybody is called, and max_price_per_minute."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from dialing.conftest import FROM, KEYED, TO, Connect
from twsql.errors import InputError, OutcomeUnknown, TwilioError
from twsql.sandbox import Readings, Sandbox
from waiting import together

CHEAP, GB, DEAR, NONE = "+12025550100", "+447700900123", "+37190000000", "sip:ada@example.com"
CALL = f"FROM AddParticipants('room', '{FROM}') WHERE \"To\""
Rows = Callable[[str], list[tuple[Any, ...]]]


def test_a_dry_run_has_prices(connect: Connect, sandbox: Sandbox) -> None:
    """One request a number, side by side, for as many columns and rows as there are; nobody is called."""
    numbers = [CHEAP, GB, DEAR, NONE, *(f"+1202555{n:04}" for n in range(200, 240))]
    batch = json.dumps([{"To": each} for each in [*numbers, CHEAP]])
    sql = f"SELECT \"To\", PricePerMinute, PriceUnit FROM AddParticipants('room', '{FROM}') WHERE DryRun AND Batch = ?"
    with together(sandbox, 4):
        rows = connect(read_only=False).execute(sql, (batch,)).fetchall()
    assert rows[:4] == [(CHEAP, 0.014, "USD"), (GB, 0.0325, "USD"), (DEAR, 1.955, "USD"), (NONE, None, None)]
    assert (len(rows), rows[-1]) == (45, rows[0])
    assert sandbox.counters.by_route == {"FetchVoiceNumber": 43}


@pytest.mark.parametrize(
    ("sql", "row", "requests"),
    [
        (f"SELECT Status, PricePerMinute {CALL} = '{CHEAP}' AND DryRun = 1", ("dry-run", 0.014), 1),
        (f"SELECT Status {CALL} = '{CHEAP}' AND DryRun = 1", ("dry-run",), 0),
        (f"SELECT PricePerMinute {CALL} = '{CHEAP}'", (0.014,), 1),
        (f"SELECT \"To\", PriceUnit {CALL} = '{NONE}' AND DryRun", (NONE, None), 0),
        (f"SELECT PricePerMinute {CALL} = '{CHEAP}' AND DryRun = 0", (None,), 0),
        (f"SELECT PricePerMinute FROM AddOutgoingCallerIds('{GB}')", (0.0325,), 1),
        (f"SELECT PricePerMinute FROM PlaceCall('{FROM}', '{GB}', 'https://example.com')", (0.0325,), 1),
    ],
)
def test_prices_are_read_where_they_are_needed(
    connect: Connect, sandbox: Sandbox, sql: str, row: tuple[Any, ...], requests: int
) -> None:
    """A statement that reads no price asks for none; one that reads nothing else calls nobody."""
    assert connect().execute(sql).fetchall() == [row]
    assert (sandbox.counters.requests, sandbox.counters.placed) == (requests, 0)


def test_a_call_that_is_placed(connect: Connect, sandbox: Sandbox) -> None:
    """Has no price here, and costs no request more."""
    assert connect().execute(f"SELECT Status, PricePerMinute {CALL} = '{CHEAP}'").fetchall() == [("queued", None)]
    assert sandbox.counters.by_route == {"CreateParticipant": 1}


EVERY_WAY = {
    "table function": f"SELECT CallSid {CALL} = '{DEAR}'",
    "PlaceCall": f"SELECT Sid FROM PlaceCall('{FROM}', '{DEAR}', 'https://example.com')",
    "AddOutgoingCallerIds": f"SELECT CallSid FROM AddOutgoingCallerIds('{DEAR}')",
    "EXEC": f"EXEC AddParticipants ConferenceSid = 'room', From = '{FROM}', To = '{DEAR}'",
    "INSERT": f"INSERT INTO participants (FriendlyName, \"From\", \"To\") VALUES ('room', '{FROM}', '{DEAR}')",
    "IN": f"SELECT CallSid {CALL} IN ('{CHEAP}', '{DEAR}')",
    "Batch": f"EXEC AddParticipants Batch = '[{{\"To\":\"{CHEAP}\"}},{{\"To\":\"{DEAR}\"}}]', From = '{FROM}',"
    " ConferenceSid = 'room'",
    "join": f"SELECT CallSid FROM (SELECT '{DEAR}' AS n) JOIN AddParticipants('room', '{FROM}', n)",
    "key": f"SELECT CallSid {CALL} = '{DEAR}' AND RequestKey = 'k'",
    "CallerId": f"SELECT CallSid {CALL} = '{GB}' AND CallerId = '+442079460000'",
}  # fmt: skip


@pytest.mark.parametrize("way", EVERY_WAY)
def test_a_dear_call_is_refused(connect: Connect, sandbox: Sandbox, journal: Rows, way: str) -> None:
    """In every way to place one: none of a statement's calls is sent, and none is on record."""
    with pytest.raises(InputError, match=r"costs (1\.955|0\.0325) USD a minute; max_price_per_minute .* allows 0\.03,"):
        connect(max_price_per_minute="0.03").execute(EVERY_WAY[way]).fetchall()
    assert sandbox.counters.placed == 0
    assert set(sandbox.counters.by_route) == {"FetchVoiceNumber"}
    assert journal("SELECT count(*) FROM effects") == [(0,)]


def test_executemany_is_refused(connect: Connect, sandbox: Sandbox) -> None:
    """As one statement: the prices of all are known before the first call."""
    exec_ = f"EXEC AddParticipants ConferenceSid = 'room', From = '{FROM}', To = ?"
    with pytest.raises(InputError, match="37190000000 costs"):
        connect(max_price_per_minute=0.03).executemany(exec_, [(CHEAP,), (DEAR,), (CHEAP,)])
    assert sandbox.counters.by_route == {"FetchVoiceNumber": 2}


def test_failures_as_rows(connect: Connect, sandbox: Sandbox) -> None:
    """With OnError row the others are called; what has no price is refused too."""
    sql = f"SELECT \"To\", Status, ErrorMessage {CALL} IN ('{CHEAP}', '{DEAR}', '{NONE}', '911') AND OnError = 'row'"
    rows = {to: (status, told) for to, status, told in connect(max_price_per_minute="0.03").execute(sql)}
    assert rows[CHEAP] == ("queued", None)
    assert {status for to, (status, _) in rows.items() if to != CHEAP} == {"failed"}
    assert "costs 1.955 USD" in rows[DEAR][1]
    assert "no price of a call to sip:ada@example.com" in rows[NONE][1]
    assert "no price of a call to 911" in rows["911"][1]
    assert sandbox.counters.placed == 1


@pytest.mark.parametrize("kind", ["number", "text"])
@pytest.mark.parametrize(("most", "placed"), [("0.0497", 1), ("0.04970", 1), ("0.0496999999999999999", 0)])
def test_prices_are_compared_exactly(connect: Connect, sandbox: Sandbox, kind: str, most: str, placed: int) -> None:
    """What costs as much as is allowed may be called; decimals are not rounded."""
    sandbox.change(readings=Readings(price_type=kind))
    rows = connect(max_price_per_minute=most).execute(
        f"SELECT Status FROM AddParticipants('room', '{FROM}', '+919602968074') WHERE OnError = 'row'"
    )
    assert [status for (status,) in rows] == [("failed", "queued")[placed]]
    assert sandbox.counters.placed == placed


def test_a_price_that_cannot_be_fetched(connect: Connect, sandbox: Sandbox) -> None:
    """Nothing is sent, and the error says why."""
    sandbox.fail("500-before", path="/v2/")
    with pytest.raises(TwilioError, match=r"the price of a call to .* could not be fetched: .*not sent.*HTTP 500"):
        connect(max_price_per_minute="9", max_attempts=1).execute(f"SELECT CallSid {CALL} = '{CHEAP}'").fetchall()
    assert sandbox.counters.placed == 0


def test_a_dry_run_is_not_refused(connect: Connect) -> None:
    """It shows what would be."""
    sql = f"SELECT Status, PricePerMinute {CALL} = '{DEAR}' AND DryRun = 1"
    assert connect(max_price_per_minute=0).execute(sql).fetchall() == [("dry-run", 1.955)]


def test_a_recorded_call(connect: Connect, sandbox: Sandbox) -> None:
    """Comes from the journal, whatever its price is now."""
    placed = connect().execute(KEYED).fetchall()
    sandbox.clear()
    assert connect(max_price_per_minute=0).execute(KEYED).fetchall() == placed
    assert sandbox.counters.requests == 0


@pytest.mark.parametrize("was_placed", [True, False])
def test_a_call_in_doubt(connect: Connect, sandbox: Sandbox, journal: Rows, was_placed: bool) -> None:
    """It is looked for all the same, and found; but it is not sent again."""
    fault = sandbox.fail("reset-after" if was_placed else "500-before", method="POST")
    hidden = sandbox.fail("500-before", method="GET")
    with pytest.raises(OutcomeUnknown):
        connect(max_attempts=1).execute(KEYED).fetchall()
    sandbox.heal(fault)
    sandbox.heal(hidden)
    connection = connect(max_price_per_minute=0)
    if was_placed:
        assert connection.execute(KEYED).fetchall() == [(sandbox.calls()[0].sid,)]
    else:
        with pytest.raises(OutcomeUnknown, match=rf"not sent again: a call to \{TO} costs 0.014 USD"):
            connection.execute(KEYED).fetchall()
        assert journal("SELECT state, attempts FROM effects") == [("unknown", 1)]
    assert sandbox.counters.placed == was_placed


def test_without_the_setting(connect: Connect, sandbox: Sandbox) -> None:
    """Nothing is asked of Pricing."""
    connect().execute(f"SELECT CallSid {CALL} IN ('{CHEAP}', '{DEAR}')").fetchall()
    assert sandbox.counters.by_route == {"CreateParticipant": 2}
