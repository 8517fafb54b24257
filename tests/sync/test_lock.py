"""One sync at a time for a file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from twsql.errors import OperationalError
from twsql.sync.lock import Lock

_HOLD = "import sys; from twsql.sync.lock import Lock; Lock(sys.argv[1]).__enter__(); print(1, flush=True); input()"


def test_second_process_is_told_who_is_at_work(tmp_path: Path) -> None:
    """The error names the process that holds the lock; when that is killed, the lock is free at once."""
    path = str(tmp_path / "calls.db")
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(OperationalError, match=f"process {holder.pid} syncs into .*: wait until it has ended"):
            Lock(path).__enter__()
        holder.kill()
        holder.wait()
    with Lock(path):
        assert os.path.exists(f"{path}-sync")
    assert list(tmp_path.iterdir()) == []


def test_lock_is_taken_once_in_a_process(tmp_path: Path) -> None:
    """Two runs of one process are kept apart too."""
    path = str(tmp_path / "calls.db")
    with Lock(path), pytest.raises(OperationalError, match=f"process {os.getpid()} syncs"):
        Lock(path).__enter__()


def test_folder_must_be_there(tmp_path: Path) -> None:
    """A file in a folder that does not exist cannot be made."""
    with pytest.raises(OperationalError, match=r"cannot write beside .*: No such file or directory"):
        Lock(str(tmp_path / "none" / "calls.db")).__enter__()
