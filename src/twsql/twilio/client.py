"""One account's door to Twilio's REST API."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from concurrent.futures import Future
from copy import copy
from dataclasses import replace
from functools import partial
from itertools import chain, repeat
from typing import TypeVar

from twsql.errors import InputError, NotFound, TwilioError
from twsql.redaction import clean
from twsql.schema import Row
from twsql.twilio import costs, responses, urls
from twsql.twilio.clock import Clock
from twsql.twilio.costs import REMEMBERED, Cost
from twsql.twilio.prefetch import INITIAL_WINDOW, ITEMS_BEFORE_NEXT, prefetch
from twsql.twilio.responses import Page, Response
from twsql.twilio.retries import Failure, Verdict, repeating
from twsql.twilio.settings import Settings
from twsql.twilio.shown import Shown
from twsql.twilio.transport import Request, Transport
from twsql.twilio.urls import Params
from twsql.twilio.workers import Workers

MOST_PAGES = 10_000
"""Pages of one list, each after the other; a history is read in ranges of days, each a list of its own."""
T = TypeVar("T")
X = TypeVar("X")


class Client:
    """Sends requests and repeats them as `retries` says; any number of threads may share one.

    Making one neither connects nor asks for credentials. Every method raises TwilioError or a subclass, and
    SettingError if credentials are missing. `sleep` waits between attempts. A list may have `most_pages`. `before` is
    called ahead of each attempt at a request, and of each task for another thread, in the thread that wants it.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        sleep: Callable[[float], None] = time.sleep,
        most_pages: int = MOST_PAGES,
        before: Callable[[], None] = lambda: None,
    ) -> None:
        self.settings = settings
        self._before = before
        self.most_pages = most_pages
        self._transport = Transport(settings)
        self._workers = Workers(settings.max_in_flight)
        self._repeat = repeating(settings.max_attempts, self._nap)
        self._sleep = sleep
        self._cost = Cost()
        self.total = Cost()
        self.shown = Shown()
        self.costs: deque[Cost] = deque(maxlen=REMEMBERED)

    def __repr__(self) -> str:
        return f"<Client of {self.settings.account_sid} at {self.settings.server}>"

    @property
    def clock(self) -> Clock:
        """Twilio's time."""
        return self._transport.clock

    def counted(self, cost: Cost) -> Client:
        """The same client, whose requests are counted as a statement's.

        `costs` has those of the last statements, `total` all that was ever asked.
        """
        counted = copy(self)
        counted._cost = cost
        counted._repeat = repeating(self.settings.max_attempts, counted._nap)
        return counted

    def path(self, *segments: str) -> str:
        """Give the path of a resource of this account: `path("Conferences", name, "Participants")`.

        Each segment is percent-encoded whole; InputError for '', '.', '..' and lone surrogates.
        """
        return urls.path(self.settings.require_credentials()[0], segments)

    def get(self, path: str, params: Params = (), *, key: str = "") -> Row:
        """Fetch one JSON object; `key` is the list that it is an item of, whose items have SIDs."""
        return self._ask(Request("GET", urls.target(path, params)), lambda answer: responses.item(answer, key))

    def page(self, path: str, key: str, params: Params = (), *, page_size: int | None = None) -> Page:
        """Fetch the first page of the list that the answer has under `key`; `page_size` is 1 to 1000."""
        return self._page(self._first(path, params, page_size), key)

    def pages(self, path: str, key: str, params: Params = (), *, page_size: int | None = None) -> Iterator[Row]:
        """Yield the items of every page; the next page is asked for when it is needed.

        TwilioError if the next page is on another host, or was asked for before in this list.
        """
        page = self.page(path, key, params, page_size=page_size)
        yield from page.items
        yield from self.rest(page, key)

    def following(self, page: Page, key: str, before: Collection[str] = ()) -> Page | None:
        """Fetch the page after `page`, None if it was the last.

        TwilioError if it is on another host, or is `page` again, or one of those `before`, or would be one too many.
        """
        if page.next_uri is None:
            return None
        if len(before) >= self.most_pages:
            raise urls.endless(key, self.most_pages)
        target = urls.next_target(page.next_uri, self.settings.server)
        if target == page.target or target in before:
            raise TwilioError(f"the list {key!r} goes round in a circle: {clean(target)[:200]} was its page before")
        return self._page(target, key)

    def rest(self, page: Page, key: str) -> Iterator[Row]:
        """Yield the items of every page after `page`; while most of one is read the next one is under way."""
        before = {page.target}
        here = self.following(page, key)
        while here is not None:
            yield from here.items[:ITEMS_BEFORE_NEXT]
            before.add(here.target)
            following = self.submit(partial(self.following, here, key, before))
            try:
                yield from here.items[ITEMS_BEFORE_NEXT:]
                here = following.result()
            finally:
                following.cancel()

    def post(self, path: str, form: Params, *, repeatable: bool) -> Row:
        """Change something, and give the answer's JSON object.

        What is not `repeatable` is sent again only if it was certainly not done; OutcomeUnknown if it may have been.
        """
        return self._ask(_posted(path, form), responses.parsed, repeatable=repeatable)

    def create(self, path: str, form: Params, *, sid: str) -> Row:
        """Create what costs money, a call, and give the answer's JSON object; `sid` is its property that proves it.

        It is sent again only if it was certainly not done. Raises OutcomeUnknown if it may have been: look for the call
        before anything else. An interrupt leaves it just as unknown.
        """
        request = replace(_posted(path, form), urgent=True)
        return self._ask(request, lambda answer: responses.created(answer, sid), repeatable=False)

    def delete(self, path: str) -> None:
        """Delete something; NotFound if it is gone already, unless a lost answer explains that."""
        request = Request("DELETE", urls.target(path))
        attempts = chain((request,), repeat(replace(request, again=True)))
        perhaps_done = False

        def attempt() -> Failure | None:
            nonlocal perhaps_done
            result = self._attempt(next(attempts), lambda answer: None)
            if perhaps_done and isinstance(result, Failure) and isinstance(result.error, NotFound):
                return None
            perhaps_done = perhaps_done or (isinstance(result, Failure) and result.verdict is Verdict.UNKNOWN)
            return result

        self._repeat(attempt, repeatable=True)

    def prefetch(
        self, ask: Callable[[X], T], wanted: Iterable[X], *, first: int = INITIAL_WINDOW, most: int = sys.maxsize
    ) -> Generator[T, None, None]:
        """Give `ask(each)` for each of `wanted` in order, asking for the next ones meanwhile.

        The `first` at once, then twice as many with each that is taken, up to `most` and to `most_prefetched`.
        """
        return prefetch(self._workers, first, min(most, self.most_prefetched), ask, self._announced(wanted))

    @property
    def most_prefetched(self) -> int:
        """How many answers are asked for ahead: twice as many as can be under way, as some wait for one before them."""
        return 2 * self.settings.max_in_flight

    def submit(self, task: Callable[[], T]) -> Future[T]:
        """Run a task that only reads in another thread."""
        self._before()
        return self._workers.submit(task)

    def close(self) -> None:
        """Close the kept connections; the client can still be used, and opens new ones."""
        self._workers.close()
        self._transport.close()

    def _ask(self, request: Request, read: Callable[[Response], T], *, repeatable: bool = True) -> T:
        attempts = chain((request,), repeat(replace(request, again=True)))
        return self._repeat(lambda: self._attempt(next(attempts), read), repeatable=repeatable)

    def _announced(self, wanted: Iterable[X]) -> Iterator[X]:
        for each in wanted:
            self._before()
            yield each

    def _attempt(self, request: Request, read: Callable[[Response], T]) -> T | Failure:
        self._before()
        answer = self._sent(request)
        if isinstance(answer, Failure):
            return answer
        if not 200 <= answer.status < 300:
            return responses.refusal(answer)
        try:
            return read(answer)
        except TwilioError as error:
            return Failure(error, Verdict.UNKNOWN)

    def _sent(self, request: Request) -> Response | Failure:
        cost = costs.here() or self._cost
        if not cost.requests:
            self.costs.append(cost)
        answer = self._transport.send(request, cost.wait)
        size = 0 if isinstance(answer, Failure) else len(answer.body)
        cost.sent(size, again=request.again)
        self.total.sent(size, again=request.again)
        return answer

    def _nap(self, seconds: float) -> None:
        (costs.here() or self._cost).wait(seconds)
        self._sleep(seconds)

    def _page(self, target: str, key: str) -> Page:
        page = self._ask(Request("GET", target), lambda answer: responses.page(answer, key))
        return replace(page, target=target)

    def _first(self, path: str, params: Params, page_size: int | None) -> str:
        size = self.settings.page_size if page_size is None else page_size
        if not 1 <= size <= 1000:
            raise InputError(f"a page has 1 to 1000 items, not {size}")
        return urls.target(path, params, {"PageSize": size})


def _posted(path: str, form: Params) -> Request:
    return Request("POST", urls.target(path), urls.encoded(form))
