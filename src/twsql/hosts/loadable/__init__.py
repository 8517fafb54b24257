"""The tables and procedures in any SQLite from 3.38 on: a loadable extension in C, and its worker process in Python.

`c/` has the extension: it contains no Python, and starts one worker for each host process. `worker` is the worker's
main loop; `channel` talks to one connection, `conversation` answers its requests, `frames` encodes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twsql.errors import NotSupportedError
from twsql.hosts.loadable import build

if TYPE_CHECKING:
    import sqlite3


def loadable_path() -> str:
    """The path of the extension, for `.load` in the sqlite3 shell, `--load-extension`, `LoadExt=` and the like.

    Raises NotSupportedError if it has not been built, with what to install.
    """
    path = build.HERE / build.NAME
    if not path.exists():
        raise NotSupportedError(f"the loadable extension is not built: {build.REMEDY}")
    return str(path)


def load(connection: sqlite3.Connection) -> None:
    """Add the tables and procedures to a connection of Python's own sqlite3; settings come from the environment.

    Afterwards the connection loads no further extensions. Raises NotSupportedError if the extension has not been built,
    or this Python's sqlite3 cannot load extensions.
    """
    path = loadable_path()
    if not hasattr(connection, "enable_load_extension"):
        raise NotSupportedError(
            "this python's sqlite3 cannot load extensions: use twsql.connect, or a python whose sqlite3 can (Debian's)"
        )
    connection.enable_load_extension(True)
    try:
        connection.load_extension(path)
    finally:
        connection.enable_load_extension(False)
