"""conferences joined with participants: asked ahead, once each, and never for what is over."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

import pytest

from twsql.errors import TwilioError
from waiting import together, until
from worlds import World

Make = Callable[..., World]

JOIN = "SELECT c.Sid, p.CallSid FROM conferences c JOIN participants p ON p.ConferenceSid = c.Sid"
FORMS = {
    "join": JOIN,
    "left join": JOIN.replace("JOIN", "LEFT JOIN"),
    "in": "SELECT ConferenceSid, CallSid FROM participants"
    " WHERE ConferenceSid IN (SELECT Sid FROM conferences WHERE Status = 'in-progress')",
    "no constraint": "SELECT ConferenceSid, CallSid FROM participants",
    "subquery": "SELECT Sid, (SELECT count(*) FROM participants p WHERE p.ConferenceSid = c.Sid) FROM conferences c",
    "grouped": JOIN.replace("p.CallSid", "count(*)") + " GROUP BY c.Sid",
    "sorted": f"{JOIN} ORDER BY c.FriendlyName, p.CallSid",
    "materialized": f"WITH c AS MATERIALIZED (SELECT * FROM conferences) {JOIN.replace('conferences c', 'c')}",
    "sorted before": JOIN.replace("conferences c", "(SELECT * FROM conferences ORDER BY FriendlyName DESC LIMIT 80) c"),
    "by time": JOIN.replace("conferences c", "(SELECT * FROM conferences ORDER BY Region, DateCreated LIMIT 80) c"),
    "grouped before": JOIN.replace("conferences c", "(SELECT max(Sid) Sid FROM conferences GROUP BY FriendlyName) c"),
    "outer": "SELECT p.ConferenceSid, c.DateCreated FROM participants p LEFT JOIN conferences c"
    " ON c.Sid = p.ConferenceSid",
    "name of each": "SELECT ConferenceSid, (SELECT FriendlyName FROM conferences WHERE Sid = ConferenceSid)"
    " FROM participants",
}


@pytest.mark.parametrize("form", FORMS)
def test_side_by_side(world: Make, form: str) -> None:
    """In each form every conference that is not over is asked once, many at a time, and no other."""
    made = world(conferences=80, participants=2, over=0.5)
    with together(made.sandbox, 4, path="Participants"):
        rows, asked = made.asked(FORMS[form])
    active = {each.sid for each in made.sandbox.conferences() if each.status != "completed"}
    lists = [each for each in asked if "Participants" in each]
    assert sorted(lists) == sorted(f"GET Conferences/{sid}/Participants PageSize=100" for sid in active)
    assert {sid for sid, *_ in rows} >= active


@pytest.mark.parametrize(("limit", "most"), [(1, 5), (4, 10)])
def test_a_limit_asks_for_few(world: Make, limit: int, most: int) -> None:
    """LIMIT stops the join; what was asked for ahead is little."""
    made = world(conferences=60, participants=2, over=0)
    asked = made.asked(f"{JOIN} LIMIT {limit}")[1]
    assert len([each for each in asked if "Participants" in each]) <= most


def test_a_reader_who_leaves(world: Make) -> None:
    """A cursor that is closed early asks for nothing more."""
    made = world({"max_in_flight": 2}, conferences=60, participants=2, over=0)
    newest = made.sandbox.conferences()[-1].sid
    made.sandbox.fail("slow", path=f"Conferences/(?!{newest})[^/]+/Participants")
    cursor = made.db.execute(JOIN)
    next(cursor)
    until(lambda: made.sandbox.counters.under_way == 2)
    cursor.close(True)
    made.sandbox.heal()
    assert len(made.logged()) < 12
    assert made.asked("SELECT Sid FROM conferences WHERE Status = 'init'")[1] == [
        "GET Conferences Status=init PageSize=100"
    ]


def test_a_second_cursor_on_the_same_conference(world: Make) -> None:
    """A join of participants with themselves asks for them once."""
    made = world(conferences=5, participants=3, over=0)
    sql = f"{JOIN} JOIN participants q ON q.ConferenceSid = c.Sid WHERE c.Status = 'in-progress'"
    rows, asked = made.asked(sql)
    assert len(rows) == 5 * 3 * 3
    assert len(asked) == 1 + 5


def test_nothing_is_kept_for_another_statement(world: Make) -> None:
    """The same statement again asks again."""
    made = world(conferences=5, participants=1, over=0)
    first, second = made.asked(JOIN), made.asked(JOIN)
    assert sorted(first[0]) == sorted(second[0])
    assert sorted(first[1]) == sorted(second[1])


def test_an_error_comes_in_its_turn(world: Make) -> None:
    """The rows of the conferences before the one that fails are given first."""
    made = world({"max_attempts": 1}, conferences=20, participants=2, over=0)
    newest_first = [each.sid for each in made.sandbox.conferences()][::-1]
    made.sandbox.fail("error", path=newest_first[6], status=400, code=20001, message="this one")
    cursor = made.db.execute(f"{JOIN} WHERE c.Status = 'in-progress'")
    rows = list(islice(cursor, 12))
    with pytest.raises(TwilioError, match="this one"):
        next(cursor)
    assert [sid for sid, _ in rows] == [sid for sid in newest_first[:6] for _ in range(2)]


def test_what_where_drops(world: Make) -> None:
    """Conferences that WHERE drops are soon not asked for ahead any more."""
    made = world(conferences=200, participants=1, over=0)
    sql = f"{JOIN} WHERE c.Status = 'in-progress' AND c.FriendlyName LIKE '%-_00'"
    rows, asked = made.asked(sql)
    assert len(rows) == 1
    assert len(asked) < 60


@pytest.mark.parametrize("most", [1, 2])
@pytest.mark.parametrize("page_size", [1, 2])
def test_few_threads_and_small_pages(world: Make, most: int, page_size: int) -> None:
    """One thread is enough, also where a conference has several pages of participants."""
    made = world({"max_in_flight": most, "page_size": page_size}, conferences=4, participants=5, over=0)
    for form in ("join", "in", "no constraint"):
        assert len(made.asked(FORMS[form])[0]) == 20


def test_names_that_differ_in_case(world: Make) -> None:
    """Each conference is one row whatever Twilio's filter by name lets through."""
    made = world(conferences=8, participants=1, over=0)
    name = made.sandbox.conferences()[0].name
    sql = f"SELECT Sid FROM conferences WHERE FriendlyName IN ('{name}', '{name.upper()}')"
    assert made.asked(sql)[0] == [(made.sandbox.conferences()[0].sid,)]


