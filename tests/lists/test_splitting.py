"""Long lists: ranges of days side by side."""

from __future__ import annotations

import gc
import json
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import GeneratorType

import apsw
import pytest
import requests as http

from twsql.hosts.apsw import register
from twsql.lists import splitting
from waiting import together
from worlds import NOW, World

Make = Callable[..., World]
ALL = "SELECT Sid, DateCreated FROM conferences WHERE Status = 'completed'"


def _checked(made: World, rows: list[tuple[str, str]], count: int) -> None:
    """Every row once, newest first."""
    assert len(rows) == count
    assert {sid for sid, _ in rows} == {each.sid for each in made.sandbox.conferences()}
    assert [moment for _, moment in rows] == sorted((moment for _, moment in rows), reverse=True)


@pytest.mark.parametrize("page_size", [1, 7, 100])
@pytest.mark.parametrize("table", ["conferences", "calls", "recordings"])
def test_pages_that_overlap(world: Make, table: str, page_size: int) -> None:
    """A row that the page before had comes once: an item was added to a list whose pages are numbered."""
    made = world({"page_size": page_size}, conferences=30, participants=2, over=0.5, recordings=1)
    whole = sorted(made.db.execute(f"SELECT Sid FROM {table}"))
    made.sandbox.read(pages="overlap")
    assert sorted(made.db.execute(f"SELECT Sid FROM {table}")) == whole != []


