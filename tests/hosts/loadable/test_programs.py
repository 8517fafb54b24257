"""Programs that people use, over the extension: isql, pyodbc, sqlite-utils, Datasette in a browser."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
import requests
from hosting import beside_python, in_ci_hosts, lacking, program, serving

from twsql.cli import odbc
from twsql.sandbox import Sandbox

pytestmark = in_ci_hosts

Run = Callable[..., "subprocess.CompletedProcess[str]"]
ADD = "SELECT Status FROM AddParticipants('MyConference', '+18149044818', '+919602968074')"
READ = "SELECT FriendlyName, Status FROM conferences"


@pytest.fixture
def source(extension: Path, world: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of the data source that `twsql odbc` prints, for the extension under test."""
    (tmp_path / "odbc.ini").write_text(odbc.section("twsql", ":memory:", str(extension)))
    monkeypatch.setenv("ODBCINI", str(tmp_path / "odbc.ini"))
    return "twsql"


def test_explain(shell: Run) -> None:
    """The stock shell's EXPLAIN QUERY PLAN shows words only; the plan that it does not show is the one that is run."""
    done = shell(f"EXPLAIN QUERY PLAN {ADD}", f"EXPLAIN QUERY PLAN {READ} WHERE Status = 'completed'", READ)
    assert ":one call placed for each row; inputs Conference, From, To\n" in done.stdout
    assert ":GET all lists of conferences where Status =\n" in done.stdout
    assert ("{" in done.stdout, done.stderr) == (False, "")


def test_isql(source: str, world: Sandbox) -> None:
    """Isql of unixODBC places one call and reads its conference, by the data source that `twsql odbc` prints."""
    command = [program("isql"), "-b", "-v", "-d|", source]
    done = subprocess.run(command, input=f"{ADD}\n{READ}\n", capture_output=True, text=True, timeout=60)
    assert "queued" in done.stdout, done
    assert "MyConference|in-progress" in done.stdout
    assert world.counters.placed == 1


def test_isql_errors(source: str, world: Sandbox) -> None:
    """Twilio's code and message reach isql."""
    sql = f"SELECT Status FROM AddParticipants('CF{'0' * 32}', '+18149044818', '+919602968074')"
    command = [program("isql"), "-b", "-v", source]
    done = subprocess.run(command, input=f"{sql}\n", capture_output=True, text=True, timeout=60)
    assert re.search(r"code 20404|code 16022", done.stdout + done.stderr), done


PYODBC = """
import pyodbc
connection = pyodbc.connect("DSN=twsql", autocommit=True)
cursor = connection.cursor()
add = "SELECT Status FROM AddParticipants('MyConference', '+18149044818', ?)"
print(cursor.execute(add, "+919602968074").fetchall())
print(cursor.execute("SELECT FriendlyName, Status FROM conferences").fetchall())
try:
    cursor.execute("SELECT Status FROM AddParticipants('MyConference', '+18149044818')").fetchall()
except pyodbc.Error as error:
    print(error)
"""


def test_pyodbc(source: str, world: Sandbox) -> None:
    """Pyodbc does the same, with a parameter; in a process of its own, as ODBC keeps connections in a pool."""
    if importlib.util.find_spec("pyodbc") is None:
        lacking("pyodbc", "pip install 'twsql[hosts]'")
    done = subprocess.run([sys.executable, "-c", PYODBC], capture_output=True, text=True, check=True, timeout=60)
    placed, read, refused = done.stdout.splitlines()
    assert (placed, read) == ("[('queued',)]", "[('MyConference', 'in-progress')]")
    assert "To is required" in refused
    assert world.counters.placed == 1


def test_sqlite_utils(extension: Path, world: Sandbox) -> None:
    """sqlite-utils places one call and reads its conference."""
    found = [{"FriendlyName": "MyConference", "Status": "in-progress"}]
    for sql, expected in ((ADD, [{"Status": "queued"}]), (READ, found)):
        command = [beside_python("sqlite-utils"), "query", ":memory:", sql, "--load-extension", str(extension)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
        assert json.loads(done.stdout) == expected
    assert world.counters.placed == 1


@pytest.fixture
def datasette(extension: Path, world: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a Datasette over the extension, with read_only set."""
    monkeypatch.setenv("TWSQL_READ_ONLY", "1")
    with serving(["--memory", "--load-extension", str(extension)], tmp_path / "log") as address:
        yield address


def test_datasette(datasette: str, world: Sandbox, tmp_path: Path) -> None:
    """A Datasette page in a browser shows the conferences, and with read_only set places no call."""
    account = f"{world.base_url}/2010-04-01/Accounts/{world.account_sid}"
    form = {"From": "+18149044818", "To": "+919602968074"}
    login = (world.account_sid, world.auth_token)
    requests.post(
        f"{account}/Conferences/MyConference/Participants.json", form, auth=login, timeout=10
    ).raise_for_status()
    placed = world.counters.placed

    page = _page(datasette, READ, tmp_path)
    assert re.search(r"<td[^>]*>\s*MyConference\s*</td>\s*<td[^>]*>\s*in-progress\s*</td>", page), page
    page = _page(datasette, ADD, tmp_path)
    assert "read_only is set; nothing was sent" in page
    page = _page(datasette, "SELECT twsql_setting('read_only', 0)", tmp_path)
    assert "cannot be turned off from SQL" in page
    assert world.counters.placed == placed


def _page(address: str, sql: str, folder: Path) -> str:
    """The page as the browser has it after it has run."""
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--virtual-time-budget=5000",
        f"--user-data-dir={folder}/b",
    ]
    url = f"{address}/_memory?{urlencode({'sql': sql})}"
    command = [program("chromium"), *options, f"--user-data-dir={folder / 'browser'}", "--dump-dom", url]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=90)
    return done.stdout
