"""Rows of many SIDs: one request each, or of whole lists, whose pages have a thousand rows for a request.

For `Sid IN (…)` with 1,000 SIDs in a list of three pages, three requests replace 1,000. In a list of 5,000 pages the
SIDs may be anywhere. So twsql reads the list from its newest row on as long as each page has some of them:

    page 1    700 of the SIDs     read on
    page 2    290 of them         read on
    page 3      3 of them         the other 10 get a request each
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing

from twsql.schema import Row

MANY = 100
"""From so many SIDs on the list is read: a page costs more than a single row does."""
_WORTH = 10
"""How many of the SIDs a page must have, so that the next one is read."""


def rows(
    sids: Iterable[str],
    page_size: int,
    every: Callable[[], Iterator[Row]],
    singly: Callable[[Iterable[str]], Iterator[Row]],
) -> Iterator[Row]:
    """Yield the rows of these SIDs, out of `every` row as far as that is cheaper, the others `singly`."""
    wanted = dict.fromkeys(sids)
    if len(wanted) >= MANY:
        with closing(_listed(every(), wanted, page_size)) as listed:
            yield from listed
    yield from singly(wanted)


def _listed(every: Iterator[Row], wanted: dict[str, None], page_size: int) -> Generator[Row, None, None]:
    """Yield the rows that a list has of the wanted ones, which it takes out."""
    found = 0
    for number, row in enumerate(every, start=1):
        sid = str(row.get("sid"))
        if sid in wanted:
            del wanted[sid]
            found += 1
            yield row
        if not wanted or (number % page_size == 0 and found < _WORTH):
            return
        if number % page_size == 0:
            found = 0
