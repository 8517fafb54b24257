"""The table participants: what Twilio is asked for, and what INSERT, UPDATE and DELETE send."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from twsql.errors import Error, InputError, NotFound, ReadOnlyError, TwilioError

from .conftest import World

Make = Callable[..., World]

ACTIVE = ["GET Conferences Status=init PageSize=100", "GET Conferences Status=in-progress PageSize=100"]
INSERT = 'INSERT INTO participants (FriendlyName, "From", "To") '


def people(*sids: str, filters: str = "") -> list[str]:
    """A list of participants for each conference."""
    return [f"GET Conferences/{sid}/Participants {filters and filters + ' '}PageSize=100" for sid in sids]


def test_fan_out(world: Make) -> None:
    """Without a conference those that are not over are listed and asked side by side, and no other."""
    made = world(conferences=10, participants=3, over=0.5)
    active = [each.sid for each in made.sandbox.conferences() if each.status != "completed"][::-1]
    rows, asked = made.asked("SELECT ConferenceSid FROM participants")
    assert (asked[:2], sorted(asked[2:])) == (ACTIVE, sorted(people(*active)))
    assert [row[0] for row in rows] == [sid for sid in active for _ in range(3)]


@pytest.mark.parametrize(
    ("where", "filters"),
    [
        ("Muted", ""),
        ("Muted = 1", "Muted=true"),
        ("Muted = 0", "Muted=false"),
        ("Muted IN (0)", "Muted=false"),
        ("Muted IN (0, 1)", ""),
        ("Muted = '1'", ""),
        ("Muted = 2", ""),
        ("Muted <> 1", ""),
        ("Muted = 1.0", "Muted=true"),
        ("Hold = 1 AND Coaching = 0", "Hold=true Coaching=false"),
        ("Muted = 1 AND Hold = 0 AND Label = 5", "Muted=true Hold=false"),
        ("Label LIKE 'guest%'", ""),
        ("Label = 'guest-1' COLLATE NOCASE", ""),
        ("Label = 'a/b'", ""),
        ("Label = '.'", ""),
        ("Label = ''", ""),
        ("Status = 'connected'", ""),
    ],
)
def test_filters(world: Make, where: str, filters: str) -> None:
    """Muted, Hold and Coaching go to Twilio; what cannot be one is compared here."""
    made = world(conferences=1, participants=3, over=0)
    sid = made.sandbox.conferences()[0].sid
    asked = made.asked(f"SELECT CallSid FROM participants WHERE ConferenceSid = ? AND {where}", sid)[1]
    assert asked == people(sid, filters=filters)


def test_single_participants(world: Make) -> None:
    """With a CallSid or a label it is one fetch, for an unknown one too; with several of them one list."""
    made = world(conferences=2, participants=3, over=0)
    first, second = made.sandbox.conferences()
    path = f"GET Conferences/{first.sid}/Participants"
    of = "SELECT CallSid FROM participants WHERE ConferenceSid = ? AND "
    assert made.asked(of + "CallSid = ?", first.sid, first.calls[2]) == (
        [(first.calls[2],)],
        [f"{path}/{first.calls[2]}"],
    )
    assert made.asked(of + "Label = 'guest-1'", first.sid) == ([(first.calls[1],)], [f"{path}/guest-1"])
    assert made.asked(of + "CallSid = ?", first.sid, second.calls[0]) == ([], [f"{path}/{second.calls[0]}"])
    assert made.asked(of + "Label = 'Guest-1'", first.sid) == ([], [f"{path}/Guest-1"])
    assert made.asked(of + "CallSid = ? AND Label = 'x'", first.sid, first.calls[1]) == (
        [],
        [f"{path}/{first.calls[1]}"],
    )
    rows, asked = made.asked(of + "CallSid IN (?, ?, 'x', NULL)", first.sid, *first.calls[:2])
    assert {row[0] for row in rows} == set(first.calls[:2])
    assert asked == people(first.sid)
    rows, asked = made.asked(of + "Label IN ('guest-1', 'nobody')", first.sid)
    assert (rows, asked) == ([(first.calls[1],)], people(first.sid))
    assert made.asked(of + "CallSid = 'x'", first.sid) == ([], [])


def test_labels_in_paths(world: Make) -> None:
    """A label is percent-encoded in the path."""
    made = world()
    insert = INSERT.replace(")", ", Label)")
    made.db.execute(insert + "VALUES ('c', '+15550000000', '+15550000001', 'a b?#%ü')")
    sid = made.sandbox.conference("c").sid
    rows, asked = made.asked("SELECT Label FROM participants WHERE ConferenceSid = ? AND Label = 'a b?#%ü'", sid)
    assert rows == [("a b?#%ü",)]
    assert asked == [f"GET Conferences/{sid}/Participants/a%20b%3F%23%25%C3%BC"]


def test_by_name(world: Make) -> None:
    """FriendlyName in WHERE finds the conferences that are not over first; Twilio takes no name here."""
    made = world(conferences=4, participants=2, over=0.5)
    one = next(each for each in made.sandbox.conferences() if each.status == "in-progress")
    lists = [
        f"GET Conferences Status={status} FriendlyName={one.name} PageSize=100" for status in ("init", "in-progress")
    ]
    rows, asked = made.asked("SELECT CallSid, FriendlyName FROM participants WHERE FriendlyName = ?", one.name)
    assert set(rows) == {(sid, one.name) for sid in one.calls}
    assert asked == lists + people(one.sid)
    rows, asked = made.asked("SELECT Label FROM participants WHERE FriendlyName = ? AND Label = 'guest-1'", one.name)
    assert (rows, asked) == ([("guest-1",)], [*lists, f"GET Conferences/{one.sid}/Participants/guest-1"])
    rows, asked = made.asked("SELECT CallSid FROM participants WHERE FriendlyName = 'nobody'")
    assert (rows, len(asked)) == ([], 2)
    rows, asked = made.asked("SELECT FriendlyName FROM participants WHERE ConferenceSid = ?", one.sid)
    assert (rows, asked) == ([(one.name,)] * 2, [*people(one.sid), f"GET Conferences/{one.sid}"])


def test_several_conferences(world: Make) -> None:
    """IN asks each conference once; what is no SID of a conference is not asked for."""
    made = world(conferences=4, participants=1, over=0)
    sids = [each.sid for each in made.sandbox.conferences()]
    sql = "SELECT ConferenceSid FROM participants WHERE ConferenceSid IN (?, ?, 'sales-0', NULL, '')"
    rows, asked = made.asked(sql, *sids[:2])
    assert {row[0] for row in rows} == set(sids[:2])
    assert sorted(asked) == sorted(people(*sids[:2]))
    made.asked("SELECT ConferenceSid FROM participants WHERE ConferenceSid = 'sales-0'")
    assert made.requests() == []


def test_a_join(world: Make) -> None:
    """A join by the SID asks each conference of the outer table once."""
    made = world(conferences=6, participants=2, over=0.5)
    sql = (
        "SELECT c.FriendlyName, p.CallSid FROM conferences c JOIN participants p ON p.ConferenceSid = c.Sid"
        " WHERE c.Status = 'in-progress'"
    )
    rows, asked = made.asked(sql)
    assert len(rows) == 6
    assert len(asked) == 1 + 3


def test_over_or_unknown(world: Make) -> None:
    """A conference that is over, or that there is not, has no participants."""
    made = world(conferences=2, participants=2, over=1)
    sid = made.sandbox.conferences()[0].sid
    assert made.asked("SELECT * FROM participants WHERE ConferenceSid = ?", sid) == ([], people(sid))
    made.sandbox.fail("error", path="Participants", status=404, code=20404)
    rows, asked = made.asked("SELECT * FROM participants WHERE ConferenceSid = ?", sid)
    assert (rows, asked) == ([], [*people(sid), f"GET Conferences/{sid}"])
    unknown = "CF" + "0" * 32
    assert made.asked("SELECT * FROM participants WHERE ConferenceSid = ?", unknown)[0] == []


def test_not_found_though_in_progress(world: Make) -> None:
    """A conference in progress whose participants are "not found" is an error, not an empty one."""
    made = world(conferences=1, participants=2, over=0)
    made.sandbox.fail("error", path="Participants", status=404, code=20404, message="gone astray")
    with pytest.raises(NotFound, match="gone astray") as caught:
        made.db.execute("SELECT * FROM participants").fetchall()
    assert (caught.value.status, caught.value.code) == (404, 20404)


def test_limit(world: Make) -> None:
    """LIMIT stops the fan-out as soon as it has its rows."""
    made = world(conferences=10, participants=3, over=0)
    assert len(made.asked("SELECT CallSid FROM participants LIMIT 1")[1]) == 3
    assert len(made.asked("SELECT CallSid FROM participants LIMIT 3")[1]) == 3
    assert len(made.asked("SELECT CallSid FROM participants LIMIT 4")[1]) == 4
    assert made.asked("SELECT CallSid FROM participants LIMIT 0")[1] == []


def test_every_property(world: Make) -> None:
    """A row has Twilio's fifteen properties; booleans are 0 and 1, From and To are not told."""
    made = world(conferences=1, participants=2, over=0)
    cursor = made.db.execute('SELECT *, "From", "To", typeof(Muted) FROM participants WHERE Label = \'guest-1\'')
    names = [each[0] for each in cursor.get_description()]
    row = dict(zip(names, next(cursor), strict=True))
    one, account = made.sandbox.conferences()[0], made.sandbox.account_sid
    assert len(row.pop("DateCreated")) == len(row.pop("DateUpdated")) == 19
    assert row == {
        "ConferenceSid": one.sid,
        "CallSid": one.calls[1],
        "AccountSid": account,
        "Label": "guest-1",
        "Status": "connected",
        "Muted": 0,
        "Hold": 0,
        "Coaching": 0,
        "CallSidToCoach": None,
        "StartConferenceOnEnter": 1,
        "EndConferenceOnExit": 0,
        "QueueTime": None,
        "Uri": f"/2010-04-01/Accounts/{account}/Conferences/{one.sid}/Participants/{one.calls[1]}.json",
        "From": None,
        "To": None,
        "typeof(Muted)": "integer",
    }


