"""Statements that overlap in every way: each run places each of its calls once, and none is handed to two runs."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import apsw
import apsw.ext
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from examples import examples
from twsql.hosts.apsw import register
from twsql.sandbox import Sandbox

CALL = "(SELECT CallSid FROM AddParticipants('c', '+15550000000', t.n))"
POOL = (
    f"SELECT n, {CALL} FROM t",
    f"SELECT n, CASE WHEN rowid > 1 THEN {CALL} END FROM t",
    f"SELECT n, CASE WHEN rowid > 2 THEN {CALL} END FROM t",
    "SELECT n, CallSid FROM t JOIN AddParticipants('c', '+15550000000', t.n)",
    "SELECT '+15550000001', CallSid FROM AddParticipants('c', '+15550000000', '+15550000001')",
    f"SELECT '+15550000001', CASE WHEN t.rowid > 1 THEN {CALL.replace('t.n', repr('+15550000001'))} END FROM t",
    "SELECT n, NULL FROM t",
)
"""Statements that give a number and the call to it; in some the first rows place none."""

Step = tuple[str, int, int]
steps = st.lists(
    st.tuples(
        st.sampled_from(["begin", "begin", "next", "next", "next", "end", "schema", "prepare", "pragma", "many"]),
        st.integers(0, len(POOL) - 1),
        st.integers(0, 2),
    ),
    max_size=24,
)


class _Runs:
    """Statements that are under way, and what each of them has been given."""

    def __init__(self, db: apsw.Connection) -> None:
        self.db = db
        self.tables = 0
        self.open: list[tuple[Iterator[Any], dict[str, str]]] = []
        self.calls: list[dict[str, str]] = []

    def take(self, step: Step) -> None:
        """Do one step."""
        what, which, _ = step
        if what == "begin":
            calls: dict[str, str] = {}
            self.calls.append(calls)
            self.open.append((self.db.execute(POOL[which]), calls))
            self.next(len(self.open) - 1)
        elif what == "schema":
            self.tables += 1
            self.db.execute(f"CREATE TABLE made_{self.tables} (x)")
        elif what == "prepare":
            apsw.ext.query_info(self.db, POOL[which])
        elif what == "pragma":
            self.db.execute("PRAGMA no_such_pragma")
        elif what == "many":
            self.many()
        elif self.open:
            place = which % len(self.open)
            if what == "next":
                self.next(place)
            else:
                self.open.pop(place)[0].close()  # type: ignore[attr-defined]

    def next(self, place: int) -> None:
        """Read a row of one of them."""
        rows, calls = self.open[place]
        row = next(rows, None)
        if row is None:
            self.open.pop(place)
            return
        self.seen(calls, *row)

    def seen(self, calls: dict[str, str], number: str, sid: str | None) -> None:
        """A call that this run has not placed before is one that no run has."""
        if sid is None:
            return
        if number not in calls:
            assert all(sid not in other.values() for other in self.calls), "the call of another run"
            calls[number] = sid
        assert calls[number] == sid, "placed a second time"

    def many(self) -> None:
        """A statement that is prepared long before it runs, as its parameters come from another."""

        def numbers() -> Iterator[tuple[str]]:
            for _ in range(2):
                self.take(("begin", 0, 0))
                yield ("+15550000009",)

        for sid in self.db.executemany("SELECT CallSid FROM AddParticipants('c', '+15550000000', ?)", numbers()):
            calls: dict[str, str] = {}
            self.calls.append(calls)
            self.seen(calls, "+15550000009", *sid)


@pytest.fixture(scope="module")
def world() -> Iterator[tuple[Sandbox, list[ThreadPoolExecutor]]]:
    """A local Twilio, and three threads."""
    threads = [ThreadPoolExecutor(1) for _ in range(3)]
    with Sandbox(hang_up_after=0.5) as sandbox:
        yield sandbox, threads
    for each in threads:
        each.shutdown()


@contextmanager
def _connected(sandbox: Sandbox) -> Iterator[apsw.Connection]:
    db = apsw.Connection(":memory:")
    account = {"account_sid": sandbox.account_sid, "auth_token": sandbox.auth_token}
    registration = register(db, base_url=sandbox.base_url, journal=":memory:", **account)
    db.execute("CREATE TABLE t (n TEXT)")
    db.execute("INSERT INTO t VALUES ('+15550000001'), ('+15550000001'), ('+15550000002')")
    yield db
    registration.close()
    db.close(True)


@given(steps)
@settings(max_examples=examples(40), deadline=None)
@example(
    [("begin", 1, 0), ("end", 0, 0), ("schema", 0, 0), ("begin", 1, 0), ("begin", 0, 0), ("next", 0, 0), ("next", 1, 0)]
)
@example(
    [("begin", 4, 0), ("end", 0, 0), ("schema", 0, 0), ("begin", 5, 0), ("begin", 4, 0), ("next", 0, 0), ("next", 0, 0)]
)
@example(
    [("begin", 1, 0), ("end", 0, 0), ("schema", 0, 0), ("begin", 1, 0), ("begin", 1, 0), ("next", 0, 0), ("next", 1, 0)]
)
def test_random(world: tuple[Sandbox, list[ThreadPoolExecutor]], steps: list[Step]) -> None:
    """Cached statements, schema changes between, statements prepared and never run, several threads in turn."""
    sandbox, threads = world
    before = sandbox.counters.placed
    with _connected(sandbox) as db:
        runs = _Runs(db)
        for step in steps:
            threads[step[2]].submit(runs.take, step).result()
        while runs.open:
            runs.next(0)
    assert sandbox.counters.placed - before == sum(len(calls) for calls in runs.calls)
