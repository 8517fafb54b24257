"""The operations on the members of a queue: the calls that wait in it."""

from __future__ import annotations

import json
from typing import Any

from . import validate
from .calls import call_of
from .clock import rfc2822
from .errors import ApiError
from .kinds import QUEUES
from .pages import Listing, cut, page_json, page_request
from .records import Call
from .request import Request
from .resources import resource_of
from .waiting import leave, members
from .wire import Answer


def list_members(request: Request) -> Answer:
    """Answer a page of a queue's members, the one that waits longest first."""
    waiting = members(resource_of(QUEUES, request))[::-1]
    page = cut(
        page_request(request.query, request.state.settings.readings.largest_page),
        Listing(range(len(waiting)), waiting.__getitem__),
    )
    items = [json.dumps(_content(request, one)) for one in page.items]
    return Answer(200, page_json(page, request.path, request.raw_query, "queue_members", items).encode())


def fetch_member(request: Request) -> Answer:
    """Answer one member."""
    return Answer(200, json.dumps(_content(request, _member_of(request))).encode())


def update_member(request: Request) -> Answer:
    """Take a member out of its queue: its call goes on with what a URL says."""
    call = _member_of(request)
    validate.check(request.form)
    if not request.form.get("Url"):
        raise ApiError(20001, "Url is required")
    answer = Answer(200, json.dumps(_content(request, call)).encode())
    leave(call)
    return answer


def _member_of(request: Request) -> Call:
    """Return the member in the path: by its call's SID, or `Front`, who waits longest."""
    waiting = members(resource_of(QUEUES, request))
    if request.segment("call") == "Front":
        found = waiting[:1]
    else:
        call = call_of(request)
        found = [one for one in waiting if one is call]
    if not found:
        raise ApiError(20404, request.path)
    return found[0]


def _content(request: Request, call: Call) -> dict[str, Any]:
    sids, account, queue = request.state.world.sids, call.account, call.queue
    if queue is None:
        raise ApiError(20404, request.path)
    call_sid = sids.make("CA", account.number, call.number)
    queue_sid = sids.make(QUEUES.prefix, account.number, queue.number)
    return {
        "call_sid": call_sid,
        "date_enqueued": rfc2822(call.enqueued),
        "position": members(queue).index(call) + 1,
        "queue_sid": queue_sid,
        "uri": f"/2010-04-01/Accounts/{account.sid}/Queues/{queue_sid}/Members/{call_sid}.json",
        "wait_time": int(request.state.clock.now() - call.enqueued),
    }
