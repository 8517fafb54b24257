"""Fixtures that every room's tests share: a local Twilio, and connections to it."""

from __future__ import annotations

import gc
import os
import resource
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest
from hypothesis import settings

from preloaded import Preloaded
from twsql.hosts.apsw import register
from twsql.sandbox import Sandbox
from twsql.twilio import limits
from worlds import NOW, World

pytest.register_assert_rewrite("overlapping")

# A script's background job ignores Ctrl-C, and so do all programs that it starts; tests press it.
signal.signal(signal.SIGINT, signal.default_int_handler)

# A journal stays open to the end of its process, so a run in one process (-n 0) has those of all tests open.
_FILES, _MOST_FILES = resource.getrlimit(resource.RLIMIT_NOFILE)
if 0 <= _FILES < 8192:
    _wanted = 8192 if _MOST_FILES == resource.RLIM_INFINITY else min(8192, _MOST_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (_wanted, _MOST_FILES))

# An example on a busy machine may take any time.
settings.register_profile("any time", settings.default, deadline=None)
settings.load_profile("any time")


def pytest_xdist_auto_num_workers() -> int:
    """Two workers a core and one: tests wait for processes and timeouts about as long as they compute."""
    return 2 * (os.cpu_count() or 1) + 1


def pytest_collection_finish() -> None:
    """Spare the garbage collector the thousands of tests, which live as long as the run."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def own_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test writes into the journal of whoever runs it, and none waits long for a call to show."""
    monkeypatch.setenv("TWSQL_JOURNAL", str(tmp_path / "journal.db"))
    monkeypatch.setenv("TWSQL_RECOVERY_GRACE", "0.3")


@pytest.fixture(autouse=True)
def own_limit() -> None:
    """No test meets the limit of an earlier sandbox, which had the same port and answered 429."""
    limits.shared.cache_clear()


@pytest.fixture(scope="session")
def preloaded() -> Iterator[Preloaded]:
    """The command, loaded once for all runs of it."""
    one = Preloaded()
    yield one
    one.close()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A local Twilio without any conference."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def account(sandbox: Sandbox) -> dict[str, Any]:
    """The settings that lead to the sandbox."""
    return {
        "base_url": sandbox.base_url,
        "account_sid": sandbox.account_sid,
        "auth_token": sandbox.auth_token,
    }


@pytest.fixture
def db(account: dict[str, Any]) -> Iterator[apsw.Connection]:
    """A plain apsw connection with twsql's tables and procedures over the sandbox."""
    connection = apsw.Connection(":memory:")
    registration = register(connection, **account)
    yield connection
    registration.close()
    connection.close()


@pytest.fixture
def world() -> Iterator[Callable[..., World]]:
    """Makes worlds: keywords of the connection go in `connection`, all others are the sandbox's."""
    opened: list[tuple[Sandbox, Any, apsw.Connection]] = []

    def make(connection: dict[str, Any] | None = None, **settings: Any) -> World:
        sandbox = Sandbox(**{"now": NOW, **settings}).start()
        db = apsw.Connection(":memory:")
        registration = register(
            db,
            **{
                "base_url": sandbox.base_url,
                "account_sid": sandbox.account_sid,
                "auth_token": sandbox.auth_token,
                "page_size": 100,
                **(connection or {}),
            },
        )
        opened.append((sandbox, registration, db))
        return World(sandbox, db)

    yield make
    for sandbox, registration, db in opened:
        db.close()
        registration.close()
        sandbox.stop()
