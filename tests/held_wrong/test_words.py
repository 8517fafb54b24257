"""The right word at the right moment: what slips are answered with."""

from __future__ import annotations

import pwd
import sqlite3
import subprocess
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import twsql as package
from cli.conftest import COMMAND, Run
from twsql.sandbox import Sandbox

SID = "CF0123456789abcdef0123456789abcdef"
NUMBERS = "From = '+15005550006', To = '+12025550100'"

SLIPS = [
    ("SELECT * FROM AddParticipants WHERE From = '+15005550006'", 'From is a keyword of SQL: write "From"'),
    ("SELECT From, To FROM twsql_journal", 'From is a keyword of SQL: write "From"'),
    ("SELECT CallSid FROM AddParticipants WHERE \"From\" = 'a' AND To IN ('b')", 'To is a keyword of SQL: write "To"'),
    ("SELECT From FROM calls ORDER BY To", 'From is a keyword of SQL: write "From"'),
    ("SELECT c.To FROM calls c", 'To is a keyword of SQL: write "To"'),
    ("SELECT Sid FROM calls ORDER BY From", 'From is a keyword of SQL: write "From"'),
    ("SELECT Sid FROM conferences WHERE Status = \u2018completed\u2019", "text needs straight quotes"),
    ("SELECT Sid FROM conferences WHERE Status = \u201ccompleted\u201d", "text needs straight quotes"),
    ("SELECT\u00a0Sid FROM conferences", "no-break spaces"),
    ("SELECT TOP 5 Sid FROM conferences", "write LIMIT at the end"),
    ("SELECT Sid FROM conferences WHERE FriendlyName = %s", "a parameter is ? or :name"),
    (
        "SELECT CallSid FROM AddParticipants('x', '+15005550006', NULL)",
        "To is required; this was not sent: NULL and ''",
    ),
    ("EXPLAIN EXEC AddParticipants ConferenceSid = 'x'", "inside of another statement write SELECT * FROM"),
    ("CREATE TABLE t AS CALL AddParticipants('x', '+15005550006', '+12025550100')", "it stands alone"),
    ("SHOW TABLES", "SELECT TableName FROM sys_tables"),
    ("DESCRIBE participants", "SELECT ColumnName FROM sys_tablecolumns"),
    ("SELECT Sid FROM conferences WHERE DateCreated > now()", "datetime('now', '-7 days')"),
    ("SELECT YEAR(DateCreated) FROM conferences", "strftime('%Y', DateCreated)"),
    ("SELECT * FROM sys_catalogs", "there are sys_tables, sys_tablecolumns, sys_procedures"),
    ("SELECT * FROM conference", "no such table: conference"),
    ("SELECT * FROM conference", "did you mean conferences?"),
    ("SELECT * FROM AddParticipant('a', 'b', 'c')", "did you mean AddParticipants?"),
    ("SELECT Stats FROM conferences", "did you mean Status?"),
    ("SELECT p.Lable FROM participants p", "did you mean Label?"),
    ("DELETE FROM participants WHERE \"Lable\" <> 'ada'", "did you mean Label?"),
    ("SELECT AddParticipants('a', 'b', 'c')", "it goes after FROM"),
    (
        "EXEC AddParticipants ConferenceSid = 'x'",
        "From and To are required; nothing was sent; write EXEC AddParticipants",
    ),
    ("CALL EndConference()", "ConferenceSid is required; nothing was sent; write EXEC EndConference ConferenceSid = …"),
    ("SELECT CallSid FROM AddParticipants('x')", "From and To are required"),
    ("DELETE FROM conferences", "UPDATE conferences SET Status = 'completed' WHERE"),
    ("INSERT INTO conferences (Sid) VALUES ('x')", "AddParticipants places into a conference makes it"),
    ("UPDATE conferences SET AnnounceMethod = NULL", "UPDATE conferences: nothing to change"),
]


@pytest.mark.parametrize(("sql", "words"), SLIPS, ids=[sql for sql, _ in SLIPS])
@pytest.mark.parametrize("door", ["driver", "shell"])
def test_a_slip_is_met_with_its_remedy(
    twsql: Run, account: dict[str, str], login: dict[str, str], sandbox: Sandbox, door: str, sql: str, words: str
) -> None:
    """In the driver, which is `twsql query` as well, and in the shell; nothing is dialled."""
    if sql.startswith(("UPDATE", "DELETE")):
        with package.connect(**account, autocommit=True) as connection:
            connection.execute(f"EXEC AddParticipants ConferenceSid = 'Team', {NUMBERS}")
    calls = len(sandbox.calls())
    if door == "shell":
        said = twsql("shell", stdin=f"{sql};\n", env=login).stderr
    else:
        with package.connect(**account) as connection, pytest.raises(package.Error) as raised:
            connection.execute(sql).fetchall()
        said = str(raised.value)
    assert words in said
    assert "UpdateConference" not in said
    assert len(sandbox.calls()) == calls


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT FROM conferences",
        "SELECT Sid, FROM conferences",
        "SELECT * FROM t WHERE",
        "SELECT zzzzqqq FROM conferences",
    ],
)
def test_no_remedy_is_invented(account: dict[str, str], sql: str) -> None:
    """Where nothing is near, SQLite's own words are all."""
    with package.connect(**account) as connection, pytest.raises(package.Error) as raised:
        connection.execute(sql)
    assert "did you mean" not in str(raised.value)
    assert "keyword" not in str(raised.value)