# INSERT


def test_insert(world: Make) -> None:
    """INSERT places a call with all that AddParticipants takes; the row's rowid is that of the new participant."""
    made = world()
    sql = INSERT.replace(")", ", Label, Muted, StatusCallbackEvent)") + "VALUES ('c', '+15550000000', ?, 'x', 1, ?)"
    made.sandbox.clear()
    made.db.execute(sql, ("+15550000001", "ringing answered"))
    (request,) = [each for each in made.logged() if each.method == "POST"]
    assert sorted(request.form) == [
        ("From", "+15550000000"),
        ("Label", "x"),
        ("Muted", "true"),
        ("StatusCallbackEvent", "answered"),
        ("StatusCallbackEvent", "ringing"),
        ("To", "+15550000001"),
    ]
    assert request.raw_path.endswith("/Conferences/c/Participants.json")
    (call,) = made.sandbox.conference("c").calls
    assert made.get("SELECT CallSid FROM participants WHERE rowid = last_insert_rowid()") == call


def test_insert_select(world: Make) -> None:
    """INSERT … SELECT places a call for each row, but one for equal rows: a statement never calls the same twice."""
    made = world()
    made.db.execute("CREATE TEMP TABLE t (n)")
    made.db.execute("INSERT INTO t VALUES ('+15550000001'), ('+15550000002'), ('+15550000001')")
    made.db.execute(INSERT + "SELECT 'c', '+15550000000', n FROM t")
    assert made.sandbox.counters.placed_by == {("c", "+15550000001"): 1, ("c", "+15550000002"): 1}
    made.db.execute(INSERT + "SELECT 'c', '+15550000000', n FROM t LIMIT 1")
    assert made.sandbox.counters.placed == 3


