"""The operations on recordings and their transcriptions: of the account, of a call, of a conference."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable

from . import filters, tapes, validate
from .calls import call_of
from .conferences import conference_of
from .errors import ApiError
from .pages import Listing, cut, page_json, page_request
from .records import Call, Conference, Recording
from .render import recording_json, transcription_json
from .request import Request
from .sids import CALL, CONFERENCE, RECORDING, TRANSCRIPTION
from .wire import Answer


def list_recordings(request: Request) -> Answer:
    """Answer a page of the account's recordings, or of those of the call or conference in the path or the query."""
    call, conference = _call(request), _conference(request)
    if ("CallSid" in request.query and call is None) or ("ConferenceSid" in request.query and conference is None):
        return _page(request, "recordings", Listing([], lambda number: _recording(request, number)), _json)
    world, account = request.state.world, request.account
    with_deleted = _with_deleted(request)

    def keep(one: Recording) -> bool:
        return (
            (with_deleted or not one.deleted)
            and one.created <= request.state.clock.now() - request.state.settings.readings.list_lag
            and low <= one.created < high
            and (call is None or (one.call is not None and one.call.number == call.number))
            and (conference is None or one.conference is conference)
        )

    low, high = filters.time_span(request.query, "DateCreated", request.state.settings.readings.upper_bound)
    numbers = tapes.numbers(world, account, call, conference)
    first = bisect_left(numbers, low, key=lambda number: _recording(request, number).created)
    last = bisect_left(numbers, high, key=lambda number: _recording(request, number).created)
    listing = Listing(numbers, lambda number: _recording(request, number), keep, first, last)
    return _page(request, "recordings", listing, _json)


def create_recording(request: Request) -> Answer:
    """Begin to record a call that has been answered."""
    call = call_of(request)
    if call.status != "in-progress":
        raise ApiError(21220, f"the call is {call.status}")
    return Answer(201, _json(request, tapes.start(request.state.world, call)).encode())


def fetch_recording(request: Request) -> Answer:
    """Answer one recording."""
    return Answer(200, _json(request, _recording_of(request)).encode())


def update_recording(request: Request) -> Answer:
    """Pause, resume or stop a recording that is under way."""
    one = _recording_of(request)
    status = validate.recording_status(request.form)
    if one.status not in tapes.UNDER_WAY:
        raise ApiError(21220, f"the recording is {one.status}")
    kept = tapes.keep(request.state.world, request.account, one.number)
    kept.status, kept.updated = status, request.state.clock.now()
    if status == "stopped":
        kept.status, kept.ended = "completed", kept.updated
    return Answer(200, _json(request, kept).encode())


def delete_recording(request: Request) -> Answer:
    """Delete a recording: lists have it only if they are to include what is deleted."""
    tapes.keep(request.state.world, request.account, _recording_of(request).number).deleted = True
    return Answer(204)


def list_transcriptions(request: Request) -> Answer:
    """Answer a page of the account's transcriptions, or of those of the recording in the path."""
    world, account = request.state.world, request.account
    if "recording" in request.segments:
        numbers = [_recording_of(request).number]
    else:
        numbers = list(tapes.numbers(world, account, None, None))

    def keep(one: Recording) -> bool:
        return _has_transcription(request, one)

    listing = Listing(numbers, lambda number: _recording(request, number), keep)
    return _page(request, "transcriptions", listing, _transcription_json)


def fetch_transcription(request: Request) -> Answer:
    """Answer one transcription."""
    return Answer(200, _transcription_json(request, _transcription_of(request)).encode())


def delete_transcription(request: Request) -> Answer:
    """Delete a transcription."""
    request.account.untranscribed.add(_transcription_of(request).number)
    return Answer(204)


def _page(
    request: Request, key: str, listing: Listing[Recording], render: Callable[[Request, Recording], str]
) -> Answer:
    readings, sids = request.state.settings.readings, request.state.world.sids
    rank = filters.rank(
        readings.order,
        lambda number: _recording(request, number).created,
        lambda number: sids.make("RE", request.account.number, number),
    )
    page = cut(
        page_request(request.query, readings.largest_page), listing.ranked(rank), overlap=readings.pages == "overlap"
    )
    items = [render(request, one) for one in page.items]
    return Answer(200, page_json(page, request.path, request.raw_query, key, items).encode())


def _recording(request: Request, number: int) -> Recording:
    return tapes.recording(request.state.world, request.account, number)


def _call(request: Request) -> Call | None:
    """Return the call in the path, or in the query if there is one."""
    if "call" in request.segments:
        return call_of(request)
    sid = request.query.get("CallSid", "")
    return request.state.world.call(request.account, sid) if CALL.fullmatch(sid) else None


def _conference(request: Request) -> Conference | None:
    if "conference" in request.segments:
        return conference_of(request)
    sid = request.query.get("ConferenceSid", "")
    return request.state.world.conference(request.account, sid) if CONFERENCE.fullmatch(sid) else None


def _recording_of(request: Request) -> Recording:
    """Return the recording in the path, of the call or conference in it. Raises ApiError 20404 when there is none."""
    sid, world, account = request.segment("recording"), request.state.world, request.account
    number = world.sids.number(sid, account.number) if RECORDING.fullmatch(sid) else None
    if number is None or not tapes.known(world, account, number):
        raise ApiError(20404, request.path)
    one, call, conference = tapes.recording(world, account, number), _call(request), _conference(request)
    is_other = (call is not None and (one.call is None or one.call.number != call.number)) or (
        conference is not None and one.conference is not conference
    )
    if (one.deleted and not _with_deleted(request)) or is_other:
        raise ApiError(20404, request.path)
    return one


def _with_deleted(request: Request) -> bool:
    return request.query.get("IncludeSoftDeleted", "").lower() == "true"


def _has_transcription(request: Request, one: Recording) -> bool:
    """Return whether a recording has one: of a conference's, once it has ended."""
    is_told = one.conference is not None and one.status == "completed" and not one.deleted
    return is_told and one.number not in request.account.untranscribed


def _transcription_of(request: Request) -> Recording:
    sid, world, account = request.segment("transcription"), request.state.world, request.account
    number = world.sids.number(sid, account.number) if TRANSCRIPTION.fullmatch(sid) else None
    if number is None or not tapes.known(world, account, number):
        raise ApiError(20404, request.path)
    one = tapes.recording(world, account, number)
    if not _has_transcription(request, one):
        raise ApiError(20404, request.path)
    return one


def _json(request: Request, one: Recording) -> str:
    return recording_json(one, request.state.world.sids, _rated(request), of_call="call" in request.segments)


def _transcription_json(request: Request, one: Recording) -> str:
    return transcription_json(one, request.state.world.sids, _rated(request))


def _rated(request: Request) -> float:
    return request.state.clock.now() - request.state.settings.rated_after
