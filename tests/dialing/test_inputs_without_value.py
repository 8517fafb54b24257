"""A boolean input that a statement names without a value: `WHERE DryRun`. SQLite tells of it only that it is used."""

from __future__ import annotations

import json

import pytest

from dialing.conftest import FROM, TO, Connect
from twsql.catalog import CATALOG
from twsql.errors import ProgrammingError
from twsql.sandbox import Sandbox
from twsql.schema import Procedure
from twsql.schema.once import DRY_RUN
from twsql.vtab.relation import REST

CALL = f"AddParticipants('room', '{FROM}', '{TO}')"
MESSAGE = f"SendMessage('{FROM}', '{TO}', 'Hello')"
DRY = ("dry-run",)


@pytest.mark.parametrize(
    "where",
    [
        "DryRun",
        "DryRun IS TRUE",
        "DryRun <> 0",
        "DryRun IS 1",
        "Status = 'dry-run' AND DryRun",
        "DryRun AND \"From\" <> 'x'",
        "(DryRun OR Status = 'queued') AND \"From\" NOT LIKE 'x'",
        "DryRun AND RequestKey = 'k'",
    ],
)
@pytest.mark.parametrize("source", [CALL, MESSAGE])
def test_dry_run_means_true(connect: Connect, sandbox: Sandbox, source: str, where: str) -> None:
    """In whatever term and order."""
    assert connect().execute(f"SELECT Status FROM {source} WHERE {where}").fetchall() == [DRY]
    assert sandbox.counters.requests == 0


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        (f"SELECT DryRun, Status FROM {CALL}", [(1, "dry-run")]),
        (f"SELECT Status FROM {CALL} WHERE DryRun AND \"To\" <> '{TO}'", []),
        (f"SELECT Status FROM (SELECT '{TO}' AS n) JOIN AddParticipants('room', '{FROM}', n) WHERE DryRun", [DRY]),
        (f"SELECT Status FROM (SELECT 1) LEFT JOIN {CALL} ON DryRun", [DRY]),
        (f"SELECT Status FROM {CALL} WHERE DryRun = 1 OR RequestKey = 'k'", [DRY]),
        (f"SELECT Status FROM (SELECT 1 AS yes) JOIN {CALL} ON DryRun = yes", [DRY]),
    ],
)
def test_wherever_it_stands(connect: Connect, sandbox: Sandbox, sql: str, rows: list[tuple[object, ...]]) -> None:
    """A statement that names DryRun places no call, unless it says DryRun = 0."""
    assert connect().execute(sql).fetchall() == rows
    assert sandbox.counters.requests == 0


def test_a_batch(connect: Connect, sandbox: Sandbox) -> None:
    """An object of a Batch does not place a call behind `WHERE DryRun`."""
    calls = json.dumps([{"To": TO, "DryRun": False}, {"To": FROM}])
    sql = f"SELECT Status FROM AddParticipants('room', '{FROM}') WHERE Status = 'dry-run' AND DryRun AND Batch = ?"
    assert connect().execute(sql, (calls,)).fetchall() == [DRY, DRY]
    assert sandbox.counters.requests == 0


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        (f"SELECT * FROM {CALL} WHERE NOT DryRun", "DryRun without a value is 1"),
        (f"SELECT * FROM {MESSAGE} WHERE DryRun <> 1 AND Status IS NOT NULL", "DryRun without a value is 1"),
        (f"SELECT * FROM {CALL} WHERE DryRun AND Muted", "write Muted = 1, or = 0"),
        (f"SELECT * FROM {CALL} WHERE Status = 'queued' AND Record AND EarlyMedia", "Record = 1 AND EarlyMedia = 1"),
        (f"SELECT * FROM {MESSAGE} WHERE NOT SendAsMms", "write SendAsMms = 1, or = 0"),
        ("SELECT * FROM ModifyParticipants('room', 'ada') WHERE BeepOnExit", "write BeepOnExit = 1, or = 0"),
    ],
)
def test_what_may_be_meant_otherwise(connect: Connect, sandbox: Sandbox, sql: str, words: str) -> None:
    """Is an error that says what to write, before anything is sent."""
    with pytest.raises(ProgrammingError, match=words):
        connect().execute(sql).fetchall()
    assert sandbox.counters.requests == 0


def test_sqlite_tells_of_each() -> None:
    """SQLite says of the first 63 columns, each for itself, whether a statement uses it."""
    for relation in CATALOG.relations:
        if isinstance(relation.source, Procedure):
            some = [n for n, slot in enumerate(relation.slots) if slot.parameter and slot.parameter.kind == "boolean"]
            assert all(number < REST for number in some), relation.name
            if relation.source.once:
                assert relation.slot_named(DRY_RUN) in some
