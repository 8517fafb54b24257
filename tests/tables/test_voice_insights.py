"""conference_summaries, conference_participant_summaries, call_summaries: what Voice Insights tells."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import apsw
import pytest

from twsql.errors import TwilioError
from twsql.hosts.apsw import register
from twsql.sandbox import Readings, Sandbox
from waiting import together
from worlds import NOW, World

DAY = 86_400


@pytest.fixture(scope="module")
def twenty() -> Iterator[World]:
    """Twenty conferences of ten days, half of them over, three participants in each."""
    with Sandbox(conferences=20, participants=3, days=10, now=NOW) as sandbox:
        db = apsw.Connection(":memory:")
        account = {"base_url": sandbox.base_url, "account_sid": sandbox.account_sid, "auth_token": sandbox.auth_token}
        registration = register(db, page_size=8, journal=":memory:", **account)
        db.execute("SELECT * FROM conferences LIMIT 1").fetchall()  # tells Twilio's time, which is not this machine's
        yield World(sandbox, db)
        db.close()
        registration.close()


def asked(world: World, sql: str, *bindings: Any) -> tuple[list[Any], list[str]]:
    """The rows, and path and query of the requests, without the pages."""
    world.sandbox.clear()
    rows = world.db.execute(sql, bindings).fetchall()
    told = []
    for each in world.logged():
        query = " ".join(f"{key}={value}" for key, value in each.query if key not in ("Page", "PageToken", "PageSize"))
        told.append(f"{each.raw_path} {query}".strip())
    return rows, told


def test_everybody_who_was_there(twenty: World) -> None:
    """Who was in which conference, over or not: one list of conferences, and one list for each of them."""
    rows, requests = asked(twenty, "SELECT ConferenceSid, LeaveTime FROM conference_participant_summaries")
    assert (len(rows), sum(left is not None for _, left in rows)) == (60, 30)
    assert len(requests) == 3 + 20
    same = 'SELECT c.Status, p."To" FROM conference_summaries c JOIN conference_participant_summaries p'
    rows, requests = asked(twenty, f"{same} USING (ConferenceSid)")
    assert (len(rows), len(requests)) == (60, 3 + 20)


def test_joins_ask_ahead(twenty: World) -> None:
    """Side by side: conferences with who was in them, participants with their calls' summaries."""
    for sql, most in (
        (
            "conference_summaries c JOIN conference_participant_summaries p USING (ConferenceSid) WHERE c.Status > 'd'",
            30,
        ),
        ("conference_participant_summaries p JOIN call_summaries s USING (CallSid) WHERE p.LeaveTime IS NULL", 30),
    ):
        with together(twenty.sandbox, 4, path="Participants|Voice/CA"):
            rows, _ = asked(twenty, f"SELECT count(*) FROM {sql}")
        assert rows == [(most,)]


@pytest.mark.parametrize(
    ("where", "sent"),
    [
        ("conference_summaries WHERE Status = 'completed' AND FriendlyName = 'support-1'",
         "FriendlyName=support-1 Status=completed CreatedAfter=2026-01-30T12:00:00Z"),
        ("conference_summaries WHERE CreateTime >= '2026-02-24' AND CreateTime < '2026-02-25'",
         "CreatedAfter=2026-02-23T23:59:59Z CreatedBefore=2026-02-25T00:00:01Z"),
        ("conference_summaries WHERE Status IN ('completed', 'paused')", "CreatedAfter=2026-01-30T12:00:00Z"),
        ("conference_summaries WHERE CreateTime > '2020-01-01'", "CreatedAfter=2026-01-30T12:00:00Z"),
        ("conference_summaries WHERE CreateTime <= '9999-12-31'", "CreatedAfter=2026-01-30T12:00:00Z"),
        ("call_summaries WHERE StartTime < '2026-02-25' AND CallState = 'completed'",
         "ProcessingState=all CallState=completed StartTime=2026-01-30T12:00:00Z EndTime=2026-02-26T00:00:01Z"),
        ("call_summaries WHERE Callee = '+15550000003' AND HasTag = 0",
         "ProcessingState=all StartTime=2026-01-30T12:00:00Z To=+15550000003 HasTag=false"),
    ],
)  # fmt: skip
def test_filters_are_pushed(twenty: World, where: str, sent: str) -> None:
    """Values as they are, days as times that are a little wider; never more than 30 days."""
    rows, requests = asked(twenty, f"SELECT 1 FROM {where}")
    path = "/v1/Conferences" if where.startswith("conf") else "/v1/Voice/Summaries"
    # The sandbox's clock runs on while the test does.
    assert {re.sub("12:00:0.Z", "12:00:00Z", text) for text in requests} == {f"{path} {sent}"}
    assert rows


