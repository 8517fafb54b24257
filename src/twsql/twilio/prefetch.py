"""Prefetching: threads fetch the next items while the caller uses the results of those before."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, NoReturn, TypeVar, cast

from twsql.errors import Error
from twsql.waiting import result

if TYPE_CHECKING:  # planning a scan needs neither
    from concurrent.futures import Future

    from twsql.twilio.workers import Workers

X = TypeVar("X")
Y = TypeVar("Y")

INITIAL_WINDOW = 4
"""Prefetches four results at first; a reader that stops after one wastes three."""

ITEMS_BEFORE_NEXT = 10
"""Items of a page that are read before the next page is fetched: a reader that stops before costs one page."""


def prefetch(
    workers: Workers, first: int, most: int, fetch: Callable[[X], Y], items: Iterable[X]
) -> Generator[Y, None, None]:
    """Yield `fetch(item)` for each item, in order; threads fetch the next ones meanwhile.

    The window begins with `first` items, at once, and doubles with each result that the caller takes, up to `most`.
    Closing the generator cancels what has not begun. A slow caller lets at most `most` results wait. An error, of
    `fetch` or of `items`, is raised after the results before it.
    """
    results = _prefetched(workers, first, most, fetch, items)
    next(results)
    return cast("Generator[Y, None, None]", results)


def _prefetched(
    workers: Workers, first: int, most: int, fetch: Callable[[X], Y], items: Iterable[X]
) -> Generator[Y | None, None, None]:
    """Yield None when the first items have been submitted, then the results."""
    waiting: deque[Future[Y]] = deque()
    window = min(first, most)
    submitted = _submitted(workers, fetch, items)
    try:
        waiting.extend(islice(submitted, window))
        yield None
        while waiting:
            yield result(waiting.popleft())
            window = min(window * 2, most)
            waiting.extend(islice(submitted, window - len(waiting)))
    finally:
        for future in waiting:
            future.cancel()


def _submitted(workers: Workers, fetch: Callable[[X], Y], items: Iterable[X]) -> Iterator[Future[Y]]:
    """Submit each item; an error of `items` becomes the last result."""
    try:
        for item in items:
            yield workers.submit(partial(fetch, item))
    except Error as error:
        yield workers.submit(partial(_raise, error))


def _raise(error: Error) -> NoReturn:
    raise error
