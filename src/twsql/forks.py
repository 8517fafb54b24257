"""Renews threads, locks, connections and files of twsql's in forked processes.

A forked child has one thread. Its parent's other threads are gone, and their locks stay locked.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol
from weakref import WeakSet

LONGEST_WAIT = 10.0
"""The most seconds that a fork waits."""


class Renewed(Protocol):
    """An object with threads, locks or connections."""

    def renew(self) -> None:
        """Begin anew in a forked child, without using or closing anything of the parent's."""


class LetGo(Renewed, Protocol):
    """An object that must be closed during a fork."""

    def let_go(self) -> None:
        """Close it, and keep it closed until `go_on`."""

    def go_on(self) -> None:
        """Allow opening it again, in the parent."""


class _Forks:
    def __init__(self) -> None:
        self.renewed: WeakSet[Renewed] = WeakSet()
        self.let_go: WeakSet[LetGo] = WeakSet()
        self.lock = threading.RLock()
        self.is_heeded = False
        self._is_locked = False
        self._now: list[LetGo] = []

    def before(self) -> None:
        self._is_locked = self.lock.acquire(timeout=LONGEST_WAIT)
        self._now = list(self.let_go)
        for each in self._now:
            each.let_go()

    def in_parent(self) -> None:
        now, self._now = self._now, []
        for each in now:
            each.go_on()
        if self._is_locked:
            self.lock.release()

    def in_child(self) -> None:
        self.lock = threading.RLock()
        self._now = []
        for each in [*self.let_go, *self.renewed]:
            each.renew()


_forks = _Forks()
os.register_at_fork(after_in_child=_forks.in_child)


def renew_in_children(each: Renewed) -> None:
    """Renew this object in each forked child, as long as it exists."""
    _forks.renewed.add(each)


def let_go_before(each: LetGo) -> None:
    """Close this object before each fork, and renew it in the child, as long as it exists."""
    _heed()
    _forks.let_go.add(each)


@contextmanager
def put_off() -> Iterator[None]:
    """Keep other threads from forking meanwhile: a child could not import a module that is being imported."""
    _heed()
    with _forks.lock:
        yield


def _heed() -> None:
    # Before a fork these modules lock what imports may need. The last one to register runs first: that must be twsql.
    import concurrent.futures.thread
    import logging

    with _forks.lock:
        if not _forks.is_heeded:
            _forks.is_heeded = True
            os.register_at_fork(before=_forks.before, after_in_parent=_forks.in_parent)
    del concurrent, logging
