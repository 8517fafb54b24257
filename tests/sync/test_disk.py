"""A disk that is full, or that fails: a clear error, nothing lost."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.sync.conftest import File, assert_equal
from tests.sync.conftest import sync_conferences as sync

from twsql.errors import OperationalError
from twsql.sandbox import Sandbox

_LIMITED = """
import resource, runpy, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
runpy.run_module("twsql", run_name="__main__", alter_sys=True)
"""
_HOLD = """
import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
print(1, flush=True)
time.sleep(1)
db.execute("COMMIT")
"""
_FULL = """
set -e
mount -t tmpfs -o size=1500k none "$1"
cp "$2" "$1/calls.db"
status=0
"$3" -m twsql sync "$1/calls.db" || status=$?
cp "$1/calls.db"* "$4"
exit $status
"""


@pytest.fixture
def sandbox() -> Any:
    """More than fits."""
    with Sandbox(conferences=1000, participants=20, over=0.9) as running:
        yield running


def test_file_that_may_not_grow(file: File, account: dict[str, Any], login: dict[str, str], sandbox: Sandbox) -> None:
    """Where the system refuses to write, the run ends with one line that says so; the next one makes up for it."""
    command = [sys.executable, "-c", _LIMITED, "sync", file.path]
    done = subprocess.run(command, env={**os.environ, **login}, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"twsql: {file.path}: ")
    assert done.stderr.endswith("run again, what was synced before is kept\n")
    assert done.stderr.count("\n") == 1
    assert file.one("PRAGMA integrity_check") == "ok"
    assert file.one("SELECT count(*) FROM conferences") > 0
    sync(file.path, **account)
    assert file.rows("SELECT Outcome FROM sync_runs") == [("failed",), ("ok",)]
    assert_equal(file, account)


def test_full_disk(
    file: File, account: dict[str, Any], login: dict[str, str], sandbox: Sandbox, tmp_path: Path
) -> None:
    """On a disk of 1.5 MB, full indeed, the rows of before are kept, and the next run elsewhere makes up for it."""
    assert shutil.which("unshare"), "a small disk needs unshare: install util-linux"
    if subprocess.run(["unshare", "-Umr", "true"], capture_output=True, check=False).returncode:
        pytest.skip("the kernel allows no user namespaces, so no small disk can be mounted")
    with Sandbox(conferences=100, participants=2, seed=0) as small:
        sync(file.path, base_url=small.base_url, account_sid=small.account_sid, auth_token=small.auth_token)
    kept = set(file.rows("SELECT CallSid FROM participants"))
    disk, after = tmp_path / "disk", tmp_path / "after"
    disk.mkdir()
    after.mkdir()
    command = ["unshare", "-Umr", "sh", "-c", _FULL, "sh", disk, file.path, sys.executable, after]
    done = subprocess.run(command, env={**os.environ, **login}, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1, done.stderr
    words = "the disk is full: make room and run again, what was synced before is kept"
    assert done.stderr == f"twsql: {disk}/calls.db: {words}\n"
    copy = File(after / "calls.db")
    assert copy.one("PRAGMA integrity_check") == "ok"
    assert kept <= set(copy.rows("SELECT CallSid FROM participants"))
    sync(copy.path, full=True, **account)
    assert kept <= set(copy.rows("SELECT CallSid FROM participants"))


def test_folder_without_right_to_write(file: File, account: dict[str, Any]) -> None:
    """Nothing can be made there: the error names the file."""
    folder = Path(file.path).parent
    folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        if os.access(folder, os.W_OK):  # root may write everywhere
            with pytest.raises(OperationalError, match="cannot write beside"):
                sync("/proc/calls.db", **account)
        else:
            with pytest.raises(OperationalError, match=r"cannot write beside .*calls.db: Permission denied"):
                sync(file.path, **account)
    finally:
        folder.chmod(stat.S_IRWXU)


def test_directory_is_no_file(file: File, account: dict[str, Any]) -> None:
    """A directory of that name is left alone."""
    Path(file.path).mkdir()
    with pytest.raises(OperationalError, match=r"calls\.db: unable to open database file"):
        sync(file.path, **account)
    assert Path(file.path).is_dir()


def test_other_writer_is_waited_for(file: File, account: dict[str, Any], sandbox: Sandbox) -> None:
    """A program that writes into the file for a second only delays the run."""
    with Sandbox(conferences=3, participants=1) as small:
        settings = {"base_url": small.base_url, "account_sid": small.account_sid, "auth_token": small.auth_token}
        sync(file.path, **settings)
        with subprocess.Popen([sys.executable, "-c", _HOLD, file.path], stdout=subprocess.PIPE) as other:
            assert other.stdout is not None
            other.stdout.readline()
            sync(file.path, **settings)
    assert file.one("SELECT count(*) FROM sync_runs WHERE Outcome = 'ok'") == 2
