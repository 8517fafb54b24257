"""The extension, built as CI builds it, and the hosts that load it."""

from __future__ import annotations

import fcntl
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import pytest
from hosting import DEBIAN_PYTHON, WORKER_TIMEOUT, built, environment, lacking, program

from twsql.hosts.loadable import build
from twsql.sandbox import Sandbox

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def extension(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The extension, built without a warning."""
    return _built_once(tmp_path_factory, "extension")


@pytest.fixture(scope="session")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The extension, built to give up a silent worker after `WORKER_TIMEOUT` in place of ten seconds."""
    return _built_once(tmp_path_factory, "impatient", f"-DTWSQL_WORKER_TIMEOUT={WORKER_TIMEOUT}")


def _built_once(folders: pytest.TempPathFactory, name: str, *flags: str) -> Path:
    """The processes of one run of the tests, whose folders lie side by side, share what the first of them builds."""
    together = folders.getbasetemp().parent if "PYTEST_XDIST_WORKER" in os.environ else folders.getbasetemp()
    folder = together / name
    with open(together / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (folder / "built").exists():
            return folder / build.NAME
        folder.mkdir(exist_ok=True)
        target = built(folder, *flags)
        (folder / "built").touch()
        return target


@pytest.fixture
def world(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """A local Twilio that the environment leads to."""
    for name, value in environment(sandbox).items():
        monkeypatch.setenv(name, value)
    return sandbox


@pytest.fixture
def shell(extension: Path, world: Sandbox) -> Run:
    """The stock sqlite3 shell with the extension, on statements; gives what it prints."""
    command = [program("sqlite3"), "-bail", "-cmd", f".load {extension}", ":memory:"]

    def run(*statements: str) -> subprocess.CompletedProcess[str]:
        script = ";\n".join(statements) + ";\n"
        return subprocess.run(command, input=script, capture_output=True, text=True, timeout=60)

    return run


SCRIPT = """
import sqlite3, sys
connection = sqlite3.connect(":memory:", isolation_level=None)
connection.enable_load_extension(True)
connection.load_extension(sys.argv[1])
for statement in sys.argv[2:]:
    for row in connection.execute(statement).fetchall():
        print(*row, sep="|")
"""


@pytest.fixture
def python(extension: Path, world: Sandbox) -> Run:
    """Debian's own Python and its sqlite3 with the extension, on statements; gives what it prints."""
    interpreter = DEBIAN_PYTHON if os.access(DEBIAN_PYTHON, os.X_OK) else lacking(DEBIAN_PYTHON, "apt install python3")
    command = [interpreter, "-W", "error", "-c", SCRIPT, str(extension)]

    def run(*statements: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*command, *statements], capture_output=True, text=True, timeout=60)

    return run


@pytest.fixture
def connect(extension: Path, world: Sandbox) -> Iterator[Callable[..., apsw.Connection]]:
    """Connections of apsw that know the extension only: a SQLite newer than Debian's, in this process."""
    opened: list[apsw.Connection] = []

    def open_one(file: Path | str = ":memory:") -> apsw.Connection:
        connection = apsw.Connection(str(file))
        opened.append(connection)
        connection.enable_load_extension(True)
        connection.load_extension(str(extension))
        return connection

    yield open_one
    for connection in opened:
        connection.close(force=True)


@pytest.fixture
def loaded(connect: Callable[[], apsw.Connection]) -> apsw.Connection:
    """One of them."""
    return connect()
