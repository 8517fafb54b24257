"""Random SQL over the live tables gives what it gives over plain SQLite tables that hold a copy of every row."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin

import apsw
import pytest
import requests
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from examples import examples
from twsql.hosts.apsw import register
from twsql.sandbox import Readings, Sandbox

from .random_where import BOOLEANS, COLUMNS, LIMIT, WHICH, Pair, column_of, order_of, where_of

DAY = 86_400
NOW = datetime(2026, 3, 1, 23, 59, 50, tzinfo=timezone.utc)
NAMES = ("Sales", "sales", "sales-0", "5", "05", "5.0", "a/b?c#d%", "日本", "x y", "CF", "Sales")
ENDED = ("Sales", "sales", "5", "日本", "gone", "gone")

KEYS = {"conferences": ("Sid",), "participants": ("ConferenceSid", "CallSid")}


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """A world that stands still, of a Twilio as its documentation suggests."""
    with copied() as made:
        yield made


@contextmanager
def copied(**readings: Any) -> Iterator[Pair]:
    """A world that stands still: names and labels twice, all statuses, several days, two conferences of one second."""
    with Sandbox(conferences=9, participants=3, over=0.5, days=9, now=NOW, readings=Readings(**readings)) as sandbox:
        live = apsw.Connection(":memory:")
        registration = register(
            live,
            base_url=sandbox.base_url,
            account_sid=sandbox.account_sid,
            auth_token=sandbox.auth_token,
            page_size=4,
            journal=":memory:",
        )
        _people(live, sandbox)
        sandbox.advance(sandbox.settings.readings.list_lag)
        plain = apsw.Connection(":memory:")
        for table, rows in _rows(sandbox).items():
            _copy(live, plain, table, rows)
        values = {
            f"{table}.{column}": [row[0] for row in plain.execute(f'SELECT DISTINCT "{column}" FROM {table}')]
            for table, columns in COLUMNS.items()
            for column in columns
        }
        yield Pair(live, plain, values)
        registration.close()


def _people(live: apsw.Connection, sandbox: Sandbox) -> None:
    add = (
        'INSERT INTO participants (FriendlyName, "From", "To", Label, Muted, StartConferenceOnEnter)'
        " VALUES (?, '+15550000000', '+15550000001', ?, ?, ?)"
    )
    for name in ENDED:
        live.execute(add, (name, "guest-1", 0, 1))
        sandbox.advance(DAY / 3)
        live.execute("SELECT Status FROM EndConference(?)", (name,)).fetchall()
    for number, name in enumerate(NAMES):
        started = number % 3 > 0
        live.execute(add, (name, f"label {number}", number % 2, started))
        live.execute(add, (name, "GUEST-1" if number % 2 else f"5{number}", None, started))
        sandbox.advance(DAY / 4 if number % 3 else 0)
    live.execute("UPDATE participants SET Hold = 1 WHERE Label IN ('GUEST-1', 'label 3')")


def _rows(sandbox: Sandbox) -> dict[str, list[dict[str, Any]]]:
    """Every row as Twilio's JSON, read without twsql."""
    base = f"{sandbox.base_url}/2010-04-01/Accounts/{sandbox.account_sid}/Conferences"
    found: dict[str, list[dict[str, Any]]] = {"conferences": [], "participants": []}
    with requests.Session() as session:
        session.auth = (sandbox.account_sid, sandbox.auth_token)
        for status in ("init", "in-progress", "completed"):
            found["conferences"] += _items(session, f"{base}.json?Status={status}", "conferences")
        for each in found["conferences"]:
            present = _items(session, f"{base}/{each['sid']}/Participants.json", "participants")
            found["participants"] += [{**row, "friendly_name": each["friendly_name"]} for row in present]
    return found


def _items(session: requests.Session, url: str, key: str) -> Iterator[dict[str, Any]]:
    uri = url
    while uri:
        page = session.get(urljoin(url, uri)).json()
        yield from page.get(key, ())  # none where there is no list of who was in a conference that is over
        uri = page.get("next_page_uri")


