"""The table queue_members: the lists of queues side by side, joins, and the UPDATE that takes a call out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from twsql.errors import InputError, NotSupportedError, OutcomeUnknown
from waiting import together

from .conftest import World

CALL = "SELECT Sid FROM PlaceCall('+15005550006', ?) WHERE Twiml = ?"
QUEUES, EACH = 12, 2
URL = "https://example.com/"


@pytest.fixture
def busy(world: Callable[..., World]) -> Iterator[World]:
    """Twelve queues with two calls each, beside the one that is empty."""
    made = world(connection={"journal": ":memory:", "max_calls": 100})
    for number in range(QUEUES * EACH):
        twiml = f"<Response><Enqueue>line {number % QUEUES}</Enqueue></Response>"
        made.db.execute(CALL, (f"+1202555{number:04}", twiml)).fetchall()
    return made


def test_all_queues(busy: World) -> None:
    """Without a queue all are listed once, then the members of those that are not empty, side by side."""
    with together(busy.sandbox, 4, path="Members"):
        rows, asked = busy.asked("SELECT QueueSid, CallSid, Position FROM queue_members")
    assert (len({*rows}), {position for *_, position in rows}) == (QUEUES * EACH, {1, 2})
    queues = {sid for sid, *_ in rows}
    assert asked[0] == "GET Queues PageSize=100"
    assert sorted(asked[1:]) == sorted(f"GET Queues/{sid}/Members PageSize=100" for sid in queues)


def test_one_queue_and_one_member(busy: World) -> None:
    """A queue is one request, with a call in it one for that call; an unknown queue has no members."""
    (queue, call), *_ = busy.asked("SELECT QueueSid, CallSid FROM queue_members")[0]
    rows, asked = busy.asked("SELECT CallSid, WaitTime FROM queue_members WHERE QueueSid = ?", queue)
    assert (len(rows), asked) == (EACH, [f"GET Queues/{queue}/Members PageSize=100"])
    rows, asked = busy.asked("SELECT CallSid FROM queue_members WHERE QueueSid = ? AND CallSid = ?", queue, call)
    assert (rows, asked) == ([(call,)], [f"GET Queues/{queue}/Members/{call}"])
    assert busy.asked("SELECT CallSid FROM queue_members WHERE QueueSid IN ('x', ?)", "QU" + "0" * 32)[0] == []


def test_joins(busy: World) -> None:
    """A join with queues lists them once, and asks for nobody in the empty one."""
    with together(busy.sandbox, 4, path="Members"):
        rows, asked = busy.asked(
            "SELECT q.FriendlyName, m.CallSid FROM queues q JOIN queue_members m ON m.QueueSid = q.Sid"
        )
    assert len({*rows}) == QUEUES * EACH
    assert len(asked) == 1 + QUEUES
    names = busy.db.execute("SELECT DISTINCT FriendlyName FROM queues JOIN queue_members ON QueueSid = queues.Sid")
    assert len(names.fetchall()) == QUEUES


def test_taken_out(busy: World) -> None:
    """UPDATE sends a call on with other TwiML, once; what may have been done is not sent again."""
    (queue, call), *_ = busy.asked("SELECT QueueSid, CallSid FROM queue_members")[0]
    update = "UPDATE queue_members SET Url = ?, Method = 'GET' WHERE QueueSid = ? AND CallSid = ?"
    assert busy.asked(update, URL, queue, call)[1][-1] == f"POST Queues/{queue}/Members/{call} Url={URL} Method=GET"
    assert busy.get("SELECT CurrentSize FROM queues WHERE Sid = ?", queue) == EACH - 1
    busy.sandbox.fail("reset-after", method="POST", times=1)
    with pytest.raises(OutcomeUnknown):
        busy.db.execute("UPDATE queue_members SET Url = ? WHERE QueueSid = ?", (URL, queue))
    assert busy.get("SELECT CurrentSize FROM queues WHERE Sid = ?", queue) == 0
    with pytest.raises(InputError, match="Url is required"):
        busy.db.execute("UPDATE queue_members SET Method = 'GET'")
    with pytest.raises(NotSupportedError, match="UPDATE queue_members SET Url"):
        busy.db.execute("DELETE FROM queue_members")
