"""Conference Insights: who was in a conference that is over, for accounts with Voice Insights Advanced Features."""

from __future__ import annotations

import json
from typing import Any

from .clock import DAY, iso8601
from .conferences import conference_of
from .errors import ApiError
from .pages import Listing, Page, cut, page_request
from .records import ENDED, Participant
from .request import Request
from .wire import Answer

_KEPT = 30 * DAY


def list_conference_participants(request: Request) -> Answer:
    """Answer a page of everyone who was or is in a conference, for 30 days after its end."""
    if not request.state.settings.insights:
        raise ApiError(17007)
    conference, world = conference_of(request), request.state.world
    if conference.status == "completed" and conference.updated < world.clock.now() - _KEPT:
        raise ApiError(20404, request.path)
    everyone = [*world.past(conference), *world.present(conference)]
    found = {one.call.number: one for one in everyone}
    page = cut(page_request(request.query), Listing(sorted(found), found.__getitem__))
    participants = [_participant(request, one) for one in page.items]
    return Answer(200, json.dumps({"meta": _meta(request, page), "participants": participants}).encode())


def _meta(request: Request, page: Page[Participant]) -> dict[str, Any]:
    address = _host(request) + request.path
    base = f"{address}?PageSize={page.request.size}&Page="
    number = page.request.page
    before, after = page.previous_token, page.next_token
    return {
        "page": number,
        "page_size": page.request.size,
        "first_page_url": f"{base}0",
        "previous_page_url": before and f"{base}{max(number - 1, 0)}&PageToken={before}",
        "url": address + (request.raw_query and f"?{request.raw_query}"),
        "next_page_url": after and f"{base}{number + 1}&PageToken={after}",
        "key": "participants",
    }


def _host(request: Request) -> str:
    return "http://" + request.header(b"host").decode("latin-1")


def _participant(request: Request, participant: Participant) -> dict[str, Any]:
    call, conference, sids = participant.call, participant.conference, request.state.world.sids
    account = call.account
    over = call.status in ENDED
    left = call.ended if over and call.ended is not None else None
    sid = sids.make("CP", account.number, call.number)
    return {
        "participant_sid": sid,
        "label": participant.label,
        "conference_sid": sids.make("CF", account.number, conference.number),
        "call_sid": sids.make("CA", account.number, call.number),
        "account_sid": account.sid,
        "call_direction": "outbound",
        "from": call.caller or call.from_,
        "to": call.to,
        "call_status": "answered" if call.answered is not None else call.status.replace("-", "_"),
        "country_code": "US",
        "is_moderator": participant.ends,
        "join_time": None if call.answered is None else iso8601(call.answered),
        "leave_time": None if left is None else iso8601(left),
        "duration_seconds": None if left is None or call.answered is None else int(left - call.answered),
        "outbound_queue_length": 0,
        "outbound_time_in_queue": int(call.queued_for * 1000),
        "jitter_buffer_size": "large",
        "is_coach": participant.coaching,
        "coached_participants": [participant.coached] if participant.coached else [],
        "participant_region": conference.region,
        "conference_region": conference.region,
        "call_type": "carrier",
        "processing_state": "complete" if over else "in_progress",
        "properties": {},
        "events": {},
        "metrics": None,
        "url": f"{_host(request)}{request.path}/{sid}",
    }
