"""The prices of a statement's calls: fetched side by side, once for each number, and held to max_price_per_minute."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from twsql import waiting
from twsql.errors import InputError, TwilioError
from twsql.schema import Checked, Procedure, inputs
from twsql.schema.once import Record
from twsql.twilio import prices
from twsql.twilio.prefetch import INITIAL_WINDOW
from twsql.twilio.prices import Price
from twsql.twilio.workers import carry_out

if TYPE_CHECKING:
    from twsql.twilio.client import Client

_MOST_NAMED = 10
"""How many calls an error names."""

Route = tuple[str, str]
"""Who is called, and the caller's number; '' if that is none."""


@dataclass(frozen=True)
class Refusal:
    """Why a price forbids a call, in words; `cause` is the error if the price could not be fetched."""

    words: str
    cause: TwilioError | None = None


class Prices:
    """The prices of the calls of one statement. Threads may share it."""

    def __init__(self, client: Callable[[], Client]) -> None:
        self._client = client
        self._found: dict[Route, Future[Price | None]] = {}
        self._coming: deque[Record] = deque()
        self._window = INITIAL_WINDOW
        self._ahead = 0
        self._lock = threading.Lock()

    def of(self, record: Record) -> Price | None:
        """The dearest price that may apply to a call; None if Twilio tells none. Raises TwilioError."""
        found = [waiting.result(self._ask(route)) for route in _routes(record)]
        known = [price for price in found if price is not None]
        return max(known, key=lambda price: price.per_minute) if len(known) == len(found) else None

    def later(self, record: Record) -> dict[str, Callable[[], object]]:
        """The price of a call of a dry run, as properties of its row: fetched when SQLite reads one of them.

        The prices of the calls after it are prefetched then.
        """
        self._coming.append(record)

        def read() -> Price | None:
            self._look_ahead(record)
            return self.of(record)

        return {
            "price_per_minute": lambda: None if (price := read()) is None else float(price.per_minute),
            "price_unit": lambda: None if (price := read()) is None else price.unit,
        }

    def refusals(self, procedure: Procedure, calls: Sequence[Checked]) -> Iterator[Refusal | None]:
        """Yield for each call why its price forbids it, or None; the prices are fetched side by side."""
        client = self._client()
        yield from client.prefetch(partial(self.refusal, procedure), calls, first=client.most_prefetched)

    def refusal(self, procedure: Procedure, checked: Checked) -> Refusal | None:
        """Why the price of a call forbids it; None if it does not."""
        once, most = procedure.once, self._client().settings.max_price_per_minute
        if most is None or once is None or not once.per_minute:
            return None
        record = once.record(checked)
        try:
            price = self.of(record)
        except TwilioError as error:
            return Refusal(f"the price of a call to {record.recipient} could not be fetched: {error.message}", error)
        if price is None:
            return Refusal(f"Twilio tells no price of a call to {record.recipient}")
        if price.per_minute <= most:
            return None
        cost = f"{price.per_minute:f} {price.unit or ''}".strip()
        return Refusal(f"a call to {record.recipient} costs {cost} a minute")

    def refused(self, procedure: Procedure, refusals: Sequence[Refusal]) -> InputError | TwilioError:
        """The error for calls that were refused; a TwilioError if no price could be fetched."""
        most = f"{self._client().settings.max_price_per_minute:f}"
        words = [each.words for each in refusals[:_MOST_NAMED]]
        more = [f"and {len(refusals) - _MOST_NAMED} more"] if len(refusals) > _MOST_NAMED else []
        limit = f"max_price_per_minute (TWSQL_MAX_PRICE_PER_MINUTE) allows {most}, and nothing without a price"
        error = inputs.refusal(procedure, [*words, *more, limit])
        cause = refusals[0].cause
        if cause is None:
            return error
        known = {"status": cause.status, "code": cause.code}
        failure = TwilioError(str(error), **known, more_info=cause.more_info, request_id=cause.request_id)
        failure.__cause__ = cause
        return failure

    def _look_ahead(self, record: Record) -> None:
        """Prefetch the prices of the calls after this one, in a window that doubles."""
        client = self._client()
        with self._lock:
            if record not in islice(self._coming, self._window):  # it was read before
                return
            while self._coming.popleft() != record:
                self._ahead -= 1
            self._ahead = max(0, self._ahead - 1)
            ahead = {route: None for each in islice(self._coming, self._ahead, self._window) for route in _routes(each)}
            new = [route for route in ahead if route not in self._found]
            self._ahead = self._window
            self._window = min(2 * self._window, client.most_prefetched)
        for route in new:
            client.submit(partial(self._ask, route))

    def _ask(self, route: Route) -> Future[Price | None]:
        """The price of a route; the first thread that needs it fetches it, others wait."""
        future: Future[Price | None] = Future()
        with self._lock:
            known = self._found.setdefault(route, future)
        if known is future:
            carry_out(future, partial(_fetched, self._client(), *route))
        return known


def _fetched(client: Client, to: str, caller: str) -> Price | None:
    row = prices.fetch(client, to, caller)
    return None if row is None else prices.dearest(row, caller)


def _routes(record: Record) -> tuple[Route, ...]:
    """Who is called and from which number: what is shown in place of the sender may decide the price as well."""
    callers = dict.fromkeys(each if prices.is_number(each) else "" for each in (record.sender, record.shown) if each)
    return tuple((record.recipient, caller) for caller in callers)