def test_insert_by_sid(world: Make) -> None:
    """ConferenceSid calls into a conference that there is."""
    made = world(conferences=1, over=0)
    sid = made.sandbox.conferences()[0].sid
    made.db.execute(
        INSERT.replace("FriendlyName", "ConferenceSid") + "VALUES (?, '+15550000000', '+15550000001')", (sid,)
    )
    assert len(made.sandbox.conferences()[0].calls) == 1
    assert len(made.sandbox.conferences()) == 1


@pytest.mark.parametrize(
    ("sql", "error", "words"),
    [
        (INSERT + "VALUES ('c', '+15550000000', NULL)", InputError, "To is required"),
        (INSERT + "VALUES (NULL, NULL, '')", InputError, "Conference .*is required; From is required; To is required"),
        ('INSERT INTO participants ("From", "To") VALUES (\'+15550000000\', \'+1555\')', InputError, "Conference"),
        (INSERT.replace(")", ", Status)") + "VALUES ('c', '+1', '+2', 'x')", ReadOnlyError, "Status is read-only"),
        (INSERT.replace(")", ", CallSid, Hold)") + "VALUES ('c', '+1', '+2', 'x', 1)", ReadOnlyError, "CallSid, Hold"),
        (INSERT.replace(")", ", ConferenceSid)") + "VALUES ('c', '+1', '+2', 'c')", InputError, "not both"),
        (INSERT.replace(")", ", Muted)") + "VALUES ('c', '+1', '+2', 'x')", InputError, "Muted must be"),
    ],
)  # fmt: skip
def test_refused_inserts(world: Make, sql: str, error: type[Error], words: str) -> None:
    """What cannot be inserted is an error that names the columns; nothing is sent."""
    made = world()
    with pytest.raises(error, match=words):
        made.db.execute(sql)
    assert made.sandbox.counters.requests == 0


