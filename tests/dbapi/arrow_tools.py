"""Arrow's batches in pandas, Polars and DuckDB, none of which knows twsql. Run by .ci/tools, which installs them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import duckdb
import pandas
import polars
import pytest

import twsql
from twsql.sandbox import Sandbox

PEOPLE = "SELECT CallSid, ConferenceSid, Muted, DateCreated, QueueTime FROM participants"


@pytest.fixture(scope="module")
def live() -> Iterator[twsql.Connection]:
    """A connection to 50 conferences, 5 participants each in those that go on."""
    with Sandbox(conferences=50, participants=5) as sandbox:
        login = {"account_sid": sandbox.account_sid, "auth_token": sandbox.auth_token}
        with closing(twsql.connect(base_url=sandbox.base_url, **login)) as connection:
            yield connection


def test_duckdb_queries_the_batches(live: twsql.Connection) -> None:
    """As they come: a reader is a table of DuckDB's, with types."""
    (expected,) = live.execute("SELECT count(*) FROM participants").fetchone() or ()
    assert expected > 100
    with closing(duckdb.connect()) as db:
        db.register("people", live.execute(PEOPLE).fetch_record_batches(20))
        columns = "count(*), count(Muted), min(DateCreated) < now(), typeof(any_value(DateCreated))"
        found = db.execute(f"SELECT {columns} FROM people").fetchall()
        assert found == [(expected, expected, True, "TIMESTAMP WITH TIME ZONE")]
        db.register("people", live.execute(PEOPLE).fetch_arrow_table())
        db.register("conferences", live.execute("SELECT Sid, FriendlyName FROM conferences").fetch_arrow_table())
        joined = db.execute("SELECT count(*) FROM people p JOIN conferences c ON p.ConferenceSid = c.Sid").fetchall()
        assert joined == [(expected,)]


def test_polars_queries_the_table(live: twsql.Connection) -> None:
    """Without a copy of numbers and times."""
    frame = polars.DataFrame(live.execute(PEOPLE).fetch_arrow_table())
    assert frame.schema["DateCreated"] == polars.Datetime("us", "UTC")
    assert frame.schema["Muted"] == polars.Boolean
    assert frame.group_by("ConferenceSid").len()["len"].unique().to_list() == [5]


def test_pandas_has_the_types(live: twsql.Connection) -> None:
    """Times are times, and booleans are booleans."""
    frame = live.execute(PEOPLE).fetch_arrow_table().to_pandas()
    assert isinstance(frame["DateCreated"].dtype, pandas.DatetimeTZDtype)
    assert frame["Muted"].dtype == bool
