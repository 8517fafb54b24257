"""What a statement costs: never more requests than reading the whole table once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import apsw
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from examples import examples
from twsql.hosts.apsw import register
from twsql.sandbox import Sandbox

from .random_where import COLUMNS, LIMIT, WHICH, Pair, order_of, where_of

ACTIVE = 20
"""Conferences that are not over: more than a random statement names by their SIDs."""
EVERYTHING = {"conferences": 3, "participants": 2 + ACTIVE}
"""Requests that read a whole table."""


@dataclass(frozen=True)
class World:
    """A live connection, what a statement costs there, and the values in its columns."""

    cost: Callable[[str], int]
    pair: Pair


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """An account whose conferences are on three pages, one for each status."""
    with Sandbox(conferences=30, participants=2, over=1 - ACTIVE / 30, days=9) as sandbox:
        live = apsw.Connection(":memory:")
        registration = register(
            live,
            base_url=sandbox.base_url,
            account_sid=sandbox.account_sid,
            auth_token=sandbox.auth_token,
            journal=":memory:",
        )

        def cost(sql: str) -> int:
            costs = registration.engine.client.costs
            last = costs[-1].number if costs else 0
            live.execute(sql).fetchall()
            return costs[-1].requests if costs and costs[-1].number > last else 0

        values = {
            f"{table}.{column}": [
                row[0] for row in live.execute(f'SELECT DISTINCT "{column}" FROM {table} ORDER BY 1 LIMIT 12')
            ]
            for table, columns in COLUMNS.items()
            for column in columns
        }
        yield World(cost, Pair(live, live, values))
        registration.close()


@settings(
    max_examples=examples(200),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.data())
def test_no_statement_costs_more_than_reading_everything(world: World, data: st.DataObject) -> None:
    """Whatever SQLite's planner makes of a WHERE, reading the whole table once would not have been cheaper."""
    table = data.draw(st.sampled_from(WHICH))
    where = " OR ".join(data.draw(st.lists(where_of(world.pair, table), min_size=1, max_size=2)))
    order, limit = data.draw(order_of(table)), data.draw(LIMIT)
    by = f" ORDER BY {', '.join(order)}" if order else ""
    sql = f"SELECT * FROM {table} WHERE {where}{by} {limit}"
    assert world.cost(sql) <= EVERYTHING[table], sql


@pytest.mark.parametrize(
    ("sql", "requests"),
    [
        ("SELECT * FROM conferences", 3),
        ("SELECT * FROM participants", 2 + ACTIVE),
        ("SELECT * FROM participants WHERE Muted = 1 OR Coaching = 1", 2 + ACTIVE),
        ("SELECT * FROM participants WHERE Muted = 1 OR Coaching = 1 OR Hold = 1", 2 + ACTIVE),
        ("SELECT * FROM participants WHERE Label = 'x' OR Muted = 1 OR FriendlyName = 'x'", 2 + ACTIVE),
        ("SELECT * FROM conferences WHERE FriendlyName = 'x' OR Status = 'init'", 3),
        ("SELECT * FROM conferences WHERE FriendlyName = 'x' OR DateCreated > '2026-01-01'", 3),
        ("SELECT * FROM conferences WHERE FriendlyName = 'x' OR FriendlyName = 'y'", 3),
        ("SELECT * FROM conferences WHERE Status = 'init' OR Status = 'in-progress'", 2),
        ("SELECT * FROM conferences WHERE Sid = :a OR Sid = :b", 2),
        ("SELECT * FROM participants WHERE CallSid = NULL", 0),
        ("SELECT * FROM participants WHERE CallSid IN (NULL) AND Muted = 1", 0),
        ("SELECT * FROM conferences WHERE (Sid = :a AND Status = 'init') OR (Sid = :b AND Region = 'us1')", 2),
        ("SELECT * FROM participants WHERE (ConferenceSid = :a AND Muted = 1) OR (ConferenceSid = :b AND Hold = 1)", 2),
    ],
)
def test_chosen(world: World, sql: str, requests: int) -> None:
    """SQLite takes an OR apart where its parts are single fetches, and reads everything once where they are lists."""
    for name, sid in zip((":a", ":b"), world.pair.values["participants.ConferenceSid"], strict=False):
        sql = sql.replace(name, f"'{sid}'")
    assert world.cost(sql) == requests
