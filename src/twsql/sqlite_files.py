"""SQLite files that twsql writes: whose a file is, the version of its tables, and transactions.

`application_id` in a file's header tells which program made it, `user_version` how many steps it has had. A step that
has been published is never changed: a new version is one step more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import apsw


class ForeignFileError(Exception):
    """The file is another program's, or a newer twsql's; `version` is that of its tables, 0 for another program's."""

    def __init__(self, version: int) -> None:
        super().__init__()
        self.version = version


@contextmanager
def transaction(db: apsw.Connection) -> Iterator[None]:
    """Commit the block's changes, or none of them if it fails.

    It takes SQLite's write lock at the beginning: a transaction that only reads at first may not get it later. apsw's
    own `with` would keep all threads waiting while it waits for a lock or for the disk.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if not db.get_autocommit():  # on a full disk SQLite has rolled back already
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
        """Bring a file to the newest version in one transaction, then run `further` in it.

        Raises ForeignFileError, without a change.
        """
        with transaction(db):
            for step in self.steps[self.of(db) :]:
                db.execute(step)
            db.pragma("application_id", self.application_id)
            db.pragma("user_version", len(self.steps))
            further()
