"""A client of Twilio's REST API, for one account."""

from __future__ import annotations

import math
import sys
import time
from collections import deque
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager
from copy import copy
from dataclasses import replace
from functools import partial
from itertools import chain, repeat
from typing import TypeVar

from twsql import waiting
from twsql.errors import InputError, NotFound, TwilioError
from twsql.redaction import clean
from twsql.schema import Row
from twsql.twilio import costs, responses, urls
from twsql.twilio.clock import Clock
from twsql.twilio.connections import must_send_by
from twsql.twilio.costs import REMEMBERED, Cost
from twsql.twilio.deadline import Deadline
from twsql.twilio.prefetch import INITIAL_WINDOW, ITEMS_BEFORE_NEXT, prefetch
from twsql.twilio.responses import Page, Response
from twsql.twilio.retries import Failure, Verdict, repeating
from twsql.twilio.settings import Settings
from twsql.twilio.shown import Shown
from twsql.twilio.transport import Request, Transport
from twsql.twilio.urls import Params
from twsql.twilio.workers import Workers

MOST_PAGES = 10_000
"""Pages of one list that the client reads before it gives up. Long lists are split into day ranges, each a list."""
T = TypeVar("T")
X = TypeVar("X")


class Client:
    """Sends requests, and repeats them by the rules of `retries`. Threads may share a client.

    The constructor neither connects nor needs credentials. Every method raises TwilioError or a subclass, and
    SettingError if credentials are missing. `sleep` waits between attempts. A list of more than `most_pages` is an
    error. The client calls `before` ahead of each attempt at a request and of each task for another thread. Clients of
    several accounts may have a `share`, such as a semaphore, that bounds their requests under way together.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        sleep: Callable[[float], None] = time.sleep,
        most_pages: int = MOST_PAGES,
        before: Callable[[], None] = lambda: None,
        share: AbstractContextManager[object] | None = None,
    ) -> None:
        self.settings = settings
        self._before = before
        self._gate: Callable[[], float] = _open
        self.most_pages = most_pages
        self._home = settings
        self._share = share
        self._transport = Transport(settings, share)
        self._transports = {settings.server: self._transport}
        self._workers = Workers(settings.max_in_flight)
        self._repeat = repeating(settings.max_attempts, self._nap)
        self._sleep = sleep
        self._cost = Cost()
        self._deadline = Deadline()
        self.total = Cost()
        self.shown = Shown()
        self.costs: deque[Cost] = deque(maxlen=REMEMBERED)

    def __repr__(self) -> str:
        return f"<Client of {self.settings.account_sid} at {self.settings.server}>"

    @property
    def clock(self) -> Clock:
        """Twilio's time."""
        return self._transport.clock

    def counted(self, cost: Cost, deadline: Deadline) -> Client:
        """Give a client that shares everything with this one and adds its requests to `cost`, a statement's.

        Its requests end at the `deadline`, with OperationalError. `costs` lists the costs of the last statements;
        `total` sums all requests of the client.
        """
        counted = copy(self)
        counted._cost = cost
        counted._deadline = deadline
        counted._repeat = repeating(self.settings.max_attempts, counted._nap)
        return counted

    def gated(self, gate: Callable[[], float]) -> Client:
        """Return the same client, which calls `gate` right before it sends a request, once there is a slot for it.

        What `gate` raises is raised, and that request is not sent; nor is it after the moment (of `boottime`) that
        `gate` gives, which connecting may take too long for.
        """
        gated = copy(self)
        gated._gate = gate
        return gated

    def at(self, product: str) -> Client:
        """Give the same client for another of Twilio's APIs, `insights` or `pricing`, which has a host of its own."""
        server = self._home.server_of(product)
        if server == self.settings.server:
            return self
        there = copy(self)
        there.settings = replace(self._home, base_url=server)
        if server not in self._transports:
            transport = Transport(there.settings, self._share)
            transport.clock = self.clock  # all hosts have Twilio's time
            self._transports.setdefault(server, transport)
        there._transport = self._transports[server].of_account(there.settings)
        return there

    def of_account(self, settings: Settings) -> Client:
        """Give a client for another account that the same credentials open; it shares connections and threads."""
        other = copy(self)
        other.settings = other._home = settings
        other._transport = self._transport.of_account(settings)
        return other

    def path(self, *segments: str) -> str:
        """Give the path of a resource of this account: `path("Conferences", name, "Participants")`.

        Each segment is percent-encoded whole; InputError for '', '.', '..' and lone surrogates.
        """
        return urls.path(self.settings.require_credentials()[0], segments)

    def account_path(self, *sid: str) -> str:
        """Give the path of an account, or without a SID that of the list of accounts."""
        self.settings.require_credentials()
        return urls.account_path(*sid)

    def get(self, path: str, params: Params = (), *, key: str = "") -> Row:
        """Fetch one JSON object. `key` names its list (`calls`), which says what SIDs the object must have."""
        classic = urls.is_classic(path)
        request = Request("GET", urls.target(path, params))
        return self._send(request, lambda response: responses.item(response, key, classic=classic))

    def page(self, path: str, key: str, params: Params = (), *, page_size: int | None = None) -> Page:
        """Fetch the first page of the list that the response has under `key`; `page_size` is 1 to 1000."""
        size = self.settings.page_size if page_size is None else page_size
        if not 1 <= size <= 1000:
            raise InputError(f"a page has 1 to 1000 items, not {size}")
        return self._page(urls.target(path, params, {"PageSize": size}), key)

    def pages(self, path: str, key: str, params: Params = (), *, page_size: int | None = None) -> Iterator[Row]:
        """Yield the items of every page; a page is fetched when it is needed.

        Raises TwilioError if the next page is on another host, or is a page of this list that was read before.
        """
        page = self.page(path, key, params, page_size=page_size)
        yield from page.items
        yield from self.rest(page, key)

    def following(self, page: Page, key: str, before: Collection[str] = ()) -> Page | None:
        """Fetch the page after `page`, without the items that `page` has too; None if `page` is the last.

        `before` has the targets of the pages read so far. Raises TwilioError if the next page is on another host, is
        one of those pages again, or exceeds `most_pages`.
        """
        if page.next_uri is None:
            return None
        if len(before) >= self.most_pages:
            raise urls.endless(key, self.most_pages)
        target = urls.next_target(page.next_uri, self.settings.server)
        if target == page.target or target in before:
            raise TwilioError(f"the list {key!r} goes round in a circle: {clean(target)[:200]} was its page before")
        return responses.without_repeats(self._page(target, key), page, key, classic=urls.is_classic(target))

    def rest(self, page: Page, key: str) -> Iterator[Row]:
        """Yield the items of every page after `page`; the next page is fetched while most of one is read."""
        before = {page.target}
        here = self.following(page, key)
        while here is not None:
            yield from here.items[:ITEMS_BEFORE_NEXT]
            before.add(here.target)
            following = self.submit(partial(self.following, here, key, before))
            try:
                yield from here.items[ITEMS_BEFORE_NEXT:]
                here = waiting.result(following)
            finally:
                following.cancel()

    def post(self, path: str, form: Params, *, repeatable: bool) -> Row:
        """Change something; gives the response's JSON object.

        A request that is not `repeatable` is sent again only if Twilio certainly did not carry it out. Raises
        OutcomeUnknown if Twilio may have.
        """
        request = Request("POST", urls.target(path), urls.encoded(form))
        return self._send(request, responses.parsed, repeatable=repeatable)

    def create(self, path: str, form: Params, *, sid: str) -> Row:
        """Create what costs money, a call; gives the response's JSON object, whose property `sid` proves the creation.

        The request is sent again only if Twilio certainly did not carry it out. Raises OutcomeUnknown if Twilio may
        have: look for the call before anything else. An interrupt leaves the outcome just as unknown.
        """
        request = Request("POST", urls.target(path), urls.encoded(form), urgent=True)
        return self._send(request, lambda response: responses.created(response, sid), repeatable=False)

    def delete(self, path: str) -> None:
        """Delete something. Raises NotFound if it is gone already, unless an earlier attempt may have deleted it."""
        request = Request("DELETE", urls.target(path))
        attempts = chain((request,), repeat(replace(request, again=True)))
        perhaps_done = False

        def attempt() -> Failure | None:
            nonlocal perhaps_done
            result = self._attempt(next(attempts), lambda response: None)
            if perhaps_done and isinstance(result, Failure) and isinstance(result.error, NotFound):
                return None
            perhaps_done = perhaps_done or (isinstance(result, Failure) and result.verdict is Verdict.UNKNOWN)
            return result

        self._repeat(attempt, repeatable=True)

    def prefetch(
        self, fetch: Callable[[X], T], items: Iterable[X], *, first: int = INITIAL_WINDOW, most: int = sys.maxsize
    ) -> Generator[T, None, None]:
        """Yield `fetch(item)` for each item, in order; other threads fetch the next ones meanwhile.

        The window begins with `first` items and doubles with each result that the caller takes, up to `most` and
        `most_prefetched`.
        """

        def announced() -> Iterator[X]:
            for item in items:
                self._before()
                yield item

        return prefetch(self._workers, first, min(most, self.most_prefetched), fetch, announced())

    @property
    def most_prefetched(self) -> int:
        """The largest prefetch window: twice the requests in flight, as finished ones wait for one before them."""
        return 2 * self.settings.max_in_flight

    def submit(self, task: Callable[[], T]) -> Future[T]:
        """Run a task in another thread; it may only read."""
        self._before()
        return self._workers.submit(task)

    def close(self) -> None:
        """Close the idle connections; the client can still be used, and opens new ones."""
        self._workers.close()
        for transport in tuple(self._transports.values()):
            transport.close()

    def _send(self, request: Request, read: Callable[[Response], T], *, repeatable: bool = True) -> T:
        attempts = chain((request,), repeat(replace(request, again=True)))
        return self._repeat(lambda: self._attempt(next(attempts), read), repeatable=repeatable)

    def _attempt(self, request: Request, read: Callable[[Response], T]) -> T | Failure:
        self._before()
        self._deadline.check()
        cost = costs.here() or self._cost
        if not cost.requests:
            self.costs.append(cost)

        def waited(seconds: float) -> None:
            cost.wait(seconds)
            must_send_by(self._gate())

        response = self._transport.send(request, waited, self._deadline)
        size = 0 if isinstance(response, Failure) else len(response.body)
        cost.sent(size, again=request.again)
        self.total.sent(size, again=request.again)
        if isinstance(response, Failure):
            self._deadline.check()  # which may be why it failed
            return response
        if not 200 <= response.status < 300:
            return responses.refusal(response)
        try:
            return read(response)
        except TwilioError as error:
            return Failure(error, Verdict.UNKNOWN)

    def _nap(self, seconds: float) -> None:
        seconds = max(0.0, min(seconds, self._deadline.left))
        (costs.here() or self._cost).wait(seconds)
        self._sleep(seconds)

    def _page(self, target: str, key: str) -> Page:
        classic = urls.is_classic(target)
        page = self._send(Request("GET", target), lambda response: responses.page(response, key, classic=classic))
        return replace(page, target=target)


def _open() -> float:
    """Let every request through."""
    return math.inf
