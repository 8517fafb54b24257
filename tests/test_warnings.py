"""Warnings of values that can match nothing because of their form; the rows stay SQLite's answer."""

from __future__ import annotations

import re
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from tests.cli.conftest import bare, login
from tests.cli.conftest import twsql as command

import twsql
from twsql.sandbox import Sandbox

__all__ = ["bare", "command", "login"]
SID = "CF" + "0" * 32


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox with a few conferences."""
    with Sandbox(conferences=4, participants=2) as running:
        yield running


@pytest.fixture
def connection(account: dict[str, Any]) -> Iterator[twsql.Connection]:
    """A connection to it."""
    with closing(twsql.connect(**account)) as opened:
        yield opened


def told(connection: twsql.Connection, sql: str, *values: Any) -> list[str]:
    """The warnings of a statement."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        cursor = connection.execute(sql, values)
        if cursor.description:
            cursor.fetchall()
    assert all(each.category is twsql.Warning and each.filename == __file__ for each in caught)
    return [str(each.message) for each in caught]


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("participants WHERE ConferenceSid = 'sales-0'", "ConferenceSid = 'sales-0' .* a name goes into FriendlyName"),
        ("participants WHERE ConferenceSid = '{sid}' AND CallSid = 'ada'", "CallSid = 'ada' .* a name goes into Label"),
        ("conferences WHERE Sid IN ('{sid}', 'sales-0')", "Sid = 'sales-0' matches nothing: it is CF and 32"),
        ("conferences WHERE Status = 'active'", "Status = 'active' .*: it is init, in-progress or completed"),
        ("conferences WHERE Status IN ('completed', 'In-Progress')", "Status = 'In-Progress' matches nothing"),
        (
            "calls WHERE \"To\" = '(202) 555-0100'",
            "compares as text: a phone number is '[+]12025550100', without blanks",
        ),
        ('messages WHERE "From" IN (12025550100)', "From = .*12025550100.* compares as text: a phone number is"),
        ("outgoing_caller_ids WHERE PhoneNumber = '+1 202 555 0100'", "compares as text: a phone number is"),
        ("conferences WHERE DateCreated > '11/01/2026'", "'11/01/2026' compares as text: a time is 'YYYY-MM-DD HH"),
        ("conferences WHERE DateCreated > '2026-11-01T10:00:00Z'", "compares as text: a time is"),
        (
            "usage_records WHERE Granularity = 'daily' AND StartDate = '2026-11'",
            "'2026-11' matches nothing: a day is 'YYYY",
        ),
        (
            "usage_records WHERE Granularity = 'daily' AND EndDate < '01.11.2026'",
            "compares as text: a day is 'YYYY-MM-DD",
        ),
        ("conferences WHERE DateCreated >= 1767225600", "compares a number with text: a time is"),
        ("conferences WHERE DateCreated = '2026-11-01'", "matches nothing: .*; for a whole day write >= and <"),
        (
            "participants WHERE ConferenceSid = '{sid}' AND Muted = 'true'",
            "Muted = 'true' .*: it is 0 or 1",
        ),
    ],
)
def test_what_is_warned_of(connection: twsql.Connection, where: str, words: str) -> None:
    """The warning says what the value should look like."""
    (text,) = told(connection, f"SELECT * FROM {where.format(sid=SID)}")
    assert re.search(words, text), text


@pytest.mark.parametrize(
    "where",
    [
        f"participants WHERE ConferenceSid = '{SID}' AND CallSid = 'CA{'0' * 32}'",
        "participants WHERE FriendlyName = 'sales-0'",
        "conferences WHERE Status IN ('init', 'completed')",
        "conferences WHERE Status IS NULL OR Sid = NULL",
        "calls WHERE \"To\" IN ('+12025550100', 'client:bob', 'sip:1002003000@example.org') AND \"From\" = NULL",
        "messages WHERE \"From\" IN ('72345', '12345678', 'ACME', 'whatsapp:+12025550100')",
        "conferences WHERE DateCreated > '2026-11' AND DateCreated <= '2026-11-01'",
        "conferences WHERE DateCreated > datetime('now', '-1 hour')",
        "conferences WHERE DateCreated = '2026-11-01 10:00:00'",
        f"participants WHERE ConferenceSid = '{SID}' AND Muted = TRUE",
        "conferences JOIN participants ON ConferenceSid = Sid",
    ],
)
def test_what_is_not(connection: twsql.Connection, where: str) -> None:
    """Nothing is said of what may match."""
    assert told(connection, f"SELECT * FROM {where}") == []


def test_once_a_statement(connection: twsql.Connection) -> None:
    """A join that compares a name with SIDs for each row is warned of once, and again when it is run again."""
    sql = "SELECT * FROM conferences c CROSS JOIN participants p ON p.ConferenceSid = c.FriendlyName"
    for _ in range(2):
        (text,) = told(connection, sql)
        assert text.startswith("participants.ConferenceSid = ")


def test_rows_stay_the_answer(connection: twsql.Connection) -> None:
    """A warning changes nothing of them; as an error it ends the statement."""
    with pytest.warns(twsql.Warning, match="compares as text"):
        assert len(connection.execute("SELECT * FROM conferences WHERE DateCreated > '11/01/2026'").fetchall()) == 4
    with pytest.raises(twsql.Warning, match="matches nothing"):
        connection.execute("SELECT * FROM conferences WHERE Status = 'active'")


def test_an_effect_that_hits_nothing(connection: twsql.Connection) -> None:
    """An UPDATE of nobody is warned of as a SELECT is."""
    assert (
        "a name goes into FriendlyName"
        in told(connection, "UPDATE participants SET Muted = 1 WHERE ConferenceSid = 'sales-0'")[0]
    )


@pytest.mark.parametrize("how", ["query", "shell"])
def test_the_command_warns_on_standard_error(
    command: Callable[..., subprocess.CompletedProcess[str]], login: dict[str, str], how: str
) -> None:
    """Standard output has the rows only."""
    sql = "SELECT Sid FROM conferences WHERE Status = 'active'"
    done = command(how, *([sql] if how == "query" else []), env=login, stdin=f"{sql};\n")
    assert "warning: conferences.Status = 'active' matches nothing" in done.stderr
    assert done.stderr.count("warning") == 1
    assert "active" not in done.stdout
    assert done.returncode == 0


def test_a_registered_connection_has_them_in_sqlites_log(account: dict[str, Any]) -> None:
    """Nothing is written where nobody asked for it."""
    code = (
        "import apsw, apsw.ext, logging, sys, twsql\nlogging.basicConfig(format='%(message)s')\n"
        "if sys.argv[1] == 'log': apsw.ext.log_sqlite(level=logging.WARNING)\n"
        "c = apsw.Connection(':memory:')\n"
        f"twsql.register(c, **{account!r})\nc.execute(\"SELECT * FROM conferences WHERE Status = 'x'\").fetchall()\n"
    )
    logged = {
        how: subprocess.run([sys.executable, "-c", code, how], capture_output=True, text=True, check=True).stderr
        for how in ("log", "none")
    }
    assert "conferences.Status = 'x' matches nothing" in logged["log"]
    assert logged["none"] == ""
