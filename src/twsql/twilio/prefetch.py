"""Asking for what will be wanted next while the present is being read."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, NoReturn, TypeVar, cast

from twsql.errors import Error

if TYPE_CHECKING:  # who only plans a scan need not load them
    from concurrent.futures import Future

    from twsql.twilio.workers import Workers

X = TypeVar("X")
Y = TypeVar("Y")

INITIAL_WINDOW = 4
"""How many answers are asked for at first where nothing is known: who wants one then wastes three at most."""

ITEMS_BEFORE_NEXT = 10
"""Items of a page that are read before the next one is asked for: who wants a few asks for one page."""


def prefetch(
    workers: Workers, first: int, most: int, ask: Callable[[X], Y], wanted: Iterable[X]
) -> Generator[Y, None, None]:
    """Give `ask(each)` for each of `wanted`, in order; the next ones are asked for meanwhile.

    The `first` are asked for at once, then twice as many with each answer that is taken, up to `most`. Nothing more is
    asked for when the generator is closed, or read more slowly than it is filled: at most `most` answers wait. An
    error, be it of `ask` or of `wanted`, is raised when the answers before it have been taken.
    """
    answers = _prefetched(workers, first, most, ask, wanted)
    next(answers)
    return cast("Generator[Y, None, None]", answers)


def _prefetched(
    workers: Workers, first: int, most: int, ask: Callable[[X], Y], wanted: Iterable[X]
) -> Generator[Y | None, None, None]:
    """Yield None when the first are asked for, then the answers."""
    waiting: deque[Future[Y]] = deque()
    window = min(first, most)
    asked = _asked(workers, ask, wanted)
    try:
        waiting.extend(islice(asked, window))
        yield None
        while waiting:
            yield waiting.popleft().result()
            window = min(window * 2, most)
            waiting.extend(islice(asked, window - len(waiting)))
    finally:
        for future in waiting:
            future.cancel()


def _asked(workers: Workers, ask: Callable[[X], Y], wanted: Iterable[X]) -> Iterator[Future[Y]]:
    """Ask for each of `wanted`; an error that ends them is the last answer."""
    try:
        for each in wanted:
            yield workers.submit(partial(ask, each))
    except Error as error:
        yield workers.submit(partial(_raised, error))


def _raised(error: Error) -> NoReturn:
    raise error