@pytest.mark.parametrize(
    ("conferences", "requests"),
    [
        (0, 1),
        (99, 1),
        (100, 1),
        # what is older: a range of some 85 rows, and the first page of the rest
        (101, 3),
        (200, 3),
        (250, 3),
        # three more ranges and a page, unless that is known to be the last
        (500, 7),
        # nine more, ten in all
        (1000, 17),
    ],
)
def test_requests(world: Make, conferences: int, requests: int) -> None:
    """A list of a page is one request, a longer one wastes few."""
    made = world(conferences=conferences, over=1)
    rows, asked = made.asked(ALL)
    _checked(made, rows, conferences)
    assert -(-conferences // 100) <= len(asked) <= requests  # an answer that comes early may spare some of the last


def test_ranges(world: Make) -> None:
    """Ranges of days are disjoint, and begin with the day on which the page before them ends.

    That Twilio's upper bound holds its day is known by then; else each asks for a day more, see test_day_ranges.
    """
    made = world(conferences=300, over=1, days=300.0)
    made.asked(ALL)
    rows, asked = made.asked(ALL)
    ranges = sorted((each for each in asked if "DateCreated>" in each), reverse=True)
    bounds = [
        sorted((pair.split("=")[-1] for pair in each.split() if pair.startswith("DateCreated")), reverse=True)
        for each in ranges
    ]
    assert len(bounds) in (3, 4)  # one, then three or, where the rest is known to be empty in time, two
    days = [day for pair in bounds for day in pair]
    assert days == sorted(days, reverse=True)
    assert len(set(days)) == len(days)
    assert bounds[0][0] == rows[99][1][:10]


@pytest.mark.parametrize("page_size", [7, 50])
def test_deep_days(world: Make, page_size: int) -> None:
    """A day with more rows than a page is read page by page."""
    made = world({"page_size": page_size}, conferences=400, over=1, days=2.0)
    rows, _ = made.asked(ALL)
    _checked(made, rows, 400)


def test_dense_days(world: Make) -> None:
    """Many days each with more rows than a page take no more memory and no deeper calls the more there are."""
    made = world({"page_size": 20}, conferences=6000, over=1, days=200.0)
    depths = set()
    for number, _ in enumerate(made.db.execute(ALL)):
        if number % 1000 == 0:
            depths.add(sum(_is_of_a_list(each) for each in gc.get_objects()))
    assert max(depths) < 20


def _is_of_a_list(thing: object) -> bool:
    return isinstance(thing, GeneratorType) and thing.gi_code.co_filename == splitting.__file__


def test_sparse_years(world: Make) -> None:
    """Years without any conference cost nothing."""
    made = world({"page_size": 10}, conferences=60, over=1, days=36000.0)
    rows, asked = made.asked(ALL)
    _checked(made, rows, 60)
    assert len(asked) < 40


def test_bounds_are_kept(world: Make) -> None:
    """What WHERE says of days holds for every range."""
    made = world(conferences=1000, over=1)
    days = [moment[:10] for _, moment in made.asked(ALL)[0]]
    first, last = days[900], days[200]
    sql = f"{ALL} AND DateCreated >= ? AND DateCreated < ?"
    rows, asked = made.asked(sql, first, last)
    assert len(rows) == len([day for day in days if first <= day < last])
    assert len({sid for sid, _ in rows}) == len(rows)
    bounds = [pair.split("=", 1) for each in asked for pair in each.split() if pair.startswith("DateCreated")]
    assert all(first <= day < last or day == first for _, day in bounds)


def test_all_statuses(world: Make) -> None:
    """Long lists of two statuses are merged, newest first; what waits is more than is kept in memory."""
    made = world({"page_size": 1000}, conferences=12000, over=0.5)
    rows = made.db.execute("SELECT Sid, DateCreated FROM conferences").fetchall()
    _checked(made, rows, 12000)


def test_new_ones_arrive(world: Make) -> None:
    """Conferences that begin and end while a long list is read make no row come twice, and none be missed."""
    made = world({"page_size": 20}, conferences=300, over=1, now=None)
    there = {each.sid for each in made.sandbox.conferences()}
    cursor = made.db.execute(ALL)
    rows = []
    for number, row in enumerate(cursor):
        rows.append(row)
        if number % 40 == 0:
            _come_and_go(made, number)
    sids = [sid for sid, _ in rows]
    assert len(set(sids)) == len(sids)
    assert there <= set(sids)


def _come_and_go(world: World, number: int) -> None:
    sandbox = world.sandbox
    base = f"{sandbox.base_url}/2010-04-01/Accounts/{sandbox.account_sid}/Conferences"
    login = (sandbox.account_sid, sandbox.auth_token)
    form = {"From": "+15005550006", "To": "+15550000001"}
    made = http.post(f"{base}/new-{number}/Participants.json", form, auth=login, timeout=60).json()
    http.post(
        f"{base}/{made['conference_sid']}.json", {"Status": "completed"}, auth=login, timeout=5
    ).raise_for_status()


def test_what_comes_next_is_under_way(world: Make) -> None:
    """What follows the first page is asked for when some of that has been read, not before, and no more than that."""
    made = world(conferences=500, over=1)
    made.sandbox.clear()
    cursor = made.db.execute(ALL)
    for _ in range(5):
        next(cursor)
    assert len(made.logged()) == 1
    for _ in range(50):
        next(cursor)
    while len(made.logged()) < 3:
        continue
    assert len(made.logged()) == 3
    cursor.close(True)


def test_side_by_side(world: Make) -> None:
    """Ranges are asked together, ten at most, and beside them what is older."""
    made = world(conferences=5000, over=1)
    with together(made.sandbox, 4, after=3):
        made.asked(ALL)
    assert made.sandbox.counters.peak <= 13


def test_years_before_our_era_of_calls(world: Make) -> None:
    """A list that ends with the first of all days ends."""
    made = world({"page_size": 5}, conferences=40, over=1, days=30000.0, now=datetime(2026, 3, 1, tzinfo=timezone.utc))
    assert NOW.year == 2026
    rows, _ = made.asked(ALL)
    _checked(made, rows, 40)


def test_what_twilio_should_not_send(server: Callable[..., str]) -> None:
    """A row whose date is none, and whose name has half a character, is read; each conference is one row."""
    row = {"sid": "CF" + "0" * 32, "friendly_name": "x\ud800y", "date_created": "soon", "subresource_uris": {"a": "ü"}}
    db = apsw.Connection(":memory:")
    register(db, base_url=server(row), account_sid="AC" + "0" * 32, auth_token="x")
    rows = db.execute("SELECT FriendlyName, SubresourceUris FROM conferences").fetchall()
    assert rows == [("x\ufffdy", '{"a":"ü"}')]


@pytest.fixture
def server() -> Iterator[Callable[..., str]]:
    """Serves one row, whatever list is asked for."""
    started: list[HTTPServer] = []

    def serve(row: dict[str, object]) -> str:
        body = json.dumps({"conferences": [row], "next_page_uri": None}).encode()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                """Answer."""
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        started.append(HTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=started[-1].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{started[-1].server_port}"

    yield serve
    for one in started:
        one.shutdown()
        one.server_close()