def _copy(live: apsw.Connection, plain: apsw.Connection, table: str, rows: list[dict[str, Any]]) -> None:
    declared = live.execute("SELECT name, type FROM pragma_table_xinfo(?)", (table,)).fetchall()
    columns = {name: kind for name, kind in declared if name in COLUMNS[table]}
    assert list(columns) == COLUMNS[table]
    plain.execute(f"CREATE TABLE {table} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})")
    marks = ", ".join("?" * len(columns))
    plain.executemany(
        f"INSERT INTO {table} VALUES ({marks})",
        [
            [
                _value(name, row.get("".join(f"_{x.lower()}" if x.isupper() else x for x in name)[1:]))
                for name in columns
            ]
            for row in rows
        ],
    )


def _value(column: str, value: Any) -> Any:
    if value is None:
        return None
    if column in BOOLEANS:
        return int(value)
    if column.startswith("Date"):
        return parsedate_to_datetime(value).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, dict):
        return json.dumps(value, separators=(",", ":"))
    return value


def test_the_world_is_varied(pair: Pair) -> None:
    """The copy has what the queries are to tell apart, or they would prove nothing."""
    statuses = dict(pair.plain.execute("SELECT Status, count(*) FROM conferences GROUP BY Status").fetchall())
    assert {"init", "in-progress", "completed"} == set(statuses)
    assert min(statuses.values()) >= 3
    assert pair.plain.execute("SELECT count(*) - count(DISTINCT FriendlyName) FROM conferences").get >= 4
    assert pair.plain.execute("SELECT count(DISTINCT date(DateCreated)) FROM conferences").get >= 5
    assert pair.plain.execute("SELECT count(*) - count(DISTINCT DateCreated) FROM conferences").get >= 2
    assert pair.plain.execute("SELECT count(*) FROM participants").get >= 30