def test_a_trigger_says_what_it_likes(account: dict[str, str]) -> None:
    """An apostrophe in its message is no slip."""
    with package.connect(**account, autocommit=True) as connection:
        connection.executescript(
            "CREATE TABLE t (x); CREATE TRIGGER r BEFORE INSERT ON t BEGIN SELECT RAISE(ABORT, 'it\u2019s full'); END;"
        )
        with pytest.raises(package.Error) as raised:
            connection.execute("INSERT INTO t VALUES (1)")
    assert str(raised.value) == "it\u2019s full"


NAMES = [f"{SID}\r", f"{SID} ", f"'{SID}'", f"x{SID.lower()}", "a\nb", "a\x1b[2J", "a\u202eb", "\t"]
WAYS = [
    "EXEC AddParticipants ConferenceSid = :name, " + NUMBERS,
    "SELECT CallSid FROM AddParticipants(:name, '+15005550006', '+12025550100')",
    "INSERT INTO participants (ConferenceSid, \"From\", \"To\") VALUES (:name, '+15005550006', '+12025550100')",
    "EXEC ModifyParticipants ConferenceSid = :name, CallSid = 'ada', Muted = TRUE",
    "EXEC RemoveParticipants ConferenceSid = :name, CallSid = 'ada'",
    "EXEC EndConference ConferenceSid = :name",
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_name_that_is_a_slip_is_refused(account: dict[str, str], sandbox: Sandbox, way: str, name: str) -> None:
    """A SID with something around it, and control characters, make no conference: nothing is sent."""
    with package.connect(**account) as connection, pytest.raises(package.DataError, match="Conference"):
        connection.execute(way, {"name": name}).fetchall()
    assert sandbox.counters.requests == 0


def test_ordinary_names_are_taken(account: dict[str, str], sandbox: Sandbox) -> None:
    """Names may have spaces, other scripts, and begin with CF."""
    with package.connect(**account) as connection:
        for name in ("Stand-up 9:00", "会議", "CF team", "CFabc"):
            connection.execute(WAYS[0], {"name": name})
    assert len(sandbox.conferences()) == 4


@pytest.mark.parametrize("command", [("query", "SELECT Sid FROM conferences"), ("shell",)])
def test_a_401_names_the_doctor(twsql: Run, login: Mapping[str, str], command: tuple[str, ...]) -> None:
    """It finds out which of the credentials is wrong."""
    done = twsql(*command, stdin="SELECT Sid FROM conferences;\n", env={**login, "TWILIO_AUTH_TOKEN": "wrong"})
    assert done.returncode == 1
    assert done.stderr.rstrip().endswith("; run 'twsql doctor' to check the credentials")
    assert done.stderr.count("doctor") == 1


def test_without_an_account_the_sandbox_is_named(twsql: Run) -> None:
    """Somebody who tries things out has none."""
    assert "--sandbox" in twsql("query", "SELECT * FROM conferences").stderr


@pytest.mark.parametrize("command", ["query", "shell"])
def test_a_file_that_is_no_database_is_named(twsql: Run, tmp_path: Path, command: str) -> None:
    """On one line: it may be a script, which -f would run."""
    file = tmp_path / "contacts.csv"
    file.write_text("name,phone\n" * 20, encoding="utf-8")
    arguments = ("--database", str(file), "SELECT 1") if command == "query" else (str(file),)
    done = twsql(command, *arguments, stdin="SELECT 1;\n")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"twsql: file is not a database: {file}\n")


def test_a_statement_in_pieces_needs_quotes(twsql: Run) -> None:
    """The shell hands over its words one by one."""
    assert "put the whole statement in quotes" in twsql("query", "SELECT", "1").stderr


def test_a_parameter_without_a_value_names_the_option(twsql: Run) -> None:
    """The command has no mapping to give it in."""
    assert "no value for the parameter n: " in (told := twsql("query", "SELECT :n").stderr)
    assert told.endswith(": give --set NAME=VALUE\n")


