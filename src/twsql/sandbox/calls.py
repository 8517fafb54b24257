"""The operations on calls."""

from __future__ import annotations

from bisect import bisect_left

from . import filters, validate
from .errors import ApiError
from .numbers import Numbers, in_conferences
from .pages import Listing, cut, page_json, page_request
from .records import Account, Call
from .render import call_json, events_json
from .request import Request
from .seed import seeded_calls
from .sids import CALL
from .wire import Answer


def call_numbers(account: Account, to: str | None) -> Numbers:
    """Return the numbers of an account's calls, oldest first; those to a number, as far as they are seeded."""
    return in_conferences(seeded_calls(account, to), account.crowd, len(account.calls))


def list_calls(request: Request) -> Answer:
    """Answer a page of calls, ended ones as well."""
    account, world, readings = request.account, request.state.world, request.state.settings.readings
    numbers = call_numbers(account, request.query.get("To"))

    def item(number: int) -> Call:
        return world.numbered_call(account, number)

    def created(number: int) -> float:
        return item(number).created

    # No call starts before it is made, and a seeded one starts when it is made.
    since, until = filters.time_span(request.query, "StartTime", readings.calls_upper_bound)
    low = bisect_left(numbers, since, hi=numbers.seeded, key=created)
    if request.query.get("Status") not in (None, "in-progress", "completed"):
        low = max(low, numbers.seeded)  # no seeded call is in another state, however it ended
    high = bisect_left(numbers, until, key=created)
    keep = filters.call_filter(request.query, readings, request.state.clock.now())
    rank = filters.rank(readings.order, created, lambda number: world.sids.make("CA", account.number, number))
    listing = Listing(numbers, item, keep, low, high).ranked(rank)
    page = cut(page_request(request.query, readings.largest_page), listing, overlap=readings.pages == "overlap")
    items = [_json(request, one) for one in page.items]
    return Answer(200, page_json(page, request.path, request.raw_query, "calls", items).encode())


def create_call(request: Request) -> Answer:
    """Place a call into no conference."""
    world = request.state.world
    call = world.place_call(request.account, validate.call_order(request.form))
    return Answer(201, _json(request, call).encode())


def fetch_call(request: Request) -> Answer:
    """Answer one call."""
    return Answer(200, _json(request, call_of(request)).encode())


def update_call(request: Request) -> Answer:
    """Hang up, or cancel a call."""
    call, world = call_of(request), request.state.world
    status = validate.call_end(request.form)
    if status is not None:
        call = world.end_call(call, cancel=status == "canceled")
    elif "Twiml" in request.form or "Url" in request.form:
        world.redirect(call, validate.enqueue(request.form))
    return Answer(200, _json(request, call).encode())


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


def list_events(request: Request) -> Answer:
    """Answer a page of the requests that Twilio made for a call."""
    events = events_json(call_of(request), request.state.world.sids)
    page = cut(
        page_request(request.query, request.state.settings.readings.largest_page),
        Listing(range(len(events)), events.__getitem__),
    )
    return Answer(200, page_json(page, request.path, request.raw_query, "events", page.items).encode())


def _json(request: Request, call: Call) -> str:
    state = request.state
    rated = state.clock.now() - state.settings.rated_after
    return call_json(call, state.world.sids, state.settings.readings, rated)
