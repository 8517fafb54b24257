"""What the tests of the extension share beyond fixtures."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

import pytest
import requests

from twsql.hosts.loadable import build
from twsql.sandbox import Sandbox
from waiting import until

PACKAGES = {
    "cc": "gcc libsqlite3-dev",
    "sqlite3": "sqlite3",
    "isql": "unixodbc libsqliteodbc",
    "chromium": "chromium",
    "java": "default-jdk-headless libxerial-sqlite-jdbc-java",
    "clang": "clang libclang-rt-dev",
    "node": "nodejs npm",
}
"""Which Debian package has a program."""
DEBIAN_PYTHON = "/usr/bin/python3"
in_ci_hosts = pytest.mark.skipif(not os.environ.get("TEST_TWSQL_HOSTS"), reason="real programs: run .ci/hosts")
"""Marks tests that start programs: each takes seconds, and .ci/hosts, a part of .ci/run, runs them all."""
WORKER_TIMEOUT = 4
"""Seconds of silence after which the fixture `impatient` gives a worker up; it gives a sign of life each second."""


def environment(sandbox: Sandbox) -> dict[str, str]:
    """The variables that lead to a local Twilio."""
    return {
        "TWSQL_BASE_URL": sandbox.base_url,
        "TWILIO_ACCOUNT_SID": sandbox.account_sid,
        "TWILIO_AUTH_TOKEN": sandbox.auth_token,
        "TWSQL_READ_ONLY": "0",  # the process of the tests serves the sandbox: it listens
    }


def lacking(what: str, remedy: str) -> NoReturn:
    """Skip, or fail where .ci/hosts runs: it has installed everything, and nothing may pass by being absent."""
    message = f"{what} is not here: {remedy}, or run .ci/hosts"
    if os.environ.get("TEST_TWSQL_HOSTS"):
        pytest.fail(message)
    pytest.skip(message)


def program(name: str) -> str:
    """The path of a program."""
    return shutil.which(name) or lacking(name, f"apt install {PACKAGES[name]}")


def built(folder: Path, *flags: str) -> Path:
    """Build the extension with these flags into a folder from where it finds this Python and the worker."""
    target = folder / build.NAME
    try:
        build.build(target, ("-Werror", *flags))
    except build.BuildError as error:
        if "Werror" in str(error) or "warning" in str(error):
            raise
        lacking("a C compiler or sqlite3ext.h", str(error))
    (folder / build.NOTE).write_text(sys.executable)
    (folder / "__main__.py").symlink_to(build.HERE / "__main__.py")
    return target


def processes(parent: int) -> list[int]:
    """The workers that are children of a process, zombies too."""
    command = ["ps", "-A", "-ww", "-o", "pid=,ppid=,args="]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    children = [(int(pid), args) for pid, ppid, args in (line.split(None, 2) for line in listed) if int(ppid) == parent]
    return [pid for pid, args in children if "__main__.py" in args or "defunct" in args]


def beside_python(name: str) -> str:
    """A program of the environment that runs the tests, whose Python's sqlite3 must be able to load extensions."""
    path = shutil.which(name, path=str(Path(sys.executable).parent))
    if path is None:
        lacking(name, f"pip install {name} in an environment of Debian's python3")
    return path


@contextmanager
def serving(arguments: Sequence[str], log: Path) -> Iterator[str]:
    """A Datasette of its own; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [beside_python("datasette"), "serve", "--host", "127.0.0.1", "--port", str(port)]
    with log.open("w") as out:
        options = ["--setting", "sql_time_limit_ms", "20000"]
        server = subprocess.Popen([*command, *arguments, *options], stdout=out, stderr=out)
    address = f"http://127.0.0.1:{port}"
    try:
        until(lambda: _answers(address))
        yield address
    finally:
        server.terminate()
        server.wait(60)


def _answers(address: str) -> bool:
    with suppress(requests.ConnectionError):
        return requests.get(address, timeout=60).ok
    return False
