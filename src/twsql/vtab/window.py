"""The window of a join's look-ahead: how many requests for inner rows are sent before SQLite needs them.

Example: outer rows CF1 to CF40, a page of participants each. SQLite needs them in that order.

    SQLite needs    in the window before    the window becomes    requests sent
    CF1             nothing                 4 (INITIAL_WINDOW)    CF1, and CF2 CF3 CF4 CF5
    CF2             CF2 CF3 CF4 CF5         8, as CF2 is first    CF6 … CF10 (CF3 CF4 CF5 are there already)
    CF3             CF3 … CF10              16                    CF11 … CF19

If SQLite now needs CF30 (WHERE drops CF4 to CF29), the window has none of it:

    CF30            CF4 … CF19              0; CF4 … CF19 are cancelled, CF30 is fetched, CF31 is expected
    CF31            nothing                 1, as CF31 was expected; CF32 is prefetched
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING

from twsql import waiting
from twsql.schema import Row
from twsql.twilio.prefetch import INITIAL_WINDOW

if TYPE_CHECKING:
    from concurrent.futures import Future

    from twsql.twilio.client import Client

LOOK = 1000
"""Outer rows that a window reads ahead at most: they wait in memory."""
MOST_KEPT = 10_000
"""Inner rows that a window keeps for outer rows with the same value; the oldest go first."""


@dataclass(frozen=True)
class Outer:
    """A value with which an inner scan starts; `row` is the row with that key, if the statement has read it."""

    value: str
    row: Row | None = None


@dataclass(frozen=True)
class Inner:
    """The inner rows of one outer row: the first page, and the rest, which is fetched when it is read."""

    rows: list[Row]
    rest: Iterator[Row] | None

    @classmethod
    def read(cls, rows: Iterator[Row], page_size: int) -> Inner:
        """Read the first page of rows."""
        page = list(islice(rows, page_size))
        return cls(page, rows if len(page) == page_size else None)


class Window:
    """The prefetched inner rows that SQLite has not needed yet, in the order of the outer rows.

    The window doubles, up to `most_prefetched`, when SQLite needs the first of them. It halves when SQLite needs a
    later one, and closes when SQLite needs another one (its WHERE drops outer rows, or it sorts them), until SQLite
    needs the expected one again. `known` gives the inner rows of outer rows that need no request.
    """

    def __init__(
        self, client: Client, known: Callable[[Outer], list[Row] | None], fetch: Callable[[Outer], Inner]
    ) -> None:
        self._client = client
        self._known = known
        self._fetch = fetch
        self._size = INITIAL_WINDOW
        self._prefetched: dict[str, Future[Inner]] = {}
        self._expected = ""
        self._value = ""
        self._here: Future[Inner] | None = None
        self._kept: OrderedDict[str, list[Row]] = OrderedDict()
        self._count = 0

    def rows(self, here: Outer, coming: Iterator[Outer]) -> Iterator[Row]:
        """The inner rows of the outer row `here`; threads fetch those of the rows `coming` meanwhile.

        Another scan of the statement that starts with the same value gets the same rows.
        """
        if (known := self._kept_or_known(here)) is not None:
            return iter(known)
        if self._here is None or here.value != self._value:
            self._value = here.value
            self._here = self._take(here.value) or self._submit(here)
            if len(self._prefetched) * 8 <= self._size * 7:
                self._look_ahead(coming)
        inner = waiting.result(self._here)
        if inner.rest is None:
            self._keep(here.value, inner.rows)
            return iter(inner.rows)
        self._here = None  # `rest` can be read only once, so another scan fetches the rows anew
        return chain(inner.rows, inner.rest)

    def arrived(self) -> Iterator[Row]:
        """Yield the inner rows of the coming outer rows, in order, up to the first whose response has not arrived."""
        for future in tuple(self._prefetched.values()):
            if not future.done() or future.cancelled() or future.exception() is not None:
                return
            yield from future.result().rows

    def close(self) -> None:
        """Cancel prefetches that have not been sent."""
        for future in self._prefetched.values():
            future.cancel()
        self._prefetched.clear()

    def _kept_or_known(self, outer: Outer) -> list[Row] | None:
        kept = self._kept.get(outer.value)
        return self._known(outer) if kept is None else kept

    def _keep(self, value: str, rows: list[Row]) -> None:
        """Keep the inner rows of a value, none too: outer rows that come later may have it again."""
        self._kept[value] = rows
        self._count += 1 + len(rows)
        while self._count > MOST_KEPT:
            self._count -= 1 + len(self._kept.popitem(last=False)[1])

    def _look_ahead(self, coming: Iterator[Outer]) -> None:
        """Prefetch the next inner rows, up to the size of the window and LOOK outer rows."""
        self._expected = ""
        near: set[str] = set()
        for outer in islice(coming, LOOK):
            value = outer.value
            if value == self._value or value in near or self._kept_or_known(outer) is not None:
                continue
            self._expected = self._expected or value
            if len(near) >= self._size:
                break
            near.add(value)
            if value not in self._prefetched:
                self._prefetched[value] = self._submit(outer)

    def _take(self, value: str) -> Future[Inner] | None:
        """Take the prefetched rows of `value`, None if there are none, and adapt the size of the window."""
        if value not in self._prefetched:
            self.close()
            if self._expected:
                self._size = 1 if value == self._expected else 0
            return None
        passed_over = 0
        while (first := next(iter(self._prefetched))) != value:
            self._prefetched.pop(first).cancel()
            passed_over += 1
        self._size = self._size // 2 if passed_over else min(self._size * 2, self._client.most_prefetched)
        return self._prefetched.pop(value)

    def _submit(self, outer: Outer) -> Future[Inner]:
        return self._client.submit(lambda: self._fetch(outer))