# UPDATE and DELETE


@pytest.mark.parametrize(
    ("settings", "form"),
    [
        ("Muted = 1", "Muted=true"),
        ("Muted = 'no'", "Muted=false"),
        ("Hold = 1, HoldUrl = 'https://x.example/h', HoldMethod = 'get'",
         "Hold=true HoldUrl=https://x.example/h HoldMethod=GET"),
        ("WaitUrl = ''", "WaitUrl="),
        ("BeepOnExit = 1, EndConferenceOnExit = 0", "BeepOnExit=true EndConferenceOnExit=false"),
        ("Muted = NULL, Hold = 1", "Hold=true"),
        ("AnnounceUrl = 'https://x.example/a', AnnounceMethod = 'POST'",
         "AnnounceUrl=https://x.example/a AnnounceMethod=POST"),
        ("Coaching = 1, CallSidToCoach = 'CA00000000000000000000000000000000'",
         "Coaching=true CallSidToCoach=CA00000000000000000000000000000000"),
        ("Muted = NOT Muted", "Muted=true"),
    ],
)  # fmt: skip
def test_update(world: Make, settings: str, form: str) -> None:
    """UPDATE sends what is set and no more; NULL is not sent, '' is."""
    made = world(conferences=1, participants=2, over=0)
    one = made.sandbox.conferences()[0]
    sql = f"UPDATE participants SET {settings} WHERE ConferenceSid = ? AND Label = 'guest-1'"
    asked = made.asked(sql, one.sid)[1]
    path = f"Conferences/{one.sid}/Participants"
    # SQLite says of an UPDATE that it reads every column, but the name of the conference is not asked for.
    assert asked == [f"GET {path}/guest-1", f"POST {path}/{one.calls[1]} {form}"]


def test_update_many(world: Make) -> None:
    """Each row once, also one that two terms find, and rows of several conferences."""
    made = world(conferences=2, participants=4, over=0)
    every = made.sandbox.conferences()
    asked = made.asked("UPDATE participants SET Hold = 1")[1]
    assert len([each for each in asked if each.startswith("POST")]) == made.db.changes() == 8
    first = every[0]
    sql = (
        "UPDATE participants SET Hold = 0 WHERE (ConferenceSid = ? AND CallSid = ?) OR (FriendlyName = ? AND Hold = 1)"
    )
    asked = made.asked(sql, first.sid, first.calls[0], first.name)[1]
    posts = [each for each in asked if each.startswith("POST")]
    assert sorted(posts) == sorted(f"POST Conferences/{first.sid}/Participants/{sid} Hold=false" for sid in first.calls)
    assert made.get("SELECT group_concat(DISTINCT FriendlyName) FROM participants WHERE Hold") == every[1].name


