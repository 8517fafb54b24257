"""messages and media: push-down, order, joins side by side, and what an UPDATE does at Twilio."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from twsql.errors import InputError, NotSupportedError, TwilioError
from twsql.sandbox.readings import Readings, each_reading
from waiting import together

from .conftest import World

Make = Callable[..., World]
SERVICE = "MG" + "0" * 32
LATER = f"""SELECT Sid FROM SendMessage(NULL, '+15550000001', 'Later') WHERE MessagingServiceSid = '{SERVICE}'
            AND ScheduleType = 'fixed' AND SendAt = '2026-04-01 12:00:00'"""


def test_values(world: Make) -> None:
    """Numbers are numbers; what is not known yet is NULL."""
    made = world(messages=10)
    columns = 'NumMedia, NumSegments, Price, typeof(Price), Direction, MessagingServiceSid, DateSent, "From"'
    made.db.execute(LATER).fetchall()
    waiting, *sent = made.db.execute(f"SELECT {columns} FROM messages ORDER BY DateSent DESC NULLS FIRST").fetchall()
    assert waiting == (0, 1, None, "null", "outbound-api", SERVICE, None, None)
    assert sent[0][:6] == (1, 1, -0.0079, "real", "outbound-api", None)
    assert {row[4] for row in sent} == {"outbound-api", "inbound"}


def test_push_down(world: Make) -> None:
    """To, From and days narrow Twilio's list; a SID is one request."""
    made = world(messages=30, days=30)
    (sid, to, since) = made.db.execute('SELECT Sid, "To", DateSent FROM messages LIMIT 1').fetchall()[0]
    assert made.asked("SELECT Sid FROM messages WHERE Sid IN (?, 'SM1')", sid) == ([(sid,)], [f"GET Messages/{sid}"])
    assert made.asked('SELECT Sid FROM messages WHERE "To" = ? AND "From" = ?', to, "+15005550006")[1] == [
        f"GET Messages From=+15005550006 To={to} PageSize=100"
    ]
    rows, asked = made.asked("SELECT Sid FROM messages WHERE DateSent >= ?", since)
    assert (rows, asked) == ([(sid,)], [f"GET Messages DateSent>={since[:10]} PageSize=100"])
    assert made.asked("SELECT Sid FROM messages WHERE DateSent < '2020-01-01'")[0] == []
    assert made.asked("SELECT count(*) FROM messages WHERE DateSent > '2020-01-01'") == (
        [(30,)],
        ["GET Messages PageSize=100"],
    )


@pytest.mark.parametrize("bound", ["> '2000-01-01'", "> ''", "< '2029-01-01'", "< date('2026-03-01', '-390 days')"])
@pytest.mark.parametrize("readings", [*each_reading("upper_bound", "queued_start_time")], ids=str)
def test_a_long_list(world: Make, readings: Readings, bound: str) -> None:
    """With any bound on DateSent it is read in day ranges, of which none begins before what Twilio keeps."""
    made = world(messages=600, days=399, readings=readings)
    made.sandbox.change(deliver_after=1e9)
    made.db.execute("SELECT Sid FROM SendMessage('+15005550006', '+15550000001', 'waits')").fetchall()
    every = made.db.execute("SELECT Sid, DateSent FROM messages").fetchall()
    assert len(every) == 601
    made.db.execute("CREATE TEMP TABLE plain (Sid, DateSent TEXT)")
    made.db.executemany("INSERT INTO plain VALUES (?, ?)", every)
    rows, asked = made.asked(f"SELECT Sid FROM messages WHERE DateSent {bound}")
    assert sorted(rows) == made.db.execute(f"SELECT Sid FROM plain WHERE DateSent {bound} ORDER BY 1").fetchall()
    assert len(asked) <= 14
    assert any("DateSent>" in request for request in asked) == (len(rows) > 100)


@pytest.mark.parametrize("order", ["newest first", "mixed within a minute", "by sid"])
def test_newest_first(world: Make, order: str) -> None:
    """ORDER BY DateSent DESC LIMIT reads what it needs of a list in order; those that wait come last."""
    made = world(messages=300, days=300)
    made.sandbox.read(order=order)
    made.sandbox.change(deliver_after=1e9)
    made.db.execute("SELECT Sid FROM SendMessage('+15005550006', '+15550000001', 'waits')").fetchall()
    rows, asked = made.asked("SELECT DateSent FROM messages ORDER BY DateSent DESC LIMIT 5")
    every = [row[0] for row in made.db.execute("SELECT DateSent FROM messages")]
    assert [row[0] for row in rows] == sorted(filter(None, every), reverse=True)[:5]
    assert len(asked) == (5 if order == "by sid" else 1)
    assert made.db.execute("SELECT DateSent FROM messages ORDER BY DateSent DESC").fetchall()[-1] == (None,)


def test_joins_ask_side_by_side(world: Make) -> None:
    """Media of many messages are asked for together, and of those that have none not at all."""
    made = world(messages=300, days=3)
    sql = "SELECT m.Sid, a.ContentType FROM messages m JOIN media a ON a.ParentSid = m.Sid"
    with together(made.sandbox, 4, path="Media"):
        rows, asked = made.asked(sql)
    assert len(rows) == 30
    assert rows[0][1] == "image/jpeg"
    assert sum("Media" in one for one in asked) == 30
    (parent, sid) = made.db.execute("SELECT ParentSid, Sid FROM media LIMIT 1").fetchall()[0]
    sql = "SELECT ContentType FROM media WHERE ParentSid = ? AND Sid = ?"
    assert made.asked(sql, parent, sid) == ([("image/jpeg",)], [f"GET Messages/{parent}/Media/{sid}"])


def test_update(world: Make) -> None:
    """A message that was not sent can be canceled, also if the response was lost; one that was sent cannot."""
    made = world(messages=1)
    made.db.execute(LATER).fetchall()
    made.sandbox.fail("reset-after", times=1, path="Messages/", method="POST")
    made.db.execute("UPDATE messages SET Status = 'canceled' WHERE Status = 'scheduled'")
    assert made.get("SELECT count(*) FROM messages WHERE Status = 'canceled'") == 1
    with pytest.raises(TwilioError, match="30409"):
        made.db.execute("UPDATE messages SET Status = 'canceled' WHERE Status = 'delivered'")
    with pytest.raises(InputError, match="Status must be one of canceled"):
        made.db.execute("UPDATE messages SET Status = 'sent'")


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("DELETE FROM messages", "could not be brought back"),
        ("DELETE FROM media", "could not be brought back"),
        ("INSERT INTO messages (Body) VALUES ('x')", "SendMessage"),
        ("UPDATE messages SET Body = ''", "Body"),
    ],
)
def test_what_cannot_be_written(world: Make, sql: str, told: str) -> None:
    """What could not be made good again is refused, with what to do."""
    made = world(messages=10)
    with pytest.raises(NotSupportedError, match=told):
        made.db.execute(sql)
    assert {each.method for each in made.sandbox.requests} <= {"GET"}