def test_many_names(world: Make) -> None:
    """More names than are worth a list each are compared here, and no other conference is asked."""
    made = world(conferences=30, participants=1, over=0)
    names = [each.name for each in made.sandbox.conferences()][:15]
    sql = f"SELECT CallSid FROM participants WHERE FriendlyName IN ({', '.join('?' * 15)})"
    rows, asked = made.asked(sql, *names)
    assert len(rows) == 15
    assert len(asked) == 2 + 15


def test_a_number_is_no_sid(world: Make) -> None:
    """A LIMIT is not taken for a page's size where a number is compared with a text."""
    made = world(conferences=10, over=0)
    assert made.asked("SELECT Sid FROM conferences WHERE Sid = 5 LIMIT 3")[1] == [
        f"GET Conferences Status={status} PageSize=100" for status in ("init", "in-progress", "completed")
    ]


@pytest.mark.parametrize("form", ["join", "sorted"])
def test_a_join_lists_nothing_that_is_over(world: Make, form: str) -> None:
    """An inner join has only conferences with participants, so the long list of those that are over is not read."""
    made = world(conferences=20, participants=1, over=0.5)
    rows, asked = made.asked(FORMS[form])
    assert len(rows) == 10
    assert len(asked) == 2 + 10
    assert not any("completed" in each for each in asked)


@pytest.mark.parametrize("form", ["outer", "name of each"])
def test_conferences_that_are_known(world: Make, form: str) -> None:
    """Participants without a ConferenceSid were found by their conferences, which need not be asked for again."""
    made = world(conferences=20, participants=3, over=0.5)
    rows, asked = made.asked(FORMS[form])
    assert len(rows) == 30
    assert all(value is not None for _, value in rows)
    assert sorted(asked)[:2] == [f"GET Conferences Status={status} PageSize=100" for status in ("in-progress", "init")]
    assert len(asked) == 2 + 10


def test_conferences_of_given_participants(world: Make) -> None:
    """Where they are not known, each is asked for once, side by side."""
    made = world(conferences=40, participants=3, over=0)
    sids = [each.sid for each in made.sandbox.conferences()]
    sql = (
        "SELECT p.CallSid, c.FriendlyName FROM participants p LEFT JOIN conferences c ON c.Sid = p.ConferenceSid"
        f" WHERE p.ConferenceSid IN ({', '.join('?' * 40)})"
    )
    with together(made.sandbox, 4, path=r"Conferences/CF\w+\.json"):
        rows, asked = made.asked(sql, *sids)
    assert len(rows) == 120
    assert {name for _, name in rows} == {each.name for each in made.sandbox.conferences()}
    assert sorted(each for each in asked if "Participants" not in each) == sorted(
        f"GET Conferences/{sid}" for sid in sids
    )
    assert len(asked) == 80


