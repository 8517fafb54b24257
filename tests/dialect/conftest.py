"""A local Twilio that all tests of the dialect read, and engines over it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import URL, Engine, create_engine

from twsql.sandbox import Sandbox


@pytest.fixture(scope="session")
def twilio() -> Iterator[Sandbox]:
    """A local Twilio with three conferences of two participants each, of which some are over."""
    with Sandbox(conferences=6, participants=2) as running:
        yield running


@pytest.fixture
def url(twilio: Sandbox) -> URL:
    """The URL of a database in memory, with the login of the sandbox as user and password."""
    query = {"base_url": twilio.base_url}
    return URL.create("twsql", twilio.account_sid, twilio.auth_token, query=query)


@pytest.fixture
def engine(url: URL) -> Iterator[Engine]:
    """An engine with a database in memory."""
    made = create_engine(url)
    yield made
    made.dispose()
