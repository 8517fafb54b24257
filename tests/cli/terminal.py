"""A terminal with the command on it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from waiting import readable

# A session leader gets its controlling terminal by this; without one Ctrl-C is only a letter.
_ON_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
)
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|[\x01\x02\r]")


class Terminal:
    """Types into the command and reads what it shows."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], cwd: Path, columns: int) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-c", _ON_TERMINAL, *command],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=dict(env),
            cwd=cwd,
            start_new_session=True,
        )
        os.close(theirs)
        self.raw = ""
        self._seen = 0

    def type(self, text: str) -> None:
        """Type as a person does."""
        os.write(self._ours, text.encode())

    def wait_for(self, text: str, seconds: float = 60.0) -> str:
        """Give what is shown up to and with a text that is shown later than the last one waited for."""
        deadline = time.monotonic() + seconds
        while (place := self.shown.find(text, self._seen)) < 0:
            if not self._read(deadline - time.monotonic()):
                raise AssertionError(f"{text!r} was not shown; this was: {self.shown[self._seen :]!r}")
        before, self._seen = self._seen, place + len(text)
        return self.shown[before : self._seen]

    def interrupt_prompt(self) -> None:
        """Press Ctrl-C until the line at the prompt is dropped.

        Python's readline draws the prompt, then waits for a key: a signal between the two stays until a key comes.
        """
        for _ in range(20):
            self.type("\x03")
            if self._read(1.0):
                return

    @property
    def shown(self) -> str:
        """All that was shown, without colours."""
        return _COLOURS.sub("", self.raw)

    def end(self) -> int:
        """Wait for the command's end and give its exit status."""
        deadline = time.monotonic() + 60
        while self._read(deadline - time.monotonic()):
            pass
        return self.process.wait(60)

    def close(self) -> None:
        """Kill it if it still runs."""
        self.process.kill()
        self.process.wait()
        os.close(self._ours)

    def _read(self, seconds: float) -> bool:
        if not readable(self._ours, seconds):
            return False
        try:
            data = os.read(self._ours, 65536)
        except OSError:  # Linux says so at the end
            return False
        self.raw += data.decode(errors="replace")
        return bool(data)
