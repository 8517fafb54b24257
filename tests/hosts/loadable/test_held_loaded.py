"""Slips and strangers in other hosts: misspelt names, too many rows, servers that anybody can ask."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest
import requests
from hosting import DEBIAN_PYTHON, in_ci_hosts, serving

from twsql.sandbox import Sandbox

pytestmark = in_ci_hosts

DIAL = "SELECT Status FROM AddParticipants('MyConference', '+15005550006', '+12025550100')"
SERVER = """
import socket, sqlite3, sys
listener = socket.create_server(("127.0.0.1", 0))
connection = sqlite3.connect(":memory:", isolation_level=None)
connection.enable_load_extension(True)
connection.load_extension(sys.argv[1])
for statement in sys.argv[2:]:
    try:
        print(connection.execute(statement).fetchall())
    except sqlite3.Error as error:
        print(error)
    listener.close()
"""


@pytest.fixture
def crowd(world: Sandbox) -> Sandbox:
    """Two conferences with three participants each."""
    world.change(conferences=2, participants=3, over=0)
    world.reset()
    return world


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("DELETE FROM participants WHERE \"Lable\" <> 'ada'", 'no such column: "?Lable.*nothing was sent'),
        ("DELETE FROM participants WHERE \"Lable\" <> 'ada'", "did you mean Label"),
        ("UPDATE conferences SET \"Status\" = 'completed' WHERE \"FrendlyName\" <> 'x'", "did you mean FriendlyName"),
        ("UPDATE participants SET Muted = 1 WHERE \"Lable\" <> 'ada' AND CallSid <> ''", 'no such column: "?Lable'),
        ("DELETE FROM participants WHERE 'Label' <> 'ada'", "the WHERE of this DELETE names no column of it"),
        ("UPDATE participants SET Muted = 1 WHERE 1", "the WHERE of this UPDATE names no column of it"),
    ],
)
def test_a_misspelt_name(loaded: apsw.Connection, crowd: Sandbox, sql: str, words: str) -> None:
    """A misspelt name in double quotes is an error in a change, and stays text in the host's other statements."""
    with pytest.raises(apsw.SQLError, match=words):
        loaded.execute(sql)
    assert loaded.execute('SELECT "text"').get == "text"
    assert loaded.execute("SELECT count(*), sum(Muted) FROM participants").fetchall() == [(6, 0)]


def test_names_that_are_right(loaded: apsw.Connection, crowd: Sandbox) -> None:
    """A statement with columns in double quotes goes on, also where it runs again and again."""
    sql = 'UPDATE participants SET "Muted" = ? WHERE "CallSid" <> ?'
    for muted in (1, 0, 1):
        loaded.execute(sql, (muted, "x"))
        assert loaded.execute("SELECT sum(Muted) FROM participants").get == 6 * muted
    loaded.execute("DELETE FROM participants")
    assert loaded.execute("SELECT count(*) FROM participants").get == 0


def test_max_changes(loaded: apsw.Connection, crowd: Sandbox) -> None:
    """The limit holds, before the first is sent, and SQL can only lower it."""
    assert loaded.execute("SELECT twsql_setting('max_changes', 5)").get == 5
    for sql in ("DELETE FROM participants", "UPDATE participants SET Muted = 1"):
        with pytest.raises(apsw.SQLError, match=r"6 rows are more than max_changes allows \(5\); nothing was sent"):
            loaded.execute(sql)
    with pytest.raises(apsw.SQLError, match="can only be lowered"):
        loaded.execute("SELECT twsql_setting('max_changes', 6)").fetchall()
    assert loaded.execute("SELECT count(*), sum(Muted) FROM participants").fetchall() == [(6, 0)]
    loaded.execute("UPDATE participants SET Muted = 1 WHERE rowid IN (SELECT rowid FROM participants LIMIT 0)")


@pytest.mark.parametrize("said", [None, " ", "0", "1"])
@pytest.mark.parametrize("sql", [DIAL, "DELETE FROM participants"])
def test_a_server(extension: Path, crowd: Sandbox, monkeypatch: pytest.MonkeyPatch, said: str | None, sql: str) -> None:
    """A program that accepts connections has no effect unless its environment says so; without its socket it has."""
    monkeypatch.delenv("TWSQL_READ_ONLY")
    if said is not None:
        monkeypatch.setenv("TWSQL_READ_ONLY", said)
    read = "SELECT count(*) FROM conferences"
    command = [DEBIAN_PYTHON, "-c", SERVER, str(extension), sql, read, sql]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    listening, reading, alone = done.stdout.splitlines()
    assert ("this program accepts connections" in listening) == (said in (None, " "))
    assert ("read_only is set" in alone) == (said == "1")
    assert reading in ("[(2,)]", "[(3,)]")
    effects = sum(each.method in ("POST", "DELETE") for each in crowd.requests)
    per_statement = 1 if sql == DIAL else 6
    assert effects == {None: per_statement, " ": per_statement, "0": per_statement + (sql == DIAL), "1": 0}[said]


def test_datasette_dials_nobody(
    extension: Path, world: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Datasette of which nobody said that it is read-only reads, and a page's address places no call."""
    monkeypatch.delenv("TWSQL_READ_ONLY")
    with serving(["--memory", "--load-extension", str(extension)], tmp_path / "log") as address:
        for _ in range(2):
            page = requests.get(f"{address}/_memory.json", {"sql": DIAL}, timeout=60).json()
            assert "this program accepts connections" in page["error"]
        read = requests.get(f"{address}/_memory.json", {"sql": "SELECT count(*) AS n FROM conferences"}, timeout=60)
    assert read.json()["rows"] in ([[0]], [{"n": 0}])
    assert world.counters.placed == 0


def test_allowed_in_so_many_words(extension: Path, world: Sandbox, tmp_path: Path) -> None:
    """TWSQL_READ_ONLY=0, which the fixture sets, lets a server dial."""
    with serving(["--memory", "--load-extension", str(extension)], tmp_path / "log") as address:
        requests.get(f"{address}/_memory.json", {"sql": DIAL}, timeout=60).raise_for_status()
    assert world.counters.placed >= 1


def test_a_connection_of_the_host(connect: Callable[..., apsw.Connection], world: Sandbox) -> None:
    """This process listens, and was told that it may."""
    assert connect().execute(DIAL).get == "queued"
