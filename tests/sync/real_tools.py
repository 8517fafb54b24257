"""The file in the tools of others, none of which knows twsql. Run by .ci/tools, which installs them all.

sqlite3, Datasette in Chromium, pandas, Polars, DuckDB, and ODBC by libsqliteodbc: pip install '.[test,tools]' and
apt-get install sqlite3 unixodbc libsqliteodbc chromium. Not collected without being named, so none can be skipped.
"""

from __future__ import annotations

import html
import json
import os
import random
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import apsw
import duckdb
import duckdb_extension_sqlite_scanner
import pandas
import polars
import pyodbc
import pytest
import requests
import sqlalchemy
from PIL import Image
from sqlalchemy.pool import StaticPool

import twsql
from twsql.hosts.apsw import register
from twsql.sandbox import Sandbox
from twsql.sync import sync
from twsql.sync.datasette import write
from twsql.sync.layout import TABLES
from twsql.sync.migrations import descriptions
from twsql.sync.views import VIEWS

_DAYS = 42
_HOLIDAY = 19
_BAR = (0x2B, 0x6C, 0xB0)
_CHROMIUM = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
_CHROMIUM += " --disable-component-update --disable-sync --hide-scrollbars"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that has followed an office through six weeks."""
    path = tmp_path_factory.mktemp("tools") / "calls.db"
    midnight = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0) - timedelta(days=_DAYS)
    with pytest.MonkeyPatch.context() as environment, Sandbox(now=midnight) as sandbox:
        environment.setenv("TWSQL_JOURNAL", ":memory:")
        account = {
            "base_url": sandbox.base_url,
            "account_sid": sandbox.account_sid,
            "auth_token": sandbox.auth_token,
        }
        with closing(apsw.Connection(":memory:")) as live:
            registration = register(live, **account, max_calls=100_000)
            for day in range(_DAYS + 1):
                _work(live, sandbox, midnight + timedelta(days=day), lambda: sync(path, **account))
            registration.close()
        sync(path, full=True, **account)
    write(path.with_name("metadata.json"), path)
    return path


def _work(live: apsw.Connection, sandbox: Sandbox, day: datetime, follow: Any) -> None:
    """Let a day go by: people meet, sync looks, the conferences end one way or another."""
    chance = random.Random(day.toordinal())
    meetings = 0 if day.weekday() > 4 else chance.randint(7, 14) - (6 if day.day == _HOLIDAY else 0)
    sandbox.advance(9 * 3600)
    passed = 9 * 3600.0
    for number in range(meetings):
        wait = chance.uniform(60, 2400)
        sandbox.advance(wait)
        passed += wait
        numbers = json.dumps([f"+1555{chance.randrange(10**7):07}" for _ in range(chance.randint(2, 9))])
        sql = 'SELECT CallSid FROM AddParticipants WHERE Conference = ? AND "From" = \'+15005550006\' AND "To" IN'
        live.execute(f"{sql} (SELECT value FROM json_each(?))", (f"{day:%d %b} {number}", numbers)).fetchall()
    if day.weekday() < 5:
        follow()
    rows = live.execute("SELECT Sid FROM conferences WHERE Status <> 'completed'").fetchall()
    for (sid,) in rows if day.date() != datetime.now(timezone.utc).date() else rows[3:]:
        wait = chance.uniform(60, 1500)
        sandbox.advance(wait)
        passed += wait
        if chance.random() < 0.3:
            live.execute("UPDATE conferences SET Status = 'completed' WHERE Sid = ?", (sid,))
        else:
            live.execute("DELETE FROM participants WHERE ConferenceSid = ?", (sid,))
    sandbox.advance(max(0.0, 86400 - passed))


def _rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql).fetchall()


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_sqlite_shell_reads_each_view(path: Path, view: Any) -> None:
    """Debian's sqlite3 gives the rows that Python's gives."""
    sql = f"SELECT * FROM {view.name}"
    command = ["/usr/bin/sqlite3", "-readonly", "-json", path, sql]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert [tuple(row.values()) for row in json.loads(done.stdout)] == _rows(path, sql)


def test_sqlite_shell_finds_the_file_whole(path: Path) -> None:
    """Checked by another SQLite than the one that wrote it."""
    done = subprocess.run(
        ["/usr/bin/sqlite3", path, "PRAGMA integrity_check; PRAGMA foreign_key_check"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout == "ok\n"


def test_pandas_has_dates_and_numbers(path: Path) -> None:
    """A frame of a table has times where there are times, and is as long as the table."""
    with closing(sqlite3.connect(path)) as db:
        frame = pandas.read_sql(
            "SELECT * FROM participants", db, parse_dates=["DateCreated", "LeftAt"], index_col="CallSid"
        )
    assert len(frame) == _rows(path, "SELECT count(*) FROM participants")[0][0]
    assert str(frame["DateCreated"].dtype).startswith("datetime64")
    assert set(frame["Muted"]) <= {0, 1}
    assert (frame["LeftAt"].dropna() >= frame["DateCreated"][frame["LeftAt"].notna()]).all()


def test_polars_reads_tables_and_views(path: Path) -> None:
    """Its frames hold what SQLite gives; a time is a time after one conversion."""
    with closing(sqlite3.connect(path)) as db:
        for view in VIEWS:
            frame = polars.read_database(f"SELECT * FROM {view.name}", db, infer_schema_length=None)
            assert frame.rows() == _rows(path, f"SELECT * FROM {view.name}")
        calls = polars.read_database("SELECT DateCreated, LeftAt FROM participants", db, infer_schema_length=None)
    times = calls.with_columns(polars.all().str.to_datetime("%Y-%m-%d %H:%M:%S"))
    assert times.schema["LeftAt"] == polars.Datetime("us")
    assert times.filter(polars.col("LeftAt") < polars.col("DateCreated")).is_empty()


@pytest.mark.parametrize("each", [*TABLES, *VIEWS], ids=lambda each: each.name)
def test_duckdb_has_the_types(path: Path, each: Any) -> None:
    """Each column has the type that it is declared with, a BLOB none, and each view the rows that SQLite gives."""
    extension = next(Path(duckdb_extension_sqlite_scanner.__file__).parent.rglob("*.duckdb_extension"))
    kinds = {"text": "VARCHAR", "integer": "BIGINT", "real": "DOUBLE", "boolean": "BIGINT", "datetime": "TIMESTAMP"}
    with closing(duckdb.connect()) as db:
        db.execute(f"LOAD '{extension}'")
        found = db.execute(f"SELECT * FROM sqlite_scan('{path}', '{each.name}')")
        assert {name: str(kind) for name, kind, *_ in found.description} == {
            c.name: kinds[c.type] for c in each.columns
        }
        times = {number for number, column in enumerate(each.columns) if column.type == "datetime"}
        rows = [tuple(v and str(v) if n in times else v for n, v in enumerate(row)) for row in found.fetchall()]
    assert rows == _rows(path, f"SELECT * FROM {each.name}")


@pytest.fixture
def live() -> Iterator[twsql.Connection]:
    """A connection of the driver to a sandbox: of 150 conferences most rows have no reason for their end."""
    with Sandbox(conferences=150, participants=1, over=0.2) as sandbox:
        account = {"base_url": sandbox.base_url, "account_sid": sandbox.account_sid, "auth_token": sandbox.auth_token}
        with closing(twsql.connect(**account)) as connection:
            yield connection


@pytest.mark.parametrize("table", ["conferences", "participants"])
def test_polars_reads_the_live_tables(live: twsql.Connection, table: str) -> None:
    """Each column has the type that its values have, also one that begins with many NULLs."""
    frame = polars.read_database(f"SELECT * FROM {table}", live)
    assert frame.rows() == live.execute(f"SELECT * FROM {table}").fetchall()
    assert frame.schema["DateCreated"] == polars.String
    assert frame["DateCreated"].str.to_datetime("%Y-%m-%d %H:%M:%S").dtype == polars.Datetime("us")
    assert table == "conferences" or frame.schema["Muted"] == polars.Int64


def test_pandas_reads_the_live_tables(live: twsql.Connection) -> None:
    """Over SQLAlchemy's dialect for Python's sqlite3 too, which calls what that module's connections have."""
    engine = sqlalchemy.create_engine("sqlite://", creator=lambda: live, module=twsql, poolclass=StaticPool)
    frame = pandas.read_sql("SELECT * FROM conferences", engine, parse_dates=["DateCreated"])
    assert len(frame) == 150
    assert str(frame["DateCreated"].dtype).startswith("datetime64")


