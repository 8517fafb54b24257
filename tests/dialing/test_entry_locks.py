"""EntryLocks: who works on an entry, known to all processes, and let go of when one ends."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from twsql.dialing.entry_locks import EntryLocks

TAKE = """
import sys
from pathlib import Path
from twsql.dialing.entry_locks import EntryLocks
holds = EntryLocks(Path(sys.argv[1]))
print([holds.take(number) for number in (1, 2, 2**61)], flush=True)
sys.stdin.read()
"""


def _process(path: Path) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", TAKE, str(path)], stdin=pipe, stdout=pipe, text=True)


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, None])
def test_they_end_with_their_process(tmp_path: Path, end: signal.Signals | None) -> None:
    """What a process holds nobody else can take, until it ends, however that is."""
    holds = EntryLocks(tmp_path / "holds")
    with _process(tmp_path / "holds") as other:
        assert other.stdout is not None
        assert other.stdin is not None
        assert other.stdout.readline() == "[True, True, True]\n"
        assert [holds.take(number) for number in (1, 2, 3)] == [False, False, True]
        with _process(tmp_path / "holds") as third:
            third.kill()
        if end is None:
            other.stdin.close()
        else:
            other.send_signal(end)
        other.wait()
    assert [holds.take(number) for number in (1, 2, 3, 2**61)] == [True, True, False, True]


def test_release(tmp_path: Path) -> None:
    """What is let go of another process can take, and only that."""
    holds = EntryLocks(tmp_path / "holds")
    assert [holds.take(number) for number in (1, 2)] == [True, True]
    assert not holds.take(1)
    holds.release(1)
    holds.release(1)
    with _process(tmp_path / "holds") as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "[True, False, True]\n"
        other.kill()


def test_in_memory() -> None:
    """Without a file one thread still keeps the others away."""
    holds = EntryLocks(None)
    assert [holds.take(1), holds.take(1)] == [True, False]
    holds.release(1)
    assert holds.take(1)