def test_a_variable_that_is_nearly_a_setting_is_refused(twsql: Run, login: Mapping[str, str]) -> None:
    """TWSQL_READONLY=1 would protect nothing, and nobody would know. Other variables may be another program's."""
    done = twsql("query", "SELECT 1", env={**login, "TWSQL_READONLY": "1"})
    assert done.returncode == 1
    assert "there is no setting TWSQL_READONLY: did you mean TWSQL_READ_ONLY?" in done.stderr
    others = {"TWSQL_HOME": "/srv", "TWSQL_PYTHON": "python3", "TWSQL_READONLY": " "}
    assert twsql("query", "SELECT 1", env={**login, **others}).returncode == 0


def test_a_journal_at_another_url_is_refused(twsql: Run, login: Mapping[str, str], tmp_path: Path) -> None:
    """It would be a file in a folder named `sqlite:`."""
    done = twsql("journal", env={**login, "TWSQL_JOURNAL": "sqlite:///calls.db"})
    assert (done.returncode, done.stdout) == (1, "")
    assert "must be the path of a file, or postgresql://" in done.stderr
    assert not (tmp_path / "sqlite:").exists()


@pytest.mark.parametrize("command", ["query", "shell"])
def test_a_change_of_no_rows_is_told(twsql: Run, login: Mapping[str, str], command: str) -> None:
    """A name that is misspelt in WHERE; for a table of the file nothing is told, nor after an error."""
    sql = "UPDATE participants SET Muted = 1 WHERE Label = 'nobody'; DELETE FROM temp.participants WHERE Label = 'x';"
    own = "CREATE TEMP TABLE t (x); DELETE FROM t; UPDATE participants SET Lable = 1;"
    done = twsql(command, *([sql + own] if command == "query" else []), stdin=f"{sql}{own}\n", env=login)
    assert done.stderr.splitlines()[:-1] == ["twsql: 0 participants changed", "twsql: 0 participants removed"]


@pytest.mark.parametrize("streams", [">&-", ">&- 2>&- <&-"])
def test_a_closed_stream_is_no_traceback(
    bare: Mapping[str, str], login: Mapping[str, str], tmp_path: Path, streams: str
) -> None:
    """Python has None for it, and the next file would take its number; the statement runs."""
    sql = f"EXEC AddParticipants ConferenceSid = 'x', {NUMBERS}"
    command = ["sh", "-c", f'"$@" {streams}', "sh", *COMMAND, "query", "--journal", "calls.db", sql]
    done = subprocess.run(command, env={**bare, **login}, cwd=tmp_path, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    with closing(sqlite3.connect(tmp_path / "calls.db")) as journal:
        assert journal.execute("SELECT count(*) FROM effects").fetchone() == (1,)


def test_help_that_cannot_be_written_is_one_line(bare: Mapping[str, str]) -> None:
    """A full disk: Python would tell of an exception that it ignored."""
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(
            [*COMMAND, "--help"], env=bare, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False
        )
    assert (done.returncode, done.stderr) == (1, "twsql: No space left on device\n")


def test_a_stored_view_over_our_tables_names_the_remedy(account: dict[str, str]) -> None:
    """SQLite says only that it is unsafe."""
    with package.connect(**account, autocommit=True) as connection:
        connection.execute("CREATE VIEW v AS SELECT Sid FROM conferences")
        with pytest.raises(package.Error, match=r'"conferences": a view that a file stores .* CREATE TEMP VIEW'):
            connection.execute("SELECT * FROM v")


@pytest.mark.parametrize("command", ["query", "shell"])
def test_a_call_that_no_row_shows_is_told(twsql: Run, login: Mapping[str, str], sandbox: Sandbox, command: str) -> None:
    """A condition on the results keeps no call from being placed; an empty table would look as if none was."""
    call = "FROM AddParticipants('x', '+15005550006', '+12025550100')"
    hidden, others = f"SELECT CallSid {call} WHERE Status = 'connected';", f"SELECT 1 {call} WHERE 1 = 0;"
    others += f"SELECT count(CallSid) {call}; SELECT * {call} LIMIT 0; SELECT Sid FROM conferences WHERE Sid = NULL;"
    done = twsql(command, *([hidden + others] if command == "query" else []), stdin=f"{hidden}{others}\n", env=login)
    assert done.stderr == "twsql: calls were placed, and no row shows them: SELECT * FROM twsql_journal lists them\n"
    assert sandbox.counters.placed == 2


def test_a_user_without_a_home_is_told(
    account: dict[str, Any], sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a container that runs under any user ID. What needs no journal works."""

    def unknown(user: int) -> None:
        raise KeyError(user)

    for name in ("HOME", "XDG_STATE_HOME", "TWSQL_JOURNAL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    with package.connect(**account | {"journal": None}, autocommit=True) as connection:
        assert connection.execute("SELECT Sid FROM conferences").fetchall() == []
        with pytest.raises(
            package.OperationalError, match="no home folder for the journal; nothing was sent: set HOME"
        ):
            connection.execute(f"EXEC AddParticipants ConferenceSid = 'x', {NUMBERS}")
    assert sandbox.counters.placed == 0
