"""The operations on participants."""

from __future__ import annotations

from . import filters, validate
from .conferences import conference_of
from .errors import ApiError
from .pages import Listing, cut, page_json, page_request
from .records import Participant
from .render import participant_json
from .request import Request
from .sids import CALL, CONFERENCE
from .wire import Answer


def list_participants(request: Request) -> Answer:
    """Answer a page of who is in a conference. A conference's name in place of its SID is refused with 20004."""
    if not CONFERENCE.fullmatch(request.segment("conference")):
        raise ApiError(20004)
    conference, readings = conference_of(request), request.state.settings.readings
    if conference.status == "completed" and readings.ended_participants == "not found":
        raise ApiError(20404, request.path)
    present = request.state.world.present(conference)
    numbers = [one.call.number for one in present]
    found = dict(zip(numbers, present, strict=True))
    listing = Listing(numbers, found.__getitem__, filters.participant_filter(request.query))
    page = cut(page_request(request.query, readings.largest_page), listing)
    sids = request.state.world.sids
    items = [participant_json(one, sids) for one in page.items]
    return Answer(200, page_json(page, request.path, request.raw_query, "participants", items).encode())


def create_participant(request: Request) -> Answer:
    """Call someone into a conference given by SID or by name; a name makes a conference if none is active."""
    world, name = request.state.world, request.segment("conference")
    order = validate.participant_order(request.form)
    if CONFERENCE.fullmatch(name):
        participant = world.join(conference_of(request), order)
    else:
        participant = world.add_participant(request.account, validate.conference_name(name), order)
    return Answer(201, participant_json(participant, world.sids, created_now=True).encode())


def fetch_participant(request: Request) -> Answer:
    """Answer one participant, by call SID or by label."""
    return _answer(request, participant_of(request))


def update_participant(request: Request) -> Answer:
    """Mute, hold, coach, announce; or change whether the conference ends when they leave."""
    participant = participant_of(request)
    change = validate.participant_change(request.form)
    return _answer(request, request.state.world.change_participant(participant, change))


def delete_participant(request: Request) -> Answer:
    """Remove someone from a conference."""
    request.state.world.remove_participant(participant_of(request))
    return Answer(204)


def participant_of(request: Request) -> Participant:
    """Return who is addressed by call SID or label. Raises ApiError 20404 when nobody present is."""
    key = request.segment("participant")
    world = request.state.world
    present = world.present(conference_of(request))
    if CALL.fullmatch(key):
        number = world.sids.number(key, request.account.number)
        found = [one for one in present if one.call.number == number]
    else:
        found = [one for one in present if one.label == key]
    if not found:
        raise ApiError(20404, request.path)
    return found[0]


def _answer(request: Request, participant: Participant) -> Answer:
    return Answer(200, participant_json(participant, request.state.world.sids).encode())
