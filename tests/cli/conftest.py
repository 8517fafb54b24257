"""The command as a user runs it: a process of its own, with no setting but those that are said."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import pytest
import requests

from preloaded import Preloaded
from twsql.sandbox import Sandbox

from .terminal import Terminal

Run = Callable[..., subprocess.CompletedProcess[str]]
Start = Callable[..., subprocess.Popen[str]]
Open = Callable[..., Terminal]

COMMAND = (sys.executable, "-m", "twsql")
SETTINGS = ("TWILIO_", "TWSQL_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_COLOR")


def call_into(sandbox: Sandbox, name: str) -> None:
    """Call into a conference of any name, as another program might: twsql refuses names that steer a terminal."""
    path = f"/2010-04-01/Accounts/{sandbox.account_sid}/Conferences/{quote(name, safe='')}/Participants.json"
    form = {"From": "+15005550006", "To": "+12025550100"}
    login = (sandbox.account_sid, sandbox.auth_token)
    requests.post(sandbox.base_url + path, data=form, auth=login, timeout=30).raise_for_status()


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """An environment without any setting of ours, at home in an empty directory."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(SETTINGS)}
    return {**kept, "HOME": str(tmp_path), "TERM": "xterm"}


@pytest.fixture
def login(sandbox: Sandbox) -> dict[str, str]:
    """The variables that lead to the sandbox."""
    return {
        "TWSQL_BASE_URL": sandbox.base_url,
        "TWILIO_ACCOUNT_SID": sandbox.account_sid,
        "TWILIO_AUTH_TOKEN": sandbox.auth_token,
    }


@pytest.fixture
def twsql(bare: dict[str, str], tmp_path: Path, preloaded: Preloaded) -> Run:
    """Runs the command to its end; `stdin` is what it reads, `env` is added to the bare environment."""

    def run(*arguments: str, stdin: str = "", env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        if any(name.startswith(("PYTHON", "LANG", "LC_")) for name in env or {}):  # Python reads them when it starts
            done = subprocess.run(
                [*COMMAND, *arguments],
                input=stdin.encode(),
                capture_output=True,
                env={**bare, **(env or {})},
                cwd=tmp_path,
                timeout=60,
                check=False,
            )
        else:
            done = preloaded.run(arguments, {**bare, **(env or {})}, tmp_path, stdin.encode())
        # Decoded here, as text mode would turn CR LF into LF.
        return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@pytest.fixture
def start(bare: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    """Starts the command and does not wait for it; what still runs after the test is killed."""
    started: list[subprocess.Popen[str]] = []

    def begin(*arguments: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*COMMAND, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**bare, **(env or {})},
            cwd=tmp_path,
            text=True,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def terminal(bare: dict[str, str], tmp_path: Path) -> Iterator[Open]:
    """Opens the command on a terminal of its own."""
    opened: list[Terminal] = []

    def begin(*arguments: str, env: Mapping[str, str] | None = None, columns: int = 100) -> Terminal:
        one = Terminal([*COMMAND, *arguments], {**bare, **(env or {})}, tmp_path, columns)
        opened.append(one)
        return one

    yield begin
    for one in opened:
        one.close()
