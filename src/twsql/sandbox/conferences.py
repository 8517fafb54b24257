"""The operations on conferences."""

from __future__ import annotations

from . import filters, validate
from .errors import ApiError
from .pages import Listing, cut, page_json, page_request
from .records import Account, Conference
from .render import conference_json
from .request import Request
from .sids import CONFERENCE
from .wire import Answer


def list_conferences(request: Request) -> Answer:
    """Answer a page of conferences; without a Status, since 2026-09-30, those in progress."""
    account, query, readings = request.account, request.query, request.state.settings.readings
    status = filters.conference_status(query)
    if status is None and readings.default_status == "in-progress":
        status = "in-progress"
    numbers = _numbers(account, status, query.get("FriendlyName"), any_case=readings.names != "exact")
    bounds = filters.day_span(query, "DateCreated", readings.upper_bound)
    low, high = filters.created_bounds(numbers, account.conferences, bounds)
    keep = filters.conference_filter(query, readings, request.state.clock.now())
    sids = request.state.world.sids
    rank = filters.rank(
        readings.order,
        lambda number: account.conferences[number].created,
        lambda number: sids.make("CF", account.number, number),
    )
    listing = Listing(numbers, account.conferences.__getitem__, keep, low, high).ranked(rank)
    page = cut(page_request(query, readings.largest_page), listing, overlap=readings.pages == "overlap")
    items = [conference_json(one, sids) for one in page.items]
    return Answer(200, page_json(page, request.path, request.raw_query, "conferences", items).encode())


def _numbers(account: Account, status: str | None, name: str | None, *, any_case: bool) -> list[int] | range:
    """Return the numbers of the conferences of a status and a name, in order."""
    if name is None:
        return range(len(account.conferences)) if status is None else account.by_status[status]
    if any_case:
        folded = name.casefold()
        every = account.conferences
        return [one.number for one in every if status in (None, one.status) and one.name.casefold() == folded]
    found = []
    one = account.named.get(name)
    while one is not None:
        if status in (None, one.status):
            found.append(one.number)
        one = one.older
    return found[::-1]


def fetch_conference(request: Request) -> Answer:
    """Answer one conference."""
    return _answer(request, conference_of(request))


def update_conference(request: Request) -> Answer:
    """End a conference, or announce something in it; an active one can be addressed by its name too."""
    named = request.state.world.active(request.account, request.segment("conference"))
    conference = named or conference_of(request)
    if validate.conference_ends(request.form):
        request.state.world.end_conference(conference)
    elif conference.status == "completed":
        raise ApiError(16022)
    return _answer(request, conference)


def conference_of(request: Request) -> Conference:
    """Return the conference whose SID is in the path. Raises ApiError 20404 when there is none."""
    sid = request.segment("conference")
    conference = None
    if CONFERENCE.fullmatch(sid):
        conference = request.state.world.conference(request.account, sid)
    if conference is None:
        raise ApiError(20404, request.path)
    return conference


def _answer(request: Request, conference: Conference) -> Answer:
    return Answer(200, conference_json(conference, request.state.world.sids).encode())
