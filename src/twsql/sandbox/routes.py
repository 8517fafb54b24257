"""Which operation a method and a raw path mean.

A small router on the raw path, not Starlette's: that matches the decoded path, where the conference `a/b`, sent as
`a%2Fb`, would be two segments. Nothing else of Starlette would be used either: bodies are made whole, and the faults
need the transport.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from . import (
    accounts,
    available_numbers,
    billing,
    calls,
    conferences,
    insights,
    messages,
    participants,
    pricing,
    queues,
    recordings,
    resources,
    validations,
)
from .errors import ApiError
from .kinds import KINDS, OUTGOING_CALLER_IDS, Kind
from .request import Request
from .wire import Answer

_PLACE = re.compile(r"\\\{(\w+)\\\}")


@dataclass(frozen=True)
class Operation:
    """What one method does at a route, under Twilio's name for it."""

    name: str
    run: Callable[[Request], Answer]


@dataclass(frozen=True)
class Route:
    """A path with its operations by method; each `{name}` in the path is one segment."""

    path: str
    operations: dict[str, Operation]
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        """Compile the path."""
        object.__setattr__(self, "pattern", re.compile(_PLACE.sub(r"(?P<\1>[^/]+)", re.escape(self.path))))


def _resource_routes(kind: Kind) -> tuple[Route, Route]:
    """Return the routes of a kind of plain resources."""
    every = {
        "GET": Operation(f"List{kind.name}", partial(resources.list_resources, kind)),
        "POST": Operation(f"Create{kind.name}", partial(resources.create_resource, kind)),
    }
    if kind is OUTGOING_CALLER_IDS:
        every["POST"] = Operation("CreateValidationRequest", validations.create_validation_request)
    one = {
        "GET": Operation(f"Fetch{kind.name}", partial(resources.fetch_resource, kind)),
        "POST": Operation(f"Update{kind.name}", partial(resources.update_resource, kind)),
        "DELETE": Operation(f"Delete{kind.name}", partial(resources.delete_resource, kind)),
    }
    path = f"{_ACCOUNTS}/{{account}}/{kind.path}"
    return Route(path + ".json", every), Route(path + "/{sid}.json", one)


def _recording_routes(owner: str) -> tuple[Route, Route]:
    """Return the routes of the recordings of a Call or a Conference; only a call's can be begun."""
    path = f"{_ACCOUNTS}/{{account}}/{owner}s/{{{owner.lower()}}}/Recordings"
    every = {"GET": Operation(f"List{owner}Recording", recordings.list_recordings)}
    if owner == "Call":
        every["POST"] = Operation("CreateCallRecording", recordings.create_recording)
    one = {
        "GET": Operation(f"Fetch{owner}Recording", recordings.fetch_recording),
        "POST": Operation(f"Update{owner}Recording", recordings.update_recording),
        "DELETE": Operation(f"Delete{owner}Recording", recordings.delete_recording),
    }
    return Route(path + ".json", every), Route(path + "/{recording}.json", one)


def _reading(path: str, name: str, run: Callable[[Request], Answer]) -> Route:
    """Return the route of what can only be read, under an account."""
    return Route(f"{_ACCOUNTS}/{{account}}/{path}.json", {"GET": Operation(name, run)})


_ACCOUNTS = "/2010-04-01/Accounts"
_CONFERENCES = _ACCOUNTS + "/{account}/Conferences"
_MESSAGES = _ACCOUNTS + "/{account}/Messages"