QUICK = settings(
    max_examples=examples(200),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
SLOW = settings(QUICK, max_examples=examples(80))


def _both(pair: Pair, sql: str) -> tuple[list[Any], list[Any]]:
    return pair.live.execute(sql).fetchall(), pair.plain.execute(sql).fetchall()


@QUICK
@given(st.data())
def test_where_order_and_limit(pair: Pair, data: st.DataObject) -> None:
    """WHERE gives the same rows, ORDER BY the same order, LIMIT and OFFSET the same of them."""
    table = data.draw(st.sampled_from(WHICH))
    where = data.draw(where_of(pair, table))
    order, limit = data.draw(order_of(table)), data.draw(LIMIT)
    columns = data.draw(st.lists(st.sampled_from(COLUMNS[table]), min_size=1, max_size=4, unique=True))
    keys = [each.split()[0] for each in order]
    by = f" ORDER BY {', '.join(order)}" if order else ""
    sql = f"SELECT {', '.join([*keys, *columns])} FROM {table} WHERE {where}{by} {limit}"
    live, plain = _both(pair, sql)
    assert [row[: len(keys)] for row in live] == [row[: len(keys)] for row in plain], sql
    every = pair.plain.execute(sql.removesuffix(limit)).fetchall()
    assert len(live) == len(plain)
    assert not Counter(live) - Counter(every), sql
    if not limit:
        assert Counter(live) == Counter(plain), sql


@QUICK
@given(st.data())
def test_a_full_order(pair: Pair, data: st.DataObject) -> None:
    """Where ORDER BY ends with the key, LIMIT leaves exactly the same rows in the same order."""
    table = data.draw(st.sampled_from(WHICH))
    where, limit = data.draw(where_of(pair, table)), data.draw(LIMIT)
    by = ", ".join([*data.draw(order_of(table)), *KEYS[table]])
    live, plain = _both(pair, f"SELECT *, rowid IS NULL FROM {table} WHERE {where} ORDER BY {by} {limit}")
    assert [row[: len(COLUMNS[table]) - 1] for row in live] == [row[: len(COLUMNS[table]) - 1] for row in plain]


@SLOW
@given(st.data())
def test_distinct_and_groups(pair: Pair, data: st.DataObject) -> None:
    """DISTINCT, GROUP BY and aggregates give the same."""
    table = data.draw(st.sampled_from(WHICH))
    where = data.draw(where_of(pair, table))
    columns = ", ".join(data.draw(st.lists(column_of(table), min_size=1, max_size=2, unique=True)))
    aggregate = data.draw(st.sampled_from(("count(*)", "max(DateCreated)", "min(Status)", "total(AccountSid)")))
    sql = data.draw(
        st.sampled_from(
            (
                f"SELECT DISTINCT {columns} FROM {table} WHERE {where}",
                f"SELECT {columns}, {aggregate} FROM {table} WHERE {where} GROUP BY {columns}",
                f"SELECT {columns}, {aggregate} FROM {table} WHERE {where} GROUP BY {columns} HAVING count(*) > 1",
                f"SELECT {aggregate}, count(DISTINCT DateCreated) FROM {table} WHERE {where}",
                f"SELECT DISTINCT DateCreated FROM {table} WHERE {where} ORDER BY DateCreated DESC",
                f"SELECT DateCreated, count(*) FROM {table} WHERE {where} GROUP BY 1 ORDER BY DateCreated DESC",
            )
        )
    )
    live, plain = _both(pair, sql)
    assert (live == plain) if "ORDER BY" in sql else Counter(live) == Counter(plain), sql


@SLOW
@given(st.data())
def test_joins_and_subqueries(pair: Pair, data: st.DataObject) -> None:
    """Joins of both tables, in either order, and subqueries over one in the other give the same."""
    c = data.draw(where_of(pair, "conferences", "c."))
    p = data.draw(where_of(pair, "participants", "p."))
    join = data.draw(st.sampled_from(("JOIN", "LEFT JOIN", "CROSS JOIN", "FULL JOIN")))
    pick = "c.Sid, c.Status, p.CallSid, p.Label, p.FriendlyName"
    sql = data.draw(
        st.sampled_from(
            (
                f"SELECT {pick} FROM conferences c {join} participants p ON p.ConferenceSid = c.Sid WHERE {c} AND {p}",
                f"SELECT {pick} FROM participants p {join} conferences c ON p.ConferenceSid = c.Sid WHERE {c}",
                f"SELECT {pick} FROM conferences c {join} participants p ON p.ConferenceSid = c.Sid AND {p} WHERE {c}",
                f"SELECT {pick} FROM conferences c JOIN participants p USING (FriendlyName) WHERE {c} AND {p}",
                f"SELECT * FROM (SELECT FriendlyName f, Status FROM conferences c WHERE {c}) JOIN"
                f" (SELECT FriendlyName f, Label FROM participants p WHERE {p}) USING (f)",
                f"SELECT p.CallSid FROM participants p WHERE p.ConferenceSid IN"
                f" (SELECT c.Sid FROM conferences c WHERE {c} UNION SELECT NULL) AND {p}",
                f"SELECT p.CallSid FROM participants p WHERE p.FriendlyName IN"
                f" (SELECT c.FriendlyName FROM conferences c WHERE {c} UNION SELECT NULL)",
                f"SELECT c.Sid FROM conferences c WHERE {c} AND c.FriendlyName IN"
                f" (SELECT p.FriendlyName FROM participants p WHERE {p} UNION SELECT NULL)",
                f"SELECT c.Sid FROM conferences c WHERE {c} AND EXISTS"
                f" (SELECT 1 FROM participants p WHERE p.ConferenceSid = c.Sid AND {p})",
                f"SELECT c.Sid, (SELECT count(*) FROM participants p WHERE p.ConferenceSid = c.Sid AND {p})"
                f" FROM conferences c WHERE {c}",
                f"SELECT FriendlyName FROM conferences c WHERE {c} UNION SELECT FriendlyName FROM participants p"
                f" WHERE {p}",
                f"SELECT c.DateCreated FROM conferences c WHERE c.Sid IN"
                f" (SELECT p.ConferenceSid FROM participants p WHERE {p} UNION SELECT NULL)"
                f" ORDER BY c.DateCreated DESC",
            )
        )
    )
    live, plain = _both(pair, sql)
    assert (live == plain) if "ORDER BY" in sql else Counter(live) == Counter(plain), sql


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT Sid FROM conferences WHERE FriendlyName = '5' AND FriendlyName = 5",
        "SELECT CallSid FROM participants WHERE Muted = 1 AND Muted = '1'",
        "SELECT CallSid FROM participants WHERE Muted IN (1) AND Muted IN ('1', 0)",
        "SELECT CallSid FROM participants WHERE Label = '52' AND Label IN (52)",
        "SELECT Sid FROM conferences WHERE FriendlyName IN ('5', NULL) OR FriendlyName = 'Sales'",
        "SELECT Sid FROM conferences WHERE DateCreated < '2026-02-25' AND DateCreated > '20260101'",
    ],
)
def test_pairs_that_once_differed(pair: Pair, sql: str) -> None:
    """A number and a text may be equal for SQLite, and then for us."""
    live, plain = _both(pair, sql)
    assert Counter(live) == Counter(plain)
    assert live


