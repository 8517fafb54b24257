"""Waiting for another thread such that Ctrl-C ends the wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:  # planning a scan waits for nothing
    from concurrent.futures import Future

Y = TypeVar("Y")

_SECONDS = 0.25
"""Until a wait looks for a signal: one that arrives just before a wait does not end it."""


def result(future: Future[Y]) -> Y:
    """Wait for a future's result, or raise its error; KeyboardInterrupt may come at any time."""
    _until_done(future)
    return future.result()


def problem(future: Future[Any]) -> BaseException | None:
    """Wait for a future's end; gives its error, if there is one. Raises CancelledError if it was cancelled."""
    _until_done(future)
    return future.exception()


def _until_done(future: Future[Any]) -> None:
    from concurrent.futures import wait

    while not future.done():
        wait([future], _SECONDS)
