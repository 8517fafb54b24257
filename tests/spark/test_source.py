"""The data source in a real Spark: reading, what it shows of itself, and tasks whose process is killed."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from twsql.sandbox import Sandbox
from waiting import until

from .processes import kill_workers


def load(spark: Any, sandbox: Sandbox, **options: object) -> Any:
    """A DataFrame of a table; the credentials are those of the executors' environment."""
    reader = spark.read.format("twilio").option("base_url", sandbox.base_url)
    for name, value in options.items():
        reader = reader.option(name, str(value))
    return reader.load()


@pytest.fixture
def pushed(spark: Any) -> Any:
    """Spark that pushes filters, which it does not by default."""
    spark.conf.set("spark.sql.python.filterPushdown.enabled", "true")
    yield spark
    spark.conf.unset("spark.sql.python.filterPushdown.enabled")


def test_reads_without_any_setting(spark: Any, world: Sandbox) -> None:
    """As a person would type it; the types are Spark's."""
    conferences = load(spark, world, table="conferences")
    types = dict(conferences.dtypes)
    assert (types["Sid"], types["DateCreated"]) == ("string", "timestamp")
    assert dict(load(spark, world, table="participants").dtypes)["Muted"] == "boolean"
    found = conferences.where("Status = 'completed'").agg({"Sid": "count", "DateCreated": "max"}).collect()[0]
    assert found["count(Sid)"] == 630


def test_joins_of_subaccounts(pushed: Any, world: Sandbox) -> None:
    """Tables join as any other; filters go to Twilio, and every row is checked again."""
    conferences = load(pushed, world, table="conferences", accounts="all").where("Status = 'in-progress'")
    participants = load(pushed, world, table="participants", accounts="all").where("Muted = false")
    world.clear()
    joined = conferences.join(participants, conferences.Sid == participants.ConferenceSid)
    assert joined.count() == 3 * 70 * 2
    asked = [dict(one.query) for one in world.requests if one.route == "ListParticipant"]
    assert {query.get("Muted") for query in asked} == {"false"}


def test_credentials_are_in_no_plan_and_no_log(pushed: Any, world: Sandbox, logs: Path) -> None:
    """Given as options they are in no plan, error, event or line of Spark's log."""
    secret = "a-secret-that-is-wrong"
    frame = load(pushed, world, table="conferences", auth_token=world.auth_token).where("Status = 'init'")
    shown = "".join(
        pushed._jvm.PythonSQLUtils.explainString(frame._jdf.queryExecution(), mode)
        for mode in ("simple", "extended", "codegen", "cost", "formatted")
    )
    assert frame.count() == 0
    with pytest.raises(Exception, match="credentials") as refused:
        load(pushed, world, table="conferences", auth_token=secret).count()
    written = (logs / "spark.log").read_text() + "".join(
        each.read_text() for each in (logs / "events").rglob("*") if each.is_file()
    )
    assert "twilio" in shown
    assert "SparkListenerSQLExecutionStart" in written
    for text in (shown, str(refused.value), written):
        assert world.auth_token not in text
        assert secret not in text


def test_killed_workers(spark: Any) -> None:
    """Tasks whose Python worker is killed are run again, and every row is there once."""
    with Sandbox(conferences=400, participants=1, over=0.5, days=40, latency=0.05) as sandbox:
        frame = load(spark, sandbox, table="participants", max_in_flight=8, numPartitions=4)
        frame.rdd.getNumPartitions()  # planned now, so that the workers killed are tasks'
        counted: list[int] = []
        counting = threading.Thread(target=lambda: counted.append(frame.select("CallSid").distinct().count()))
        sandbox.clear()
        counting.start()
        until(lambda: sandbox.counters.by_route.get("ListParticipant", 0) > 20, 200)
        assert kill_workers(spark) > 0
        counting.join()
        assert counted == [200]
        assert sandbox.counters.by_route["ListParticipant"] > 200
