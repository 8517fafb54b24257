"""executemany of an EXEC: one set of calls, placed side by side."""

from __future__ import annotations

from typing import Any

import pytest

from dialing.conftest import FROM, TO, Connect
from twsql.errors import DataError, InputError
from twsql.sandbox import Sandbox
from waiting import together

EXEC = f"EXEC AddParticipants ConferenceSid = :room, From = '{FROM}', To = :to, Muted = :muted"


def _sets(count: int) -> list[dict[str, Any]]:
    return [{"room": f"room {n % 3}", "to": f"{TO}{n}", "muted": None} for n in range(count)]


@pytest.mark.parametrize("statement", [EXEC, f"CALL AddParticipants(:room, '{FROM}', :to, Muted = :muted)"])
def test_side_by_side(connect: Connect, sandbox: Sandbox, statement: str) -> None:
    """Sets of parameters are calls under way together, max_in_flight at a time; rows come in the order asked."""
    with together(sandbox, 8):
        cursor = connect(max_in_flight=8).cursor().executemany(statement, _sets(24))
    placed = {call.sid: call.to for call in sandbox.calls()}
    assert [placed[row[1]] for row in cursor.fetchall()] == [each["to"] for each in _sets(24)]
    assert (cursor.rowcount, sandbox.counters.placed, sandbox.counters.peak) == (24, 24, 8)


def test_equal_sets(connect: Connect, sandbox: Sandbox) -> None:
    """Each set is a call of its own, even when it equals another."""
    assert len(connect().executemany(EXEC, _sets(1) * 3).fetchall()) == 3
    assert sandbox.counters.placed == 3


def test_none(connect: Connect, sandbox: Sandbox) -> None:
    """Without any set nothing is placed."""
    assert connect().executemany(EXEC, []).rowcount == -1
    assert sandbox.counters.requests == 0


@pytest.mark.parametrize(("wrong", "error"), [({"muted": "perhaps"}, InputError), ({"to": b"555"}, DataError)])
def test_all_are_checked_first(connect: Connect, sandbox: Sandbox, wrong: dict[str, Any], error: type) -> None:
    """A wrong input in the last set: nothing is sent."""
    with pytest.raises(error):
        connect().executemany(EXEC, [*_sets(9), {**_sets(1)[0], **wrong}])
    assert sandbox.counters.requests == 0


def test_other_procedures(connect: Connect, sandbox: Sandbox) -> None:
    """A procedure that places no call is run once for each set."""
    db = connect()
    db.executemany(EXEC, _sets(3))
    db.executemany("EXEC EndConference ConferenceSid = ?", [(f"room {n}",) for n in range(3)])
    assert {each.status for each in sandbox.conferences()} == {"completed"}
