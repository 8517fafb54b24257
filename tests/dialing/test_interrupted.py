"""Ctrl-C between any two steps: no call begins after it, and what has begun is on record."""

from __future__ import annotations

import io
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

import apsw
import pytest

import twsql
from dialing.conftest import FROM
from dialing.conftest import Run as Start
from examples import in_ci_run
from twsql.cli.shell import Shell
from twsql.hosts.apsw import register
from twsql.sandbox import Sandbox
from twsql.vtab.statement import Statement

NUMBERS = [f"+1555000000{n}" for n in range(3)]
PACKAGE = str(Path(twsql.__file__).parent)
Ask = Callable[[str], list[tuple[Any, ...]]]
Run = Callable[[str], object]


class _Interrupt:
    """Interrupts this thread at its n-th line of ours, from the place on at which calls are handed to threads.

    `lines` are those that it has passed.
    """

    def __init__(self, at: int | None = None) -> None:
        self.at = at
        self.lines: list[tuple[str, int]] = []
        self._counts = False

    def __call__(self, frame: FrameType, event: str, _: object) -> Any:
        if not frame.f_code.co_filename.startswith(PACKAGE):
            return None
        self._counts = self._counts or frame.f_code is Statement._begin.__code__
        return self.step

    def step(self, frame: FrameType, event: str, _: object) -> Any:
        if event == "line" and self._counts:
            self.lines.append((frame.f_code.co_filename, frame.f_lineno))
            if len(self.lines) == self.at:
                raise KeyboardInterrupt
        return self.step


def _executemany(account: dict[str, Any]) -> Iterator[Run]:
    db = twsql.connect(**account)
    sql = f"EXEC AddParticipants ConferenceSid = ?, From = '{FROM}', To = ?"
    yield lambda room: db.executemany(sql, [(room, number) for number in NUMBERS]).fetchall()
    db.close()


def _shell(account: dict[str, Any]) -> Iterator[Run]:
    shell = Shell("", account)
    shell.stdout = io.StringIO()
    shell.stdin = io.StringIO()
    values = ", ".join(f"('{number}')" for number in NUMBERS)

    def run(room: str) -> None:
        shell.process_sql(f"SELECT CallSid FROM AddParticipants('{room}', '{FROM}') WHERE \"To\" IN (VALUES {values});")

    yield run
    shell.close()


def _apsw(account: dict[str, Any]) -> Iterator[Run]:
    db = apsw.Connection(":memory:")
    registration = register(db, **account)
    values = ", ".join(f"('{number}')" for number in NUMBERS)
    sql = f"SELECT CallSid FROM AddParticipants(?, '{FROM}') WHERE \"To\" IN (VALUES {values})"
    yield lambda room: db.execute(sql, (room,)).fetchall()
    registration.close()
    db.close()


# What SQLite's trace raises at a statement's end, when all its calls have been placed, Python can only tell of.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("door", [_apsw, *(pytest.param(door, marks=in_ci_run) for door in (_executemany, _shell))])
def test_at_each_step(
    account: dict[str, Any], sandbox: Sandbox, journal: Ask, door: Callable[[dict[str, Any]], Iterator[Run]]
) -> None:
    """Wherever the interrupt comes, at most the one call that was under way ends; all that began are on record."""
    before = {*threading.enumerate()}
    doors = door({**account, "max_in_flight": 1})
    run = next(doors)
    run("warm")
    steps = _steps(run)
    assert len(steps) > 50
    for at in steps:
        begun = sandbox.counters.placed
        raised = _interrupted(run, at)
        then = sandbox.counters.placed
        for thread in {*threading.enumerate()} - before:
            if thread.name == "twsql-call":
                thread.join(60)
        if raised:
            assert sandbox.counters.placed <= then + 1, f"interrupted at line {at}"
        else:
            assert sandbox.counters.placed == begun + len(NUMBERS)
    with suppress(StopIteration):
        next(doors)
    assert journal("SELECT count(*) FROM effects WHERE state = 'placed'") == [(sandbox.counters.placed,)]
    assert journal("SELECT count(*) FROM effects WHERE state NOT IN ('placed', 'refused')") == [(0,)]


def _steps(run: Run) -> list[int]:
    """Which lines to interrupt at: each one of ours the first time and the last; loops come by it for every call."""
    watch = _Interrupt()
    sys.settrace(watch)
    try:
        run("watched")
    finally:
        sys.settrace(None)
    first = {line: at for at, line in reversed([*enumerate(watch.lines, start=1)])}
    last = {line: at for at, line in enumerate(watch.lines, start=1)}
    return sorted({*first.values(), *last.values()})


def _interrupted(run: Run, at: int) -> bool:
    """Run, with an interrupt at this line; whether that was raised."""
    sys.settrace(_Interrupt(at))
    try:
        run(f"room {at}")
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(None)
    return False


def test_at_the_end_of_the_program(run: Start, sandbox: Sandbox, journal: Ask) -> None:
    """An interrupt that ends the program, between two rows, ends a Batch too: Python waits for threads."""
    code = f"""
import json
calls = json.dumps([{{"To": f"+15550000{{n:03}}"}} for n in range(200)])
one = twsql.connect(max_in_flight=1)
rows = one.execute("SELECT CallSid FROM AddParticipants('room', '{FROM}') WHERE Batch = ?", (calls,))
rows.fetchone()
raise KeyboardInterrupt
"""
    process = run(code)
    assert process.communicate(timeout=60)[1].endswith("KeyboardInterrupt\n")
    assert sandbox.counters.placed < 200
    states = dict(journal("SELECT state, count(*) FROM effects GROUP BY state"))
    assert states.pop("placed") == sandbox.counters.placed
    assert states in ({}, {"refused": 1})  # the one that was on record and not yet sent


def test_calls_that_wait_for_their_turn(run: Start, sandbox: Sandbox, journal: Ask) -> None:
    """A call that is on record, but waits for its turn among the requests, is not sent any more."""
    sandbox.change(latency=1.5)
    numbers = ", ".join(f"'+12025550{n}'" for n in range(100, 160))
    sql = (
        f"SELECT CallSid FROM AddParticipants WHERE Conference = 'c' AND \"From\" = '{FROM}' AND \"To\" IN ({numbers})"
    )
    program = run(f"show({sql!r})")
    while not (sandbox.counters.under_way and len(journal("SELECT id FROM effects")) == 60):
        assert program.poll() is None
        time.sleep(0.005)
    program.send_signal(signal.SIGINT)
    assert "KeyboardInterrupt" in program.communicate(timeout=30)[1]
    begun = sandbox.counters.by_method["POST"]
    assert 0 < begun < 60
    states = dict(journal("SELECT state, count(*) FROM effects GROUP BY 1"))
    assert states["refused"] == 60 - begun
