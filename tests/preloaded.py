"""The command in a process of its own that forks from one that has loaded it: Python starts once, not in each test.

A run has its own arguments, environment, directory, standard streams and exit status, and ends as Python ends. What
Python reads when it starts (PYTHONIOENCODING and the like) is that of the tests, so such runs need `python -m twsql`.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryFile

from waiting import readable

_NUMBER = struct.Struct("i")
_LOADED = "cli.doctor cli.journal cli.query cli.sandbox cli.shell cli.sync sync.run twilio.transport"


class Preloaded:
    """A process that runs the command as often as it is told to."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, __file__, str(theirs.fileno())]
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)

    def run(
        self, arguments: Sequence[str], env: Mapping[str, str], folder: Path, stdin: bytes = b"", seconds: float = 60
    ) -> subprocess.CompletedProcess[bytes]:
        """Run the command to its end. Raises subprocess.TimeoutExpired, and kills it, if that takes too long."""
        with TemporaryFile() as told, TemporaryFile() as given, TemporaryFile() as out, TemporaryFile() as err:
            for file, content in (told, json.dumps([list(arguments), dict(env), str(folder)]).encode()), (given, stdin):
                file.write(content)
                file.seek(0)
            socket.send_fds(self._socket, [b"!"], [each.fileno() for each in (given, out, err, told)])
            status = self._ended(_received(self._socket), seconds)
            if status is None:
                raise subprocess.TimeoutExpired(["twsql", *arguments], seconds)
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(["twsql", *arguments], status, out.read(), err.read())

    def _ended(self, pid: int, seconds: float) -> int | None:
        is_over = readable(self._socket.fileno(), seconds)
        if not is_over:
            os.kill(pid, signal.SIGKILL)
        status = _received(self._socket)
        return status if is_over else None

    def close(self) -> None:
        """End it."""
        self._socket.close()
        self._process.wait()


def _received(one: socket.socket) -> int:
    (number,) = _NUMBER.unpack(one.recv(_NUMBER.size, socket.MSG_WAITALL))
    return int(number)


def _serve(one: socket.socket) -> None:
    while True:
        word, streams, _, _ = socket.recv_fds(one, 1, 4)
        if not word:
            return
        if (pid := os.fork()) == 0:
            one.close()
            with open(streams[3], "rb") as told:
                arguments, env, folder = json.load(told)
            for number, stream in enumerate(streams[:3]):
                os.dup2(stream, number)
            os.closerange(3, max(streams) + 1)
            os.environ.clear()
            os.environ.update(env)
            os.chdir(folder)
            sys.argv = ["twsql", *arguments]
            sys.exit(main())
        for stream in streams:
            os.close(stream)
        one.sendall(_NUMBER.pack(pid))
        one.sendall(_NUMBER.pack(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])))


if __name__ == "__main__":
    from twsql.cli import main

    for each in _LOADED.split():
        import_module(f"twsql.{each}")
    gc.freeze()  # what is loaded stays: no run copies its pages to count its references
    _serve(socket.socket(fileno=int(sys.argv[1])))
