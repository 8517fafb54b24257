"""twsql doctor --probe: how an account reads what Twilio's documentation leaves open, in a report that users can send.

It only reads, with some 25 requests, and prints no name, number, SID or account, only Twilio's words and counts. The
facts are the sandbox's readings, so `twsql sandbox --reading NAME=VALUE` shows the same Twilio.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from functools import cached_property, partial
from itertools import pairwise

from twsql._version import __version__
from twsql.cli import probe_products
from twsql.cli.evidence import LARGEST, NO_DATA, Answer, Item, items, words
from twsql.cli.probe_products import Products
from twsql.errors import NotFound, TwilioError
from twsql.lists.splitting import moment
from twsql.schema.resources import CONFERENCE
from twsql.twilio.client import Client
from twsql.twilio.settings import Settings

_BOUNDS = {"since": "DateCreated>", "until": "DateCreated<"}
_ENOUGH = 5
"""So many neighbours of one minute that are in order are no chance."""
_SOME = 3
"""Conferences in progress whose participants are read."""
_NO_CALL = "cannot tell without placing a call"
_NO_CHANGE = "cannot tell from lists that stand still"
_CALL_STATUSES = {"queued", "ringing", "in-progress", "completed", "busy", "failed", "no-answer", "canceled"}
_PARTICIPANT_STATUSES = {"queued", "connecting", "ringing", "connected", "complete", "failed"}


class Evidence:
    """The lists for several facts, a page each, fetched at the first use."""

    def __init__(self, client: Client) -> None:
        self.client = client

    @cached_property
    def over(self) -> Answer:
        """Conferences that are over."""
        return self.conferences(Status="completed")

    @cached_property
    def active(self) -> Answer:
        """Conferences in progress."""
        return self.conferences(Status="in-progress")

    @cached_property
    def calls(self) -> Answer:
        """The account's calls."""
        return _page(self.client, "Calls", {})

    @cached_property
    def products(self) -> Products:
        """What Voice Insights and Pricing have."""
        return Products(self.client)

    @cached_property
    def participants(self) -> list[Item]:
        """The participants of some conferences in progress."""
        found: list[Item] = []
        for conference in items(self.active, "conferences")[:_SOME]:
            try:
                answer = _page(self.client, "Conferences", {}, str(conference["sid"]), "Participants")
            except NotFound:  # it has ended meanwhile
                continue
            found += items(answer, "participants")
        return found

    def conferences(self, **params: str) -> Answer:
        """Fetch a page of conferences; `since` and `until` are DateCreated's lower and upper bound."""
        return _page(self.client, "Conferences", {_BOUNDS.get(name, name): value for name, value in params.items()})


def run(settings: Settings) -> int:
    """Print the report. Raises TwilioError if it cannot list conferences."""
    with closing(Client(settings)) as client:
        evidence = Evidence(client)
        _ = evidence.over
        sys.stdout.write(f"twsql {__version__}: how this account reads what Twilio's documentation leaves open\n")
        for name, ask in FACTS.items():
            sys.stdout.write(f"{name:20} {_told(ask, evidence)}\n")
            sys.stdout.flush()
    return 0


def _page(client: Client, resource: str, params: Mapping[str, str], *below: str) -> Answer:
    return client.get(client.path(resource, *below), {"PageSize": str(LARGEST), **params})


def _told(ask: Callable[[Evidence], str], evidence: Evidence) -> str:
    """A fact's value. Of an error only numbers are printed, as Twilio's message may have names."""
    try:
        return ask(evidence)
    except TwilioError as error:
        return f"cannot tell: HTTP {error.status}, code {error.code}"


def _upper_bound(evidence: Evidence) -> str:
    """Whether `DateCreated<=D` includes the day D: then `>=D` with `<=D` lists the same as `=D`."""
    day = _day("date_created", items(evidence.over, "conferences"))
    if not day or not items(evidence.conferences(Status="completed", DateCreated=day), "conferences"):
        return NO_DATA
    both = evidence.conferences(Status="completed", since=day, until=day)
    return _bound(items(both, "conferences"))


def _calls_upper_bound(evidence: Evidence) -> str:
    day = _day("start_time", items(evidence.calls, "calls"))
    if not day or not items(_page(evidence.client, "Calls", {"StartTime": day}), "calls"):
        return NO_DATA
    return _bound(items(_page(evidence.client, "Calls", {"StartTime>": day, "StartTime<": day}), "calls"))


def _bound(found: Sequence[Item]) -> str:
    return "day included" if found else "day excluded"


def _order(evidence: Evidence) -> str:
    listed = items(evidence.over, "conferences")
    times = [moment("date_created", item) for item in listed]
    if not all(times) or len(set(times)) < 2:
        return NO_DATA
    if all(later >= earlier for later, earlier in pairwise(times)):
        near = sum(a[:16] == b[:16] and a != b for a, b in pairwise(times))
        return "newest first" if near >= _ENOUGH else "newest first by the minute; within one: cannot tell"
    if all(later[:16] >= earlier[:16] for later, earlier in pairwise(times)):
        return "mixed within a minute"
    sids = [str(item.get("sid")) for item in listed]
    return "by sid" if sids in (sorted(sids), sorted(sids, reverse=True)) else "none of those known"


