"""The right word at the right moment: what slips are answered with."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

import twsql as package
from cli.conftest import Run
from twsql.sandbox import Sandbox

SID = "CF0123456789abcdef0123456789abcdef"
NUMBERS = "From = '+15005550006', To = '+12025550100'"

SLIPS = [
    ("SELECT * FROM AddParticipants WHERE From = '+15005550006'", 'From is a keyword of SQL: write "From"'),
    ("SELECT From, To FROM twsql_journal", 'From is a keyword of SQL: write "From"'),
    ("SELECT CallSid FROM AddParticipants WHERE \"From\" = 'a' AND To IN ('b')", 'To is a keyword of SQL: write "To"'),
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


@pytest.mark.parametrize("sql", ["SELECT FROM conferences", "SELECT * FROM t WHERE", "SELECT zzzzqqq FROM conferences"])
def test_no_remedy_is_invented(account: dict[str, str], sql: str) -> None:
    """Where nothing is near, SQLite's own words are all."""
    with package.connect(**account) as connection, pytest.raises(package.Error) as raised:
        connection.execute(sql)
    assert "did you mean" not in str(raised.value)
    assert "keyword" not in str(raised.value)


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
