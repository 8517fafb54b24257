"""One sync at a time for a file."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType

from twsql.errors import OperationalError


class Lock:
    """A process's lock on a file to sync, until the process ends, however it ends.

    It locks a separate file: to open and close SQLite's file here would release SQLite's own locks, and to lock it
    would keep readers out. The separate file is removed at the end.
    """

    def __init__(self, path: str) -> None:
        self._name = path
        self._path = f"{path}-sync"
        self._file = -1

    def __enter__(self) -> Lock:
        """Take it. Raises OperationalError if another process has it."""
        while self._file < 0:
            try:
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
            except OSError as error:
                raise OperationalError(f"cannot write beside {self._name}: {error.strerror}: {self._path}") from error
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise OperationalError(self._words()) from None
            if not self._is_there():  # its holder has removed it meanwhile
                self._close()
        os.ftruncate(self._file, 0)
        os.write(self._file, f"{os.getpid()}\n".encode())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        Path(self._path).unlink(missing_ok=True)
        self._close()

    def _is_there(self) -> bool:
        try:
            return os.path.samestat(os.stat(self._path), os.fstat(self._file))
        except FileNotFoundError:
            return False

    def _words(self) -> str:
        number = os.pread(self._file, 20, 0).decode("ascii", "replace").strip()
        self._close()
        who = f"process {number}" if number else "another process"
        return f"{who} syncs into {self._name} at this moment: wait until it has ended"

    def _close(self) -> None:
        os.close(self._file)
        self._file = -1
