"""Tables that are a declaration of one of Twilio's lists: what requests a statement costs, and that it has all rows."""

from __future__ import annotations

from collections.abc import Iterator

import apsw
import pytest

from twsql.catalog import CATALOG
from twsql.hosts.apsw import register
from twsql.lists.resource import Resource
from twsql.sandbox import Readings, Sandbox
from twsql.schema import Column, Table
from twsql.tables.conferences import conferences
from worlds import NOW, World

_LEG = (
    Column("Sid", key=True, sid="CA"),
    Column("To", filter="To", narrows=1000),
    Column("Status", filter="Status", values=("queued", "ringing", "in-progress", "completed")),
    Column("StartTime", type="datetime", filter="StartTime"),
)
LEGS = Table(
    "legs",
    "Calls.",
    _LEG,
    Resource("calls", _LEG, path="Calls", day="StartTime", undated=({"Status": "queued"},)).rows,
    ("Sid",),
)
_SEAT = (
    Column(
        "ConferenceSid",
        key=True,
        sid="CF",
        references="conferences.Sid",
        none_when=lambda row: row["status"] == "completed",
    ),
    Column("CallSid", lookup=True, sid="CA", references="legs.Sid"),
    Column("Muted", type="boolean", filter="Muted"),
)
SEATS = Table(
    "seats",
    "Participants.",
    _SEAT,
    Resource(
        "participants",
        _SEAT,
        sid="CallSid",
        within="Conferences/{ConferenceSid}/Participants",
        parents=conferences,
    ).rows,
    ("ConferenceSid", "CallSid"),
)
COUNT, OVER = 12, 0.25


@pytest.fixture(scope="module")
def opened() -> Iterator[World]:
    """A world of 12 conferences, 3 of which are over, with two calls each, and the tables of this file."""
    with Sandbox(conferences=COUNT, participants=2, over=OVER, days=30, now=NOW) as sandbox:
        settings = {"account_sid": sandbox.account_sid, "auth_token": sandbox.auth_token, "base_url": sandbox.base_url}
        db = apsw.Connection(":memory:")
        registration = register(db, catalog=CATALOG.also(LEGS, SEATS), page_size=12, **settings)
        yield World(sandbox, db)
        registration.close()
        db.close()


@pytest.fixture
def sids(opened: World) -> list[str]:
    """The SIDs of the calls."""
    return [sid for (sid,) in opened.asked("SELECT Sid FROM legs")[0]]


def test_by_sid(opened: World, sids: list[str]) -> None:
    """A SID is one request, an unknown one no row, and what can be no SID no request."""
    assert opened.asked("SELECT Sid FROM legs WHERE Sid = ?", sids[3]) == ([(sids[3],)], [f"GET Calls/{sids[3]}"])
    unknown = f"CA{'f' * 32}"
    rows, asked = opened.asked("SELECT Sid FROM legs WHERE Sid IN (?, ?, ?, '../x')", sids[0], unknown, sids[1])
    assert sorted(rows) == sorted([(sids[0],), (sids[1],)])
    assert sorted(asked) == sorted(f"GET Calls/{sid}" for sid in (sids[0], sids[1], unknown))


def test_a_list(opened: World, sids: list[str]) -> None:
    """Filters narrow the list, LIMIT its page, and a long list is cut into days: each call comes once."""
    assert len(set(sids)) == len(sids) == 2 * COUNT
    assert opened.asked("SELECT Sid FROM legs LIMIT 3")[1] == ["GET Calls PageSize=3"]
    assert opened.asked("SELECT Sid FROM legs WHERE Status = 'ringing' LIMIT 3")[1] == [
        "GET Calls Status=ringing PageSize=3"
    ]
    assert sum("StartTime>" in each for each in opened.asked("SELECT Sid FROM legs")[1]) > 0


def test_several_lists(opened: World) -> None:
    """An IN of statuses is read in the order of a call's life, each call once."""
    rows, asked = opened.asked("SELECT Sid FROM legs WHERE Status IN ('in-progress', 'ringing')")
    assert len({*rows}) == len(rows) == (COUNT - 3) * 2
    assert [each.split()[2] for each in asked if "StartTime" not in each][:2] == [
        "Status=ringing",
        "Status=in-progress",
    ]


def test_within_each_parent(opened: World) -> None:
    """Lists within another table's rows: of one parent, of some, and of all that may have any."""
    rows, asked = opened.asked("SELECT ConferenceSid, CallSid FROM seats")
    conferences = sorted({sid for sid, _ in rows})
    assert len(rows) == (COUNT - 3) * 2
    nested = [each for each in asked if "Participants" in each]
    assert sorted(nested) == [f"GET Conferences/{sid}/Participants PageSize=12" for sid in conferences]
    one, call = rows[0]
    assert opened.asked("SELECT CallSid FROM seats WHERE ConferenceSid = ? AND Muted = 1", one)[1] == [
        f"GET Conferences/{one}/Participants Muted=true PageSize=12"
    ]
    assert opened.asked("SELECT CallSid FROM seats WHERE ConferenceSid = ? AND CallSid = ?", one, call) == (
        [(call,)],
        [f"GET Conferences/{one}/Participants/{call}"],
    )
    assert opened.asked(f"SELECT * FROM seats WHERE ConferenceSid IN ('CF{'0' * 32}', 'x')")[0] == []


def test_joins(opened: World) -> None:
    """A join by a reference asks side by side, once each, and fetches no parent again."""
    rows, asked = opened.asked(
        "SELECT s.CallSid, l.Status FROM conferences c JOIN seats s ON s.ConferenceSid = c.Sid"
        " JOIN legs l ON l.Sid = s.CallSid"
    )
    assert len(rows) == (COUNT - 3) * 2
    assert len([each for each in asked if "Participants" in each]) == COUNT - 3
    singles = [each for each in asked if each.startswith("GET Calls/")]
    assert len(singles) == len({*singles}) == (COUNT - 3) * 2


@pytest.fixture
def waiting(request: pytest.FixtureRequest) -> Iterator[World]:
    """A world where five calls wait, after 73 that have begun; `request.param` is what their start time is."""
    with Sandbox(
        conferences=24,
        participants=3,
        days=30,
        now=NOW,
        calls_per_second=0.01,
        readings=Readings(queued_start_time=request.param),
    ) as sandbox:
        settings = {"account_sid": sandbox.account_sid, "auth_token": sandbox.auth_token, "base_url": sandbox.base_url}
        db = apsw.Connection(":memory:")
        registration = register(db, catalog=CATALOG.also(LEGS), page_size=12, journal=":memory:", **settings)
        for number in range(6):
            db.execute(f"SELECT CallSid FROM AddParticipants('c', '+15005550006', '+1202555010{number}')").fetchall()
        yield World(sandbox, db)
        registration.close()
        db.close()


@pytest.mark.parametrize("waiting", ["null", "null and not found", "date created"], indirect=True)
def test_calls_that_wait(waiting: World) -> None:
    """Calls without a start time may be in no day range, wherever Twilio lists them: they are asked for as well."""
    rows, asked = waiting.asked("SELECT Sid FROM legs")
    assert len({*rows}) == len(rows) == 78
    assert {(call.sid,) for call in waiting.sandbox.calls()} < {*rows}
    ranges = [number for number, each in enumerate(asked) if "StartTime" in each]
    assert 0 < asked.index("GET Calls Status=queued PageSize=12") < ranges[0]
    assert len(waiting.asked("SELECT Sid FROM legs WHERE Status = 'queued'")[0]) == 5
