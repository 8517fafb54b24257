"""The progress bar of a statement that places many calls."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli.terminal import Terminal
from dialing.conftest import FROM
from twsql.sandbox import Sandbox

CALLS = (
    f"SELECT CallSid FROM AddParticipants('room', '{FROM}') WHERE \"To\" IN"
    " (WITH RECURSIVE n(n) AS (SELECT 10 UNION ALL SELECT n + 1 FROM n WHERE n < 49) SELECT '+15550000' || n FROM n)"
    " ORDER BY CallSid"
)


@pytest.fixture
def terminal(environ: dict[str, str], tmp_path: Path) -> Iterator[Callable[[str], Terminal]]:
    """Run `twsql query` on a terminal."""
    made: list[Terminal] = []

    def begin(sql: str) -> Terminal:
        command = [sys.executable, "-m", "twsql", "query", "--max-in-flight", "4", sql]
        made.append(Terminal(command, {**environ, "TERM": "xterm"}, tmp_path, 100))
        return made[-1]

    yield begin
    for each in made:
        each.close()


def test_on_a_terminal(terminal: Callable[[str], Terminal], sandbox: Sandbox) -> None:
    """On a terminal a bar counts the calls while they are placed, and is gone when the rows come."""
    sandbox.change(latency=0.1)
    shown = terminal(CALLS)
    shown.wait_for("/40")
    assert shown.end() == 0
    rows = [line for line in shown.shown.splitlines() if line.strip().startswith(("| CA", "CA", "│ CA"))]
    assert len(rows) == 40
    assert "calls" not in shown.shown.partition("CallSid")[2]


def test_a_single_call(terminal: Callable[[str], Terminal]) -> None:
    """For one call there is none."""
    shown = terminal(f"SELECT CallSid FROM AddParticipants('room', '{FROM}', '{FROM}')")
    assert shown.end() == 0
    assert "/1" not in shown.shown


def test_elsewhere(environ: dict[str, str], sandbox: Sandbox) -> None:
    """Where standard error is no terminal nothing is written there."""
    command = [sys.executable, "-m", "twsql", "query", CALLS]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr == ""
    assert sandbox.counters.placed == 40
