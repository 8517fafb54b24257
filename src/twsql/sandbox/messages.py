"""The operations on messages and their media."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from mimetypes import guess_type

from . import filters, message_orders
from .clock import DAY
from .errors import ApiError
from .mailbox import KEPT, Mailbox, Message
from .message_render import medium_json, message_json
from .numbers import Numbers
from .pages import Listing, cut, page_json, page_request
from .readings import Readings
from .request import Request
from .wire import Answer

_SID = re.compile(r"(SM|MM)[0-9a-fA-F]{32}")
_MEDIUM_SID = re.compile(r"ME[0-9a-fA-F]{32}")
_MOST_MEDIA = 16
"""A medium's number is that of its message times this, and its place."""


def list_messages(request: Request) -> Answer:
    """Answer a page of the messages of the last 400 days. Raises ApiError 20004 for earlier days."""
    query, readings, now = request.query, request.state.settings.readings, request.state.clock.now()
    box, sids = _box(request), request.state.world.sids
    since, until = filters.time_span(query, "DateSent", readings.upper_bound)
    kept_since = (now - KEPT) // DAY * DAY
    if float("-inf") < since < kept_since or until < kept_since:
        raise ApiError(20004, "DateSent is before what is kept", status=400)
    numbers = Numbers(box.seeded, len(box.sent))

    def created(number: int) -> float:
        return box.message(number).created

    # No message is sent before it is made, and a seeded one is sent when it is made.
    low = bisect_left(numbers, max(since, kept_since), hi=numbers.seeded, key=created)
    high = bisect_left(numbers, until, key=created)
    rank = filters.rank(readings.order, created, lambda number: sids.make("SM", request.account.number, number))
    keep = _kept(query, readings, now, (since, until))
    listing = Listing(numbers, box.message, keep, low, high).ranked(rank)
    page = cut(page_request(query, readings.largest_page), listing, overlap=readings.pages == "overlap")
    items = [message_json(one, sids, now) for one in page.items]
    return Answer(200, page_json(page, request.path, request.raw_query, "messages", items).encode())


def _kept(
    query: dict[str, str], readings: Readings, now: float, span: tuple[float, float]
) -> Callable[[Message], bool]:
    """Return the condition on a message; one that was not sent counts as sent when it was made, or not at all."""
    to, from_ = query.get("To"), query.get("From")
    low, high = span
    any_time = span == (float("-inf"), float("inf"))
    unsent = readings.queued_start_time != "null and not found"
    listed = now - readings.list_lag

    def keep(one: Message) -> bool:
        sent = one.date_sent(now)
        return (
            not one.deleted
            and now - KEPT <= one.created <= listed
            and (to is None or (to == one.to and one.shows_to))
            and from_ in (None, one.sender(now))
            and (any_time or (low <= (one.created if sent is None else sent) < high and (unsent or sent is not None)))
        )

    return keep


def create_message(request: Request) -> Answer:
    """Send a message."""
    now = request.state.clock.now()
    order = message_orders.message_order(request.form, now)
    message = _box(request).send(order, now, request.state.settings.deliver_after)
    # The answer is from before anything has become of it.
    return Answer(201, message_json(message, request.state.world.sids, now, is_new=True).encode())


def fetch_message(request: Request) -> Answer:
    """Answer one message."""
    return _answer(request, _message(request))


def update_message(request: Request) -> Answer:
    """Take away a message's text, or cancel it."""
    message, box, now = _message(request), _box(request), request.state.clock.now()
    redacts, cancels = message_orders.message_change(request.form)
    if cancels:
        message = box.cancel(message, now)
    if redacts:
        message = box.redact(message, now)
    return _answer(request, message)


def delete_message(request: Request) -> Answer:
    """Delete a message."""
    _box(request).delete(_message(request), request.state.clock.now())
    return Answer(204)


def list_media(request: Request) -> Answer:
    """Answer a page of a message's media."""
    message, readings = _message(request), request.state.settings.readings
    low, high = filters.time_span(request.query, "DateCreated", readings.upper_bound)
    places = [place for place, url in enumerate(message.media) if url and low <= message.created < high]
    page = cut(page_request(request.query, readings.largest_page), Listing(places, lambda place: place))
    items = [_medium(request, message, place) for place in page.items]
    return Answer(200, page_json(page, request.path, request.raw_query, "media_list", items).encode())


def fetch_medium(request: Request) -> Answer:
    """Answer one medium of a message."""
    message = _message(request)
    return Answer(200, _medium(request, message, _place(request, message)).encode())


def delete_medium(request: Request) -> Answer:
    """Delete one medium of a message."""
    message = _message(request)
    _box(request).delete_medium(message, _place(request, message), request.state.clock.now())
    return Answer(204)


def _box(request: Request) -> Mailbox:
    return request.state.world.mailboxes[request.account.sid]


def _answer(request: Request, message: Message) -> Answer:
    return Answer(200, message_json(message, request.state.world.sids, request.state.clock.now()).encode())


def _message(request: Request) -> Message:
    """Return the message whose SID is in the path. Raises ApiError 20404 when there is none."""
    sid = request.segment("message")
    number = request.state.world.sids.number(sid, request.account.number) if _SID.fullmatch(sid) else None
    message = None if number is None else _box(request).find(number)
    if message is None or message.prefix != sid[:2]:
        raise ApiError(20404, request.path)
    return message


def _place(request: Request, message: Message) -> int:
    """Return the place of the medium whose SID is in the path. Raises ApiError 20404 when there is none."""
    sid = request.segment("medium")
    number = request.state.world.sids.number(sid, request.account.number) if _MEDIUM_SID.fullmatch(sid) else None
    owner, place = divmod(-1 if number is None else number, _MOST_MEDIA)
    if owner != message.number or place >= len(message.media) or message.media[place] is None:
        raise ApiError(20404, request.path)
    return place


def _medium(request: Request, message: Message, place: int) -> str:
    sid = request.state.world.sids.make("ME", request.account.number, message.number * _MOST_MEDIA + place)
    kind = guess_type(message.media[place] or "")[0] or "application/octet-stream"
    return medium_json(message, request.state.world.sids, sid, kind)
