"""Which processes that wrote into a journal are still alive, told by locks that end with their process."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class Owners:
    """The processes that use one journal: each holds a lock on its own byte of a file beside it.

    The kernel lets go of a lock when its process ends, however it ends. Locks belong to a process and not to a file
    handle, so there must be one Owners for a journal in a process.
    """

    def __init__(self, journal: Path) -> None:
        self._path = Path(f"{journal}-owners")
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._mine: dict[int, int] = {}

    def enter(self) -> int:
        """This process's number; it has one until it ends. A forked child gets one of its own."""
        process = os.getpid()
        if process not in self._mine:
            number = int.from_bytes(os.urandom(6), "big")
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
            self._mine = {process: number}
        return self._mine[process]

    def alive(self, number: int) -> bool:
        """Whether the process of this number still runs."""
        if number == self._mine.get(os.getpid()):
            return True
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
        except (BlockingIOError, PermissionError):
            return True
        fcntl.lockf(self._file, fcntl.LOCK_UN, 1, number)
        return False
