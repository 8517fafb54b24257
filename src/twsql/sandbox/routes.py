"""Which operation a method and a raw path mean.

A small router on the raw path, not Starlette's: that matches the decoded path, where the conference `a/b`, sent as
`a%2Fb`, would be two segments. Nothing else of Starlette would be used either: bodies are made whole, and the faults
need the transport.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from . import accounts, calls, conferences, insights, participants
from .errors import ApiError
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


_ACCOUNTS = "/2010-04-01/Accounts"
_CONFERENCES = _ACCOUNTS + "/{account}/Conferences"

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
    Route(_ACCOUNTS + ".json", {"GET": Operation("ListAccount", accounts.list_accounts)}),
    Route(_ACCOUNTS + "/{account}.json", {"GET": Operation("FetchAccount", accounts.fetch_account)}),
    Route(
        "/v1/Conferences/{conference}/Participants",
        {"GET": Operation("ListConferenceParticipant", insights.list_conference_participants)},
    ),
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