ROUTES = (
    Route(
        _CONFERENCES + "/{conference}/Participants.json",
        {
            "GET": Operation("ListParticipant", participants.list_participants),
            "POST": Operation("CreateParticipant", participants.create_participant),
        },
    ),
    Route(
        _CONFERENCES + "/{conference}/Participants/{participant}.json",
        {
            "GET": Operation("FetchParticipant", participants.fetch_participant),
            "POST": Operation("UpdateParticipant", participants.update_participant),
            "DELETE": Operation("DeleteParticipant", participants.delete_participant),
        },
    ),
    Route(
        _CONFERENCES + ".json",
        {"GET": Operation("ListConference", conferences.list_conferences)},
    ),
    Route(
        _CONFERENCES + "/{conference}.json",
        {
            "GET": Operation("FetchConference", conferences.fetch_conference),
            "POST": Operation("UpdateConference", conferences.update_conference),
        },
    ),
    Route(
        _ACCOUNTS + "/{account}/Calls.json",
        {
            "GET": Operation("ListCall", calls.list_calls),
            "POST": Operation("CreateCall", calls.create_call),
        },
    ),
    Route(
        _ACCOUNTS + "/{account}/Calls/{call}.json",
        {
            "GET": Operation("FetchCall", calls.fetch_call),
            "POST": Operation("UpdateCall", calls.update_call),
            "DELETE": Operation("DeleteCall", calls.delete_call),
        },
    ),
    Route(
        _MESSAGES + ".json",
        {
            "GET": Operation("ListMessage", messages.list_messages),
            "POST": Operation("CreateMessage", messages.create_message),
        },
    ),
    Route(
        _MESSAGES + "/{message}.json",
        {
            "GET": Operation("FetchMessage", messages.fetch_message),
            "POST": Operation("UpdateMessage", messages.update_message),
            "DELETE": Operation("DeleteMessage", messages.delete_message),
        },
    ),
    Route(_MESSAGES + "/{message}/Media.json", {"GET": Operation("ListMedia", messages.list_media)}),
    Route(
        _MESSAGES + "/{message}/Media/{medium}.json",
        {
            "GET": Operation("FetchMedia", messages.fetch_medium),
            "DELETE": Operation("DeleteMedia", messages.delete_medium),
        },
    ),
    _reading("Calls/{call}/Events", "ListCallEvent", calls.list_events),
    _reading("Recordings", "ListRecording", recordings.list_recordings),
    Route(
        _ACCOUNTS + "/{account}/Recordings/{recording}.json",
        {
            "GET": Operation("FetchRecording", recordings.fetch_recording),
            "DELETE": Operation("DeleteRecording", recordings.delete_recording),
        },
    ),
    *(route for owner in ("Call", "Conference") for route in _recording_routes(owner)),
    _reading("Recordings/{recording}/Transcriptions", "ListRecordingTranscription", recordings.list_transcriptions),
    _reading("Transcriptions", "ListTranscription", recordings.list_transcriptions),
    Route(
        _ACCOUNTS + "/{account}/Transcriptions/{transcription}.json",
        {
            "GET": Operation("FetchTranscription", recordings.fetch_transcription),
            "DELETE": Operation("DeleteTranscription", recordings.delete_transcription),
        },
    ),
    Route(_ACCOUNTS + ".json", {"GET": Operation("ListAccount", accounts.list_accounts)}),
    Route(
        _ACCOUNTS + "/{account}.json",
        {
            "GET": Operation("FetchAccount", accounts.fetch_account),
            "POST": Operation("UpdateAccount", accounts.update_account),
        },
    ),
    Route(
        "/v1/Conferences/{conference}/Participants",
        {"GET": Operation("ListConferenceParticipant", insights.list_conference_participants)},
    ),
    *(route for kind in KINDS for route in _resource_routes(kind)),
    _reading("Queues/{sid}/Members", "ListMember", queues.list_members),
    Route(
        _ACCOUNTS + "/{account}/Queues/{sid}/Members/{call}.json",
        {
            "GET": Operation("FetchMember", queues.fetch_member),
            "POST": Operation("UpdateMember", queues.update_member),
        },
    ),
    _reading("Balance", "FetchBalance", billing.fetch_balance),
    *(
        _reading(f"Usage/Records{name and '/' + name}", f"ListUsageRecord{name}", partial(billing.list_usage, name))
        for name in billing.GRANULARITIES
    ),
    *(
        _reading(
            f"AvailablePhoneNumbers/{{country}}/{name}",
            f"ListAvailablePhoneNumber{name}",
            partial(available_numbers.list_available, name),
        )
        for name in ("Local", "Mobile", "TollFree")
    ),
    Route(
        "/v1/Conferences/{conference}/Participants/{participant}",
        {"GET": Operation("FetchConferenceParticipant", insights.fetch_conference_participant)},
    ),
    Route("/v1/Conferences", {"GET": Operation("ListConferenceSummary", insights.list_conferences)}),
    Route("/v1/Conferences/{conference}", {"GET": Operation("FetchConferenceSummary", insights.fetch_conference)}),
    Route("/v1/Voice/Summaries", {"GET": Operation("ListCallSummaries", insights.list_call_summaries)}),
    Route("/v1/Voice/{call}/Summary", {"GET": Operation("FetchSummary", insights.fetch_call_summary)}),
    Route("/v2/Voice/Numbers/{number}", {"GET": Operation("FetchVoiceNumber", pricing.fetch_number)}),
    Route("/v2/Voice/Countries", {"GET": Operation("ListVoiceCountry", pricing.list_countries)}),
    Route("/v2/Voice/Countries/{country}", {"GET": Operation("FetchVoiceCountry", pricing.fetch_country)}),
)


def find_operation(method: str, path: str) -> tuple[Operation, dict[str, str]]:
    """Return the operation at a raw path, and the path's segments; HEAD is as GET."""
    method = "GET" if method == "HEAD" else method
    for route in ROUTES:
        match = route.pattern.fullmatch(path)
        if match is not None:
            return route.operations.get(method, _NO_METHOD), match.groupdict()
    return _NO_ROUTE, {}


def _no_route(request: Request) -> Answer:
    raise ApiError(20404, request.path)


def _no_method(request: Request) -> Answer:
    raise ApiError(20004)


_NO_ROUTE, _NO_METHOD = Operation("Unknown", _no_route), Operation("Unknown", _no_method)