def test_inputs_are_lists_of_their_own(twenty: World) -> None:
    """Each value of an input is a list, and its rows have that value; beside a SID it is a list too."""
    numbers = (
        "SELECT Callee, \"To\" ->> '$.callee' FROM call_summaries WHERE Callee IN ('+15550000003', '+15550000004')"
    )
    assert sorted(asked(twenty, numbers)[0]) == [("+15550000003",) * 2, ("+15550000004",) * 2]
    (sid,) = asked(twenty, "SELECT ConferenceSid FROM conference_summaries LIMIT 1")[0][0]
    both = "SELECT Subaccount FROM conference_summaries WHERE ConferenceSid = ? AND Subaccount = ?"
    assert asked(twenty, both, sid, twenty.sandbox.account_sid)[0] == [(twenty.sandbox.account_sid,)]
    assert asked(twenty, both, sid, twenty.sandbox.subaccount_sid)[0] == []
    joined = (
        "SELECT count(*) FROM conference_participant_summaries p CROSS JOIN conference_summaries c"
        " ON c.ConferenceSid = p.ConferenceSid AND c.Subaccount = ?"
    )
    assert asked(twenty, joined, twenty.sandbox.account_sid)[0] == [(60,)]


def test_by_sid(twenty: World) -> None:
    """A SID is one request; what Insights does not know gives no row, and what is no SID no request."""
    (sid, call), *_ = asked(twenty, "SELECT ConferenceSid, CallSid FROM conference_participant_summaries LIMIT 1")[0]
    for table, column, known in (
        ("conference_summaries", "ConferenceSid", sid),
        ("conference_participant_summaries", "ConferenceSid", sid),
        ("call_summaries", "CallSid", call),
    ):
        one = f"SELECT DISTINCT {column} FROM {table} WHERE {column} = ?"
        rows, requests = asked(twenty, one, known)
        assert (rows, len(requests)) == ([(known,)], 1)
        assert asked(twenty, one, known[:2] + "f" * 32)[0] == []
        assert asked(twenty, f"{one} OR {column} = 'team'", known)[0] == [(known,)]


@pytest.mark.parametrize("latest", ["started", "ended"])
def test_a_call_that_spans_midnight(world: Callable[..., World], latest: str) -> None:
    """It began before the end that was asked for, and is there even if Twilio bounds ends; and while it goes on."""
    here = world(readings=Readings(summaries_until=latest, call_summary="complete", insights_since="4 hours"))
    here.get("SELECT CallSid FROM AddParticipants('team', '+15005550006', '+12025550100')")
    here.sandbox.advance(14 * 3600)
    sql = "SELECT CallSid FROM call_summaries WHERE StartTime BETWEEN '2026-03-01 10:00:00' AND '2026-03-01 13:00:00'"
    (found,) = here.db.execute(sql).fetchall()
    assert here.get("SELECT ProcessingState FROM call_summaries WHERE CallSid = ?", *found) == "partial"
    here.get("SELECT Status FROM EndConference('team')")
    assert here.db.execute(sql).fetchall() == [found]
    assert here.get("SELECT ProcessingState FROM call_summaries WHERE CallSid = ?", *found) == "complete"
    here.sandbox.advance(31 * DAY)
    assert here.db.execute(f"{sql} OR CallSid = ?", found).fetchall() == []


@pytest.mark.parametrize("table", ["conference_summaries", "conference_participant_summaries", "call_summaries"])
def test_an_account_without_insights(twenty: World, table: str) -> None:
    """One error says what is missing, not that the credentials are wrong."""
    twenty.sandbox.change(insights=False)
    try:
        with pytest.raises(TwilioError, match=r"^the account has no Voice Insights .*17007") as caught:
            twenty.db.execute(f"SELECT * FROM {table}").fetchall()
        assert "doctor" not in str(caught.value)
        assert type(caught.value) is TwilioError
    finally:
        twenty.sandbox.change(insights=True)