def test_odbc_reads_without_our_extension(path: Path) -> None:
    """By libsqliteodbc, as a spreadsheet or a BI tool does: tables are listed, columns typed, rows right."""
    with closing(pyodbc.connect(f"DRIVER=SQLite3;Database={path};", timeout=60)) as db:
        cursor = db.cursor()
        listed = {row.table_name for row in cursor.tables()}
        assert {each.name for each in (*TABLES, *VIEWS)} <= listed
        types = {row.column_name: row.type_name.upper() for row in cursor.columns(table="participants")}
        assert (types["DateCreated"], types["Muted"]) == ("DATETIME", "BOOLEAN")
        rows = cursor.execute("SELECT Day, Conferences FROM conferences_per_day ORDER BY Day").fetchall()
        assert [tuple(row) for row in rows] == _rows(path, "SELECT Day, Conferences FROM conferences_per_day")
        first = cursor.execute("SELECT min(DateCreated) AS d, count(*) FROM participants").fetchone()
        assert first[1] == _rows(path, "SELECT count(*) FROM participants")[0][0]


@pytest.fixture(scope="module")
def datasette(path: Path) -> Iterator[str]:
    """Datasette serves the file with the generated metadata."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "datasette",
        path,
        "--metadata",
        path.with_name("metadata.json"),
        "--port",
        str(port),
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        address = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 30
        while True:
            try:
                _get(f"{address}/-/versions.json")
                break
            except OSError:
                assert time.monotonic() < deadline, "datasette does not answer"
                time.sleep(0.2)
        yield address
        process.terminate()


def _get(address: str) -> str:
    response = requests.get(address, timeout=60)
    response.raise_for_status()
    return response.text


@pytest.mark.parametrize("each", [*TABLES, *VIEWS], ids=lambda each: each.name)
def test_datasette_shows_what_everything_is(datasette: str, each: Any) -> None:
    """The page of each table and view has its rows, its description, and those of its columns."""
    page = html.unescape(_get(f"{datasette}/calls/{each.name}"))
    for name, _, text in descriptions():
        assert name != each.name or text in page
    assert "no such" not in page


def test_datasette_charts_conferences_a_day_in_chromium(datasette: str, tmp_path: Path) -> None:
    """The dashboard of the metadata draws bars; the picture is kept for people to look at."""
    folder = Path(os.environ.get("CI_ARTIFACTS") or Path(__file__).parents[2] / "build")
    folder.mkdir(parents=True, exist_ok=True)
    picture = folder / "datasette.png"
    subprocess.run(
        [
            "chromium",
            *_CHROMIUM.split(),
            f"--user-data-dir={tmp_path}/profile",
            "--window-size=1000,960",
            "--virtual-time-budget=15000",
            f"--screenshot={picture}",
            f"{datasette}/-/dashboards/conferences",
        ],
        check=True,
        capture_output=True,
        timeout=90,
    )
    with Image.open(picture) as image:
        pixels = image.convert("RGB")
        upper = pixels.crop((0, 0, pixels.width, pixels.height // 2))  # where the conferences a day are
        blue = sum(count for count, colour in upper.getcolors(2**24) if _near(colour, _BAR))
    assert blue > 0.03 * upper.width * upper.height


def _near(colour: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return all(abs(one - other) < 24 for one, other in zip(colour, wanted, strict=True))
