"""The table usage_records: Twilio's list of each granularity, its categories and days."""

from __future__ import annotations

from collections.abc import Iterator

import apsw
import pytest

from twsql.errors import ProgrammingError
from twsql.hosts.apsw import register
from twsql.sandbox import Sandbox
from twsql.tables.usage_records import LISTS

from .conftest import NOW, World


@pytest.fixture(scope="module")
def opened() -> Iterator[World]:
    """A world of twenty conferences in 40 days before 1 March 2026, two calls each."""
    with Sandbox(now=NOW, conferences=20, participants=2, messages=80, over=1, days=40) as sandbox:
        settings = {"account_sid": sandbox.account_sid, "auth_token": sandbox.auth_token, "base_url": sandbox.base_url}
        db = apsw.Connection(":memory:")
        registration = register(db, page_size=100, journal=":memory:", **settings)
        yield World(sandbox, db)
        registration.close()
        db.close()


def test_a_granularity_is_required(opened: World) -> None:
    """Without one there is a clear error, and nothing is sent; one that there is not has no rows."""
    opened.sandbox.clear()
    with pytest.raises(ProgrammingError, match="write WHERE Granularity = … "):
        opened.db.execute("SELECT * FROM usage_records")
    assert opened.asked("SELECT * FROM usage_records WHERE Granularity IN ('weekly', 5)") == ([], [])


@pytest.mark.parametrize(("granularity", "path"), LISTS.items())
def test_granularities(opened: World, granularity: str, path: str) -> None:
    """Each is a list of its own, and its rows say so."""
    sql = "SELECT DISTINCT Granularity FROM usage_records WHERE Granularity = ? AND Category = 'calls'"
    assert opened.asked(sql, granularity) == (
        [(granularity,)],
        [f"GET Usage/Records/{path} Category=calls PageSize=100"],
    )


@pytest.mark.parametrize(
    ("where", "asked", "rows"),
    [
        ("'daily' AND StartDate>'2026-02-25' AND EndDate < '2026-02-28'", "StartDate=2026-02-26 EndDate=2026-02-27", 2),
        ("'daily' AND StartDate = '2026-02-26'", "StartDate=2026-02-26 EndDate=2026-02-26", 1),
        ("'monthly' AND StartDate > '2026-01-25'", "StartDate=2026-01-01", 2),
        ("'monthly' AND StartDate > '2026-02-01'", "StartDate=2026-02-01", 1),
        ("'monthly' AND EndDate <= '2026-02-27'", "EndDate=2026-02-28", 1),
        ("'this-month' AND StartDate >= '2026-03-02'", "", 0),
        ("'all-time' AND StartDate='2025-02-01' AND EndDate<'2026-02-1'", "StartDate=2025-02-01", 0),
        ("'yesterday' AND IncludeSubaccounts = 0", "IncludeSubaccounts=false", 1),
    ],
)  # fmt: skip
def test_days(opened: World, where: str, asked: str, rows: int) -> None:
    """Both ends are included; whole periods are read, and SQLite compares the dates."""
    found, sent = opened.asked(f"SELECT Count FROM usage_records WHERE Category = 'calls' AND Granularity = {where}")
    assert len(found) == rows
    days = " ".join(part for part in sent[0].split()[2:] if not part.startswith(("Category", "PageSize")))
    assert days == asked


def test_sums(opened: World) -> None:
    """The same calls, however they are divided; several categories are a list each, LIMIT makes its page small."""
    sql = "SELECT sum(Count), round(sum(Price), 3) FROM usage_records WHERE Category = 'calls' AND Granularity = "
    assert len({opened.db.execute(sql + f"'{each}'").get for each in ("daily", "monthly", "yearly", "all-time")}) == 1
    assert opened.db.execute(sql + "'daily'").get[0] == 40
    rows, asked = opened.asked(
        "SELECT Category FROM usage_records WHERE Granularity = 'today' AND Category IN ('calls', 'totalprice', 'x')"
    )
    assert ({*rows}, len(asked)) == ({("calls",), ("totalprice",)}, 3)
    assert opened.asked("SELECT Category FROM usage_records WHERE Granularity = 'daily' LIMIT 3")[1] == [
        "GET Usage/Records/Daily PageSize=3"
    ]


def test_what_was_billed(opened: World) -> None:
    """Calls, messages and recordings add up to what their own tables say, in a month as in all time."""
    opened.db.execute("SELECT Sid FROM SendMessage('+15005550006', '+15550000001', printf('%200s', 'x'))").fetchall()
    tables = {"calls": "calls WHERE StartTime", "recordings": "recordings WHERE DateCreated"}
    tables |= {
        kind: f"messages WHERE NumMedia {'>' if kind == 'mms' else '='} 0 AND DateSent" for kind in ("sms", "mms")
    }
    for since in ("2026-02-01", "2000-01-01"):
        where = f"WHERE Granularity = 'daily' AND StartDate >= '{since}'"
        for category, table in tables.items():
            own = opened.db.execute(f"SELECT count(*), round(-sum(Price), 2) FROM {table} >= '{since}'").fetchall()
            sql = f"SELECT sum(Count), round(sum(Price), 2) FROM usage_records {where} AND Category = '{category}'"
            assert opened.db.execute(sql).fetchall() == own, category
            assert own[0][0] > 5


def test_a_join_by_the_period(opened: World) -> None:
    """The days of a period may come from another table."""
    rows, asked = opened.asked(
        "WITH quarters(first, last) AS (VALUES ('2026-01-20', '2026-01-31'), ('2026-02-01', '2026-03-01'))"
        " SELECT first, Count FROM quarters JOIN usage_records ON Granularity = 'all-time' AND Category = 'calls'"
        " AND StartDate = first AND EndDate = last"
    )
    assert asked[0] == "GET Usage/Records/AllTime StartDate=2026-01-20 EndDate=2026-01-31 Category=calls PageSize=100"
    assert [first for first, _ in rows] == ["2026-01-20", "2026-02-01"]
    assert sum(count for _, count in rows) == 40
    assert len(asked) == 2
