"""The table conferences: what Twilio is asked for, request by request."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests as http

from twsql.errors import Error, InputError, NotSupportedError, OutcomeUnknown, ReadOnlyError
from waiting import until

from .conftest import World

Make = Callable[..., World]

STATUSES = ("init", "in-progress", "completed")


def lists(filters: str = "", size: int = 100) -> list[str]:
    """A list of each status."""
    return [f"GET Conferences {filters and filters + ' '}Status={status} PageSize={size}" for status in STATUSES]


def one(status: str, filters: str = "", size: int = 100) -> list[str]:
    """A list of one status."""
    return [f"GET Conferences {filters and filters + ' '}Status={status} PageSize={size}"]


@pytest.mark.parametrize(
    ("where", "requests"),
    [
        ("1", lists()),
        ("Region = 'us1'", lists()),
        ("Status = 'completed'", one("completed")),
        ("Status = 'in-progress'", one("in-progress")),
        ("Status IN ('completed', 'init')", [*one("init"), *one("completed")]),
        ("Status = 'init' OR Status = 'completed'", [*one("init"), *one("completed")]),
        ("Status = 'Completed'", []),
        ("Status = 'Completed' COLLATE NOCASE", lists()),
        ("Status IN ('completed') AND Status = 'init'", []),
        ("Status = NULL", []),
        ("Status IS NULL", lists()),
        ("Status <> 'completed'", lists()),
        ("FriendlyName = 'a&b=c d'", lists("FriendlyName=a&b=c d")),
        ("FriendlyName = '日本'", lists("FriendlyName=日本")),
        ("FriendlyName = ''", lists("FriendlyName=")),
        ("FriendlyName = 5", lists()),
        ("FriendlyName = x'35'", lists()),
        ("FriendlyName LIKE 'a'", lists()),
        ("FriendlyName = 'A' COLLATE NOCASE", lists()),
        ("FriendlyName = 'a' AND Status = 'init'", one("init", "FriendlyName=a")),
        ("FriendlyName IN ('1','2','3','4','5','6','7','8','9','10','11','12','13')", lists()),
        ("Status = 'init' AND DateCreated = '2026-02-01 10:00:00'", one("init",
         "DateCreated=2026-02-01")),
        ("Status = 'init' AND DateCreated >= '2026-02-01'", one("init", "DateCreated>=2026-02-01")),
        ("Status = 'init' AND DateCreated > '2026-02-01 23:59:59'", one("init", "DateCreated>=2026-02-01")),
        ("Status = 'init' AND DateCreated < '2026-02-01'", one("init", "DateCreated<=2026-02-01")),
        ("Status = 'init' AND DateCreated < '2026-02-01 00:00:01'", one("init", "DateCreated<=2026-02-02")),
        ("Status = 'init' AND DateCreated <= '2026-02-01 10:00:00'", one("init", "DateCreated<=2026-02-02")),
        ("Status = 'init' AND DateCreated BETWEEN '2026-01-01' AND '2026-02-01 10:00:00'", one("init",
         "DateCreated>=2026-01-01 DateCreated<=2026-02-02")),
        ("Status = 'init' AND DateCreated > '2026-01-01' AND DateCreated > '2026-01-05'", one("init",
         "DateCreated>=2026-01-05")),
        ("Status = 'init' AND DateCreated < '2026-01-09' AND DateCreated < '2026-01-05 01:00:00'", one("init",
         "DateCreated<=2026-01-06")),
        ("Status = 'init' AND DateCreated IN ('2026-01-09 00:00:00', '2026-01-05 00:00:00')", one("init",
         "DateCreated>=2026-01-05 DateCreated<=2026-01-10")),
        ("Status = 'init' AND DateUpdated > datetime('2026-01-01', '+1 day')", one("init", "DateUpdated>=2026-01-02")),
        ("Status = 'init' AND DateCreated > '2026-01-01T00:00:00Z'", one("init")),
        ("Status = 'init' AND DateCreated > '2026-02-30'", one("init")),
        ("Status = 'init' AND DateCreated > 20260101", one("init")),
        ("Status = 'init' AND DateCreated > '2026'", one("init")),
        ("Status = 'init' AND DateCreated < '0001-01-01'", one("init", "DateCreated<=0001-01-02")),
        ("Status = 'init' AND DateCreated LIKE '2026-01-01%'", one("init")),
        ("Sid = 'nothing'", []),
        ("Sid = ''", []),
        ("Sid IN ('x', NULL)", []),
    ],
)  # fmt: skip
def test_filters(world: Make, where: str, requests: list[str]) -> None:
    """What Twilio can filter it is asked to, in these requests and no others; the rest is compared here."""
    asked = world().asked(f"SELECT Sid FROM conferences WHERE {where}")[1]
    assert asked == requests


def test_several_names(world: Make) -> None:
    """A page that holds a whole status has all names; in a longer list each name is asked for by itself."""
    sql = "SELECT Sid FROM conferences WHERE FriendlyName IN ('a', 'b', NULL) AND Status = 'completed'"
    assert world(conferences=100, over=1).asked(sql)[1] == one("completed")
    asked = world(conferences=101, over=1).asked(sql)[1]
    assert sorted(asked) == sorted(
        [*one("completed"), *one("completed", "FriendlyName=a"), *one("completed", "FriendlyName=b")]
    )


def test_keys_of_ranges(world: Make) -> None:
    """The operator is part of the key, percent-encoded: `DateCreated%3E=2026-02-01`."""
    made = world()
    made.asked("SELECT Sid FROM conferences WHERE Status = 'init' AND DateCreated > '2026-02-01'")
    assert made.logged()[0].raw_query == "DateCreated%3E=2026-02-01&Status=init&PageSize=100"


def test_by_sid(world: Make) -> None:
    """A SID is one request, an unknown one too and no row; several are one each."""
    made = world(conferences=4)
    sids = [row[0] for row in made.db.execute("SELECT Sid FROM conferences")]
    rows, asked = made.asked("SELECT Sid FROM conferences WHERE Sid = ?", sids[2])
    assert (rows, asked) == ([(sids[2],)], [f"GET Conferences/{sids[2]}"])
    unknown = "CF" + "0" * 32
    assert made.asked("SELECT * FROM conferences WHERE Sid = ?", unknown) == ([], [f"GET Conferences/{unknown}"])
    rows, asked = made.asked("SELECT Sid FROM conferences WHERE Sid IN (?, ?, ?, 'x')", unknown, sids[0], sids[3])
    assert {row[0] for row in rows} == {sids[0], sids[3]}
    assert sorted(asked) == sorted(f"GET Conferences/{sid}" for sid in (unknown, sids[0], sids[3]))
    rows, asked = made.asked("SELECT Sid FROM conferences WHERE Sid IN (?, ?, ?) ORDER BY DateCreated DESC", *sids[:3])
    assert [row[0] for row in rows] == sids[:3]
    assert len(asked) == 3


@pytest.mark.parametrize(
    ("sql", "requests"),
    [
        ("SELECT Sid FROM conferences LIMIT 1", [*one("init", size=1), *one("in-progress", size=1)]),
        ("SELECT Sid FROM conferences LIMIT 7", [*one("init", size=7), *one("in-progress", size=7)]),
        ("SELECT Sid FROM conferences LIMIT 3 OFFSET 4", [*one("init", size=7), *one("in-progress", size=7)]),
        ("SELECT Sid FROM conferences LIMIT 25", lists(size=25)),
        ("SELECT Sid FROM conferences LIMIT 0", []),
        ("SELECT Sid FROM conferences WHERE Status = 'completed' LIMIT 3", one("completed", size=3)),
        ("SELECT Sid FROM conferences WHERE Status IN ('completed') LIMIT 3", one("completed", size=3)),
        ("SELECT EXISTS (SELECT 1 FROM conferences WHERE Status = 'completed')", one("completed", size=1)),
        ("SELECT Sid FROM conferences WHERE Status = 'completed' ORDER BY DateCreated DESC LIMIT 3",
         one("completed", size=23)),
        ("SELECT Sid FROM conferences ORDER BY DateCreated DESC LIMIT 3",
         lists(size=23)),
        ("SELECT Sid FROM conferences WHERE Region = 'us1' AND Status = 'completed' LIMIT 3", one("completed")),
        ("SELECT Sid FROM conferences WHERE Status = 'completed' AND DateCreated > '2020-01-01' LIMIT 3",
         one("completed", "DateCreated>=2020-01-01")),
        ("SELECT Sid FROM conferences WHERE Status = 'completed' ORDER BY DateCreated LIMIT 3", one("completed")),
        ("SELECT DISTINCT Region FROM conferences WHERE Status = 'completed' LIMIT 1", one("completed")),
        ("SELECT count(*) FROM conferences WHERE Status = 'completed' LIMIT 1", one("completed")),
    ],
)  # fmt: skip
def test_limit(world: Make, sql: str, requests: list[str]) -> None:
    """LIMIT asks for no more than it needs, and for a whole page where rows may be dropped here."""
    assert world(conferences=40, over=0.5).asked(sql)[1] == requests


@pytest.mark.parametrize(("limit", "pages"), [(1, 1), (10, 1), (11, 2), (30, 3), (31, 4)])
def test_pages(world: Make, limit: int, pages: int) -> None:
    """The next page is asked for when its first row is, though there are more."""
    made = world({"page_size": 10}, conferences=60, over=1)
    made.asked("SELECT Sid FROM conferences WHERE Status = 'completed' AND Region = 'us1' LIMIT ?", limit)
    assert made.sandbox.counters.requests == pages


def test_newest_first(world: Make) -> None:
    """ORDER BY DateCreated DESC LIMIT merges the three lists, and reads no more of each than it needs."""
    made = world(conferences=60, over=0.8)
    rows, asked = made.asked("SELECT DateCreated, Status FROM conferences ORDER BY DateCreated DESC LIMIT 8")
    assert asked == lists(size=28)
    every = made.db.execute("SELECT DateCreated, Status FROM conferences ORDER BY +DateCreated DESC").fetchall()
    assert rows == every[:8]
    assert len({status for _, status in every[:8]}) == 2


def test_one_that_moves_on(world: Make) -> None:
    """A conference that ends during the scan is one row; none is missed."""
    made = world({"page_size": 5}, conferences=20, over=0.5)
    active = [each for each in made.sandbox.conferences() if each.status == "in-progress"]
    oldest, newest = active[0], active[-1]
    rows = {}
    scan = made.db.execute("SELECT Sid, Status FROM conferences")
    sid, status = next(scan)
    rows[sid] = status
    for moved in (oldest, newest):
        _end(made, moved.sid)
    for sid, status in scan:
        assert sid not in rows
        rows[sid] = status
    assert set(rows) == {each.sid for each in made.sandbox.conferences()}


def test_one_that_begins(world: Make) -> None:
    """A conference that begins while the list of those in progress is read is not missed, nor one that ends."""
    made = world({"page_size": 4}, conferences=12, over=0.5)
    made.db.execute(
        'INSERT INTO participants (FriendlyName, "From", "To", StartConferenceOnEnter)'
        " VALUES ('waits', '+15550000000', '+15550000001', 0)"
    )
    assert made.sandbox.conference("waits").status == "init"
    first, second = [made.sandbox.fail("slow", path="Conferences.json", times=1) for _ in range(2)]
    with ThreadPoolExecutor(1) as pool:
        read = pool.submit(made.asked, "SELECT Sid, FriendlyName, Status FROM conferences")
        until(lambda: first.hits)
        made.sandbox.heal(first)  # the list of those in init is read
        until(lambda: second.hits)
        _end(made, made.sandbox.conference("waits").sid)
        made.sandbox.heal(second)
        rows, _ = read.result(30)
    assert len(rows) == len({row[0] for row in rows}) == 13
    assert [row[2] for row in rows if row[1] == "waits"] == ["completed"]


def _end(world: World, sid: str) -> None:
    """End a conference from outside of the scan."""
    sandbox = world.sandbox
    http.post(
        f"{sandbox.base_url}/2010-04-01/Accounts/{sandbox.account_sid}/Conferences/{sid}.json",
        data={"Status": "completed"},
        auth=(sandbox.account_sid, sandbox.auth_token),
        timeout=60,
    ).raise_for_status()


def test_every_property(world: Make) -> None:
    """A row has Twilio's twelve properties, dates in SQLite's form, absent ones NULL."""
    made = world(conferences=1, over=0)
    cursor = made.db.execute("SELECT * FROM conferences")
    names = [each[0] for each in cursor.get_description()]
    row = dict(zip(names, next(cursor), strict=True))
    assert len(names) == 12
    sid = made.sandbox.conferences()[0].sid
    path = f"/2010-04-01/Accounts/{made.sandbox.account_sid}/Conferences/{sid}"
    assert row.pop("DateCreated") == row.pop("DateUpdated")
    assert row == {
        "Sid": sid,
        "AccountSid": made.sandbox.account_sid,
        "FriendlyName": "sales-0",
        "Status": "in-progress",
        "Region": "us1",
        "ReasonConferenceEnded": None,
        "CallSidEndingConference": None,
        "ApiVersion": "2010-04-01",
        "Uri": f"{path}.json",
        "SubresourceUris": f'{{"participants":"{path}/Participants.json","recordings":"{path}/Recordings.json"}}',
    }
    assert made.get("SELECT DateCreated = datetime(DateCreated) FROM conferences") == 1


# Changes


def test_update_ends_it(world: Make) -> None:
    """UPDATE … SET Status = 'completed' is one request beside the fetch, and RETURNING is SQLite's to refuse."""
    made = world(conferences=2, over=0)
    sid = made.sandbox.conferences()[0].sid
    asked = made.asked("UPDATE conferences SET Status = 'completed' WHERE Sid = ?", sid)[1]
    assert asked == [f"GET Conferences/{sid}", f"POST Conferences/{sid} Status=completed"]
    assert [each.status for each in made.sandbox.conferences()] == ["completed", "in-progress"]
    assert made.db.changes() == 1


