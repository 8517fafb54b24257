"""calls: push-down, order, joins side by side, and what an UPDATE does at Twilio."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from twsql.errors import InputError, NotSupportedError, TwilioError
from waiting import together

from .conftest import World

Make = Callable[..., World]
CALLED = "SELECT CallSid FROM AddParticipants('team', '+15005550006', ?)"


def test_values(world: Make) -> None:
    """A price is a number once Twilio knows it, and NULL before; durations are numbers, dates SQLite's."""
    made = world(conferences=2, participants=1, over=0.5)
    (price, kind, duration, unit, ended, start), (unknown, *_) = made.db.execute(
        "SELECT Price, typeof(Price), typeof(Duration), PriceUnit, EndTime, StartTime FROM calls ORDER BY Status"
    ).fetchall()
    assert price < 0
    assert (kind, duration, unit, unknown) == ("real", "integer", "USD", None)
    assert start < ended
    made.sandbox.change(rated_after=1e9)
    assert made.get("SELECT count(Price) FROM calls") == 0


def test_push_down(world: Make) -> None:
    """Twilio's filters narrow the list; days are pushed, and rows of the day after a bound are dropped here."""
    made = world(conferences=3, participants=2, over=0.5)
    [(to, status)] = made.db.execute('SELECT "To", Status FROM calls LIMIT 1').fetchall()
    assert made.asked('SELECT Sid FROM calls WHERE "To" = ? AND Status = ?', to, status)[1] == [
        f"GET Calls To={to} Status={status} PageSize=100"
    ]
    assert made.asked("SELECT Sid FROM calls WHERE StartTime >= '2026-02-03 10:00:00' AND EndTime < '2026-02-20'")[
        1
    ] == ["GET Calls StartTime>=2026-02-03 EndTime<=2026-02-20 PageSize=100"]
    parent = made.get("SELECT Sid FROM calls")
    assert made.asked("SELECT Sid FROM calls WHERE ParentCallSid = ?", parent) == (
        [],
        [f"GET Calls ParentCallSid={parent} PageSize=100"],
    )
    assert made.asked("SELECT Sid FROM calls WHERE Status = 'unheard of'") == ([], ["GET Calls PageSize=100"])


@pytest.mark.parametrize("order", ["newest first", "mixed within a minute", "by sid"])
@pytest.mark.parametrize("waiting", [0, 3])
def test_newest_first(world: Make, order: str, waiting: int) -> None:
    """ORDER BY StartTime DESC LIMIT n reads one page of few, if Twilio lists in that order; what waits comes last."""
    made = world(conferences=60, participants=2, over=1, calls_per_second=0.01)
    made.sandbox.read(order=order)
    for number in range(waiting + 1 if waiting else 0):
        made.db.execute(CALLED, (f"+1202555010{number}",)).fetchall()
    every = made.db.execute("SELECT StartTime FROM calls").fetchall()
    newest = sorted((time for (time,) in every if time), reverse=True)
    rows, asked = made.asked("SELECT StartTime FROM calls ORDER BY StartTime DESC LIMIT 5")
    assert [time for (time,) in rows] == newest[:5]
    if order == "newest first":
        assert asked == ["GET Calls PageSize=25"]
    rows = made.db.execute("SELECT StartTime FROM calls ORDER BY StartTime DESC").fetchall()
    assert rows == [(time,) for time in newest] + [(None,)] * waiting


def test_hanging_up(world: Make) -> None:
    """UPDATE hangs up with one request; a call that ended by itself is no error, but another refusal is one."""
    made = world({"journal": ":memory:"}, hang_up_after=60)
    first, second = (made.get(CALLED, f"+1202555010{number}") for number in range(2))
    update = "UPDATE calls SET Status = 'completed' WHERE Sid = ?"
    assert made.asked(update, first)[1] == [f"GET Calls/{first}", f"POST Calls/{first} Status=completed"]
    assert made.get("SELECT Status FROM calls WHERE Sid = ?", first) == "completed"
    made.sandbox.fail("slow", seconds=0.3, times=1, method="POST")
    made.sandbox.advance(61)
    assert made.asked(update, second)[1][-1] == f"GET Calls/{second}"
    with pytest.raises(TwilioError, match="Invalid call state"):
        made.asked("UPDATE calls SET Url = 'https://example.com/' WHERE Sid = ?", second)


