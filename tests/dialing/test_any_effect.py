"""A procedure of somebody's own that costs money: declared in one place, it happens once as every call does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import apsw
import pytest

from twsql.catalog import CATALOG
from twsql.errors import InputError, NotSupportedError
from twsql.hosts.apsw import register
from twsql.procedures.once_inputs import CHECK_ONLY, once_columns, once_inputs
from twsql.sandbox import Sandbox
from twsql.schema import Checked, Column, Parameter, Procedure, Row, inputs
from twsql.schema.once import Lost, Once, Record
from twsql.twilio.client import Client


def ring(client: Client, checked: Checked) -> Row:
    """Let a phone ring."""
    return client.create(client.path("Calls"), inputs.form(RING, checked), sid="sid")


def heard(client: Client, lost: Lost, grace: float, wait: Callable[[float], None]) -> Row | None:
    """The list of calls is the one witness."""
    wait(grace)
    rows = client.pages(client.path("Calls"), "calls", {"To": lost.record.recipient})
    return next((row for row in rows if row["from"] == lost.record.sender and not lost.is_other(row["sid"])), None)


def decided(client: Client, record: Record, sid: str, mark: str | None) -> Row:
    """A person has heard it ring."""
    return client.get(client.path("Calls", sid))


RING = Procedure(
    name="Ring",
    description="Lets a phone ring.",
    inputs=(
        Parameter("From", required=True, field="From"),
        Parameter("To", required=True, field="To"),
        Parameter("Url", kind="url", required=True, field="Url"),
        CHECK_ONLY,
        *once_inputs("ring"),
    ),
    columns=(Column("Sid"), Column("Status"), *once_columns("ring", "heard")),
    run=ring,
    once=Once(
        noun="ring",
        done="heard",
        sid="sid",
        record=lambda checked: Record(sender=str(checked["From"]), recipient=str(checked["To"])),
        find=heard,
        decided=decided,
    ),
)

ONE = "SELECT Sid FROM Ring('+15005550006', '+12025550101', 'https://example.com/twiml')"


@pytest.fixture
def db(account: dict[str, Any]) -> Iterator[apsw.Connection]:
    """A connection that has the procedure as well."""
    connection = apsw.Connection(":memory:")
    registration = register(connection, catalog=CATALOG.also(RING), max_calls=3, **account)
    yield connection
    registration.close()
    connection.close()


def test_a_key(db: apsw.Connection, sandbox: Sandbox) -> None:
    """The same key rings once, and gives the recorded result; the journal says of which procedure."""
    keyed = f"{ONE} WHERE RequestKey = 'k'"
    first, second = db.execute(keyed).fetchall(), db.execute(keyed).fetchall()
    assert first == second == [(call.sid,) for call in sandbox.calls()]
    rows = db.execute('SELECT Procedure, Sid, CallSid, "To", State FROM twsql_journal').fetchall()
    assert rows == [("Ring", first[0][0], None, "+12025550101", "placed")]
    with pytest.raises(InputError, match="other inputs"):
        db.execute(keyed.replace("0101", "0102")).fetchall()


def test_a_key_of_another_procedure(db: apsw.Connection, sandbox: Sandbox) -> None:
    """Each procedure has names of its own."""
    db.execute(f"{ONE} WHERE RequestKey = 'k'").fetchall()
    call = "SELECT CallSid FROM AddParticipants('room', '+15005550006', '+12025550101') WHERE RequestKey = 'k'"
    assert len(db.execute(call).fetchall()) == 1
    assert len(sandbox.calls()) == 2


def test_a_lost_answer(db: apsw.Connection, sandbox: Sandbox) -> None:
    """Its witness finds it, and nothing rings twice."""
    sandbox.fail("reset-after", times=1, path="Calls.json", method="POST")
    assert db.execute(ONE).fetchall() == [(call.sid,) for call in sandbox.calls()]


def test_one_that_was_not_done(db: apsw.Connection, sandbox: Sandbox) -> None:
    """Without a mark of its own it is not sent again; OnError gives it as a row."""
    sandbox.fail("reset-before", times=1, path="Calls.json", method="POST")
    rows = db.execute(f"{ONE.replace('Sid', 'Status, ErrorMessage')} WHERE OnError = 'row'").fetchall()
    assert [row[0] for row in rows] == ["unknown"]
    assert db.execute("SELECT Procedure, State FROM twsql_journal").fetchall() == [("Ring", "unknown")]
    assert sandbox.calls() == []


def test_dry_run_batch_and_limit(db: apsw.Connection, sandbox: Sandbox) -> None:
    """DryRun, Batch and max_calls hold for it."""
    assert db.execute(f"{ONE.replace('Sid', 'Status')} WHERE DryRun = 1").fetchall() == [("dry-run",)]
    batch = """SELECT Sid FROM Ring WHERE "From" = '+15005550006' AND Url = 'https://example.com' AND Batch = ?"""
    numbers = ", ".join(f'{{"To": "+1202555010{n}"}}' for n in range(4))
    assert len(db.execute(batch, ('[{"To": "+12025550101"}, {"To": "+12025550102"}]',)).fetchall()) == 2
    with pytest.raises(NotSupportedError, match="4 rings in one statement are more than max_calls"):
        db.execute(batch, (f"[{numbers}]",)).fetchall()
    assert len(sandbox.calls()) == 2
