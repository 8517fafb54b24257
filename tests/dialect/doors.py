"""Other people's programs over the dialect, as a person types them; `.ci/doors` installs them and runs this."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from pathlib import Path

import dlt
import duckdb
import pandas
import polars
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from dlt.sources.sql_database import sql_database
from IPython.core.interactiveshell import InteractiveShell
from sqlalchemy import URL, Column, Engine, Integer, MetaData, Table, create_engine

from twsql.sandbox import Sandbox

JOIN = """SELECT c.FriendlyName, c.DateCreated, count(p.CallSid) AS People
FROM conferences c JOIN participants p ON p.ConferenceSid = c.Sid GROUP BY c.Sid"""
PAGE = Path(__file__).parents[2] / "docs" / "sqlalchemy.md"
CALL = "CALL AddParticipants('MyConference', '+15005550006', '+12025550100')"


@pytest.fixture
def twilio() -> Iterator[Sandbox]:
    """Six conferences of two participants each; three are in progress."""
    with Sandbox(conferences=6, participants=2) as running:
        yield running


@pytest.fixture
def url(twilio: Sandbox, tmp_path: Path) -> URL:
    """The URL of a file of the test's own."""
    query = {"base_url": twilio.base_url}
    return URL.create("twsql", twilio.account_sid, twilio.auth_token, database=str(tmp_path / "calls.db"), query=query)


@pytest.fixture
def engine(url: URL) -> Iterator[Engine]:
    """The engine of that file."""
    made = create_engine(url)
    yield made
    made.dispose()


def test_pandas(engine: Engine) -> None:
    """A join is a frame, without pandas' warning about other drivers; a table's times are aware; a frame is a table."""
    assert pandas.read_sql(JOIN, engine)["People"].tolist() == [2, 2, 2]
    conferences = pandas.read_sql_table("conferences", engine)
    assert str(conferences["DateCreated"].dtype).endswith(", UTC]")
    contacts = pandas.DataFrame({"Number": ["+12025550100"], "Since": pandas.to_datetime(["2026-01-01"], utc=True)})
    contacts.to_sql("contacts", engine, index=False)
    newer = "SELECT count(*) FROM contacts JOIN conferences ON DateCreated >= Since"
    since = contacts["Since"][0]
    assert pandas.read_sql(newer, engine).iat[0, 0] == (conferences["DateCreated"] >= since).sum()
    with pytest.raises(ValueError, match="already exists"):
        contacts.to_sql("conferences", engine)


def test_pandas_writes_while_it_reads(engine: Engine) -> None:
    """A file in WAL mode is written chunk by chunk while a list of Twilio's is still being read."""
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")
    for chunk in pandas.read_sql("SELECT Sid, DateCreated FROM conferences", engine, chunksize=2):
        chunk.to_sql("seen", engine, if_exists="append", index=False)
    assert pandas.read_sql("SELECT count(*) FROM seen", engine).iat[0, 0] == 6


def test_polars(engine: Engine) -> None:
    """A join is a frame, typed by the declared columns; a frame is a table."""
    frame = polars.read_database(JOIN, engine)
    assert frame["People"].to_list() == [2, 2, 2]
    assert polars.read_database("SELECT Muted, Label FROM participants LIMIT 1", engine).schema == {
        "Muted": polars.Int64,
        "Label": polars.String,
    }
    frame.write_database("people", engine)
    assert polars.read_database("SELECT sum(People) FROM people", engine).item() == 6


def test_jupysql(url: URL, twilio: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    """`%sql twsql://…` connects, and shows no secret; cells query, and build on each other; a call is placed once."""
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "sql")
    shell.run_line_magic("sql", url.render_as_string(hide_password=False))
    shell.run_cell_magic("sql", "--save people", JOIN)
    total = shell.run_cell_magic("sql", "--with people", "SELECT sum(People) FROM people")
    assert total[0][0] == 6
    assert "participants" in str(shell.run_line_magic("sqlcmd", "tables"))
    twilio.clear()
    assert shell.run_line_magic("sql", CALL).DataFrame()["Status"].tolist() == ["queued"]
    assert [request.method for request in twilio.requests].count("POST") == 1
    assert twilio.auth_token not in "".join(capsys.readouterr())


def test_dlt(engine: Engine, tmp_path: Path) -> None:
    """`sql_database(credentials=engine)` as it is loads every table that Twilio lists, with its types, into DuckDB."""
    warehouse = tmp_path / "warehouse.duckdb"
    pipeline = dlt.pipeline(
        "twilio",
        destination=dlt.destinations.duckdb(str(warehouse)),
        dataset_name="twilio",
        pipelines_dir=str(tmp_path / "pipelines"),
    )
    assert not pipeline.run(sql_database(credentials=engine)).has_failed_jobs
    with duckdb.connect(str(warehouse)) as connection:
        times = connection.sql("SELECT date_created FROM twilio.conferences").fetchall()
    assert len(times) >= 6
    assert all(isinstance(time, datetime.datetime) and time.tzinfo for (time,) in times)


@pytest.mark.parametrize(
    "code", re.findall(r"^```text\n((?:import|%load_ext).*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)
)
def test_page(twilio: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """What docs/sqlalchemy.md shows of these programs runs as it is, in a notebook's cell."""
    monkeypatch.setenv("TWSQL_BASE_URL", twilio.base_url)
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", twilio.account_sid)
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", twilio.auth_token)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    InteractiveShell.instance().run_cell(code).raise_error()


def test_alembic(url: URL) -> None:
    """Autogenerate compares a program's tables with the file's, and proposes nothing about Twilio's."""
    engine = create_engine(url, list_twilio=False)
    own = MetaData()
    Table("contacts", own, Column("Id", Integer, primary_key=True))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert [change[0] for change in compare_metadata(context, own)] == ["add_table"]
    engine.dispose()
