"""What a fork means for threads, locks, connections and files of ours.

A forked child has one thread: those of its parent are not there, and what they had locked stays locked.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol
from weakref import WeakSet

LONGEST_WAIT = 10.0
"""Seconds that a fork waits at most for what must not be under way."""


class Renewed(Protocol):
    """Something with threads, locks or connections in it."""

    def renew(self) -> None:
        """Begin anew, in a forked child: neither use nor close what came from the parent."""


class LetGo(Renewed, Protocol):
    """Something that must not be open while the process is forked."""

    def let_go(self) -> None:
        """Close it, and let nobody open it until `go_on`."""

    def go_on(self) -> None:
        """Let it be opened again, in the parent."""


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
    """Renew this in each forked child, as long as it lives."""
    _forks.renewed.add(each)


def let_go_before(each: LetGo) -> None:
    """Let go of this before each fork, and renew it in the child, as long as it lives."""
    _heed()
    _forks.let_go.add(each)


@contextmanager
def put_off() -> Iterator[None]:
    """Let no other thread fork meanwhile: what is being imported then nobody could import in the child."""
    _heed()
    with _forks.lock:
        yield


def _heed() -> None:
    # Before a fork these lock what an import of ours may need. Who registers last is asked first: that must be us.
    import concurrent.futures.thread
    import logging

    with _forks.lock:
        if not _forks.is_heeded:
            _forks.is_heeded = True
            os.register_at_fork(before=_forks.before, after_in_parent=_forks.in_parent)
    del concurrent, logging