def test_in_over_nothing(pair: Pair) -> None:
    """IN (SELECT ...) that gives no row matches nothing."""
    sql = "SELECT CallSid FROM participants WHERE ConferenceSid IN (SELECT Sid FROM conferences WHERE Sid = 'none')"
    assert pair.live.execute(sql).fetchall() == []


BUNDLES = [
    {"upper_bound": "day excluded", "ended_participants": "not found", "next_page_uri": "absolute", "list_lag": 0.5},
    {"order": "mixed within a minute", "largest_page": 3, "default_status": "every", "statuses": "unknown"},
    {"order": "by sid", "upper_bound": "day excluded", "names": "filter ignores case"},
    {"properties": "more", "names": "ignore case", "upper_bound": "day excluded"},
    {"properties": "fewer", "order": "mixed within a minute", "upper_bound": "day excluded"},
    {"properties": "no dates", "largest_page": 3, "names": "filter ignores case"},
]
"""Every reading of what lists are like, some together: each of them is a Twilio that may be."""


@pytest.mark.parametrize("readings", BUNDLES, ids=lambda readings: str(Readings(**readings)))
def test_every_reading(readings: dict[str, Any]) -> None:
    """However Twilio is to be read, WHERE gives the same rows, ORDER BY the same order, a join the same pairs."""
    with copied(**readings) as pair:
        assert Counter(pair.live.execute("SELECT * FROM conferences")) == Counter(
            pair.plain.execute("SELECT * FROM conferences")
        )
        _some_statements(pair)


def _some_statements(pair: Pair) -> None:
    @settings(QUICK, max_examples=examples(15), phases=[Phase.generate])
    @given(st.data())
    def compare(data: st.DataObject) -> None:
        table = data.draw(st.sampled_from(WHICH))
        where, limit = data.draw(where_of(pair, table)), data.draw(LIMIT)
        order = data.draw(st.sampled_from(([], ["DateCreated DESC"], data.draw(order_of(table)))))
        every = f"SELECT {', '.join(COLUMNS[table])} FROM {table} WHERE {where}"
        sql = f"{every} ORDER BY {', '.join([*order, *KEYS[table]])} {limit}"
        assert pair.live.execute(sql).fetchall() == pair.plain.execute(sql).fetchall(), sql
        newest = f"SELECT DateCreated FROM {table} WHERE {where} ORDER BY DateCreated DESC {limit}"
        assert pair.live.execute(newest).fetchall() == pair.plain.execute(newest).fetchall(), newest
        join = (
            "SELECT c.Sid, p.CallSid FROM conferences c JOIN participants p ON p.ConferenceSid = c.Sid"
            f" WHERE {data.draw(where_of(pair, 'conferences', 'c.'))}"
        )
        assert Counter(pair.live.execute(join)) == Counter(pair.plain.execute(join)), join

    compare()
