"""Locks on entries of a journal, over threads and processes; they end with their process."""

from __future__ import annotations

import fcntl
import os
import threading
from pathlib import Path


class EntryLocks:
    """Locks the entries that are being worked on: for each, the process locks one byte of a file.

    The kernel releases the locks of a process that ends, however it ends. POSIX locks belong to a process, not to a
    file handle, so a process must have only one EntryLocks for a journal. Without a path the locks are for this process
    alone.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._begin()

    def take(self, number: int) -> bool:
        """Lock an entry; False if another process or thread has locked it."""
        self._follow_fork()
        with self._lock:
            if number in self._mine or not self._locked(number):
                return False
            self._mine.add(number)
            return True

    def release(self, number: int) -> None:
        """Unlock an entry."""
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
        except (BlockingIOError, PermissionError):  # POSIX allows either for a lock of another process
            return False
        return True

    def _begin(self) -> None:
        """Begin without locks. A forked child does so too: the locks stay its parent's, and the file may be closed."""
        self._file = None if self._path is None else os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._mine: set[int] = set()

    def _follow_fork(self) -> None:
        if self._process != os.getpid():
            self._begin()
