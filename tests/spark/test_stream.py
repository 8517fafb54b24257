"""Following what has ended: the reader's methods in this process, and a query of a real Spark that is restarted."""

from __future__ import annotations

import itertools
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from pyspark import cloudpickle
from pyspark.sql.streaming.datasource import ReadAllAvailable

import twsql
from twsql.errors import SettingError
from twsql.sandbox import Sandbox

from .conftest import Source


@pytest.fixture
def ending() -> Iterator[Sandbox]:
    """A local Twilio whose conferences of the last ten days are all over but a few."""
    with Sandbox(conferences=200, participants=2, over=0.9, days=10, subaccounts=1) as sandbox:
        yield sandbox


def day(ago: int) -> date:
    """A day so many days ago."""
    return datetime.now(timezone.utc).date() - timedelta(days=ago)


def end(sandbox: Sandbox, count: int) -> set[str]:
    """End some conferences; gives their SIDs."""
    sids = [one.sid for one in sandbox.conferences() if one.status == "in-progress"][:count]
    with twsql.connect(
        base_url=sandbox.base_url, account_sid=sandbox.account_sid, auth_token=sandbox.auth_token
    ) as connection:
        for sid in sids:
            connection.execute("SELECT Status FROM EndConference(?)", (sid,)).fetchall()
    return set(sids)


def batch(source: Any, start: dict[str, Any], finish: dict[str, Any]) -> list[str]:
    """The SIDs of a batch, as tasks read them."""
    made = source.streamReader(source.schema())
    reader = cloudpickle.loads(cloudpickle.dumps(made))
    parts = cloudpickle.loads(cloudpickle.dumps(made.partitions(start, finish)))
    return [sid for part in parts for each in reader.read(part) for sid in each.column("Sid").to_pylist()]


def test_each_conference_that_ended_comes_once(ending: Sandbox, source: Source) -> None:
    """Since a day, over all accounts, and then batch by batch; a batch that is run again has the same rows."""
    made = source(ending, table="conferences", accounts="all", since=day(5))
    reader = made.streamReader(made.schema())
    offsets = [reader.initialOffset()]
    batches, ended = [], []
    for _ in range(3):
        offsets.append(reader.latestOffset(offsets[-1], ReadAllAvailable()))
        batches.append(batch(made, offsets[-2], offsets[-1]))
        ended.append(end(ending, 4))
    with twsql.connect(
        base_url=ending.base_url, account_sid=ending.account_sid, auth_token=ending.auth_token
    ) as connection:
        known = "SELECT Sid FROM conferences WHERE Status = 'completed' AND DateUpdated >= ?"
        in_sqlite = {sid for (sid,) in connection.execute(known, (day(5).isoformat(),))}
    assert len(batches[0]) > 150
    assert [set(each) for each in batches[1:]] == ended[:2]
    assert in_sqlite - ended[2] <= {sid for each in batches for sid in each}
    assert max(Counter(sid for each in batches for sid in each).values()) == 1
    assert [sorted(batch(made, *pair)) for pair in itertools.pairwise(offsets)] == [sorted(each) for each in batches]


def test_nothing_new(ending: Sandbox, source: Source) -> None:
    """An offset after which nothing has ended is the same, and has no partitions."""
    made = source(ending, table="conferences")
    reader = made.streamReader(made.schema())
    offset = reader.latestOffset(reader.initialOffset(), ReadAllAvailable())
    assert reader.latestOffset(offset, ReadAllAvailable()) == offset
    assert reader.partitions(offset, offset) == []


@pytest.mark.parametrize(
    ("table", "over"),
    [("calls", "EndTime >= ?"), ("recordings", "Status IN ('completed', 'absent') AND DateCreated >= ?")],
)
def test_other_tables_that_end(ending: Sandbox, source: Source, table: str, over: str) -> None:
    """Calls that have ended, and recordings."""
    made = source(ending, table=table, since=day(5))
    reader = made.streamReader(made.schema())
    start = reader.initialOffset()
    found = batch(made, start, reader.latestOffset(start, ReadAllAvailable()))
    with twsql.connect(
        base_url=ending.base_url, account_sid=ending.account_sid, auth_token=ending.auth_token
    ) as connection:
        known = connection.execute(f"SELECT Sid FROM {table} WHERE {over}", (day(5).isoformat(),))
        assert sorted(found) == sorted(sid for (sid,) in known)


def test_what_cannot_be_followed(ending: Sandbox, source: Source) -> None:
    """Another table, and a day that is none, are errors."""
    made = source(ending, table="participants")
    with pytest.raises(SettingError, match="participants cannot be followed: conferences, calls, recordings can"):
        made.streamReader(made.schema())
    made = source(ending, table="conferences", since="yesterday")
    with pytest.raises(SettingError, match="since must be a day"):
        made.streamReader(made.schema()).initialOffset()


def test_a_query_that_is_restarted(spark: Any, ending: Sandbox, tmp_path: Path) -> None:
    """From its checkpoint it goes on, and runs the batch again that was not committed, with the same rows."""
    batches: dict[int, list[list[str]]] = {}

    def note(frame: Any, number: int) -> None:
        batches.setdefault(number, []).append(sorted(row.Sid for row in frame.select("Sid").collect()))

    def run() -> None:
        reader = spark.readStream.format("twilio").option("table", "conferences").option("since", str(day(3)))
        frame = reader.option("base_url", ending.base_url).load()
        writer = frame.writeStream.foreachBatch(note).option("checkpointLocation", str(tmp_path / "checkpoint"))
        writer.trigger(availableNow=True).start().awaitTermination()

    run()
    first = end(ending, 3)
    run()
    for commit in (tmp_path / "checkpoint" / "commits").glob("*1*"):  # as if the driver had died before it
        commit.unlink() if commit.is_file() else shutil.rmtree(commit)
    second = end(ending, 3)
    run()
    assert len(batches[0]) == 1
    assert len(batches[0][0]) > 20
    assert batches[1] == [sorted(first)] * 2
    assert batches[2] == [sorted(second)]
