"""Settings of the extension: from the environment, and from SQL where that can do no harm."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import apsw
import pytest
from hosting import in_ci_hosts

import twsql
from twsql.errors import NotSupportedError
from twsql.hosts import loadable
from twsql.hosts.loadable import build, relation_names
from twsql.sandbox import Sandbox

pytestmark = in_ci_hosts

DIAL = "SELECT Status FROM AddParticipants('c', '+15550000000', '+15550000001')"


def test_version(loaded: apsw.Connection) -> None:
    """The extension has the package's version."""
    assert loaded.execute("SELECT twsql_version()").get == twsql.__version__


def test_names() -> None:
    """The extension knows every table and procedure: python -m twsql.hosts.loadable.relation_names writes them."""
    assert relation_names.PATH.read_text() == relation_names.text()


def test_read_only(loaded: apsw.Connection, world: Sandbox) -> None:
    """SQL can forbid effects, and not allow them again."""
    assert loaded.execute("SELECT twsql_setting('read_only')").get == 0
    assert loaded.execute("SELECT twsql_setting('read_only', 1)").get == 1
    with pytest.raises(apsw.SQLError, match="read_only is set; nothing was sent"):
        loaded.execute(DIAL).fetchall()
    with pytest.raises(apsw.SQLError, match="cannot be turned off from SQL"):
        loaded.execute("SELECT twsql_setting('read_only', 0)").fetchall()
    assert world.counters.placed == 0


@pytest.mark.parametrize(("variable", "name"), [("TWSQL_READ_ONLY", "read_only"), ("TWSQL_SAFE", "safe")])
def test_read_only_in_the_environment(
    monkeypatch: pytest.MonkeyPatch, loaded: apsw.Connection, world: Sandbox, variable: str, name: str
) -> None:
    """What the environment forbids stays forbidden; `safe` too, though the host's SQLite is the host's."""
    monkeypatch.setenv(variable, "1")
    with pytest.raises(apsw.SQLError, match="cannot be turned off from SQL"):
        loaded.execute("SELECT twsql_setting('read_only', 0)").fetchall()
    with pytest.raises(apsw.SQLError, match=f"{name} is set"):
        loaded.execute(DIAL).fetchall()
    assert world.counters.placed == 0


@pytest.mark.parametrize("name", ["auth_token", "api_secret", "account_sid", "base_url", "edge", "journal", "x", None])
@pytest.mark.parametrize("value", ["", ", 'x'"])
def test_never(loaded: apsw.Connection, name: str | None, value: str) -> None:
    """Neither credentials nor where they are sent can be set or read from SQL."""
    with pytest.raises(apsw.SQLError, match="is none of read_only"):
        loaded.execute(f"SELECT twsql_setting({apsw.format_sql_value(name)}{value})").fetchall()


def test_a_misspelt_setting(loaded: apsw.Connection) -> None:
    """The nearest that SQL may set is named."""
    with pytest.raises(apsw.SQLError, match=r"did you mean max_calls\?; everything else"):
        loaded.execute("SELECT twsql_setting('max_cals', 1)").fetchall()


def test_limits(loaded: apsw.Connection) -> None:
    """Limits can be lowered and not raised, above the environment's neither; numbers are checked as everywhere."""
    assert loaded.execute("SELECT twsql_setting('max_in_flight', 8)").get == 8
    with pytest.raises(apsw.SQLError, match="max_in_flight is 8 and can only be lowered"):
        loaded.execute("SELECT twsql_setting('max_in_flight', 1000)").fetchall()
    assert loaded.execute("SELECT twsql_setting('max_calls', 3)").get == 3
    with pytest.raises(apsw.SQLError, match="can only be lowered"):
        loaded.execute("SELECT twsql_setting('max_calls', 4)").fetchall()
    assert loaded.execute("SELECT twsql_setting('timeout', 2.5)").get == 2.5
    with pytest.raises(apsw.SQLError, match="TWSQL_PAGE_SIZE"):
        loaded.execute("SELECT twsql_setting('page_size', 0)").fetchall()
    with pytest.raises(apsw.SQLError, match="needs a value"):
        loaded.execute("SELECT twsql_setting('page_size', NULL)").fetchall()


def test_a_dear_call(loaded: apsw.Connection, world: Sandbox) -> None:
    """SQL can lower what a call may cost; a dearer one is refused, and prices can be read."""
    assert loaded.execute("SELECT twsql_setting('max_price_per_minute', 0.01)").get == "0.01"
    with pytest.raises(apsw.SQLError, match="can only be lowered"):
        loaded.execute("SELECT twsql_setting('max_price_per_minute', '0.011')").fetchall()
    with pytest.raises(apsw.SQLError, match=r"costs 0\.014 USD a minute"):
        loaded.execute(DIAL).fetchall()
    prices = DIAL.replace("Status", "PricePerMinute") + " WHERE DryRun"
    assert loaded.execute(prices).fetchall() == [(0.014,)]
    assert world.counters.placed == 0


def test_malformed(monkeypatch: pytest.MonkeyPatch, loaded: apsw.Connection) -> None:
    """A malformed variable is an error that names it."""
    monkeypatch.setenv("TWSQL_TIMEOUT", "soon")
    with pytest.raises(apsw.Error, match="TWSQL_TIMEOUT"):
        loaded.execute("SELECT Sid FROM conferences")


def test_where_it_is_not_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a compiler the error says what to install."""
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(build.BuildError, match="apt install gcc libsqlite3-dev"):
        build.build(tmp_path / build.NAME)
    monkeypatch.setenv("CC", "false")
    with pytest.raises(build.BuildError, match="twsql loadable-path --build"):
        build.build(tmp_path / build.NAME)
    with pytest.raises(build.BuildError, match="nowhere cannot be written to"):
        build.build(tmp_path / "nowhere" / build.NAME)


def test_load() -> None:
    """twsql.load gives Python's own connection the tables, or says why it cannot."""
    connection = sqlite3.connect(":memory:")
    can = (build.HERE / build.NAME).exists() and hasattr(connection, "enable_load_extension")
    if not can:
        assert not os.environ.get("TEST_TWSQL_HOSTS")
        with pytest.raises(NotSupportedError, match=r"not built|cannot load extensions"):
            loadable.load(connection)
    else:
        loadable.load(connection)
        assert connection.execute("SELECT count(*) FROM sys_tables").fetchone()[0] > 5
        with pytest.raises(sqlite3.OperationalError, match="not authorized"):
            connection.load_extension(loadable.loadable_path())
    connection.close()


def test_commands() -> None:
    """`twsql loadable-path` and `twsql odbc` name the extension, or say what to install."""
    for command in ("loadable-path", "odbc"):
        done = subprocess.run([sys.executable, "-m", "twsql", command], capture_output=True, text=True, check=False)
        if done.returncode:
            assert not os.environ.get("TEST_TWSQL_HOSTS"), done.stderr
            assert "install a C compiler" in done.stderr
        else:
            assert loadable.loadable_path() in done.stdout
