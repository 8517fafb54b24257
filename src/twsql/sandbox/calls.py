"""The operations on calls."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import overload

from . import filters, validate
from .errors import ApiError
from .pages import Listing, cut, page_json, page_request
from .records import Account, Call
from .render import call_json
from .request import Request
from .seed import PLACED, seeded_calls
from .sids import CALL
from .wire import Answer


class CallNumbers(Sequence[int]):
    """The numbers of an account's calls in order, computed without a list: first `seeded` ones, those to a number."""

    def __init__(self, account: Account, to: str | None) -> None:
        self._crowd = account.crowd
        self._places = seeded_calls(account, to)
        self.seeded = len(self._places)
        self._length = self.seeded + len(account.calls)

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, place: int) -> int: ...
    @overload
    def __getitem__(self, place: slice) -> list[int]: ...
    def __getitem__(self, place: int | slice) -> int | list[int]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(self._length))]
        if place >= self._length:
            raise IndexError(place)
        if place >= self.seeded:
            return PLACED + place - self.seeded
        conference, number = divmod(self._places[place], self._crowd)
        return conference << 8 | number


def list_calls(request: Request) -> Answer:
    """Answer a page of calls, ended ones as well."""
    account, world, readings = request.account, request.state.world, request.state.settings.readings
    numbers = CallNumbers(account, request.query.get("To"))

    def item(number: int) -> Call:
        return world.numbered_call(account, number)

    def created(number: int) -> float:
        return item(number).created

    # No call starts before it is made, and a seeded one starts when it is made.
    since, until = filters.time_span(request.query, "StartTime", readings.calls_upper_bound)
    low = bisect_left(numbers, since, hi=numbers.seeded, key=created)
    high = bisect_left(numbers, until, key=created)
    keep = filters.call_filter(request.query, readings, request.state.clock.now())
    rank = filters.rank(readings.order, created, lambda number: world.sids.make("CA", account.number, number))
    listing = Listing(numbers, item, keep, low, high).ranked(rank)
    page = cut(page_request(request.query, readings.largest_page), listing)
    items = [call_json(one, world.sids, readings) for one in page.items]
    return Answer(200, page_json(page, request.path, request.raw_query, "calls", items).encode())


def create_call(request: Request) -> Answer:
    """Place a call into no conference."""
    world = request.state.world
    call = world.place_call(request.account, validate.call_order(request.form))
    return Answer(201, call_json(call, world.sids, request.state.settings.readings).encode())


def fetch_call(request: Request) -> Answer:
    """Answer one call."""
    return Answer(200, call_json(call_of(request), request.state.world.sids, request.state.settings.readings).encode())


def update_call(request: Request) -> Answer:
    """Hang up, or cancel a call."""
    call, world = call_of(request), request.state.world
    status = validate.call_end(request.form)
    if status is not None:
        call = world.end_call(call, cancel=status == "canceled")
    elif "Twiml" in request.form or "Url" in request.form:
        world.redirect(call, validate.enqueue(request.form))
    return Answer(200, call_json(call, world.sids, request.state.settings.readings).encode())


def delete_call(request: Request) -> Answer:
    """Forget a call that has ended."""
    request.state.world.delete_call(call_of(request))
    return Answer(204)


def call_of(request: Request) -> Call:
    """Return the call whose SID is in the path. Raises ApiError 20404 when there is none."""
    sid = request.segment("call")
    call = request.state.world.call(request.account, sid) if CALL.fullmatch(sid) else None
    if call is None:
        raise ApiError(20404, request.path)
    return call
