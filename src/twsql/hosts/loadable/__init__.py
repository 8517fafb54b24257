"""The same tables and procedures in any SQLite from 3.38 on: a loadable extension, and the worker that it starts.

`c/` is the extension: it has no Python in it and talks to one worker process for each host process. `worker` is that
process; `channel` the conversation with one connection, `conversation` what is answered, `frames` how it is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twsql.errors import NotSupportedError
from twsql.hosts.loadable import build

if TYPE_CHECKING:
    import sqlite3


def loadable_path() -> str:
    """The path of the extension, for `.load` in the sqlite3 shell, `--load-extension`, `LoadExt=` and the like.

    Raises NotSupportedError where it was not built, which says what to install.
    """
    path = build.HERE / build.NAME
    if not path.exists():
        raise NotSupportedError(f"the loadable extension is not built: {build.REMEDY}")
    return str(path)


def load(connection: sqlite3.Connection) -> None:
    """Give a connection of Python's own sqlite3 the tables and procedures; settings come from the environment.

    Loading of extensions is off afterwards. Raises NotSupportedError where it is not built, or where this Python's
    sqlite3 cannot load extensions.
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
