"""Pools: which connections an engine keeps, and what becomes of them in a forked process."""

# SQLAlchemy's pools have methods without types.
# mypy: allow-untyped-calls

from __future__ import annotations

import threading
import weakref
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy.engine import Engine
from sqlalchemy.pool import Pool, QueuePool, SingletonThreadPool

from twsql import forks


class ThreadPool(SingletonThreadPool):
    """For a database in memory: one connection for each thread, as with SQLAlchemy's SQLite dialect.

    The threads share the database, whose lifetime is that of the connections. Only the connections of threads that have
    ended are closed, never those in use.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._threads: WeakKeyDictionary[Any, weakref.ref[threading.Thread]] = WeakKeyDictionary()

    def _do_get(self) -> Any:
        record = super()._do_get()
        self._threads[record] = weakref.ref(threading.current_thread())
        return record

    def _cleanup(self) -> None:
        for record in [each for each in self._all_conns if not _is_alive(self._threads[each]())]:
            self._all_conns.remove(record)
            record.close()


class FilePool(QueuePool):
    """For a file: a few connections that the threads take in turn, and as many more as are in use.

    A program may read all tables side by side, each by a connection of its own, and there are more tables than
    SQLAlchemy would open connections.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **{"max_overflow": -1, **options})


class Forked:
    """Gives an engine an empty pool in each forked child, which must neither use nor close the parent's connections."""

    def __init__(self, engine: Engine) -> None:
        self._engine = weakref.ref(engine)
        self._left: list[Pool] = []
        forks.renew_in_children(self)

    def renew(self) -> None:
        """Begin with an empty pool; the parent's stays referenced, as its end would close the connections."""
        engine = self._engine()
        if engine is not None:
            self._left.append(engine.pool)
            engine.dispose(close=False)


def _is_alive(thread: threading.Thread | None) -> bool:
    return thread is not None and thread.is_alive()
