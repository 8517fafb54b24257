"""Fixtures that every room's tests share: a local Twilio, and connections to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from twsql.hosts.apsw import register
from twsql.sandbox import Sandbox


@pytest.fixture(autouse=True)
def own_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test writes into the journal of whoever runs it, and none waits long for a call to show."""
    monkeypatch.setenv("TWSQL_JOURNAL", str(tmp_path / "journal.db"))
    monkeypatch.setenv("TWSQL_RECOVERY_GRACE", "0.3")


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
