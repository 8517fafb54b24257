"""Fixtures for tests of calls: connections, processes that can be killed, a look into the journal."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import apsw
import pytest

import twsql
from twsql.dbapi import Connection
from twsql.errors import InterfaceError
from twsql.sandbox import Sandbox

FROM, TO = "+15550000000", "+15550000001"
KEYED = f"SELECT CallSid FROM AddParticipants('room', '{FROM}', '{TO}') WHERE RequestKey = 'k'"

Connect = Callable[..., Connection]
Run = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def connect(account: dict[str, Any]) -> Iterator[Connect]:
    """Make connections to the sandbox; all of them use the journal of this test."""
    made: list[Connection] = []

    def connect(**settings: Any) -> Connection:
        made.append(twsql.connect(**{**account, **settings}))
        return made[-1]

    yield connect
    for each in made:
        with suppress(InterfaceError):  # some tests close them
            each.close()


@pytest.fixture
def environ(account: dict[str, Any]) -> dict[str, str]:
    """The environment of a process that uses the sandbox."""
    variables = {
        "TWSQL_BASE_URL": account["base_url"],
        "TWILIO_ACCOUNT_SID": account["account_sid"],
        "TWILIO_AUTH_TOKEN": account["auth_token"],
        "PYTHONWARNINGS": "ignore:This process:DeprecationWarning",  # that it has threads and forks, from 3.12 on
    }
    return {**os.environ, **variables}


@pytest.fixture
def run(environ: dict[str, str]) -> Iterator[Run]:
    """Start Python processes that have `db`, a connection, and `show`, which prints a statement's rows."""
    started: list[subprocess.Popen[str]] = []
    head = "import sys, os, twsql\ndb = twsql.connect()\ndef show(*a): print(db.execute(*a).fetchall(), flush=True)\n"

    def run(code: str, **options: Any) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", head + code]
        pipe = subprocess.PIPE
        settings = {"env": environ, "stdout": pipe, "stderr": pipe, "text": True, **options}
        started.append(subprocess.Popen(command, **settings))
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def journal(tmp_path: Path) -> Callable[[str], list[tuple[Any, ...]]]:
    """Ask the journal of this test, as another tool would."""

    def ask(sql: str) -> list[tuple[Any, ...]]:
        with closing(apsw.Connection(str(tmp_path / "journal.db"))) as db:
            return list(db.execute(sql))

    return ask


def asked(sandbox: Sandbox) -> int:
    """How many requests the sandbox has under way."""
    return sandbox.counters.under_way