def test_update_of_what_two_terms_find(world: Make) -> None:
    """A row that both sides of an OR find is changed once, and each row once."""
    made = world(conferences=3, over=0)
    first, second, _ = made.sandbox.conferences()
    sql = "UPDATE conferences SET Status = 'completed' WHERE Sid = ? OR FriendlyName = ? OR FriendlyName = ?"
    asked = made.asked(sql, first.sid, first.name, second.name)[1]
    assert sorted(each for each in asked if each.startswith("POST")) == sorted(
        f"POST Conferences/{each.sid} Status=completed" for each in (first, second)
    )
    assert made.db.changes() == 2


def test_update_announces(world: Make) -> None:
    """An announcement is sent once with its method."""
    made = world(conferences=1, over=0)
    asked = made.asked("UPDATE conferences SET AnnounceUrl = 'https://x.example/a', AnnounceMethod = 'get'")[1]
    assert asked[-1].endswith(" AnnounceUrl=https://x.example/a AnnounceMethod=GET")
    assert len([each for each in asked if each.startswith("POST")]) == 1


@pytest.mark.parametrize(
    ("sql", "error", "words"),
    [
        ("UPDATE conferences SET FriendlyName = 'x'", ReadOnlyError, "FriendlyName is read-only"),
        ("UPDATE conferences SET Region = 'x', Sid = 'y'", ReadOnlyError, "Sid, Region is read-only"),
        ("UPDATE conferences SET Status = 'init'", InputError, "Status must be one of completed"),
        ("UPDATE conferences SET Status = NULL", InputError, "nothing to change"),
        ("UPDATE conferences SET AnnounceUrl = 'nonsense'", InputError, "AnnounceUrl must be"),
        ("DELETE FROM conferences", NotSupportedError, "no DELETE: it takes UPDATE"),
        ("INSERT INTO conferences (FriendlyName) VALUES ('x')", NotSupportedError, "no INSERT: it takes UPDATE"),
        ("UPDATE conferences SET rowid = 5", ReadOnlyError, "rowid is read-only"),
    ],
)
def test_refused_changes(world: Make, sql: str, error: type[Error], words: str) -> None:
    """What cannot be changed is an error that names the column, and nothing is sent."""
    made = world(conferences=2, over=0)
    with pytest.raises(error, match=words):
        made.db.execute(sql)
    assert "POST" not in made.sandbox.counters.by_method


def test_read_only(world: Make) -> None:
    """With read_only nothing changes, and reading works."""
    made = world({"read_only": True}, conferences=2, over=0)
    with pytest.raises(ReadOnlyError, match="read_only"):
        made.db.execute("UPDATE conferences SET Status = 'completed'")
    assert "POST" not in made.sandbox.counters.by_method
    assert made.get("SELECT count(*) FROM conferences") == 2


def test_a_lost_announcement(world: Make) -> None:
    """An announcement whose answer is lost is not repeated: it would be heard twice."""
    made = world(conferences=1, over=0)
    made.sandbox.fail("reset-after", method="POST")
    with pytest.raises(OutcomeUnknown):
        made.db.execute("UPDATE conferences SET AnnounceUrl = 'https://x.example/a'")
    assert made.sandbox.counters.by_method["POST"] == 1
