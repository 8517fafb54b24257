"""The operations of Voice Insights, for accounts with its Advanced Features: summaries of conferences and calls."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from .calls import call_numbers, call_of
from .clock import DAY
from .conferences import conference_of
from .errors import ApiError
from .filters import Query, Span
from .pages import Listing, Page, cut, page_request
from .records import Account, Call, Conference, Participant
from .request import Request
from .summaries import call_summary, conference_summary, participant_summary
from .wire import Answer

T = TypeVar("T")
KEPT = 30 * DAY
_HOURS = 4 * 3600
_CONFERENCE_FILTERS = {
    "ConferenceSid": "conference_sid",
    "FriendlyName": "friendly_name",
    "Status": "status",
    "MixerRegion": "mixer_region",
    "EndReason": "end_reason",
}
_PARTICIPANT_FILTERS = {"ParticipantSid": "participant_sid", "Label": "label"}
_CALL_FILTERS = {"CallType": "call_type", "CallState": "call_state", "AnsweredBy": "answered_by"}
_ALWAYS = {"Direction": "outbound", "FromCountryCode": "US", "ToCountryCode": "US"}
_STATES = {"completed": "complete", "started": "partial", "partial": "partial"}
_TIMES = ("CreatedAfter", "CreatedBefore", "StartTime", "EndTime")
_OTHERS = {"Subaccount", "ProcessingState", "SortBy", "From", "To", "PageSize", "Page", "PageToken", *_TIMES}


def list_conferences(request: Request) -> Answer:
    """Answer a page of the conferences of the last 30 days."""
    account = _account(request)
    since, until = _span(request, "CreatedAfter", "CreatedBefore")
    kept = _kept(request)

    def keep(one: Conference) -> bool:
        there = one.status != "completed" or one.updated >= kept
        return there and since <= one.created < until and matches(lambda: conference_summary(request, one))

    matches = _matching(request.query, _CONFERENCE_FILTERS)
    listing = Listing(range(len(account.conferences)), account.conferences.__getitem__, keep)
    page = cut(page_request(request.query, request.state.settings.readings.largest_page), listing)
    return _page(request, page, "conferences", (conference_summary(request, one) for one in page.items))


def fetch_conference(request: Request) -> Answer:
    """Answer one conference of the last 30 days."""
    return _answer(conference_summary(request, _conference(request)))


def list_conference_participants(request: Request) -> Answer:
    """Answer a page of everyone who was or is in a conference, for 30 days after its end."""
    matches = _matching(request.query, _PARTICIPANT_FILTERS)
    found = {one.call.number: one for one in _everyone(request)}
    listing = Listing(sorted(found), found.__getitem__, lambda one: matches(lambda: participant_summary(request, one)))
    page = cut(page_request(request.query, request.state.settings.readings.largest_page), listing)
    return _page(request, page, "participants", (participant_summary(request, one) for one in page.items))


def fetch_conference_participant(request: Request) -> Answer:
    """Answer one who was or is in a conference."""
    summaries = (participant_summary(request, one) for one in _everyone(request))
    found = next((each for each in summaries if each["participant_sid"] == request.segment("participant")), None)
    if found is None:
        raise ApiError(20404, request.path)
    return _answer(found)


def list_call_summaries(request: Request) -> Answer:
    """Answer a page of the calls of a time: of the last four hours, or 30 days, if none is given."""
    account, world = _account(request), request.state.world
    since, until = _span(request, "StartTime", "EndTime")
    kept, now = _kept(request), request.state.clock.now()
    by_end = request.state.settings.readings.summaries_until == "ended"
    query = request.query

    def keep(call: Call) -> bool:
        start, end = call.began or call.created, call.ended or now
        is_within = (end if by_end else start) < until and end >= since
        numbers = query.get("To") in (None, call.to) and query.get("From") in (None, call.caller or call.from_)
        return not call.deleted and call.created >= kept and is_within and numbers and matches(lambda: summary(call))

    def summary(call: Call) -> dict[str, Any]:
        return call_summary(request, call)

    matches = _matching(query, _CALL_FILTERS)
    numbers = call_numbers(account, query.get("To"))
    listing = Listing(numbers, lambda number: world.numbered_call(account, number), keep)
    page = cut(page_request(query, request.state.settings.readings.largest_page), listing)
    return _page(request, page, "call_summaries", map(summary, page.items))


def fetch_call_summary(request: Request) -> Answer:
    """Answer one call of the last 30 days; one that is not over only if `partial` is asked for."""
    _account(request)
    call = call_of(request)
    summary = call_summary(request, call)
    state = request.query.get("ProcessingState")
    if state is None and request.state.settings.readings.call_summary == "complete":
        state = "complete"
    if call.created < _kept(request) or state not in (None, "partial", summary["processing_state"]):
        raise ApiError(20404, request.path)
    return _answer(summary)


def _account(request: Request) -> Account:
    """The account whose data is asked for. Raises ApiError 17007 without Advanced Features."""
    if not request.state.settings.insights:
        raise ApiError(17007)
    sid = request.query.get("Subaccount", request.account.sid)
    if sid not in request.readable:
        raise ApiError(20404, sid)
    return request.state.world.accounts[sid]


def _conference(request: Request) -> Conference:
    _account(request)
    conference = conference_of(request)
    if conference.status == "completed" and conference.updated < _kept(request):
        raise ApiError(20404, request.path)
    return conference


def _everyone(request: Request) -> list[Participant]:
    conference, world = _conference(request), request.state.world
    return [*world.past(conference), *world.present(conference)]


def _kept(request: Request) -> float:
    return request.state.clock.now() - KEPT


def _span(request: Request, since: str, until: str) -> Span:
    query, now = request.query, request.state.clock.now()
    default = now - (_HOURS if request.state.settings.readings.insights_since == "4 hours" else KEPT + DAY)
    low = _moment(since, query[since]) if since in query else default
    return low, _moment(until, query[until]) if until in query else float("inf")


def _moment(name: str, text: str) -> float:
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as error:
        raise ApiError(20001, f"{name} must be a time as ISO 8601 writes it, not {text!r}") from error
    if moment.tzinfo is None:
        raise ApiError(20001, f"{name} must have an offset or Z, not {text!r}")
    return moment.timestamp()


def _matching(query: Query, filters: dict[str, str]) -> Callable[[Callable[[], dict[str, Any]]], bool]:
    """The condition on a summary; nothing has what the sandbox does not know (tags, carriers, annotations)."""
    wanted = {filters[name]: value for name, value in query.items() if name in filters}
    other = {name: value for name, value in query.items() if name not in _OTHERS and name not in filters}
    none = any(value not in (_ALWAYS.get(name, "false"), "False") for name, value in other.items())
    if (state := _STATES.get(query.get("ProcessingState", "all"))) is not None:
        wanted["processing_state"] = state

    def matches(summary: Callable[[], dict[str, Any]]) -> bool:
        if none or not wanted:
            return not none
        made = summary()
        return all(made[name] == value for name, value in wanted.items())

    return matches


def _answer(item: dict[str, Any]) -> Answer:
    return Answer(200, json.dumps(item).encode())


def _page(request: Request, page: Page[T], key: str, items: Iterable[dict[str, Any]]) -> Answer:
    return Answer(200, json.dumps({"meta": page_meta(request, page, key), key: [*items]}).encode())


def page_meta(request: Request, page: Page[T], key: str) -> dict[str, Any]:
    """Return the `meta` of a page, as all of Twilio's APIs but 2010-04-01 have it; its addresses are absolute."""
    kept = [(name, value) for name, value in request.query.items() if name not in ("PageSize", "Page", "PageToken")]
    address = request.origin + request.path
    base = f"{address}?{urlencode([*kept, ('PageSize', page.request.size)])}&Page="
    number = page.request.page
    before, after = page.previous_token, page.next_token
    return {
        "page": number,
        "page_size": page.request.size,
        "first_page_url": f"{base}0",
        "previous_page_url": before and f"{base}{max(number - 1, 0)}&PageToken={before}",
        "url": address + (request.raw_query and f"?{request.raw_query}"),
        "next_page_url": after and f"{base}{number + 1}&PageToken={after}",
        "key": key,
    }
