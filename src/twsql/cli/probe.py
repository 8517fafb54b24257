"""twsql doctor --probe: how an account reads what Twilio's documentation leaves open, in a report that users can send.

It only reads, with some 15 requests, and prints no name, number, SID or account, only Twilio's words and counts. The
facts are the sandbox's readings, so `twsql sandbox --reading NAME=VALUE` shows the same Twilio.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import cached_property
from itertools import pairwise
from typing import Any

from twsql._version import __version__
from twsql.errors import NotFound, TwilioError
from twsql.lists.splitting import moment
from twsql.schema.resources import CONFERENCE
from twsql.twilio.client import Client
from twsql.twilio.settings import Settings

Answer = Mapping[str, Any]
"""A JSON object as Twilio sends it."""
Item = Mapping[str, Any]

_LARGEST = 1000
_BOUNDS = {"since": "DateCreated>", "until": "DateCreated<"}
_ENOUGH = 5
"""So many neighbours of one minute that are in order are no chance."""
_SOME = 3
"""Conferences in progress whose participants are read."""
_NO_CALL = "cannot tell without placing a call"
_NOT_ASKED = "cannot tell: Voice Insights and Pricing are not asked"
_NO_CHANGE = "cannot tell from lists that stand still"
_NO_DATA = "cannot tell: the account has no data for it"
_CALL_STATUSES = {"queued", "ringing", "in-progress", "completed", "busy", "failed", "no-answer", "canceled"}
_PARTICIPANT_STATUSES = {"queued", "connecting", "ringing", "connected", "complete", "failed"}
_WORD = re.compile(r"[A-Za-z][A-Za-z_-]{0,39}\Z")


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
    def participants(self) -> list[Item]:
        """The participants of some conferences in progress."""
        found: list[Item] = []
        for conference in _items(self.active, "conferences")[:_SOME]:
            try:
                answer = _page(self.client, "Conferences", {}, str(conference["sid"]), "Participants")
            except NotFound:  # it has ended meanwhile
                continue
            found += _items(answer, "participants")
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
    return client.get(client.path(resource, *below), {"PageSize": str(_LARGEST), **params})


def _items(answer: Answer, key: str) -> list[Item]:
    found = answer.get(key)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _told(ask: Callable[[Evidence], str], evidence: Evidence) -> str:
    """A fact's value. Of an error only numbers are printed, as Twilio's message may have names."""
    try:
        return ask(evidence)
    except TwilioError as error:
        return f"cannot tell: HTTP {error.status}, code {error.code}"


def _upper_bound(evidence: Evidence) -> str:
    """Whether `DateCreated<=D` includes the day D: then `>=D` with `<=D` lists the same as `=D`."""
    day = _day("date_created", _items(evidence.over, "conferences"))
    if not day or not _items(evidence.conferences(Status="completed", DateCreated=day), "conferences"):
        return _NO_DATA
    both = evidence.conferences(Status="completed", since=day, until=day)
    return _bound(_items(both, "conferences"))


def _calls_upper_bound(evidence: Evidence) -> str:
    day = _day("start_time", _items(evidence.calls, "calls"))
    if not day or not _items(_page(evidence.client, "Calls", {"StartTime": day}), "calls"):
        return _NO_DATA
    return _bound(_items(_page(evidence.client, "Calls", {"StartTime>": day, "StartTime<": day}), "calls"))


def _bound(found: Sequence[Item]) -> str:
    return "day included" if found else "day excluded"


def _order(evidence: Evidence) -> str:
    listed = _items(evidence.over, "conferences")
    times = [moment("date_created", item) for item in listed]
    if not all(times) or len(set(times)) < 2:
        return _NO_DATA
    if all(later >= earlier for later, earlier in pairwise(times)):
        near = sum(a[:16] == b[:16] and a != b for a, b in pairwise(times))
        return "newest first" if near >= _ENOUGH else "newest first by the minute; within one: cannot tell"
    if all(later[:16] >= earlier[:16] for later, earlier in pairwise(times)):
        return "mixed within a minute"
    sids = [str(item.get("sid")) for item in listed]
    return "by sid" if sids in (sorted(sids), sorted(sids, reverse=True)) else "none of those known"


def _ended_participants(evidence: Evidence) -> str:
    for conference in _items(evidence.over, "conferences")[:1]:
        try:
            found = _page(evidence.client, "Conferences", {}, str(conference["sid"]), "Participants")
        except NotFound as error:
            return f"not found (HTTP {error.status}, code {error.code})"
        return "listed" if _items(found, "participants") else "empty"
    return _NO_DATA


def _default_status(evidence: Evidence) -> str:
    """Which statuses a list without Status has, for a day with an ended conference."""
    over = _items(evidence.over, "conferences")
    day = _day("date_created", over)
    listed = evidence.conferences(**({"DateCreated": day} if day else {}))
    statuses = {item.get("status") for item in _items(listed, "conferences")}
    if "completed" in statuses:
        return "every"
    return "in-progress" if over and not listed.get("next_page_uri") else _NO_DATA


def _names(evidence: Evidence) -> str:
    """Whether the filter FriendlyName ignores case."""
    for status, answer in (("completed", evidence.over), ("in-progress", evidence.active)):
        for item in _items(answer, "conferences"):
            name = item.get("friendly_name")
            if isinstance(name, str) and (other := name.swapcase()) != name and other.casefold() == name.casefold():
                found = _items(evidence.conferences(Status=status, FriendlyName=other), "conferences")
                if any(each.get("friendly_name") != other for each in found):
                    return "filter ignores case (or ignore case: cannot tell without placing a call)"
                return "exact"
    return _NO_DATA


def _queued_start_time(evidence: Evidence) -> str:
    for call in _items(_page(evidence.client, "Calls", {"Status": "queued"}), "calls"):
        if call.get("start_time") is not None:
            return "date created"
        day = moment("date_created", call)[:10]
        if day:
            found = _items(_page(evidence.client, "Calls", {"Status": "queued", "StartTime>": day}), "calls")
            return "null" if any(each.get("sid") == call.get("sid") for each in found) else "null and not found"
    return _NO_DATA


def _largest_page(evidence: Evidence) -> str:
    """The most items of a page, with PageSize 1,000."""
    items, size = len(_items(evidence.over, "conferences")), evidence.over.get("page_size")
    if evidence.over.get("next_page_uri"):
        return str(items)
    return str(size) if isinstance(size, int) else f"{items} or more" if items else _NO_DATA


def _statuses(evidence: Evidence) -> str:
    seen = {str(item.get("status")) for item in evidence.participants} - _PARTICIPANT_STATUSES
    seen |= {str(item.get("status")) for item in _items(evidence.calls, "calls")} - _CALL_STATUSES
    if seen:
        return f"unknown: {_words(seen)}"
    return "documented" if evidence.participants or _items(evidence.calls, "calls") else _NO_DATA


def _properties(evidence: Evidence) -> str:
    """Undocumented properties of conferences, and documented ones that they lack."""
    items = _items(evidence.over, "conferences") + _items(evidence.active, "conferences")
    if not items:
        return _NO_DATA
    known = {column.json_key for column in CONFERENCE}
    more = set().union(*items) - known
    fewer = known.difference(*items)
    if fewer == {"date_created", "date_updated"}:
        return "no dates"
    told = [f"{word}: {_words(names)}" for word, names in (("fewer", fewer), ("more", more)) if names]
    return "; ".join(told) or "documented"


def _next_page_uri(evidence: Evidence) -> str:
    for status in ("completed", "in-progress"):
        address = evidence.conferences(Status=status, PageSize="1").get("next_page_uri")
        if isinstance(address, str):
            return "relative" if address.startswith("/") else "absolute"
    return _NO_DATA


def _available_numbers(evidence: Evidence) -> str:
    """Whether a list of one number for sale goes on; nothing is bought."""
    answer = _page(evidence.client, "AvailablePhoneNumbers", {"PageSize": "1"}, "US", "Local")
    if not _items(answer, "available_phone_numbers"):
        return _NO_DATA
    return "pages" if answer.get("next_page_uri") else "one page"


def _unknown_conference(evidence: Evidence) -> str:
    try:
        evidence.client.get(evidence.client.path("Conferences", "CF" + "0" * 32))
    except TwilioError as error:
        return f"HTTP {error.status}, code {error.code}"
    return "found"


def _day(field: str, items: Sequence[Item]) -> str:
    """The day of the newest item with a date; '' if there is none."""
    return next((when[:10] for item in items if (when := moment(field, item))), "")


def _words(names: set[str]) -> str:
    """Names of properties or statuses that are plain words; others are not printed, as they may be private."""
    return ", ".join(_printable(sorted(names)))


def _printable(names: Sequence[str]) -> Iterator[str]:
    for name in names:
        yield name if _WORD.match(name) else "one that is no word"


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
    "insights_since": lambda _: _NOT_ASKED,
    "summaries_until": lambda _: _NOT_ASKED,
    "call_summary": lambda _: _NOT_ASKED,
    "price_type": lambda _: _NOT_ASKED,
    "origin_prices": lambda _: _NOT_ASKED,
    "unknown_conference": _unknown_conference,
}
"""Each fact by the name of its reading in the sandbox, with what finds it out."""
