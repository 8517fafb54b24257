"""main: runs one command, and makes of whatever ends it an exit status and at most one line.

0  it went well          2    the command line is wrong
1  an error, on stderr   130  Ctrl-C                        141  the reader of the output went away
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any

from twsql.cli.arguments import parse
from twsql.cli.formats.text import visible
from twsql.cli.log import to_stderr
from twsql.errors import Error

INTERRUPTED = 130
PIPE_CLOSED = 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    _replace_closed_streams()
    try:
        status = _run(_parsed(argv))
        sys.stdout.flush()
    except KeyboardInterrupt as error:
        status = _failed(str(error) or "interrupted", INTERRUPTED)
    except BrokenPipeError:
        status = PIPE_CLOSED
    except OSError as error:
        status = _failed(_described(error))
    except Error as error:
        status = _failed(str(error))
    _flush()
    _leave_if_threads_linger(status)
    return status


def _replace_closed_streams() -> None:
    """Open the null device where a standard stream is closed (`>&-`), so that no file or socket takes its number."""
    sys.stdin = sys.stdin or _null("r")
    sys.stdout = sys.stdout or _null("w")
    sys.stderr = sys.stderr or _null("w")


def _null(mode: str) -> IO[Any]:
    return os.fdopen(os.open(os.devnull, os.O_RDWR), mode)


def _parsed(argv: Sequence[str] | None) -> argparse.Namespace:
    try:
        return parse(argv)
    except SystemExit:  # --help and --version have printed
        sys.stdout.flush()
        raise


def _run(arguments: argparse.Namespace) -> int:
    if getattr(arguments, "verbose", False):
        to_stderr()
    return _COMMANDS[arguments.command](arguments)


def _query(arguments: argparse.Namespace) -> int:
    from twsql.cli.query import run

    return run(arguments)


def _shell(arguments: argparse.Namespace) -> int:
    from twsql.cli.shell import run

    return run(arguments)


def _sync(arguments: argparse.Namespace) -> int:
    from twsql.cli.sync import run

    return run(arguments)


def _doctor(arguments: argparse.Namespace) -> int:
    from twsql.cli.doctor import run

    return run(arguments)


def _sandbox(arguments: argparse.Namespace) -> int:
    from twsql.cli.sandbox import run

    return run(arguments)


def _journal(arguments: argparse.Namespace) -> int:
    from twsql.cli.journal import run

    return run(arguments)


def _loadable_path(arguments: argparse.Namespace) -> int:
    from twsql.cli.loadable_path import run

    return run(arguments)


def _init(arguments: argparse.Namespace) -> int:
    from twsql.cli.init import run

    return run(arguments)


def _odbc(arguments: argparse.Namespace) -> int:
    from twsql.cli.odbc import run

    return run(arguments)


def _mcp(arguments: argparse.Namespace) -> int:
    from twsql.cli.mcp import run

    return run(arguments)


# Each imports its own when it is run: `twsql query` needs neither the sandbox nor the shell.
_COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "query": _query,
    "shell": _shell,
    "sync": _sync,
    "journal": _journal,
    "doctor": _doctor,
    "sandbox": _sandbox,
    "loadable-path": _loadable_path,
    "init": _init,
    "odbc": _odbc,
    "mcp": _mcp,
}


def _failed(message: str, status: int = 1) -> int:
    _flush()
    sys.stderr.write(f"twsql: {visible(message)}\n")
    return status


def _described(error: OSError) -> str:
    name = f"{error.filename}: " if error.filename is not None else ""
    return f"{name}{error.strerror or error}"


def _flush() -> None:
    """Flush the output. If that fails, drop it: Python would try again at its end, and print an error."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _leave_if_threads_linger(status: int) -> None:
    """Exit at once if other threads have requests in flight: Python would wait for their responses."""
    if all(thread.daemon or thread is threading.current_thread() for thread in threading.enumerate()):
        return
    sys.stderr.flush()
    os._exit(status)
