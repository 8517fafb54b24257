"""Which entries of a journal are in somebody's hands, told by locks that end with their process."""

from __future__ import annotations

import fcntl
import os
import threading
from pathlib import Path


class EntryLocks:
    """The entries that are being worked on: a process holds a lock on one byte of a file for each of its own.

    The kernel lets go of the locks of a process that ends, however it ends. They belong to a process and not to a file
    handle, so there must be one EntryLocks for a journal in a process. Without a path it is for this process alone.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._begin()

    def take(self, number: int) -> bool:
        """Take an entry in hand; False where it is in another's, or in another thread's of this process."""
        self._follow_fork()
        with self._lock:
            if number in self._mine or not self._locked(number):
                return False
            self._mine.add(number)
            return True

    def release(self, number: int) -> None:
        """Let go of an entry."""
        self._follow_fork()
        with self._lock:
            if number in self._mine:
                self._mine.remove(number)
                if self._file is not None:
                    fcntl.lockf(self._file, fcntl.LOCK_UN, 1, number)

    def _locked(self, number: int) -> bool:
        if self._file is None:
            return True
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
        except (BlockingIOError, PermissionError):  # either is what POSIX says to a lock of another's
            return False
        return True

    def _begin(self) -> None:
        """Hold nothing. In a forked child: its parent's locks stay its parent's, and its file may be closed by now."""
        self._file = None if self._path is None else os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._mine: set[int] = set()

    def _follow_fork(self) -> None:
        if self._process != os.getpid():
            self._begin()
