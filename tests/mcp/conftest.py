"""A local Twilio with a conference whose name gives orders, and the tools over it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from assistants import HOSTILE, login

import twsql
from twsql.dbapi import Connection
from twsql.mcp.calls import Desk
from twsql.mcp.reading import Reader
from twsql.sandbox import Sandbox


@pytest.fixture(scope="session")
def twilio() -> Iterator[Sandbox]:
    """A local Twilio, for all of these tests."""
    with Sandbox(conferences=30, participants=1) as sandbox:
        with closing(twsql.connect(**login(sandbox), journal=":memory:")) as connection:
            connection.cursor().callproc("AddParticipants", (HOSTILE, "+15005550006", "+12025550101"))
        yield sandbox


@pytest.fixture
def reader(twilio: Sandbox) -> Iterator[Reader]:
    """Reads as the server does."""
    with closing(twsql.connect(safe=True, **login(twilio))) as connection:
        yield Reader(connection)


@pytest.fixture
def calling(twilio: Sandbox) -> Iterator[Connection]:
    """A connection that may place calls."""
    with closing(twsql.connect(**login(twilio))) as connection:
        yield connection


@pytest.fixture
def desk(calling: Connection) -> Desk:
    """May place three calls."""
    return Desk(calling, 3)