def test_an_order_that_is_not_known(world: Make) -> None:
    """Where SQLite sorts conferences in a way that it does not tell, few are asked for in vain."""
    made = world(conferences=60, participants=1, over=0)
    rows, asked = made.asked(
        JOIN.replace("conferences c", "(SELECT * FROM conferences ORDER BY substr(Sid, 9) LIMIT 60) c")
    )
    assert len(rows) == 60
    assert sum("Participants" in each for each in asked) < 70


def test_those_that_are_over_behind_a_sort(world: Make) -> None:
    """A conference that the statement has seen to be over is not asked for, though its cursor has gone on."""
    made = world(conferences=12, participants=2, over=0.5)
    sql = (
        "SELECT p.CallSid FROM (SELECT Sid FROM conferences ORDER BY FriendlyName, Sid LIMIT 12) c"
        " JOIN participants p ON p.ConferenceSid = c.Sid"
    )
    rows, asked = made.asked(sql)
    assert len(rows) == 12
    assert sum("Participants" in each for each in asked) == 6


@pytest.mark.parametrize(
    "inner",
    [
        "SELECT c.Sid s FROM conferences c CROSS JOIN participants p ON p.ConferenceSid = c.Sid"
        " WHERE c.Status = 'in-progress'",
        "SELECT c.Sid s FROM participants p CROSS JOIN conferences c ON c.Sid = p.ConferenceSid"
        " WHERE p.ConferenceSid IN (SELECT Sid FROM conferences)",
    ],
)
def test_a_scan_that_begins_anew(world: Make, inner: str) -> None:
    """A correlated subquery that is stopped early begins with its first row again, whatever was looked ahead at."""
    made = world(conferences=30, participants=2, over=0)
    made.db.execute("CREATE TABLE t AS SELECT column1 x FROM (VALUES (1), (2), (3))")
    found = made.asked(f"SELECT (SELECT group_concat(s) FROM ({inner} AND t.x > 0 LIMIT 3)) FROM t")[0]
    assert len(found) == 3
    assert len(set(found)) == 1


def test_conferences_read_in_several_orders(world: Make) -> None:
    """Conferences that one statement has read with and without an order are joined all the same."""
    made = world(conferences=16, participants=1, over=0)
    sql = """
      WITH a AS MATERIALIZED (SELECT Sid FROM conferences WHERE Status = 'init'),
           b AS MATERIALIZED (SELECT Sid FROM conferences WHERE Status = 'in-progress' ORDER BY Region LIMIT 100),
           c AS MATERIALIZED (SELECT Sid FROM conferences WHERE Status = 'in-progress'),
           x AS MATERIALIZED (SELECT Sid FROM a UNION ALL SELECT Sid FROM c UNION ALL SELECT Sid FROM b)
      SELECT count(*) FROM x CROSS JOIN participants p ON p.ConferenceSid = x.Sid
    """
    assert made.asked(sql)[0] == [(32,)]


def test_an_ordinary_table_outside(world: Make) -> None:
    """What another table comes to is not known: each value is asked for once, and nothing ahead by what was read."""
    made = world(conferences=6, participants=2, over=0)
    sids = [each.sid for each in made.sandbox.conferences()]
    made.db.execute("CREATE TABLE t (sid)")
    made.db.executemany("INSERT INTO t VALUES (?)", [(sid,) for sid in (*sids[:3], sids[0], sids[4])])
    rows, asked = made.asked("SELECT p.CallSid FROM t CROSS JOIN participants p ON p.ConferenceSid = t.sid")
    assert (len(rows), len(asked)) == (10, 4)


def test_a_conference_that_is_gone(world: Make) -> None:
    """A conference that does not exist is asked for once."""
    made = world(conferences=2, participants=1, over=0)
    sids = [each.sid for each in made.sandbox.conferences()]
    made.sandbox.fail("error", path=f"Conferences/{sids[0]}.json", status=404, code=20404, message="gone")
    sql = (
        "SELECT p.CallSid, c.Sid FROM participants p LEFT JOIN conferences c ON c.Sid = p.ConferenceSid"
        f" WHERE p.ConferenceSid IN ('{sids[0]}', '{sids[1]}')"
    )
    rows, asked = made.asked(sql)
    assert sorted((sid for _, sid in rows), key=str) == sorted((None, sids[1]), key=str)
    assert asked.count(f"GET Conferences/{sids[0]}") == 1