def test_redirecting(world: Make) -> None:
    """Url and Twiml are hidden columns; nothing to change is an error, and so are INSERT and DELETE, with a remedy."""
    made = world({"journal": ":memory:"})
    sid = made.get(CALLED, "+12025550101")
    form = made.asked("UPDATE calls SET Twiml = '<Response/>', TimeLimit = 60 WHERE Sid = ?", sid)[1][-1]
    assert form == f"POST Calls/{sid} Twiml=<Response/> TimeLimit=60"
    with pytest.raises(InputError, match="Status"):
        made.asked("UPDATE calls SET Status = 'ringing' WHERE Sid = ?", sid)
    with pytest.raises(NotSupportedError, match="could not be brought back"):
        made.asked("DELETE FROM calls WHERE Sid = ?", sid)
    with pytest.raises(NotSupportedError, match="PlaceCall"):
        made.asked("INSERT INTO calls (\"To\") VALUES ('+12025550101')")


JOINS = {
    "participants JOIN calls": (
        "SELECT p.CallSid, c.Price FROM participants p JOIN calls c ON c.Sid = p.CallSid",
        60,
        "Calls/",
        60,
    ),
    "conferences JOIN recordings": (
        "SELECT c.Sid, r.MediaUrl FROM conferences c JOIN recordings r ON r.ConferenceSid = c.Sid",
        60,
        "Recordings ConferenceSid=",
        30,
    ),
    "calls JOIN recordings": (
        "SELECT c.Sid, r.Sid FROM calls c LEFT JOIN recordings r ON r.CallSid = c.Sid AND r.Source = 'OutboundAPI'",
        60,
        "Recordings CallSid=",
        60,
    ),
    "calls JOIN call_events": (
        "SELECT c.Sid, e.Request FROM calls c JOIN call_events e ON e.CallSid = c.Sid WHERE c.Status = 'in-progress'",
        240,
        "Events",
        60,
    ),
    "recordings JOIN transcriptions": (
        "SELECT r.Sid, t.TranscriptionText FROM recordings r LEFT JOIN transcriptions t ON t.RecordingSid = r.Sid",
        120,
        "Transcriptions",
        120,
    ),
}


@pytest.mark.parametrize("join", JOINS)
def test_joins(world: Make, join: str) -> None:
    """Each outer row is one request, many at a time."""
    sql, count, inner, requests = JOINS[join]
    made = world(conferences=30, participants=2, recordings=4, over=0)
    with together(made.sandbox, 4, path=inner.split()[0]):
        rows, asked = made.asked(sql)
    each = [one for one in asked if inner in one]
    assert (len(rows), len(each), len({*each})) == (count, requests, requests)


def test_events(world: Make) -> None:
    """Events come with their place in their call's list; an unknown call has none."""
    made = world(conferences=2, participants=1, over=1)
    rows, asked = made.asked("SELECT CallSid, Ordinal, Request ->> 'method' FROM call_events")
    assert [(place, method) for _, place, method in rows] == [(place, "POST") for place in (1, 2, 3, 4, 5)] * 2
    assert len(asked) == 3
    sid = rows[0][0]
    told = made.db.execute(
        "SELECT Request ->> '$.parameters.call_status' FROM call_events WHERE CallSid = ? ORDER BY Ordinal", (sid,)
    ).fetchall()
    assert told == [("initiated",), ("ringing",), ("in-progress",), ("in-progress",), ("completed",)]
    assert made.asked(f"SELECT * FROM call_events WHERE CallSid = 'CA{'f' * 32}'")[0] == []
