"""Ctrl-C while a statement runs: calls that have not begun must not begin."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class _Interruptible(Protocol):
    def interrupted(self, error: BaseException) -> None: ...


C = TypeVar("C", bound=_Interruptible)


def heeding(method: Callable[Concatenate[C, P], T]) -> Callable[Concatenate[C, P], T]:
    """Report an exception that ends the method to its object: SQLite may not know of an interrupt."""

    @wraps(method)
    def heed(self: C, /, *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return method(self, *args, **kwargs)
        except BaseException as error:
            self.interrupted(error)
            raise

    return heed
