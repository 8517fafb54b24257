"""A table of somebody's own: it joins side by side by what it declares, without a line of its own for that."""

from __future__ import annotations

import time
from collections.abc import Iterator

import apsw
import pytest

from twsql.catalog import CATALOG
from twsql.errors import ProgrammingError
from twsql.hosts.apsw import register
from twsql.sandbox import Sandbox
from twsql.schema import Column, Row, Table
from twsql.schema.where import Where
from twsql.twilio.client import Client
from waiting import together


def seats(client: Client, where: Where) -> Iterator[Row]:
    """Yield who sits in the conferences asked for."""
    for sid in where.any_of("ConferenceSid") or ():
        yield from client.pages(client.path("Conferences", sid, "Participants"), "participants")


SEATS = Table(
    name="seats",
    description="Who sits in a conference.",
    columns=(
        Column("ConferenceSid", key=True, required=True, references="conferences.Sid"),
        Column("CallSid", references="legs.Sid"),
    ),
    rows=seats,
    identity=("ConferenceSid", "CallSid"),
)


def legs(client: Client, where: Where) -> Iterator[Row]:
    """Yield the calls asked for."""
    for sid in where.any_of("Sid") or ():
        yield client.get(client.path("Calls", sid))


LEGS = Table(
    "legs", "A call.", (Column("Sid", key=True, required=True), Column("To"), Column("From")), legs, identity=("Sid",)
)

SIZE = 40


@pytest.fixture
def busy() -> Iterator[tuple[Sandbox, apsw.Connection]]:
    """A sandbox with conferences in it, and a connection that has the tables as well."""
    with Sandbox(conferences=SIZE, participants=2, over=0, latency=0.01) as sandbox:
        settings = {"account_sid": sandbox.account_sid, "auth_token": sandbox.auth_token, "base_url": sandbox.base_url}
        db = apsw.Connection(":memory:")
        registration = register(db, catalog=CATALOG.also(SEATS, LEGS), **settings)
        yield sandbox, db
        registration.close()
        db.close()


JOINS = {
    "the key's table": "conferences c JOIN seats s ON s.ConferenceSid = c.Sid",
    "sorted": "(SELECT Sid FROM conferences ORDER BY FriendlyName LIMIT 99) c JOIN seats s ON s.ConferenceSid = c.Sid",
    "two of one key": "participants p JOIN seats s ON s.ConferenceSid = p.ConferenceSid AND s.CallSid = p.CallSid",
}


@pytest.mark.parametrize("join", JOINS)
def test_by_a_reference(busy: tuple[Sandbox, apsw.Connection], join: str) -> None:
    """Each conference is asked for once, many at a time."""
    sandbox, db = busy
    with together(sandbox, 4, path="Participants"):
        rows = db.execute(f"SELECT s.CallSid FROM {JOINS[join]}").fetchall()
    assert len({sid for (sid,) in rows}) == len(rows) == 2 * SIZE
    lists = 2 if "participants" in JOINS[join] else 1
    assert sum("Participants" in each.raw_path for each in sandbox.requests) == lists * SIZE


def test_over_three_tables(busy: tuple[Sandbox, apsw.Connection]) -> None:
    """The calls of the next conferences are asked for as soon as it is known who sits there."""
    sandbox, db = busy
    rows = db.execute(
        'SELECT c.Sid, l."To" FROM conferences c JOIN seats s ON s.ConferenceSid = c.Sid'
        " JOIN legs l ON l.Sid = s.CallSid"
    )
    read = []
    while len(read) < 10:
        read.append(next(rows))
        while sandbox.counters.under_way:  # what was asked for ahead has come
            time.sleep(0.001)
    assert sum("Calls" in each.raw_path for each in sandbox.requests) > len(read) + 2
    assert len([*rows]) == 2 * SIZE - len(read)
    assert sum("Calls" in each.raw_path for each in sandbox.requests) == 2 * SIZE


def test_a_required_column(busy: tuple[Sandbox, apsw.Connection]) -> None:
    """Without it Twilio has no list, so the statement is refused before anything is sent."""
    sandbox, db = busy
    with pytest.raises(ProgrammingError, match="WHERE ConferenceSid = …"):
        db.execute("SELECT * FROM seats WHERE CallSid = 'CA'")
    assert db.execute("SELECT * FROM seats WHERE ConferenceSid IN ()").fetchall() == []
    assert sandbox.counters.requests == 0


def test_what_sys_tables_tell(busy: tuple[Sandbox, apsw.Connection]) -> None:
    """The catalogue lists it, as every door that reads the catalogue does."""
    assert ("seats",) in busy[1].execute("SELECT TableName FROM sys_tables").fetchall()
