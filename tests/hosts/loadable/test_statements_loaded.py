"""Statements that overlap on one connection, through the extension: each has its own calls, whatever opens when.

The facts of tests/overlapping.py, on a host whose statements the extension has to find out by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import apsw
import pytest
from hosting import in_ci_hosts

from overlapping import FACTS, INSERT, ONE, SETUP, Fact
from twsql.sandbox import Sandbox

pytestmark = in_ci_hosts

RETURNING = f"/* RETURNING */ {INSERT} returning CallSid"


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.__name__)
def test_overlapping(loaded: apsw.Connection, world: Sandbox, fact: Fact) -> None:
    """Each statement has its own calls through the extension."""
    for statement in SETUP:
        loaded.execute(statement)
    fact(loaded, world)


@pytest.mark.parametrize("transaction", ["", "BEGIN"])
@pytest.mark.parametrize("host", ["shell", "python"])
def test_equal_inserts(host: str, transaction: str, world: Sandbox, request: pytest.FixtureRequest) -> None:
    """Two equal INSERTs are two calls, also where the second statement comes to lie where the first one lay."""
    done = request.getfixturevalue(host)(transaction or "SELECT 1", INSERT, INSERT, INSERT)
    assert (done.returncode, done.stderr) == (0, "")
    assert world.counters.placed == 3


@pytest.mark.parametrize("host", ["shell", "python"])
def test_equal_selects(host: str, world: Sandbox, request: pytest.FixtureRequest) -> None:
    """So are two equal SELECTs, prepared one after the other in the same place."""
    done = request.getfixturevalue(host)(*[ONE] * 5)
    assert len(set(done.stdout.split())) == 5
    assert world.counters.placed == 5


@pytest.mark.parametrize(
    "stored",
    [
        f"CREATE VIEW v AS {ONE}",
        "CREATE TABLE v (n); CREATE TRIGGER dial AFTER INSERT ON v BEGIN"
        " SELECT CallSid FROM AddParticipants('c', '+15550000000', NEW.n); END",
        "CREATE VIEW v AS SELECT twsql_setting('sandbox', 1)",
    ],
)
def test_hostile_files(connect: Callable[[], apsw.Connection], world: Sandbox, stored: str, tmp_path: Path) -> None:
    """A view or trigger that came with a file can neither dial nor change a setting."""
    path = str(tmp_path / "hostile.db")
    maker = connect()
    maker.execute("ATTACH ? AS made", (path,))
    maker.execute(stored.replace(" v ", " made.v ", 1).replace("TRIGGER dial", "TRIGGER made.dial"))
    victim = connect()
    victim.execute("ATTACH ? AS hostile", (path,))
    with pytest.raises(apsw.SQLError, match="unsafe use"):
        victim.execute(
            "INSERT INTO hostile.v VALUES ('+15550000001')" if "TABLE v" in stored else "SELECT * FROM hostile.v"
        ).fetchall()
    assert world.counters.placed == 0


@pytest.mark.parametrize("host", ["shell", "python"])
def test_returning_is_refused(host: str, request: pytest.FixtureRequest, world: Sandbox) -> None:
    """SQLite would return NULL for the new call's SID, so nothing is sent; the word elsewhere is no clause."""
    refused = request.getfixturevalue(host)(RETURNING)
    assert "no RETURNING: AddParticipants(…)" in refused.stderr
    assert world.counters.placed == 0
    taken = request.getfixturevalue(host)(INSERT.replace("'c'", "' returning '"))
    assert (taken.returncode, world.counters.placed) == (0, 1)
