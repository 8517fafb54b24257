"""A client that tells when it is about to ask Twilio for something further, and can be stopped."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future
from typing import TypeVar

from twsql.schema import Procedure
from twsql.twilio.ahead import FIRST
from twsql.twilio.answers import Answer
from twsql.twilio.client import Client
from twsql.twilio.exchange import Request
from twsql.twilio.retries import Failure
from twsql.twilio.settings import Settings
from twsql.vtab.engine import Engine

T = TypeVar("T")
X = TypeVar("X")


class AskingEngine(Engine):
    """An engine whose client calls `before` ahead of each attempt at a request and each task for another thread."""

    def __init__(self, settings: Settings, procedures: Sequence[Procedure], before: Callable[[], None]) -> None:
        super().__init__(settings, procedures)
        self._before = before

    def new_client(self) -> Client:
        """Make a client of these settings."""
        return _AskingClient(self.settings, self._before)


class _AskingClient(Client):
    def __init__(self, settings: Settings, before: Callable[[], None]) -> None:
        super().__init__(settings)
        self._before = before

    def ahead(
        self, ask: Callable[[X], T], wanted: Iterable[X], *, first: int = FIRST, most: int = sys.maxsize
    ) -> Generator[T, None, None]:
        return super().ahead(ask, self._announced(wanted), first=first, most=most)

    def submit(self, task: Callable[[], T]) -> Future[T]:
        self._before()
        return super().submit(task)

    def _announced(self, wanted: Iterable[X]) -> Iterator[X]:
        for each in wanted:
            self._before()
            yield each

    def _attempt(self, request: Request, read: Callable[[Answer], T]) -> T | Failure:
        self._before()
        return super()._attempt(request, read)
