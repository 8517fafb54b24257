"""SQLite files of ours: whose a file is, which version its tables have, and one transaction on it.

`application_id` in a file's header tells whose it is, `user_version` through how many steps it has been. A step that
has been published is never changed: a new version is one step more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import apsw


class ForeignFileError(Exception):
    """The file is something else's, or a newer twsql's; `version` is that of its tables, 0 where they are not ours."""

    def __init__(self, version: int) -> None:
        super().__init__()
        self.version = version


@contextmanager
def transaction(db: apsw.Connection) -> Iterator[None]:
    """Commit what the block wrote, or, if it fails, nothing of it.

    The right to write is taken at the begin: a transaction that only reads at first could be refused it later. apsw's
    own `with` would keep all threads waiting while it waits for a lock or for the disk.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if not db.get_autocommit():  # a full disk has rolled back already
            db.execute("ROLLBACK")
        raise


@dataclass(frozen=True)
class Versions:
    """The versions of one kind of file: `steps` are the statements that lead from each to the next."""

    application_id: int
    steps: Sequence[str]

    def of(self, db: apsw.Connection) -> int:
        """The version of a file, 0 for an empty one. Raises ForeignFileError."""
        version = int(db.pragma("user_version"))
        if db.pragma("application_id") != self.application_id:
            if version or not db.execute("SELECT count(*) = 0 FROM sqlite_schema").get:
                raise ForeignFileError(0)
            return 0
        if version > len(self.steps):
            raise ForeignFileError(version)
        return version

    def bring_up(self, db: apsw.Connection, further: Callable[[], None] = lambda: None) -> None:
        """Bring a file to the newest version in one transaction, with what is to be done `further`.

        Raises ForeignFileError, and has changed nothing.
        """
        with transaction(db):
            for step in self.steps[self.of(db) :]:
                db.execute(step)
            db.pragma("application_id", self.application_id)
            db.pragma("user_version", len(self.steps))
            further()
