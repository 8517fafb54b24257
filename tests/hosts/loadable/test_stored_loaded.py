"""A file that `twsql init` made, in programs that show what a file holds; and files that others made."""

from __future__ import annotations

import importlib.util
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import apsw
import pytest
import requests
from hosting import in_ci_hosts, lacking, program, serving

from twsql.cli import main, odbc
from twsql.hosts.stored import definition
from twsql.sandbox import Sandbox

pytestmark = in_ci_hosts

TABLES = {"conferences", "participants", "twsql_journal", "sys_tables", "sys_procedures"}
COLUMNS = ["Sid", "AccountSid", "FriendlyName", "Status", "Region", "ReasonConferenceEnded", "CallSidEndingConference"]
READ_ONLY = "conferences as a file lists it can only be read: temp.conferences writes; nothing was sent"
JDBC = Path("/usr/share/java/xerial-sqlite-jdbc.jar")


@pytest.fixture
def file(world: Sandbox, tmp_path: Path) -> Path:
    """A file that lists the tables, and one conference to be seen in them."""
    world.change(conferences=1, participants=2, over=0)
    world.reset()
    assert main(["init", str(tmp_path / "live.db")]) == 0
    return tmp_path / "live.db"


def test_the_shell_lists_them(file: Path, extension: Path) -> None:
    """`.tables` of the stock sqlite3 shell shows them, and a change of one is refused."""
    command = [program("sqlite3"), str(file), "-cmd", f".load {extension}"]
    shown = subprocess.run([*command, ".tables"], capture_output=True, text=True, check=True, timeout=60)
    assert set(shown.stdout.split()) >= TABLES
    changed = subprocess.run(
        [*command, "UPDATE conferences SET Status = 'completed'"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert READ_ONLY in changed.stderr


PYODBC = """
import pyodbc
connection = pyodbc.connect("DSN=twsql", autocommit=True)
print(*(row.table_name for row in connection.cursor().tables()))
print(*(row.column_name for row in connection.cursor().columns("conferences")))
print(*(row.Status for row in connection.execute("SELECT Status FROM conferences")))
"""


def test_odbc_lists_them(file: Path, extension: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pyodbc's tables() and columns() have them."""
    if importlib.util.find_spec("pyodbc") is None:
        lacking("pyodbc", "pip install 'twsql[hosts]'")
    (tmp_path / "odbc.ini").write_text(odbc.section("twsql", str(file), str(extension)))
    monkeypatch.setenv("ODBCINI", str(tmp_path / "odbc.ini"))
    done = subprocess.run([sys.executable, "-c", PYODBC], capture_output=True, text=True, check=True, timeout=60)
    tables, columns, statuses = done.stdout.splitlines()
    assert set(tables.split()) >= TABLES
    assert columns.split()[: len(COLUMNS)] == COLUMNS
    assert statuses == "in-progress"


def test_jdbc_lists_them(file: Path, extension: Path) -> None:
    """Xerial's driver, and so DBeaver, shows them with the columns that can be read, and can change nothing."""
    if not JDBC.exists():
        lacking(str(JDBC), "apt install libxerial-sqlite-jdbc-java")
    source = Path(__file__).with_name("Tables.java")
    command = [program("java"), "-cp", str(JDBC), str(source), str(file), str(extension)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=100)
    lines = done.stdout.splitlines()
    assert {f"{name} TABLE" for name in TABLES} <= {*lines}
    first = lines.index("Sid TEXT")
    assert [line.split()[0] for line in lines[first : first + len(COLUMNS)]] == COLUMNS
    assert "AnnounceUrl TEXT" not in lines
    assert re.search(r"^\S+ in-progress$", done.stdout, re.M)
    assert READ_ONLY in lines[-1]


def test_datasette_lists_them(file: Path, extension: Path, tmp_path: Path) -> None:
    """Datasette's index has them, and a table's page its rows."""
    with serving([str(file), "--load-extension", str(extension)], tmp_path / "log") as address:
        index = requests.get(f"{address}/live", timeout=60).text
        assert {*re.findall(r'href="/live/(\w+)"', index)} >= TABLES
        rows = requests.get(f"{address}/live/participants.json?_shape=array", timeout=60).json()
    assert len(rows) == 2
    assert {*COLUMNS[1:2], "CallSid"} <= rows[0].keys()


@pytest.mark.parametrize(
    ("name", "sql", "words"),
    [
        (
            "contacts",
            "CREATE VIRTUAL TABLE contacts USING participants",
            "contacts in this file claims to be participants",
        ),
        ("participants", "CREATE VIRTUAL TABLE participants USING participants", "was not stored by twsql"),
        ("participants", "CREATE VIRTUAL TABLE participants USING PARTICIPANTS(x)", "was not stored by twsql"),
        ("participants", definition("participants"), r"can only be read: temp\.participants writes"),
    ],
)
@pytest.mark.parametrize("change", ["DELETE FROM {}", "UPDATE {} SET Muted = 1"])
def test_a_hostile_file(
    connect: Callable[..., apsw.Connection],
    world: Sandbox,
    tmp_path: Path,
    name: str,
    sql: str,
    words: str,
    change: str,
) -> None:
    """A file that somebody else made changes nothing at Twilio, whatever it calls participants."""
    world.change(conferences=1, participants=2, over=0)
    world.reset()
    with closing(sqlite3.connect(tmp_path / "hostile.db")) as forger:
        forger.execute("PRAGMA writable_schema = ON")
        forger.execute("INSERT INTO sqlite_schema VALUES ('table', ?1, ?1, 0, ?2)", (name, sql))
        forger.commit()
    db = connect(tmp_path / "hostile.db")
    with pytest.raises(apsw.Error, match=words):
        db.execute(change.format(name)).fetchall()
    if name != "participants" or "stored" in sql:
        assert db.execute("SELECT count(*), sum(Muted) FROM temp.participants").fetchall() == [(2, 0)]


def test_created_by_hand(loaded: apsw.Connection) -> None:
    """SQL can store a table as `twsql init` does, and in no other way."""
    with pytest.raises(apsw.Error, match="was not stored by twsql"):
        loaded.execute("CREATE VIRTUAL TABLE participants USING participants")
    with pytest.raises(apsw.Error, match="was not stored by twsql"):
        loaded.execute("CREATE VIRTUAL TABLE temp.participants USING participants(stored)")
    with pytest.raises(apsw.Error, match="no such module"):
        loaded.execute("CREATE VIRTUAL TABLE x USING AddParticipants")
    loaded.execute(definition("participants"))
    assert loaded.execute("SELECT * FROM participants").fetchall() == []
    loaded.execute("DROP TABLE participants")
    assert loaded.execute("SELECT * FROM participants").fetchall() == []
