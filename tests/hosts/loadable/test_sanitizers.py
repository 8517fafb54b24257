"""The extension under AddressSanitizer and UBSan: the dial table, changes, errors, interrupts, a worker that dies."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hosting import built, in_ci_hosts, program

from dial_table import CALLS, REFUSED, SETUP
from twsql.sandbox import Sandbox

pytestmark = in_ci_hosts

FLAGS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer")
OTHERS = (
    "INSERT INTO participants (FriendlyName, \"From\", \"To\") VALUES ('d', '+15550000000', '+15550000009')",
    "UPDATE participants SET Muted = 1",
    "SELECT * FROM participants, conferences",
    "SELECT a.CallSid, b.Label FROM participants a, participants b WHERE a.ConferenceSid IN (b.ConferenceSid, 'x')",
    "DELETE FROM participants",
    "UPDATE conferences SET Sid = 1",
    "SELECT twsql_setting('timeout', 5), twsql_setting('timeout'), twsql_version()",
    "SELECT twsql_setting('auth_token', 'x')",
    "SELECT * FROM sys_procedureparameters ORDER BY Description DESC",
    "SELECT * FROM conferences WHERE FriendlyName = zeroblob(100) OR Sid = 1e9 OR Status = NULL",
    "SELECT length(group_concat(Description)) > 9 FROM sys_tablecolumns",
)


@pytest.fixture(scope="module")
def sanitized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The extension, built with gcc's sanitizers."""
    return built(tmp_path_factory.mktemp("sanitized"), *FLAGS)


def _runtime(name: str) -> str:
    """The sanitizer's library, which has to be in the host before the extension is."""
    found = subprocess.run([program("cc"), f"-print-file-name={name}"], capture_output=True, text=True, check=True)
    return found.stdout.strip()


def test_clean(sanitized: Path, world: Sandbox) -> None:
    """One shell runs them all, each statement before it ends or fails, and no sanitizer has anything to say."""
    statements = [each for each, _ in CALLS] + REFUSED + list(OTHERS)
    script = ";\n".join([*SETUP, *statements]) + ";\n"
    environment = {
        **os.environ,
        "LD_PRELOAD": f"{_runtime('libasan.so')} {_runtime('libubsan.so')}",
        "ASAN_OPTIONS": "detect_leaks=0",  # the worker inherits this, and Python leaks on purpose
    }
    command = [program("sqlite3"), "-cmd", f".load {sanitized}", ":memory:"]
    done = subprocess.run(command, input=script, capture_output=True, text=True, env=environment, timeout=240)
    assert "Sanitizer" not in done.stderr, done.stderr[-4000:]
    assert "runtime error" not in done.stderr, done.stderr[-4000:]
    assert done.returncode in (0, 1), done.stderr[-4000:]  # 1: some of the statements are errors
    assert world.counters.placed > 30
