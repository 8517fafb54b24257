"""One transaction on a file that others may read at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import apsw


@contextmanager
def transaction(db: apsw.Connection) -> Iterator[None]:
    """Commit what the block wrote, or, if it fails, nothing of it.

    The right to write is taken at the begin: a transaction that only reads at first could be refused it later.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if not db.get_autocommit():  # a full disk has rolled back already
            db.execute("ROLLBACK")
        raise
