"""Random SQL over the tables of Voice Insights gives what it gives over a plain copy, however Twilio is read."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import apsw
import pytest
import requests
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from examples import examples
from twsql.hosts.apsw import register
from twsql.sandbox import Readings, Sandbox
from twsql.schema import snake_case
from worlds import NOW

from .random_where import DAYS, EVERY, LIMIT, SUMMARIES, Pair, order_of, where_of

KEYS = {"conference_summaries": "ConferenceSid", "call_summaries": "CallSid"}
JOINS = (
    "conference_summaries a JOIN conference_participant_summaries b ON b.ConferenceSid = a.ConferenceSid",
    "conference_participant_summaries a LEFT JOIN conference_summaries b ON b.ConferenceSid = a.ConferenceSid",
    "conference_participant_summaries a LEFT JOIN call_summaries b ON b.CallSid = a.CallSid",
)
BUNDLES: list[dict[str, Any]] = [
    {},
    {"insights_since": "4 hours", "summaries_until": "ended", "call_summary": "complete", "largest_page": 3},
]


@contextmanager
def copied(**readings: Any) -> Iterator[Pair]:
    """A world that stands still: conferences and calls of ten days, over and not."""
    with Sandbox(conferences=8, participants=3, days=10, now=NOW, readings=Readings(**readings)) as sandbox:
        login = {"account_sid": sandbox.account_sid, "auth_token": sandbox.auth_token, "base_url": sandbox.base_url}
        live = apsw.Connection(":memory:")
        registration = register(live, page_size=5, journal=":memory:", **login)
        call = 'INSERT INTO participants (FriendlyName, "From", "To", Label) VALUES (?, ?, ?, ?)'
        for number in range(4):
            sandbox.change(answer_after=None if number == 1 else 0)
            live.execute(call, (f"Room-{number % 2}", "+15550000000", f"+1555000000{number}", f"GUEST-{number}"))
            sandbox.advance(30_000)
        live.execute("SELECT Status FROM EndConference('Room-0')").fetchall()
        plain = apsw.Connection(":memory:")
        for table, rows in _rows(sandbox).items():
            _copy(live, plain, table, rows)
        values = {
            f"{table}.{column}": [row[0] for row in plain.execute(f'SELECT DISTINCT "{column}" FROM {table} LIMIT 12')]
            for table in SUMMARIES
            for column in EVERY[table]
        }
        yield Pair(live, plain, values)
        registration.close()


def _rows(sandbox: Sandbox) -> dict[str, list[dict[str, Any]]]:
    """Every row as Twilio's JSON, read without twsql."""
    with requests.Session() as session:
        session.auth = (sandbox.account_sid, sandbox.auth_token)

        def items(path: str, key: str) -> Iterator[dict[str, Any]]:
            url = f"{sandbox.base_url}/v1/{path}"
            while url:
                page = session.get(url).json()
                yield from page[key]
                url = page["meta"]["next_page_url"]

        since = "2026-02-01T00:00:00Z"
        conferences = [*items(f"Conferences?CreatedAfter={since}", "conferences")]
        return {
            "conference_summaries": conferences,
            "conference_participant_summaries": [
                row
                for each in conferences
                for row in items(f"Conferences/{each['conference_sid']}/Participants", "participants")
            ],
            "call_summaries": [*items(f"Voice/Summaries?StartTime={since}", "call_summaries")],
        }


def _copy(live: apsw.Connection, plain: apsw.Connection, table: str, rows: list[dict[str, Any]]) -> None:
    declared = live.execute("SELECT name, type FROM pragma_table_xinfo(?)", (table,)).fetchall()
    columns = {name: kind for name, kind in declared if name in EVERY[table]}
    definitions = [f'"{name}" {kind}' for name, kind in columns.items()]
    plain.execute(f"CREATE TABLE {table} ({', '.join(definitions)})")
    values = [[_value(kind, row[snake_case(name)]) for name, kind in columns.items()] for row in rows]
    plain.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))})", values)


def _value(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind == "DATETIME":
        return datetime.fromisoformat(value.removesuffix("Z")).isoformat(" ")
    return json.dumps(value, separators=(",", ":")) if isinstance(value, (dict, list)) else value


@pytest.mark.parametrize("readings", BUNDLES, ids=lambda readings: str(Readings(**readings)) or "the defaults")
def test_random_sql(readings: dict[str, Any]) -> None:
    """WHERE gives the same rows, ORDER BY the same order, LIMIT the same of them, a join the same pairs."""
    with copied(**readings) as pair:
        for table in SUMMARIES:
            assert pair.plain.execute(f"SELECT count(*) FROM {table}").get >= 10
            _same(pair, f"SELECT * FROM {table}", ordered=False)
        _some_statements(pair)


def _some_statements(pair: Pair) -> None:
    @settings(
        max_examples=examples(24),
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def compare(data: st.DataObject) -> None:
        table = data.draw(st.sampled_from(SUMMARIES))
        where, limit = data.draw(where_of(pair, table)), data.draw(LIMIT)
        order = ", ".join([*data.draw(order_of(table)), KEYS.get(table, "ConferenceSid, ParticipantSid")])
        _same(pair, f"SELECT * FROM {table} WHERE {where} ORDER BY {order} {limit}")
        _same(pair, f"SELECT {DAYS[table]} FROM {table} WHERE {where} ORDER BY 1 DESC {limit}")
        join = data.draw(st.sampled_from(JOINS))
        condition = data.draw(where_of(pair, join.split()[0], "a."))
        _same(pair, f"SELECT a.*, b.* FROM {join} WHERE {condition}", ordered=False)

    compare()


def _same(pair: Pair, sql: str, *, ordered: bool = True) -> None:
    live, plain = pair.live.execute(sql).fetchall(), pair.plain.execute(sql).fetchall()
    assert (live == plain) if ordered else (Counter(live) == Counter(plain)), sql
