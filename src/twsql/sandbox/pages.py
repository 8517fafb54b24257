"""Pages of a list, newest first, by keyset: a page begins after a number, so new items never shift what follows."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from json.encoder import encode_basestring_ascii as quoted
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl, urlencode

from .errors import ApiError

T = TypeVar("T")
Pairs = list[tuple[str, str]]

_DEFAULT_SIZE, _LARGEST_SIZE = 50, 1000
_TOKEN = re.compile(r"P([AB])([0-9a-f]{1,16})")
_PAGING = ("PageSize", "Page", "PageToken")


@dataclass(frozen=True)
class PageRequest:
    """Which page is asked for: items below the number `before`, or the nearest ones above `after`."""

    size: int = _DEFAULT_SIZE
    page: int = 0
    before: int | None = None
    after: int | None = None


@dataclass(frozen=True)
class Listing(Generic[T]):
    """A list to cut pages from: item numbers, oldest first, from `low` to below `high`, of those that `keep` keeps.

    With a `rank` they are sorted by that in place of their age.
    """

    numbers: Sequence[int]
    item: Callable[[int], T]
    keep: Callable[[T], bool] | None = None
    low: int = 0
    high: int | None = None
    rank: Callable[[int], Any] | None = None

    def ranked(self, rank: Callable[[int], Any] | None) -> Listing[T]:
        """Return the listing sorted by a rank; None: as it is."""
        if rank is None:
            return self
        return replace(self, numbers=sorted(self.numbers[self.low : self.high], key=rank), low=0, high=None, rank=rank)

    def older(self, before: int | None) -> Iterator[tuple[int, T]]:
        """Yield items below a number, newest first."""
        high = len(self.numbers) if self.high is None else self.high
        if before is not None:
            high = min(high, bisect_left(self.numbers, self._key(before), key=self.rank))
        return self._kept(range(high - 1, self.low - 1, -1))

    def newer(self, after: int) -> Iterator[tuple[int, T]]:
        """Yield items above a number, oldest first."""
        high = len(self.numbers) if self.high is None else self.high
        return self._kept(range(max(self.low, bisect_right(self.numbers, self._key(after), key=self.rank)), high))

    def _key(self, number: int) -> Any:
        return number if self.rank is None else self.rank(number)

    def _kept(self, places: Iterable[int]) -> Iterator[tuple[int, T]]:
        numbers, item, keep = self.numbers, self.item, self.keep
        for place in places:
            number = numbers[place]
            found = item(number)
            if keep is None or keep(found):
                yield number, found


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a listing; the tokens lead to the pages beside it, None where there is none."""

    request: PageRequest
    items: list[T]
    next_token: str | None
    previous_token: str | None

    @property
    def start(self) -> int:
        """Return the place of the first item in the whole list, as far as it was paged through."""
        return self.request.page * self.request.size

    @property
    def end(self) -> int:
        """Return the place of the last item; that of the first on an empty page."""
        return self.start + max(len(self.items) - 1, 0)


def page_request(query: dict[str, str], largest: int = _LARGEST_SIZE) -> PageRequest:
    """Return which page a query asks for, of `largest` items at most.

    Raises ApiError 20007 for a bad size, 20001 for a bad page or token.
    """
    size, page, token = (query.get(name) for name in _PAGING)
    if size is not None and (not size.isdecimal() or not 1 <= int(size) <= _LARGEST_SIZE):
        raise ApiError(20007, f"PageSize is {size!r}")
    if page is not None and not page.isdecimal():
        raise ApiError(20001, f"Page is {page!r}")
    match = _TOKEN.fullmatch(token or "")
    if match is None and (token or (page or "0") != "0"):
        raise ApiError(20001, "a page is reached by the address in the page before it")
    number = int(match[2], 16) if match else None
    before, after = (number, None) if match and match[1] == "A" else (None, number)
    return PageRequest(min(int(size or _DEFAULT_SIZE), largest), int(page or 0), before, after)


def cut(request: PageRequest, listing: Listing[T], *, overlap: bool = False) -> Page[T]:
    """Return the page that is asked for; at most one item more is looked at.

    Pages that `overlap` begin with the last item of the page before.
    """
    if request.after is not None:
        found = list(islice(listing.newer(request.after), request.size + 1))
        more_newer, more_older = len(found) > request.size, True
        found = found[: request.size][::-1]
    else:
        found = list(islice(listing.older(request.before), request.size + 1))
        more_newer, more_older = request.before is not None, len(found) > request.size
        found = found[: request.size]
    last = found[-2 if overlap and len(found) > 1 else -1][0] if found else 0
    next_token = f"PA{last:x}" if found and more_older else None
    previous_token = f"PB{found[0][0]:x}" if found and more_newer else None
    return Page(request, [item for _, item in found], next_token, previous_token)


def page_json(page: Page[T], path: str, query: str, key: str, items: Iterable[str]) -> str:
    """Return a page as Twilio's 2010-04-01 API does, with relative addresses of the pages around it."""
    request = page.request
    address = _Address(path, [pair for pair in parse_qsl(query, True) if pair[0] not in _PAGING], request.size)
    before = address.of(max(request.page - 1, 0), page.previous_token)
    after = address.of(request.page + 1, page.next_token)
    return (
        f'{{"{key}": [{", ".join(items)}], "end": {page.end}, "first_page_uri": "{address.of(0)}", '
        f'"next_page_uri": {_optional(after, page.next_token)}, "page": {request.page}, '
        f'"page_size": {request.size}, "previous_page_uri": {_optional(before, page.previous_token)}, '
        f'"start": {page.start}, "uri": {quoted(path + "?" * bool(query) + query)}}}'
    )


@dataclass(frozen=True)
class _Address:
    path: str
    pairs: Pairs
    size: int

    def of(self, page: int, token: str | None = None) -> str:
        pairs = [*self.pairs, ("PageSize", str(self.size)), ("Page", str(page))]
        if token is not None:
            pairs.append(("PageToken", token))
        return f"{self.path}?{urlencode(pairs)}"


def _optional(address: str, token: str | None) -> str:
    return "null" if token is None else f'"{address}"'
