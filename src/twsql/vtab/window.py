"""How far a join looks ahead: the requests for inner rows that are under way and have not been wanted yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING

from twsql.schema import Row
from twsql.twilio.prefetch import INITIAL_WINDOW

if TYPE_CHECKING:
    from concurrent.futures import Future

    from twsql.twilio.client import Client

LOOK = 1000
"""Outer rows that are looked at ahead at most: they wait in memory."""


@dataclass(frozen=True)
class Outer:
    """A value that an inner scan starts with; `row` is that row of the table whose key it is, where it is known."""

    value: str
    row: Row | None = None


@dataclass(frozen=True)
class Inner:
    """The inner rows of one outer row: a page of them, and the rest, which is asked for when it is read."""

    rows: list[Row]
    rest: Iterator[Row] | None

    @classmethod
    def read(cls, rows: Iterator[Row], page_size: int) -> Inner:
        """Read a page of rows."""
        page = list(islice(rows, page_size))
        return cls(page, rows if len(page) == page_size else None)


class Window:
    """What has been asked for and not yet been wanted, in the order of the outer rows.

    Each answer that is wanted in its turn doubles how many are asked for ahead, `most_prefetched` at most. If another
    is wanted (SQLite's WHERE drops some outer rows, or sorts them), fewer are asked for, down to none until what is
    wanted is again what was expected. `known` gives the inner rows for which Twilio need not be asked.
    """

    def __init__(
        self, client: Client, known: Callable[[Outer], list[Row] | None], ask: Callable[[Outer], Inner]
    ) -> None:
        self._client = client
        self._known = known
        self._ask = ask
        self._size = INITIAL_WINDOW
        self._asked: dict[str, Future[Inner]] = {}
        self._expected = ""
        self._value = ""
        self._here: Future[Inner] | None = None

    def rows(self, here: Outer, coming: Iterator[Outer]) -> Iterator[Row]:
        """The inner rows of the outer row `here`; those of the rows `coming` are asked for meanwhile.

        Another scan of the statement that starts with the same value is given the same rows.
        """
        if (known := self._known(here)) is not None:
            return iter(known)
        if self._here is None or here.value != self._value:
            self._value = here.value
            self._here = self._wanted(here.value) or self._submit(here)
            if len(self._asked) * 8 <= self._size * 7:
                self._look_ahead(coming)
        inner = self._here.result()
        if inner.rest is None:
            return iter(inner.rows)
        self._here = None  # what is read on from here is not to be had a second time
        return chain(inner.rows, inner.rest)

    def arrived(self) -> Iterator[Row]:
        """Yield the inner rows of the coming outer rows, in their order, up to the first whose answer is not there."""
        for future in tuple(self._asked.values()):
            if not future.done() or future.cancelled() or future.exception() is not None:
                return
            yield from future.result().rows

    def close(self) -> None:
        """Send nothing more."""
        for future in self._asked.values():
            future.cancel()
        self._asked.clear()

    def _look_ahead(self, coming: Iterator[Outer]) -> None:
        """Ask for what comes next, as far as the window goes and a page's length is looked ahead."""
        self._expected = ""
        near: set[str] = set()
        for outer in islice(coming, LOOK):
            value = outer.value
            if value == self._value or value in near or self._known(outer) is not None:
                continue
            self._expected = self._expected or value
            if len(near) >= self._size:
                break
            near.add(value)
            if value not in self._asked:
                self._asked[value] = self._submit(outer)

    def _wanted(self, value: str) -> Future[Inner] | None:
        """Take what was asked for, and see by it how far ahead is right."""
        if value not in self._asked:
            self.close()
            if self._expected:
                self._size = 1 if value == self._expected else 0
            return None
        passed_over = 0
        while (first := next(iter(self._asked))) != value:
            self._asked.pop(first).cancel()
            passed_over += 1
        self._size = self._size // 2 if passed_over else min(self._size * 2, self._client.most_prefetched)
        return self._asked.pop(value)

    def _submit(self, outer: Outer) -> Future[Inner]:
        return self._client.submit(lambda: self._ask(outer))