def test_update_from(world: Make) -> None:
    """UPDATE … FROM another table changes the rows that it joins, once each."""
    made = world(conferences=1, participants=3, over=0)
    calls = made.sandbox.conferences()[0].calls
    made.db.execute("CREATE TEMP TABLE t (call)")
    made.db.executemany("INSERT INTO t VALUES (?)", [(calls[0],), (calls[0],), (calls[2],)])
    asked = made.asked("UPDATE participants SET Hold = 1 FROM t WHERE CallSid = t.call")[1]
    assert len([each for each in asked if each.startswith("POST")]) == 2


def test_delete(world: Make) -> None:
    """DELETE removes the participants whose rows it finds, one request each."""
    made = world(conferences=1, participants=4, over=0)
    one = made.sandbox.conferences()[0]
    asked = made.asked("DELETE FROM participants WHERE ConferenceSid = ? AND (Label = 'guest-1' OR CallSid = ?)",
                       one.sid, one.calls[0])[1]  # fmt: skip
    deleted = [each for each in asked if each.startswith("DELETE")]
    assert sorted(deleted) == sorted(f"DELETE Conferences/{one.sid}/Participants/{sid}" for sid in one.calls[:2])
    assert made.sandbox.conferences()[0].calls == one.calls[2:]
    assert made.db.changes() == 2
    made.db.execute("DELETE FROM participants")
    assert made.sandbox.conferences()[0].status == "completed"


@pytest.mark.parametrize(
    ("sql", "error", "words"),
    [
        ("UPDATE participants SET Label = 'x'", ReadOnlyError, "Label is read-only; UPDATE can set Muted"),
        ("UPDATE participants SET FriendlyName = 'x'", ReadOnlyError, "FriendlyName is read-only"),
        ("UPDATE participants SET \"To\" = '+15550000001', Muted = 1", ReadOnlyError, "To is read-only"),
        ("UPDATE participants SET CallSid = 'x'", ReadOnlyError, "CallSid is read-only"),
        ("UPDATE participants SET Muted = NULL", InputError, "nothing to change: give one of Muted"),
        ("UPDATE participants SET Muted = 'x', HoldMethod = 'PUT'", InputError, "Muted must .*; HoldMethod must"),
        ("UPDATE participants SET rowid = 7", ReadOnlyError, "rowid is read-only"),
    ],
)
def test_refused_updates(world: Make, sql: str, error: type[Error], words: str) -> None:
    """What cannot be changed is an error that names every wrong column; nothing is sent."""
    made = world(conferences=1, participants=2, over=0)
    with pytest.raises(error, match=words):
        made.db.execute(sql)
    assert "POST" not in made.sandbox.counters.by_method


@pytest.mark.parametrize(
    "sql",
    [
        INSERT + "VALUES ('c', '+15550000000', '+15550000001')",
        "UPDATE participants SET Muted = 1",
        "DELETE FROM participants",
        "SELECT * FROM AddParticipants('c', '+15550000000', '+15550000001')",
        "SELECT * FROM EndConference('sales-0')",
        "SELECT * FROM RemoveParticipants('sales-0', 'guest-1')",
        "SELECT * FROM ModifyParticipants('sales-0', 'guest-1', 1)",
    ],
)
def test_read_only(world: Make, sql: str) -> None:
    """read_only refuses every effect, and lets everything be read."""
    made = world({"read_only": True}, conferences=1, participants=2, over=0)
    with pytest.raises(ReadOnlyError, match="read_only"):
        made.db.execute(sql).fetchall()
    assert set(made.sandbox.counters.by_method) <= {"GET"}
    assert made.get("SELECT count(*) FROM participants") == 2


def test_a_wrong_row_after_others(world: Make) -> None:
    """A later row that is wrong does not undo what was sent, and its error does not claim that nothing was."""
    made = world()
    with pytest.raises(InputError) as caught:
        made.db.execute(INSERT + "VALUES ('c', '+15550000000', '+15550000001'), ('c', '+15550000000', '')")
    assert made.sandbox.counters.placed == 1
    assert "nothing was sent" not in str(caught.value)


def test_twilio_refuses(world: Make) -> None:
    """Twilio's error goes through SQLite with its status, code and words."""
    made = world()
    with pytest.raises(TwilioError) as caught:
        made.db.execute(INSERT + "VALUES ('c', '+15550000000', '+15005550001')")
    assert (caught.value.status, caught.value.code) == (400, 21211)
    assert caught.value.request_id
    assert "21211" in str(caught.value)