def _ended_participants(evidence: Evidence) -> str:
    for conference in items(evidence.over, "conferences")[:1]:
        try:
            found = _page(evidence.client, "Conferences", {}, str(conference["sid"]), "Participants")
        except NotFound as error:
            return f"not found (HTTP {error.status}, code {error.code})"
        return "listed" if items(found, "participants") else "empty"
    return NO_DATA


def _default_status(evidence: Evidence) -> str:
    """Which statuses a list without Status has, for a day with an ended conference."""
    over = items(evidence.over, "conferences")
    day = _day("date_created", over)
    listed = evidence.conferences(**({"DateCreated": day} if day else {}))
    statuses = {item.get("status") for item in items(listed, "conferences")}
    if "completed" in statuses:
        return "every"
    return "in-progress" if over and not listed.get("next_page_uri") else NO_DATA


def _names(evidence: Evidence) -> str:
    """Whether the filter FriendlyName ignores case."""
    for status, answer in (("completed", evidence.over), ("in-progress", evidence.active)):
        for item in items(answer, "conferences"):
            name = item.get("friendly_name")
            if isinstance(name, str) and (other := name.swapcase()) != name and other.casefold() == name.casefold():
                found = items(evidence.conferences(Status=status, FriendlyName=other), "conferences")
                if any(each.get("friendly_name") != other for each in found):
                    return "filter ignores case (or ignore case: cannot tell without placing a call)"
                return "exact"
    return NO_DATA


def _queued_start_time(evidence: Evidence) -> str:
    for call in items(_page(evidence.client, "Calls", {"Status": "queued"}), "calls"):
        if call.get("start_time") is not None:
            return "date created"
        day = moment("date_created", call)[:10]
        if day:
            found = items(_page(evidence.client, "Calls", {"Status": "queued", "StartTime>": day}), "calls")
            return "null" if any(each.get("sid") == call.get("sid") for each in found) else "null and not found"
    return NO_DATA


def _largest_page(evidence: Evidence) -> str:
    """The most items of a page, with PageSize 1,000."""
    count, size = len(items(evidence.over, "conferences")), evidence.over.get("page_size")
    if evidence.over.get("next_page_uri"):
        return str(count)
    return str(size) if isinstance(size, int) else f"{count} or more" if count else NO_DATA


def _statuses(evidence: Evidence) -> str:
    seen = {str(item.get("status")) for item in evidence.participants} - _PARTICIPANT_STATUSES
    seen |= {str(item.get("status")) for item in items(evidence.calls, "calls")} - _CALL_STATUSES
    if seen:
        return f"unknown: {words(seen)}"
    return "documented" if evidence.participants or items(evidence.calls, "calls") else NO_DATA


def _properties(evidence: Evidence) -> str:
    """Undocumented properties of conferences, and documented ones that they lack."""
    found = items(evidence.over, "conferences") + items(evidence.active, "conferences")
    if not found:
        return NO_DATA
    known = {column.json_key for column in CONFERENCE}
    more = set().union(*found) - known
    fewer = known.difference(*found)
    if fewer == {"date_created", "date_updated"}:
        return "no dates"
    told = [f"{word}: {words(names)}" for word, names in (("fewer", fewer), ("more", more)) if names]
    return "; ".join(told) or "documented"


def _next_page_uri(evidence: Evidence) -> str:
    for status in ("completed", "in-progress"):
        address = evidence.conferences(Status=status, PageSize="1").get("next_page_uri")
        if isinstance(address, str):
            return "relative" if address.startswith("/") else "absolute"
    return NO_DATA


def _available_numbers(evidence: Evidence) -> str:
    """Whether a list of one number for sale goes on; nothing is bought."""
    answer = _page(evidence.client, "AvailablePhoneNumbers", {"PageSize": "1"}, "US", "Local")
    if not items(answer, "available_phone_numbers"):
        return NO_DATA
    return "pages" if answer.get("next_page_uri") else "one page"


def _unknown_conference(evidence: Evidence) -> str:
    try:
        evidence.client.get(evidence.client.path("Conferences", "CF" + "0" * 32))
    except TwilioError as error:
        return f"HTTP {error.status}, code {error.code}"
    return "found"


def _of_products(ask: Callable[[Products], str], evidence: Evidence) -> str:
    return ask(evidence.products)


def _day(field: str, items: Sequence[Item]) -> str:
    """The day of the newest item with a date; '' if there is none."""
    return next((when[:10] for item in items if (when := moment(field, item))), "")


FACTS: Mapping[str, Callable[[Evidence], str]] = {
    "upper_bound": _upper_bound,
    "calls_upper_bound": _calls_upper_bound,
    "order": _order,
    "list_lag": lambda _: _NO_CALL,
    "ended_participants": _ended_participants,
    "refusal_status": lambda _: _NO_CALL,
    "default_status": _default_status,
    "names": _names,
    "label_reuse": lambda _: _NO_CALL,
    "queued_start_time": _queued_start_time,
    "caller_id_from": lambda _: _NO_CALL,
    "largest_page": _largest_page,
    "pages": lambda _: _NO_CHANGE,
    "statuses": _statuses,
    "properties": _properties,
    "next_page_uri": _next_page_uri,
    "available_numbers": _available_numbers,
    "unknown_conference": _unknown_conference,
    **{name: partial(_of_products, ask) for name, ask in probe_products.FACTS.items()},
}
"""Each fact by its name, that of its reading in the sandbox if there is one, with what finds it out."""
