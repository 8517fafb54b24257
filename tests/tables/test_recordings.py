"""recordings and transcriptions: lists of one conference or call, and what UPDATE and DELETE do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from twsql.errors import InputError, NotSupportedError, ProgrammingError, TwilioError

from .conftest import World

Make = Callable[..., World]


def test_of_a_conference_and_of_a_call(world: Make) -> None:
    """Each is one request; so is a recording's own SID."""
    made = world(conferences=4, participants=2, recordings=4, over=1)
    conference, call = made.db.execute("SELECT ConferenceSid, CallSid FROM recordings ORDER BY 1 DESC").fetchall()[0]
    rows, asked = made.asked("SELECT Sid, Price, Duration FROM recordings WHERE ConferenceSid = ?", conference)
    assert asked == [f"GET Recordings ConferenceSid={conference} PageSize=100"]
    assert len(rows) == 2
    assert all(price < 0 < duration for _, price, duration in rows)
    rows, asked = made.asked("SELECT Sid FROM recordings WHERE CallSid = ?", call)
    assert (len(rows), asked) == (3, [f"GET Recordings CallSid={call} PageSize=100"])
    [(sid,), *_] = rows
    assert made.asked("SELECT Sid FROM recordings WHERE Sid = ?", sid) == ([(sid,)], [f"GET Recordings/{sid}"])
    assert made.asked("SELECT Sid FROM recordings ORDER BY DateCreated DESC LIMIT 2")[1] == [
        "GET Recordings PageSize=22"
    ]


def test_changes(world: Make) -> None:
    """A recording is paused, resumed and stopped by the conference or call that it is of; what has ended is not."""
    made = world(conferences=1, participants=1, recordings=2, over=0)
    recordings = dict(made.db.execute("SELECT Source, Sid FROM recordings").fetchall())
    update = "UPDATE recordings SET Status = ?, PauseBehavior = 'skip' WHERE Sid = ?"
    paths = {"Conference": "Conferences/", "OutboundAPI": "Calls/"}
    for source, sid in recordings.items():
        for status, shown in (("paused", "paused"), ("in-progress", "in-progress"), ("stopped", "completed")):
            asked = made.asked(update, status, sid)[1][-1]
            assert asked.startswith(f"POST {paths[source]}")
            assert asked.endswith(f"/Recordings/{sid} Status={status} PauseBehavior=skip")
            assert made.get("SELECT Status FROM recordings WHERE Sid = ?", sid) == shown
        with pytest.raises(TwilioError, match="the recording is completed"):
            made.asked(update, "paused", sid)
        with pytest.raises(InputError, match="give Status"):
            made.asked("UPDATE recordings SET PauseBehavior = 'skip' WHERE Sid = ?", sid)


def test_deleting(world: Make) -> None:
    """DELETE deletes the audio; transcriptions can only be read."""
    made = world(conferences=2, participants=1, recordings=2, over=1)
    [(sid, text)] = made.db.execute(
        "SELECT RecordingSid, TranscriptionText FROM transcriptions ORDER BY 1 LIMIT 1"
    ).fetchall()
    assert "Shall we begin?" in text
    assert made.asked("SELECT Type FROM transcriptions WHERE RecordingSid = ?", sid) == (
        [("fast",)],
        [f"GET Recordings/{sid}/Transcriptions PageSize=100"],
    )
    assert made.asked("DELETE FROM recordings WHERE Sid = ?", sid)[1][-1] == f"DELETE Recordings/{sid}"
    assert made.asked("SELECT Sid FROM recordings WHERE Sid = ?", sid)[0] == []
    assert made.get("SELECT count(*) FROM recordings") == 3
    deleted = "FROM recordings WHERE IncludeSoftDeleted = 1 AND Status = 'deleted'"
    assert made.asked(f"SELECT Sid {deleted}") == (
        [(sid,)],
        ["GET Recordings IncludeSoftDeleted=true PageSize=100"],
    )
    assert made.asked(f"SELECT Sid {deleted} AND Sid = ?", sid) == (
        [(sid,)],
        [f"GET Recordings/{sid} IncludeSoftDeleted=true"],
    )
    assert len(made.asked("SELECT Sid FROM recordings WHERE IncludeSoftDeleted = 0")[0]) == 3
    with pytest.raises(ProgrammingError, match="write IncludeSoftDeleted = 1, or = 0"):
        made.db.execute("SELECT Sid FROM recordings WHERE IncludeSoftDeleted").fetchall()
    with pytest.raises(NotSupportedError, match="could not be brought back"):
        made.asked("DELETE FROM transcriptions")
