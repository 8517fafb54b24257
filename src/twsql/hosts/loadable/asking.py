"""A client that tells when it is about to ask Twilio, and one that can be stopped."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TypeVar

from twsql.twilio.answers import Answer
from twsql.twilio.client import Client
from twsql.twilio.exchange import Request
from twsql.twilio.retries import Failure
from twsql.twilio.settings import Settings
from twsql.vtab.engine import Engine

T = TypeVar("T")


class AskingEngine(Engine):
    """An engine whose client calls `before` ahead of every request and every attempt to repeat one."""

    def __init__(self, settings: Settings, before: Callable[[], None]) -> None:
        super().__init__(settings)
        self._before = before

    @cached_property
    def client(self) -> Client:
        """The door to Twilio."""
        return _AskingClient(self.settings, self._before)


class _AskingClient(Client):
    def __init__(self, settings: Settings, before: Callable[[], None]) -> None:
        super().__init__(settings)
        self._before = before

    def _attempt(self, request: Request, read: Callable[[Answer], T]) -> T | Failure:
        self._before()
        return super()._attempt(request, read)
