"""Tables of ours that a file stores: what is let in, what a change of them says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from twsql.errors import NotSupportedError, ReadOnlyError
from twsql.hosts.apsw import register
from twsql.hosts.stored import definition
from twsql.sandbox import Sandbox

Open = Callable[..., apsw.Connection]
CHANGES = (
    "DELETE FROM {}participants",
    "UPDATE {}participants SET Muted = 1",
    """INSERT INTO {}participants (FriendlyName, "From", "To") VALUES ('x', '+15005550006', '+12025550100')""",
)


@pytest.fixture
def twilio() -> Iterator[Sandbox]:
    """A Twilio with people in conferences."""
    with Sandbox(conferences=4, participants=3, over=0) as running:
        yield running


@pytest.fixture
def opened(twilio: Sandbox, tmp_path: Path) -> Iterator[Open]:
    """Opens a file of these sqlite_schema entries, as anybody can write them, with twsql's tables."""
    connections: list[Any] = []

    def make(*entries: tuple[str, str]) -> apsw.Connection:
        path = str(tmp_path / "file.db")
        forger = apsw.Connection(path)
        forger.execute("PRAGMA writable_schema = ON")
        for name, sql in entries:
            forger.execute("INSERT INTO sqlite_schema VALUES ('table', ?1, ?1, 0, ?2)", (name, sql))
        forger.close()
        connection = apsw.Connection(path)
        settings = {"account_sid": twilio.account_sid, "auth_token": twilio.auth_token}
        connections.append((connection, register(connection, base_url=twilio.base_url, **settings)))
        return connection

    yield make
    for connection, registration in connections:
        connection.close()
        registration.close()


def _people(db: apsw.Connection) -> list[Any]:
    return db.execute("SELECT CallSid, Muted FROM temp.participants ORDER BY CallSid").fetchall()


@pytest.mark.parametrize(
    "verb", ["SELECT * FROM contacts", *(sql.replace("participants", "contacts") for sql in CHANGES)]
)
def test_another_name(opened: Open, verb: str) -> None:
    """A file that calls participants contacts changes nothing and reads nothing."""
    db = opened(("contacts", "CREATE VIRTUAL TABLE contacts USING participants"))
    with pytest.raises(NotSupportedError, match="contacts in this file claims to be participants of Twilio"):
        db.execute(verb.format("")).fetchall()
    assert len(_people(db)) == 12


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE VIRTUAL TABLE participants USING participants",
        "create  virtual table participants using/**/[Participants]",
        "CREATE VIRTUAL TABLE participants USING participants(stored, writable)",
        "CREATE VIRTUAL TABLE participants USING participants(x)",
    ],
)
@pytest.mark.parametrize("change", CHANGES)
def test_not_of_init(opened: Open, sql: str, change: str) -> None:
    """A file's own participants that is none that `twsql init` makes is refused."""
    db = opened(("participants", sql))
    with pytest.raises(NotSupportedError, match="was not stored by twsql: twsql init FILE"):
        db.execute(change.format("")).fetchall()


def test_a_procedure(opened: Open, twilio: Sandbox) -> None:
    """A procedure is never stored."""
    db = opened(("AddParticipants", "CREATE VIRTUAL TABLE AddParticipants USING AddParticipants"))
    with pytest.raises(NotSupportedError, match="a procedure is never stored"):
        db.execute("SELECT * FROM AddParticipants('x', '+15005550006', '+12025550100')").fetchall()
    assert twilio.counters.placed == 0


@pytest.mark.parametrize("change", CHANGES)
def test_stored_reads_only(opened: Open, twilio: Sandbox, change: str) -> None:
    """What `twsql init` stores can be read and not changed; `temp.participants` of the same connection can."""
    db = opened(("participants", definition("participants")))
    before = db.execute("SELECT CallSid, Muted FROM participants ORDER BY CallSid").fetchall()
    refused = "INSERT INTO {}participants (FriendlyName) VALUES ('x')" if "INSERT" in change else change
    for schema in ("", "main."):
        with pytest.raises(ReadOnlyError, match=r"can only be read: temp\.participants writes; nothing was sent"):
            db.execute(refused.format(schema))
    assert before == _people(db)
    assert twilio.counters.placed == 0
    db.execute(change.format("temp."))
    assert before != _people(db)


def test_attached(opened: Open) -> None:
    """An attached file's tables are held to the same."""
    db = opened(
        ("participants", definition("participants")), ("contacts", "CREATE VIRTUAL TABLE contacts USING participants")
    )
    db.execute("ATTACH ? AS other", (db.filename,))
    assert len(db.execute("SELECT * FROM other.participants").fetchall()) == 12
    with pytest.raises(ReadOnlyError, match="can only be read"):
        db.execute("DELETE FROM other.participants")
    with pytest.raises(NotSupportedError, match="claims to be"):
        db.execute("DELETE FROM other.contacts")


def test_a_view_of_a_stored_table(opened: Open) -> None:
    """A view in the file reads a stored table, as that has no effect; a trigger of the file cannot write by it."""
    db = opened(("participants", definition("participants")))
    db.execute("CREATE VIEW crowd AS SELECT count(*) AS n FROM participants")
    assert db.execute("SELECT n FROM crowd").fetchall() == [(12,)]
    db.execute("CREATE TABLE t (x)")
    db.execute("CREATE TRIGGER hostile AFTER INSERT ON t BEGIN DELETE FROM participants; END")
    with pytest.raises((ReadOnlyError, apsw.SQLError)):
        db.execute("INSERT INTO t VALUES (1)")
    assert len(_people(db)) == 12


def test_others_keep_their_names(opened: Open) -> None:
    """A file's ordinary or full-text table of one of our names is the file's, and `temp.` is Twilio's."""
    db = opened()
    db.execute("CREATE TABLE conferences (x)")
    db.execute("CREATE VIRTUAL TABLE participants USING fts5(x)")
    assert db.execute("SELECT * FROM conferences").fetchall() == []
    assert db.execute("SELECT * FROM participants").fetchall() == []
    assert len(db.execute("SELECT Sid FROM temp.conferences").fetchall()) == 4
    assert len(_people(db)) == 12
