"""The operations on plain resources: applications, numbers, caller IDs, queues and usage triggers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from . import usage, validate
from .clock import rfc2822
from .errors import ApiError
from .kinds import INCOMING_PHONE_NUMBERS, QUEUES, USAGE_TRIGGERS, Kind, add
from .pages import Listing, cut, page_json, page_request
from .records import Resource
from .request import Request
from .waiting import members
from .wire import Answer


def list_resources(kind: Kind, request: Request) -> Answer:
    """Answer a page of an account's resources of a kind, newest first."""
    known = request.account.resources[kind.key]
    page = cut(
        page_request(request.query, request.state.settings.readings.largest_page),
        Listing(range(len(known)), known.__getitem__, _filter(kind, request.query)),
    )
    items = [json.dumps(content(kind, request, one)) for one in page.items]
    return Answer(200, page_json(page, request.path, request.raw_query, kind.key, items).encode())


def create_resource(kind: Kind, request: Request) -> Answer:
    """Make a resource of what the form gives."""
    given = _given(kind, request, kind.fixed)
    if kind is INCOMING_PHONE_NUMBERS:
        given.setdefault("friendly_name", given.get("phone_number"))
    missing = [name for name in kind.required if not given.get(name)]
    if missing:
        raise ApiError(20001, f"{', '.join(missing)} is required")
    made = add(request.account, kind, request.state.clock.now(), **given)
    return _answer(kind, request, made, 201)


def fetch_resource(kind: Kind, request: Request) -> Answer:
    """Answer one resource."""
    return _answer(kind, request, resource_of(kind, request))


def update_resource(kind: Kind, request: Request) -> Answer:
    """Change what the form gives of a resource."""
    one = resource_of(kind, request)
    one.properties.update(_given(kind, request, (*kind.fixed, *kind.once)))
    one.updated = request.state.clock.now()
    return _answer(kind, request, one)


def delete_resource(kind: Kind, request: Request) -> Answer:
    """Forget a resource; a queue must be empty."""
    one = resource_of(kind, request)
    if kind is QUEUES and members(one):
        raise ApiError(20409, "the queue is not empty")
    one.deleted = True
    return Answer(204)


def resource_of(kind: Kind, request: Request) -> Resource:
    """Return the resource whose SID is in the path. Raises ApiError 20404 when there is none."""
    sid, known = request.segment("sid"), request.account.resources[kind.key]
    number = None
    if re.fullmatch(kind.prefix + "[0-9a-fA-F]{32}", sid):
        number = request.state.world.sids.number(sid, request.account.number)
    place = -1 if number is None else number - kind.first
    if not 0 <= place < len(known) or known[place].deleted:
        raise ApiError(20404, request.path)
    return known[place]


def content(kind: Kind, request: Request, one: Resource) -> dict[str, Any]:
    """Return a resource as Twilio's JSON has it."""
    sid = request.state.world.sids.make(kind.prefix, one.account.number, one.number)
    return {
        **one.properties,
        **(_COMPUTED[kind.key](request, one) if kind.key in _COMPUTED else {}),
        "account_sid": one.account.sid,
        "date_created": rfc2822(one.created),
        "date_updated": rfc2822(one.updated),
        "sid": sid,
        "uri": f"/2010-04-01/Accounts/{one.account.sid}/{kind.path}/{sid}.json",
    }


def _queue(request: Request, one: Resource) -> dict[str, Any]:
    waits = [request.state.clock.now() - call.enqueued for call in members(one)]
    return {"current_size": len(waits), "average_wait_time": int(sum(waits) / len(waits)) if waits else 0}


def _trigger(request: Request, one: Resource) -> dict[str, Any]:
    """Return what a trigger compares: what has been used in its period so far."""
    category, recurring = one.properties["usage_category"], one.properties["recurring"]
    granularity = "AllTime" if recurring == "alltime" else recurring.capitalize()
    period, *_ = usage.periods(request.state.world, one.account, granularity)
    amount = usage.used(request.state.world, one.account, category, period)
    return {
        "current_value": str(getattr(amount, one.properties["trigger_by"])),
        "usage_record_uri": f"/2010-04-01/Accounts/{one.account.sid}/Usage/Records.json?Category={category}",
    }


_COMPUTED: dict[str, Callable[[Request, Resource], dict[str, Any]]] = {
    QUEUES.key: _queue,
    USAGE_TRIGGERS.key: _trigger,
}


def _answer(kind: Kind, request: Request, one: Resource, status: int = 200) -> Answer:
    return Answer(status, json.dumps(content(kind, request, one)).encode())


def _given(kind: Kind, request: Request, barred: tuple[str, ...]) -> dict[str, Any]:
    """Return the properties in the form, as JSON has them. Raises ApiError for values that Twilio would refuse."""
    validate.check(request.form)
    fields = {_field(name): name for name in kind.properties if name not in barred}
    given = {fields[name]: values[-1] for name, values in request.form.items() if name in fields}
    return {name: _read(kind.properties[name], value) for name, value in given.items()}


def _field(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _read(default: Any, text: str) -> Any:
    if isinstance(default, bool):
        return text.lower() == "true"
    return int(text) if isinstance(default, int) else text or default


def _filter(kind: Kind, query: dict[str, str]) -> Callable[[Resource], bool]:
    """Return the condition on a resource; one that has been deleted is in no list."""
    wanted = {name: query[name] for name in kind.filters if name in query}

    def matches(name: str, value: str, one: Resource) -> bool:
        own = one.properties[kind.filters[name]]
        if name in kind.patterns:
            return re.search(re.escape(value).replace(r"\*", "."), str(own)) is not None
        if isinstance(own, bool):  # false leaves out what is new, true asks for no less than everything
            return not own or value.lower() == "true"
        return bool(value == own)

    return lambda one: not one.deleted and all(matches(*each, one) for each in wanted.items())
