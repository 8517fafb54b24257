"""A server that repeats our headers: the command tells none of it."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from relay import Relay
from twsql.sandbox import Sandbox


@pytest.mark.parametrize(
    "command",
    [
        ("doctor",),
        ("query", "-v", "SELECT Sid FROM conferences"),
        ("query", "-v", "SELECT Status FROM AddParticipants('c', '+15550000000', '+15550000001')"),
        ("sync", "calls.db"),
    ],
)
def test_echo(command: tuple[str, ...], twsql: Callable[..., Any], sandbox: Sandbox, login: dict[str, str]) -> None:
    """Neither standard output nor standard error has eight characters of it: account's name, request id, page."""

    def change(request: bytes, answer: bytes) -> bytes:
        found = re.search(rb"Authorization: (\S+ \S+)", request)
        echo = found[1] if found else b""
        body = b'{"friendly_name": "%s", "status": "%s", "conferences": "%s"}' % (echo, echo, echo)
        head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\nTwilio-Request-Id: %s\r\n\r\n"
        return head % (len(body), echo) + body

    with Relay(sandbox.base_url, change) as relay:
        done = twsql(*command, env={**login, "TWSQL_BASE_URL": relay.url, "TWSQL_MAX_ATTEMPTS": "1"})
    words = done.stdout + done.stderr
    basic = b64encode(f"{sandbox.account_sid}:{sandbox.auth_token}".encode()).decode()
    assert "***" in words
    assert not [basic[n : n + 8] for n in range(len(basic) - 7) if basic[n : n + 8] in words]
