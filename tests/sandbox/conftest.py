"""A sandbox for each test, and ways to talk to it: raw, and with the official client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from twsql.sandbox import Sandbox

from .raw import Http


@pytest.fixture
def make() -> Iterator[Callable[..., Sandbox]]:
    """Start sandboxes with settings of the test's choice."""
    started: list[Sandbox] = []

    def start(**settings: Any) -> Sandbox:
        started.append(Sandbox(**settings).start())
        return started[-1]

    yield start
    for sandbox in started:
        sandbox.stop()


@pytest.fixture
def connect() -> Iterator[Callable[..., Http]]:
    """Make raw clients, by default with the main account's token."""
    made: list[Http] = []

    def open_client(sandbox: Sandbox, account_sid: str | None = None, auth: tuple[str, str] | None = None) -> Http:
        own = (sandbox.account_sid, sandbox.auth_token)
        made.append(Http(sandbox, account_sid or sandbox.account_sid, auth or own))
        return made[-1]

    yield open_client
    for client in made:
        client.session.close()


@pytest.fixture
def sandbox(make: Callable[..., Sandbox]) -> Sandbox:
    """An empty sandbox with the default settings."""
    return make()


@pytest.fixture
def http(connect: Callable[..., Http], sandbox: Sandbox) -> Http:
    """A raw client of the empty sandbox."""
    return connect(sandbox)


@pytest.fixture
def official() -> Iterator[Callable[..., Client]]:
    """Make official clients of a sandbox."""
    made: list[TwilioHttpClient] = []

    def client(sandbox: Sandbox, user: str | None = None, password: str | None = None, **options: Any) -> Client:
        made.append(TwilioHttpClient(timeout=60))
        http_client = made[-1]
        http_client.session.trust_env = False
        user, password = user or sandbox.account_sid, password or sandbox.auth_token
        client = Client(user, password, http_client=http_client, **options)
        for api in (client.api, client.insights, client.pricing):
            api.base_url = sandbox.base_url
        return client

    yield client
    for http_client in made:
        http_client.session.close()
