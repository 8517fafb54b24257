"""Random SQL over tables that are mere declarations gives what it gives over a plain copy, however Twilio is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urljoin

import apsw
import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from twsql.hosts.apsw import register
from twsql.sandbox import Readings, Sandbox

from .plain_copy import copy, same, statements
from .random_where import DAYS, EVERY, LIMIT, MORE, Pair, order_of, where_of

NOW = datetime(2026, 3, 1, 23, 59, 50, tzinfo=timezone.utc)
KEYS = {"call_events": "CallSid, Ordinal"}
JOINS = (
    "calls a JOIN call_events b ON b.CallSid = a.Sid",
    "calls a LEFT JOIN recordings b ON b.CallSid = a.Sid",
    "recordings a LEFT JOIN calls b ON a.CallSid = b.Sid",
    "recordings a LEFT JOIN transcriptions b ON b.RecordingSid = a.Sid",
    "transcriptions a JOIN recordings b ON a.RecordingSid = b.Sid",
    "messages a JOIN media b ON b.ParentSid = a.Sid",
    "media a LEFT JOIN messages b ON b.Sid = a.ParentSid",
)
BUNDLES = [
    {},
    {"calls_upper_bound": "day excluded", "upper_bound": "day excluded", "queued_start_time": "null and not found"},
    {"order": "mixed within a minute", "largest_page": 3, "statuses": "unknown", "next_page_uri": "absolute"},
    {"order": "by sid", "queued_start_time": "date created", "caller_id_from": "from"},
    {"properties": "fewer", "calls_upper_bound": "day excluded"},
    {"properties": "more", "upper_bound": "day excluded"},
    {"properties": "no dates", "largest_page": 3},
]


@contextmanager
def copied(**readings: Any) -> Iterator[Pair]:
    """A world that stands still: calls of all statuses, some that wait, several days, recordings of calls and more."""
    seed = {"conferences": 6, "participants": 3, "recordings": 3, "messages": 31, "days": 9, "now": NOW}
    with Sandbox(**seed, readings=Readings(**readings)) as sandbox:
        login = {"account_sid": sandbox.account_sid, "auth_token": sandbox.auth_token, "base_url": sandbox.base_url}
        live = apsw.Connection(":memory:")
        registration = register(live, page_size=11, journal=":memory:", **login)
        _calls(live, sandbox)
        _messages(live, sandbox)
        plain = apsw.Connection(":memory:")
        for table, rows in _rows(sandbox).items():
            copy(live, plain, table, rows)
        values = {
            f"{table}.{column}": [row[0] for row in plain.execute(f'SELECT DISTINCT "{column}" FROM {table}')]
            for table in MORE
            for column in EVERY[table]
        }
        yield Pair(live, plain, {name: few[:12] for name, few in values.items()})
        registration.close()


def _calls(live: apsw.Connection, sandbox: Sandbox) -> None:
    call = 'INSERT INTO participants (FriendlyName, "From", "To", CallerId) VALUES (?, ?, ?, ?)'
    for number in range(6):
        sandbox.change(answer_after=None if number == 3 else 0)
        live.execute(call, (f"room-{number % 2}", "+15550000000", f"+1555000000{number}", "+15557654321"))
        sandbox.advance(43_200)
    live.execute("UPDATE calls SET Status = 'completed' WHERE \"To\" = '+15550000002'")
    sandbox.change(calls_per_second=0.001)
    for number in range(4):
        live.execute(call, ("waiting", "+15550000001", f"+1555000000{number}", None))


def _messages(live: apsw.Connection, sandbox: Sandbox) -> None:
    """Some that wait, one that was canceled, one of a service, and one with media."""
    sandbox.change(deliver_after=1e9)
    send = """SELECT Sid FROM SendMessage('+15005550006', '+15550000001', 'Sales') WHERE MediaUrl = ?"""
    for media in ("", '["https://example.com/a", "https://example.com/b.png"]', ""):
        live.execute(send, (media,)).fetchall()
    live.execute(
        "SELECT Sid FROM SendMessage(NULL, '+15550000002', 'Later') WHERE MessagingServiceSid = ?", ("MG" + "0" * 32,)
    ).fetchall()
    live.execute("UPDATE messages SET Status = 'canceled' WHERE Sid = (SELECT Sid FROM messages LIMIT 1)")


def _rows(sandbox: Sandbox) -> dict[str, list[dict[str, Any]]]:
    """Every row as Twilio's JSON, read without twsql."""
    base = f"{sandbox.base_url}/2010-04-01/Accounts/{sandbox.account_sid}/"
    with requests.Session() as session:
        session.auth = (sandbox.account_sid, sandbox.auth_token)

        def items(path: str, key: str) -> Iterator[dict[str, Any]]:
            uri = f"{base}{path}.json?PageSize=1000"
            while uri:
                page = session.get(urljoin(base, uri)).json()
                yield from page[key]
                uri = page["next_page_uri"]

        listed = {key: [*items(key.capitalize(), key)] for key in ("calls", "recordings", "transcriptions", "messages")}
        events = [
            {**event, "call_sid": call["sid"], "ordinal": place}
            for call in listed["calls"]
            for place, event in enumerate(items(f"Calls/{call['sid']}/Events", "events"), start=1)
        ]
        media = [item for each in listed["messages"] for item in items(f"Messages/{each['sid']}/Media", "media_list")]
    return {**listed, "call_events": events, "media": media}


@pytest.mark.parametrize("readings", BUNDLES, ids=lambda readings: str(Readings(**readings)) or "the defaults")
def test_random_sql(readings: dict[str, Any]) -> None:
    """WHERE gives the same rows, ORDER BY the same order, LIMIT the same of them, a join the same pairs."""
    with copied(**readings) as pair:
        for table in MORE:
            every = f"SELECT * FROM {table}"
            assert Counter(_seen(pair.live, table, every)) == Counter(_seen(pair.plain, table, every))
        statuses = {status for (status,) in pair.plain.execute("SELECT DISTINCT Status FROM calls")}
        assert len(statuses) >= (1 if readings.get("statuses") else 4)
        _some_statements(pair)


def _seen(db: apsw.Connection, table: str, sql: str) -> list[Any]:
    return [row[: len(EVERY[table])] for row in db.execute(sql)]


def _some_statements(pair: Pair) -> None:
    @statements(40)
    @given(st.data())
    def compare(data: st.DataObject) -> None:
        table = data.draw(st.sampled_from(MORE[:4] * 3 + MORE))
        where, limit = data.draw(where_of(pair, table)), data.draw(LIMIT)
        order = ", ".join([*data.draw(order_of(table)), KEYS.get(table, "Sid")])
        columns = ", ".join(f'"{column}"' for column in EVERY[table])
        same(pair, f"SELECT {columns} FROM {table} WHERE {where} ORDER BY {order} {limit}")
        day = DAYS.get(table, "DateCreated") or EVERY[table][1]
        same(pair, f"SELECT {day} FROM {table} WHERE {where} ORDER BY {day} DESC {limit}")
        join = data.draw(st.sampled_from(JOINS))
        condition = data.draw(where_of(pair, join.split()[0], "a."))
        same(pair, f"SELECT a.*, b.* FROM {join} WHERE {condition}", ordered=False)

    compare()
