"""The same random statements through apsw and through the extension: the same rows, and the same requests."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import apsw
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from examples import examples
from twsql.errors import Error
from twsql.hosts.apsw import register
from twsql.sandbox import Sandbox
from vtab.random_where import COLUMNS, LIMIT, WHICH, Pair, order_of, where_of

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
QUICK = settings(
    max_examples=examples(80),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
FEW = settings(QUICK, max_examples=examples(40))

Requests = list[tuple[str, str, str]]
"""Method, path and query of each request, sorted."""


@dataclass(frozen=True)
class Doors:
    """Two connections to one Twilio; `pair` is what the strategies take their values from."""

    sandbox: Sandbox
    apsw: apsw.Connection
    extension: apsw.Connection
    pair: Pair

    def both(self, sql: str, *, may_stop: bool = True) -> list[tuple[object, Requests]]:
        """What a statement gives, and asks of Twilio, through each. One request at a time, so that they compare.

        Only one that `may_stop` before its last row leaves requests under way.
        """
        return [self._one(connection, sql, may_stop=may_stop) for connection in (self.apsw, self.extension)]

    def _one(self, connection: apsw.Connection, sql: str, *, may_stop: bool) -> tuple[object, Requests]:
        self.sandbox.clear()
        try:
            found: object = connection.execute(sql).fetchall()
        except (Error, apsw.Error) as error:
            found = str(error)
        if may_stop:
            _settle(self.sandbox)
        return found, sorted((each.method, each.raw_path, each.raw_query) for each in self.sandbox.requests)


def _settle(sandbox: Sandbox) -> None:
    """Wait until what was asked ahead, in other threads, has been asked."""
    seen = -1
    while seen != sandbox.counters.requests or sandbox.counters.under_way:
        seen = sandbox.counters.requests
        time.sleep(0.03)


@pytest.fixture(scope="module")
def doors(extension: Path) -> Iterator[Doors]:
    """A world that stands still. A page holds a list: how a longer one is cut depends on which answer comes first."""
    options: dict[str, Any] = {"page_size": 9, "max_in_flight": 1, "journal": ":memory:"}
    with (
        Sandbox(conferences=9, participants=2, over=0.4, days=9, now=NOW) as sandbox,
        pytest.MonkeyPatch.context() as env,
    ):
        account = {
            "base_url": sandbox.base_url,
            "account_sid": sandbox.account_sid,
            "auth_token": sandbox.auth_token,
        }
        through_apsw = apsw.Connection(":memory:")
        registration = register(through_apsw, **account, **options)
        for name, value in (account | options).items():
            prefix = "TWILIO" if name in ("account_sid", "auth_token") else "TWSQL"
            env.setenv(f"{prefix}_{name.upper()}", str(value))
        env.setenv("TWSQL_READ_ONLY", "0")  # this process serves the sandbox: it listens
        through_extension = apsw.Connection(":memory:")
        through_extension.enable_load_extension(True)
        through_extension.load_extension(str(extension))
        values = {
            f"{table}.{column}": [
                row[0] for row in through_apsw.execute(f'SELECT DISTINCT "{column}" FROM {table} LIMIT 12')
            ]
            for table, columns in COLUMNS.items()
            for column in columns
        }
        yield Doors(sandbox, through_apsw, through_extension, Pair(through_apsw, through_apsw, values))
        through_extension.close()
        registration.close()


@st.composite
def selects(draw: st.DrawFn, pair: Pair, limits: st.SearchStrategy[str]) -> str:
    """WHERE, ORDER BY, LIMIT, DISTINCT and aggregates, over some columns or all."""
    table = draw(st.sampled_from(WHICH))
    where = draw(where_of(pair, table))
    order, limit = draw(order_of(table)), draw(limits)
    columns = ", ".join(draw(st.lists(st.sampled_from(COLUMNS[table]), min_size=1, max_size=4, unique=True)))
    what = draw(st.sampled_from((columns, "*", f"DISTINCT {columns}", "count(*)", f"rowid, {columns}")))
    by = f" ORDER BY {', '.join(order)}" if order and "count" not in what and "DISTINCT" not in what else ""
    return f"SELECT {what} FROM {table} WHERE {where}{by} {limit}"


@QUICK
@given(st.data())
def test_selects(doors: Doors, data: st.DataObject) -> None:
    """What is read to its end asks for the same, to the last request."""
    sql = data.draw(selects(doors.pair, st.just("")))
    through_apsw, through_extension = doors.both(sql, may_stop=False)
    assert through_extension == through_apsw, sql


@FEW
@given(st.data())
def test_limits(doors: Doors, data: st.DataObject) -> None:
    """What stops early lists the same; what else had been asked ahead by then is a matter of milliseconds."""
    sql = data.draw(selects(doors.pair, LIMIT.filter(bool)))
    (found, asked), (loaded, loaded_asked) = doors.both(sql)
    assert loaded == found, sql
    assert _lists(loaded_asked) == _lists(asked), sql


@QUICK
@given(st.data())
def test_joins(doors: Doors, data: st.DataObject) -> None:
    """Joins of the two tables, whose inner side is asked again and again, and ahead."""
    where = data.draw(where_of(doors.pair, "conferences", "c."))
    join = data.draw(st.sampled_from(("JOIN", "LEFT JOIN", "CROSS JOIN")))
    on = data.draw(st.sampled_from(("p.ConferenceSid = c.Sid", "p.FriendlyName = c.FriendlyName")))
    sql = f"SELECT c.Sid, p.CallSid, p.Muted FROM conferences c {join} participants p ON {on} WHERE {where}"
    (found, asked), (loaded, loaded_asked) = doors.both(sql, may_stop=False)
    assert loaded == found, sql
    # How far the inner table is asked ahead depends on what of the outer one is at hand: only its lists are compared.
    assert _lists(loaded_asked) == _lists(asked), sql


def _lists(asked: Requests) -> Requests:
    return [each for each in asked if each[1].endswith("/Conferences.json")]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT a.Sid, b.Sid FROM conferences a, conferences b LIMIT 30",
        "SELECT (SELECT CallSid FROM participants WHERE ConferenceSid = c.Sid LIMIT 1) FROM conferences c LIMIT 9",
        "SELECT * FROM (SELECT Sid FROM conferences LIMIT 5) UNION ALL SELECT * FROM (SELECT Sid FROM conferences)",
        "SELECT Sid FROM conferences WHERE EXISTS (SELECT 1 FROM participants WHERE ConferenceSid = Sid) LIMIT 3",
        "WITH c AS MATERIALIZED (SELECT * FROM conferences) SELECT count(*) FROM c a, c b",
        "SELECT CallSid FROM participants WHERE Muted = 0 OR ConferenceSid = (SELECT Sid FROM conferences LIMIT 1)",
        "UPDATE participants SET Muted = 1 WHERE CallSid IN (SELECT CallSid FROM participants LIMIT 6)",
        "UPDATE conferences SET Sid = 'x'",
        "UPDATE participants SET Hold = 'perhaps'",
        "INSERT INTO conferences (FriendlyName) VALUES ('x')",
        "INSERT INTO AddParticipants (Conference) VALUES ('x')",
        "DELETE FROM conferences",
        "SELECT * FROM sys_procedureparameters",
        "SELECT * FROM sys_tablecolumns",
        "SELECT * FROM participants WHERE ConferenceSid = x'00ff'",
        "SELECT Sid FROM conferences WHERE FriendlyName IN (1, 2.5, NULL, x'00', 'a')",
        "SELECT * FROM EndConference('CF00000000000000000000000000000000')",
        "SELECT * FROM AddParticipants('c', 'x', 'y', 'not a url')",
    ],
)
def test_chosen(doors: Doors, sql: str) -> None:
    """Scans that wait while others go on; changes; errors, with Twilio's code where they have one."""
    (found, asked), (loaded, loaded_asked) = doors.both(sql)
    unnumbered = [str(each).split("request RQ")[0] if isinstance(each, str) else each for each in (found, loaded)]
    assert unnumbered[1] == unnumbered[0]
    # What was asked ahead of a subquery's LIMIT when it was reached is a matter of milliseconds, also in apsw.
    assert "LIMIT 1" in sql or "LIMIT 3" in sql or loaded_asked == asked


def test_delete(doors: Doors) -> None:
    """A DELETE removes each row once."""
    before = doors.apsw.execute("SELECT count(CallSid) FROM participants").get
    doors.extension.execute("DELETE FROM participants WHERE CallSid IN (SELECT CallSid FROM participants LIMIT 3)")
    assert doors.apsw.execute("SELECT count(CallSid) FROM participants").get == before - 3
