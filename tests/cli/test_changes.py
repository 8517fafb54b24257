"""What the command and the shell say of changes, and what the shell asks before it makes many."""

from __future__ import annotations

import json

import pytest

from twsql.sandbox import Sandbox

from .conftest import Open, Run


@pytest.fixture
def crowd(sandbox: Sandbox) -> Sandbox:
    """Three conferences with four participants each."""
    sandbox.change(conferences=3, participants=4, over=0)
    sandbox.reset()
    return sandbox


def _sent(sandbox: Sandbox) -> int:
    return sum(each.method != "GET" for each in sandbox.requests)


def test_counts(twsql: Run, crowd: Sandbox, login: dict[str, str]) -> None:
    """The command says on standard error how many rows of Twilio's each statement changed, and nothing of a file's."""
    sql = (
        "UPDATE participants SET Muted = 1; UPDATE conferences SET Status = 'completed' WHERE FriendlyName = 'sales-0';"
        "CREATE TABLE t (x); INSERT INTO t VALUES (1)"
    )
    done = twsql("query", "--format", "csv", sql, env=login)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "twsql: 12 participants changed\ntwsql: 1 conference changed\n"
    assert twsql("query", "DELETE FROM participants", env=login).stderr == "twsql: 8 participants removed\n"
    add = """INSERT INTO participants (FriendlyName, "From", "To") VALUES ('x', '+15005550006', '+12025550100')"""
    assert twsql("query", add, env=login).stderr == "twsql: 1 participant called\n"


def test_max_changes(twsql: Run, crowd: Sandbox, login: dict[str, str]) -> None:
    """The limit is an option, and a statement over it sends nothing."""
    done = twsql("query", "--max-changes", "11", "DELETE FROM participants", env=login)
    assert done.returncode == 1
    assert "DELETE of participants: 12 rows are more than max_changes allows (11); nothing was sent" in done.stderr
    assert _sent(crowd) == 0


def test_dry_run(twsql: Run, crowd: Sandbox, login: dict[str, str]) -> None:
    """A dry run lists what would be done, in the format that was asked for, and does none of it."""
    sql = "UPDATE participants SET Hold = 1 WHERE FriendlyName = 'sales-0'"
    done = twsql("query", "--dry-run", "--format", "json", sql, env=login)
    rows = json.loads(done.stdout)
    assert [(row["Procedure"], row["Hold"]) for row in rows] == [("ModifyParticipants", 1)] * 4
    assert {row["Participant"][:2] for row in rows} == {"CA"}
    assert done.stderr == "twsql: 4 participants would be changed; nothing was sent\n"
    assert _sent(crowd) == 0


@pytest.mark.parametrize(("typed", "sent"), [("", 0), ("n", 0), ("y", 12)])
def test_the_shell_asks(terminal: Open, crowd: Sandbox, login: dict[str, str], typed: str, sent: int) -> None:
    """At a terminal the shell asks before it removes more than ten participants; only yes goes on."""
    shell = terminal("shell", env=login)
    shell.wait_for("twsql> ")
    shell.type("DELETE FROM participants;\n")
    shell.wait_for("12 participants will be removed at Twilio. Go on? [y/N] ")
    assert _sent(crowd) == 0
    shell.type(f"{typed}\n")
    shell.wait_for("12 participants removed" if sent else "DELETE was not agreed to; nothing was sent")
    shell.wait_for("twsql> ")
    assert _sent(crowd) == sent


def test_the_shell_asks_of_conferences(terminal: Open, crowd: Sandbox, login: dict[str, str]) -> None:
    """It asks of two conferences, and not of a few participants."""
    shell = terminal("shell", env=login)
    shell.wait_for("twsql> ")
    shell.type("DELETE FROM participants WHERE FriendlyName = 'sales-0';\n")
    shell.wait_for("4 participants removed")
    shell.type("UPDATE conferences SET Status = 'completed' WHERE Status <> 'completed';\n")
    shell.wait_for("2 conferences will be changed at Twilio. Go on? [y/N] ")


def test_a_script_is_not_asked(twsql: Run, crowd: Sandbox, login: dict[str, str]) -> None:
    """A script in the shell goes on without a question, and the count is told."""
    done = twsql("shell", stdin="DELETE FROM participants;\n", env=login)
    assert (done.returncode, done.stderr) == (0, "twsql: 12 participants removed\n")


@pytest.mark.parametrize("command", ["query", "shell"])
def test_a_synced_file(twsql: Run, crowd: Sandbox, login: dict[str, str], command: str) -> None:
    """Who opens a synced file is told once which tables are the copy; they cannot be changed, nor hidden anew."""
    assert twsql("sync", "-q", "calls.db", env=login).returncode == 0
    said = "calls.db: conferences, participants, calls and recordings are copies that twsql sync made;"

    def run(sql: str) -> tuple[int, str]:
        if command == "shell":
            done = twsql("shell", "calls.db", stdin=f"{sql};\n", env=login)
        else:
            done = twsql("query", "--database", "calls.db", sql, env=login)
        return done.returncode, done.stderr

    status, words = run("SELECT 1; SELECT 2")
    assert (status, words.count(said)) == (0, 1)
    status, words = run("UPDATE conferences SET Status = 'completed'")
    assert status == 1
    assert "conferences in this file belongs to twsql sync and can only be read; temp.conferences is Twilio" in words
    status, words = run("CREATE VIEW temp.participants AS SELECT 1")
    assert status == 1
    assert "participants is the name of one of Twilio's here, and would be hidden" in words
    assert _sent(crowd) == 0
