"""Fixtures for tests of calls: connections, processes that can be killed, a look into the journal."""

from __future__ import annotations

import os
import secrets
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

POSTGRES = os.environ.get("TEST_TWSQL_POSTGRES", "")
"""Where PostgreSQL is, in libpq's keywords without a database: the tests' journals are there. See .ci/postgres."""
in_files = pytest.mark.skipif(bool(POSTGRES), reason="it is about the journal's file")

Connect = Callable[..., Connection]
Run = Callable[..., "subprocess.Popen[str]"]
Ask = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture(autouse=True)
def own_journal(own_journal: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test has a journal of its own: a file, or a database of PostgreSQL."""
    if not POSTGRES:
        yield
        return
    import psycopg

    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(f"{POSTGRES} dbname=postgres", autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        monkeypatch.setenv("TWSQL_JOURNAL", f"{POSTGRES} dbname={name}")
        yield
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


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
def journal(tmp_path: Path) -> Ask:
    """Ask the journal of this test, as another tool would."""

    def ask(sql: str) -> list[tuple[Any, ...]]:
        if POSTGRES:
            import psycopg

            where = f"{os.environ['TWSQL_JOURNAL']} options='-c search_path=twsql -c timezone=UTC'"
            with psycopg.connect(where, autocommit=True) as server:
                cursor = server.execute(sql)
                return cursor.fetchall() if cursor.description else []
        with closing(apsw.Connection(str(tmp_path / "journal.db"))) as db:
            return list(db.execute(sql))

    return ask


def asked(sandbox: Sandbox) -> int:
    """How many requests the sandbox has under way."""
    return sandbox.counters.under_way
