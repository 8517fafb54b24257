"""A server that repeats our headers: neither the host nor the worker's standard error tells what they are."""

from __future__ import annotations

import re
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Callable

import pytest
from hosting import in_ci_hosts

from relay import Relay
from twsql.sandbox import Sandbox

pytestmark = in_ci_hosts

SPELLINGS: dict[str, Callable[[bytes], bytes]] = {
    "header": lambda basic: b"Basic " + basic,
    "decoded": b64decode,
    "part": lambda basic: basic[-24:-4],
}
STATEMENTS = (
    "SELECT Sid FROM conferences",
    "SELECT Status FROM AddParticipants('c', '+15550000000', '+15550000001')",
    "SELECT ErrorMessage FROM twsql_journal",
)


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("status", [b"200 OK", b"500 No"])
def test_echo(
    spelling: str,
    status: bytes,
    python: Callable[..., subprocess.CompletedProcess[str]],
    world: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of what is repeated `***` is left, in errors and in the journal's rows."""

    def change(request: bytes, answer: bytes) -> bytes:
        found = re.search(rb"Authorization: Basic (\S+)", request)
        body = b"<p>you sent %s</p>" % SPELLINGS[spelling](found[1] if found else b"")
        return b"HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (status, len(body)) + body

    monkeypatch.setenv("TWSQL_MAX_ATTEMPTS", "1")
    with Relay(world.base_url, change) as relay:
        monkeypatch.setenv("TWSQL_BASE_URL", relay.url)
        told = [python(statement) for statement in STATEMENTS]
    words = [done.stdout + done.stderr for done in told]
    token = world.auth_token
    spelled = token + b64encode(f"{world.account_sid}:{token}".encode()).decode()[-24:]
    pieces = {spelled[n : n + 8] for n in range(len(spelled) - 7)}
    assert all("***" in each for each in words)
    assert not [piece for piece in pieces for each in words if piece in each]
