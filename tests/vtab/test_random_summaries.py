"""Random SQL over the tables of Voice Insights gives what it gives over a plain copy, however Twilio is read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import apsw
import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from twsql.hosts.apsw import register
from twsql.sandbox import Readings, Sandbox
from worlds import NOW

from .plain_copy import copy, same, statements
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
            copy(live, plain, table, rows)
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


@pytest.mark.parametrize("readings", BUNDLES, ids=lambda readings: str(Readings(**readings)) or "the defaults")
def test_random_sql(readings: dict[str, Any]) -> None:
    """WHERE gives the same rows, ORDER BY the same order, LIMIT the same of them, a join the same pairs."""
    with copied(**readings) as pair:
        for table in SUMMARIES:
            assert pair.plain.execute(f"SELECT count(*) FROM {table}").get >= 10
            same(pair, f"SELECT * FROM {table}", ordered=False)
        _some_statements(pair)


def _some_statements(pair: Pair) -> None:
    @statements(24)
    @given(st.data())
    def compare(data: st.DataObject) -> None:
        table = data.draw(st.sampled_from(SUMMARIES))
        where, limit = data.draw(where_of(pair, table)), data.draw(LIMIT)
        order = ", ".join([*data.draw(order_of(table)), KEYS.get(table, "ConferenceSid, ParticipantSid")])
        same(pair, f"SELECT * FROM {table} WHERE {where} ORDER BY {order} {limit}")
        same(pair, f"SELECT {DAYS[table]} FROM {table} WHERE {where} ORDER BY 1 DESC {limit}")
        join = data.draw(st.sampled_from(JOINS))
        condition = data.draw(where_of(pair, join.split()[0], "a."))
        same(pair, f"SELECT a.*, b.* FROM {join} WHERE {condition}", ordered=False)

    compare()
