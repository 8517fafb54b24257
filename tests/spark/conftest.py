"""Spark over a sandbox. Only .ci/spark runs these tests: it installs PySpark, Java and PostgreSQL, which are large."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from twsql.sandbox import Sandbox

if "TEST_TWSQL_SPARK" not in os.environ:
    collect_ignore_glob = ["test_*.py"]

LOG = """
rootLogger.level = info
rootLogger.appenderRef.file.ref = file
appender.file.type = File
appender.file.name = file
appender.file.fileName = {file}
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %p %c: %m%n%ex
"""

Source = Callable[..., Any]
"""Makes a data source in this process, with options, for what needs no Spark."""


@pytest.fixture(scope="session")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with Spark's log and its events."""
    return tmp_path_factory.mktemp("logs")


@pytest.fixture(scope="session")
def spark(logs: Path) -> Iterator[Any]:
    """A small Spark of two cores, which tries each task three times, and whose executors have the sandbox's token."""
    from pyspark.sql import SparkSession

    from twsql.spark import TwilioDataSource

    (logs / "log4j2.properties").write_text(LOG.format(file=logs / "spark.log"))
    (logs / "events").mkdir()
    os.environ |= {
        "PYSPARK_PYTHON": sys.executable,
        "TWILIO_ACCOUNT_SID": Sandbox.account_sid,
        "TWILIO_AUTH_TOKEN": Sandbox.auth_token,
    }
    session = (
        SparkSession.builder.master("local[2, 3]")
        .config("spark.driver.memory", "1g")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.extraJavaOptions", f"-Dlog4j2.configurationFile={logs / 'log4j2.properties'}")
        .config("spark.eventLog.enabled", "true")
        .config("spark.eventLog.compress", "false")
        .config("spark.eventLog.dir", str(logs / "events"))
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .getOrCreate()
    )
    session.dataSource.register(TwilioDataSource)
    yield session
    session.stop()
    assert (logs / "spark.log").stat().st_size > 0


@pytest.fixture(scope="session")
def world() -> Iterator[Sandbox]:
    """A local Twilio whose main account has 700 conferences in 70 days; its two filled subaccounts as many."""
    with Sandbox(conferences=700, participants=2, over=0.9, days=70, subaccounts=2) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def small() -> Iterator[Sandbox]:
    """The same with 30 conferences in each account."""
    with Sandbox(conferences=30, participants=2, days=20, subaccounts=2) as sandbox:
        yield sandbox


@pytest.fixture
def source() -> Source:
    """Makes data sources over a sandbox."""
    from twsql.spark import TwilioDataSource

    def make(sandbox: Sandbox, /, **options: object) -> TwilioDataSource:
        login = {"account_sid": sandbox.account_sid, "auth_token": sandbox.auth_token, "base_url": sandbox.base_url}
        return TwilioDataSource({name: str(value) for name, value in (login | options).items()})

    return make


@pytest.fixture
def journal() -> Iterator[str]:
    """The URL of a new database of the PostgreSQL that .ci/spark has started."""
    import psycopg

    place = os.environ["TEST_TWSQL_POSTGRES"]
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(f"{place} dbname=postgres", autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield f"postgresql://postgres@{server.info.host}:{server.info.port}/{name}"
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")
