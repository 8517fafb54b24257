"""Placing calls from a real Spark, whose Python workers are killed: each call once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import twsql
from twsql.sandbox import Sandbox
from waiting import until

from .processes import kill_workers

SECRET = "a-password-of-the-journal"


def save(frame: Any, sandbox: Sandbox, journal: str, **options: object) -> None:
    """Write as a person would type it."""
    writer = frame.write.format("twilio").option("procedure", "AddParticipants").option("journal", journal)
    for name, value in {"base_url": sandbox.base_url, "recovery_grace": 0.5, **options}.items():
        writer = writer.option(name, str(value))
    writer.mode("append").save()


def people(spark: Any, count: int, partitions: int) -> Any:
    """A DataFrame of calls."""
    rows = [(f"k{each}", f"room-{each % 3}", "+15005550006", f"+1202555{each:04}") for each in range(count)]
    return spark.createDataFrame(rows, "RequestKey string, ConferenceSid string, From string, To string").repartition(
        partitions
    )


def states(sandbox: Sandbox, journal: str) -> dict[str, int]:
    """How many entries the journal has in each state."""
    with twsql.connect(
        base_url=sandbox.base_url, account_sid=sandbox.account_sid, auth_token=sandbox.auth_token, journal=journal
    ) as connection:
        return dict(connection.execute("SELECT State, count(*) FROM twsql_journal GROUP BY State").fetchall())


def test_killed_workers_place_each_call_once(spark: Any, sandbox: Sandbox, journal: str) -> None:
    """Workers die while their calls are under way; a second job with the same rows runs beside; then the job again."""
    sandbox.change(latency=0.1)

    def run() -> None:
        save(people(spark, 60, 4), sandbox, journal, max_in_flight=16)  # Spark knows its formats where a frame is made

    with ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(run) for _ in range(2)]
        until(lambda: sandbox.counters.placed >= 8 or any(job.done() for job in jobs), 200)
        assert kill_workers(spark) > 0
        for job in jobs:
            job.result()
    assert set(sandbox.counters.placed_by.values()) == {1}
    assert sandbox.counters.placed == 60
    assert states(sandbox, journal) == {"placed": 60}
    sandbox.clear()
    save(people(spark, 60, 4), sandbox, journal)
    assert sandbox.counters.requests == 0


def test_the_password_is_in_no_plan_and_no_log(spark: Any, sandbox: Sandbox, journal: str, logs: Path) -> None:
    """The journal's, given as an option, is in no event or line of Spark's log, nor are the credentials."""
    known = journal.replace("postgres@", f"postgres:{SECRET}@")
    assert known != journal
    save(people(spark, 3, 1), sandbox, known, auth_token=sandbox.auth_token)
    assert sandbox.counters.placed == 3
    with pytest.raises(Exception, match=r"password|connect"):
        save(people(spark, 1, 1), sandbox, known.rpartition("/")[0] + "/no-such-database")
    written = (logs / "spark.log").read_text() + "".join(
        each.read_text() for each in (logs / "events").rglob("*") if each.is_file()
    )
    assert "SparkListenerSQLExecutionStart" in written
    assert SECRET not in written
    assert sandbox.auth_token not in written
